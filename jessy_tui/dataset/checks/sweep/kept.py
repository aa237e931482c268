"""What a sweep found, in a few bytes an example, so that a screen can have it of a million.

An example is remembered as a bit for each check; the sentences are made when somebody asks for
them, from the example itself and from what it is like.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.checks.alone import check_example
from jessy_tui.dataset.checks.answers import opening_of, opening_reason
from jessy_tui.dataset.checks.finding import SEVERITIES, Finding, Flaw, Said, finding_of
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.sweep.compare import OPENING, Likeness
from jessy_tui.dataset.checks.sweep.sentences import reason_of
from jessy_tui.dataset.example import Example
from jessy_tui.workspace import CheckSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jessy_tui.dataset.checks.sweep.sweep import Sweep

_ABOUT: Final = "about.json"
Place = tuple[Path, int]
"""The file of an example and its place in it, from 0."""


def keep(sweep: "Sweep", folder: Path) -> None:
    """Write what a sweep found into a folder."""
    import numpy as np

    from jessy_tui.dataset.checks import ALL_CHECKS

    bits = {check.name: 1 << place for place, check in enumerate(ALL_CHECKS)}
    masks = np.zeros(sweep.examples, np.uint64)
    for row, check in sweep.rows_of_checks():
        masks[row] |= np.uint64(bits[check])
    np.save(folder / "masks.npy", masks)
    np.save(folder / "likenesses.npy", sweep.compared.found)
    np.save(folder / "plans.npy", sweep.rows["plan"])
    about = {
        "complete": sweep.complete,
        "openings": sweep.compared.openings,
        "starts": sweep.starts,
        "checks": [check.name for check in ALL_CHECKS],
        "by_check": [[*said, count] for said, count in sweep.by_check().items()],
    }
    (folder / _ABOUT).write_text(json.dumps(about), "utf-8")


class Kept:
    """What was kept in a folder; it may be taken away afterwards."""

    def __init__(self, folder: Path, settings: CheckSettings, paths: Sequence[Path]) -> None:
        """`paths` are the files as they are called here, in the order of the sweep."""
        import numpy as np

        from jessy_tui.dataset.checks import BY_NAME

        about = json.loads((folder / _ABOUT).read_text("utf-8"))
        self._settings = settings
        self.complete: bool = about["complete"]
        self._openings: int = about["openings"]
        self._files = list(paths)
        self._starts: list[int] = about["starts"]
        self._said = [
            Said(name, BY_NAME[name].severity) for name in about["checks"] if name in BY_NAME
        ]
        self.by_check = {Said(name, severity): count for name, severity, count in about["by_check"]}
        """How many findings each check has that finds something."""
        self._masks: NDArray[np.uint64] = np.load(folder / "masks.npy")
        self._plans: NDArray[np.uint8] = np.load(folder / "plans.npy")
        self._likenesses: NDArray[np.void] = np.load(folder / "likenesses.npy")
        self._number = {path: place for place, path in enumerate(self._files)}

    def __len__(self) -> int:
        return len(self._masks)

    def _row(self, place: Place) -> int | None:
        number = self._number.get(place[0])
        if number is None:
            return None
        row = self._starts[number] + place[1]
        return row if row < self._starts[number + 1] else None

    def said_at(self, place: Place) -> tuple[Said, ...] | None:
        """Which checks found something in the example there; None where none stood there."""
        row = self._row(place)
        return None if row is None else tuple(self._of_mask(int(self._masks[row])))

    def _of_mask(self, mask: int) -> Iterator[Said]:
        for bit, said in enumerate(self._said):
            if mask >> bit & 1:
                yield said

    def having(
        self, wanted: Callable[[Said], bool], place: Place, count: int
    ) -> "NDArray[np.bool_] | None":
        """Which of `count` examples from a place on have a finding that is `wanted`."""
        import numpy as np

        row = self._row(place)
        if row is None or row + count > len(self._masks):
            return None
        bits = sum(1 << bit for bit, said in enumerate(self._said) if wanted(said))
        return np.asarray((self._masks[row : row + count] & np.uint64(bits)) != 0)

    def places(self, wanted: Callable[[Said], bool]) -> Iterator[Place]:
        """Where the examples stand that have a finding that is `wanted`, in order."""
        import numpy as np

        bits = sum(1 << bit for bit, said in enumerate(self._said) if wanted(said))
        for number, path in enumerate(self._files):
            start, end = self._starts[number : number + 2]
            for index in np.flatnonzero(self._masks[start:end] & np.uint64(bits)):
                yield path, int(index)

    def flagged_count(self, check: str) -> int:
        """How many examples a check finds something in."""
        import numpy as np

        bits = sum(1 << bit for bit, said in enumerate(self._said) if said.check == check)
        return int(np.count_nonzero(self._masks & np.uint64(bits)))

    def findings_at(self, place: Place, example: Example) -> list[Finding]:
        """What the checks say of the example that stands there, in sentences."""
        row = self._row(place)
        found = check_example(example, self._settings)
        if row is None:
            return found
        from jessy_tui.dataset.checks import BY_NAME

        known = {said.check for said in self._of_mask(int(self._masks[row]))}
        first = int(self._likenesses["row"].searchsorted(row))
        last = int(self._likenesses["row"].searchsorted(row, "right"))
        for values in self._likenesses[first:last].tolist():
            one = Likeness(*values)
            known.discard(one.check)
            found.append(finding_of(BY_NAME[one.check], self._flaw(one, example)))
        known -= {finding.check for finding in found}
        found += [
            finding_of(BY_NAME[name], Flaw((), f"{BY_NAME[name].about} jessy check says where."))
            for name in sorted(known)
        ]
        return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))

    def _flaw(self, one: Likeness, example: Example) -> Flaw:
        if one.kind == OPENING:
            opening = opening_of(Subject(example, self._settings))
            path, words = opening if opening is not None else ((), "")
            share = self._settings.opening_share
            return Flaw(path, opening_reason(words, one.many, self._openings, share))
        name = self._name(one.other)
        return Flaw(("conversations", one.turn, "value"), reason_of(one, name, self._plans))

    def _name(self, row: int) -> str:
        number = max(at for at, start in enumerate(self._starts[:-1]) if start <= row)
        return f"example {row - self._starts[number] + 1} of {self._files[number].name}"
