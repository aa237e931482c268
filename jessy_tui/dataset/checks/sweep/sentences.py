"""What is said of examples that are alike."""

from typing import TYPE_CHECKING

from jessy_tui.dataset.checks.answers import duplicate_reason
from jessy_tui.dataset.checks.questions import near_reason, repeated_reason, similar_reason
from jessy_tui.dataset.checks.sweep.compare import NEAR, REPEATED, SIMILAR, Likeness
from jessy_tui.dataset.checks.sweep.examine import plan_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def reason_of(one: Likeness, name: str, plans: "NDArray[np.uint8]") -> str:
    """The sentence of a likeness to the example called `name`; `plans` are those of all rows."""
    if one.kind == REPEATED:
        there, here = (plan_of(int(plans[at])) for at in (one.other, one.row))
        return repeated_reason(name, there, here, same=one.same)[1]
    if one.kind == SIMILAR:
        return similar_reason(name)
    if one.kind == NEAR:
        return near_reason(name, one.score)
    return duplicate_reason(name, one.many, same=one.same)
