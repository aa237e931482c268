"""A change of very many rows of large files, as one value that does not grow with their texts."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jessy_tui.dataset.example import Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jessy_tui.dataset.large.content import Content


class SetLabel(msgspec.Struct, frozen=True, tag="label"):
    """Sets keys of the label of every example that has an answer; None takes a key out."""

    values: dict[str, Any]

    def of(self, example: Example) -> Example | None:
        """The example with the label; None where it has no answer."""
        return example.with_metadata(**self.values) if example.answer else None


class Delete(msgspec.Struct, frozen=True, tag="delete"):
    """Takes examples out."""


Rule = SetLabel | Delete


@dataclass(frozen=True, slots=True, eq=False)
class Bulk:
    """Rows of one large file that are made another content, or taken out."""

    file: Path
    rows: "NDArray[np.int64]"
    """Ascending; none of them was in memory."""
    before: "Content"
    after: "Content"
    deletes: bool
