"""Questions that are one key away: the canonical one, and one of each band."""

from dataclasses import dataclass
from typing import Any, Final

from jessy_tui.dataset.probes import load_probes
from jessy_tui.errors import JessyError
from jessy_tui.iteration import MAX_ITERATIONS, Complexity
from jessy_tui.workspace import Workspace

CANONICAL: Final = "sana bisi sorucam"
"""The question the project was made for."""


@dataclass(frozen=True, slots=True)
class QuickProbe:
    """A question and the thinking it should get."""

    iterations: int
    """Those it should be answered with."""
    query: str
    category: str | None = None

    @property
    def complexity(self) -> Complexity:
        """The band it belongs to."""
        return Complexity.of(self.iterations)


def quick_probes(workspace: Workspace) -> list[QuickProbe]:
    """The canonical question, then the shortest probe of each band; bands without one are left out.

    That of LOW deserves another number of iterations than the canonical question, if there is one.
    """
    chosen = [QuickProbe(1, CANONICAL, "greeting")]
    probes = sorted(_probes(workspace), key=lambda probe: len(probe.query))
    for complexity in Complexity:
        of_band = [probe for probe in probes if probe.complexity is complexity]
        others = [probe for probe in of_band if probe.iterations != 1] or of_band
        chosen += others[:1]
    return chosen


def probe_asked(workspace: Workspace, question: str) -> QuickProbe | None:
    """The probe with just this question, if there is one."""
    if question == CANONICAL:
        return QuickProbe(1, CANONICAL, "greeting")
    return next((one for one in _probes(workspace) if one.query == question), None)


def _probes(workspace: Workspace) -> list[QuickProbe]:
    try:
        raws = load_probes(workspace.probes).probes
    except JessyError:  # the Examples tab and `jessy check` say what is wrong with the file
        return []
    return [probe for raw in raws if (probe := _probe(raw)) is not None]


def _probe(raw: Any) -> QuickProbe | None:
    if not isinstance(raw, dict):
        return None
    query, iterations, category = raw.get("query"), raw.get("expected"), raw.get("category")
    if iterations is None and isinstance(band := raw.get("iterations"), list) and band:
        iterations = band[0]
    if not isinstance(query, str) or not query.strip() or type(iterations) is not int:
        return None
    if not 1 <= iterations <= MAX_ITERATIONS:
        return None
    return QuickProbe(
        iterations, query.strip(), category if isinstance(category, str) and category else None
    )
