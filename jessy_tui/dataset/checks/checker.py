"""All checks over a set of examples that changes: after an edit, only what it touches is checked.

A `Checker` fed the examples of some files says what `check_files` says of them, whatever edits led
there. Of two examples that say the same, the finding is about the one that came later; an entry
that is removed and put back keeps its place.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import islice
from pathlib import Path
from typing import Final

from jessy_tui.dataset.checks import answers, questions
from jessy_tui.dataset.checks.alone import example_flaws, waived_by
from jessy_tui.dataset.checks.answers import AnswerIndex, OpeningIndex
from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import SEVERITIES, Finding, Flaw, Said, Severity, finding_of
from jessy_tui.dataset.checks.index import Index, Known, NameOf
from jessy_tui.dataset.checks.leaks import LEAK, LeakIndex
from jessy_tui.dataset.checks.questions import QuestionIndex
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.workspace import CheckSettings

DATASET_CHECKS: Final[tuple[Check, ...]] = (
    *questions.CHECKS,
    answers.DUPLICATE,
    answers.OPENING,
    LEAK,
)
"""The checks that compare examples with each other, and with the probes."""

Place = tuple[Path, int]
"""The file of an entry and its place in it, from 0."""

_CHUNK: Final = 1000
_DEFAULTS: Final = CheckSettings()


class Checker:
    """The findings of all entries. For one thread at a time."""

    def __init__(
        self,
        settings: CheckSettings = _DEFAULTS,
        probe_file: ProbeFile | None = None,
        *,
        place_of: Callable[[int], Place],
    ) -> None:
        """`place_of` says where an entry stands now; it is asked only when a finding is read."""
        self._settings = settings
        self._place_of = place_of
        self._known: dict[int, Known] = {}
        self._orders: dict[int, int] = {}
        self._alone: dict[int, list[tuple[Check, Flaw]]] = {}
        """What the checks of one example find; only for those of which they find something."""
        self._measured: dict[int, list[tuple[Check, Flaw]]] = {}
        """What others have found; see `say`."""
        self._said: dict[int, tuple[Said, ...]] = {}
        """What all checks find, without the sentences; only for those of which they do."""
        self._counts: Counter[Said] = Counter()
        self._indexes: list[Index] = []
        on = {check.name for check in DATASET_CHECKS}.difference(settings.off)
        if not on.isdisjoint(check.name for check in questions.CHECKS):
            self._indexes.append(QuestionIndex(settings))
        if answers.DUPLICATE.name in on:
            self._indexes.append(AnswerIndex())
        if answers.OPENING.name in on:
            self._indexes.append(OpeningIndex(settings.opening_share))
        if LEAK.name in on and probe_file is not None:
            self._indexes.append(LeakIndex(probe_file, settings))

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, entry_id: int) -> bool:
        return entry_id in self._known

    # --- changing ------------------------------------------------------------------------------

    def arrange(self, entry_ids: Iterable[int]) -> None:
        """Say in which order entries that come later stand, whichever of them comes first."""
        for entry_id in entry_ids:
            self._orders.setdefault(entry_id, len(self._orders))

    def load(self, entries: Iterable[tuple[int, Example]]) -> None:
        """Take in many entries, which is a good deal faster than one by one.

        Their order is that of the files. What is loaded stays loaded if `entries` raises.

        Raises:
            ValueError: an entry is there already.
        """
        rest = iter(entries)
        while chunk := list(islice(rest, _CHUNK)):
            self._refresh(self._add(chunk))

    def update(self, entry_id: int, example: Example) -> Set[int]:
        """An entry is new, or holds this example now; returns those whose findings may differ."""
        touched = self.remove(entry_id) | self._add([(entry_id, example)])
        self._refresh(touched)
        return touched

    def say(self, entry_id: int, found: list[tuple[Check, Flaw]]) -> None:
        """Keep what somebody else has found in an entry, until it holds another example."""
        if entry_id in self._known and (found or entry_id in self._measured):
            self._measured[entry_id] = found
            self._refresh([entry_id])

    def remove(self, entry_id: int) -> Set[int]:
        """An entry is gone; returns those whose findings may differ. Unknown ones are no matter."""
        known = self._known.pop(entry_id, None)
        if known is None:
            return set()
        touched = {entry_id}
        for index in self._indexes:
            touched |= index.remove(known)
        self._alone.pop(entry_id, None)
        self._measured.pop(entry_id, None)
        self._refresh(touched)
        return touched

    def _add(self, entries: list[tuple[int, Example]]) -> set[int]:
        pairs = []
        for entry_id, example in entries:
            if entry_id in self._known:
                raise ValueError(f"entry {entry_id} is there already")
            subject = Subject(example, self._settings)
            order = self._orders.setdefault(entry_id, len(self._orders))
            known = Known(entry_id, order, waived_by(example))
            self._known[entry_id] = known
            flaws = list(example_flaws(subject, known.waived))
            if flaws:
                self._alone[entry_id] = flaws
            pairs.append((known, subject))
        touched = {entry_id for entry_id, _ in entries if entry_id in self._alone}
        for index in self._indexes:
            touched |= index.add_all(pairs)
        return touched

    def _refresh(self, entry_ids: Iterable[int]) -> None:
        for entry_id in entry_ids:
            self._counts.subtract(self._said.get(entry_id, ()))
            found = self._flaws(entry_id, _no_name)
            said = tuple(Said(check.name, check.severity) for check, _ in found)
            if said:
                self._said[entry_id] = said
                self._counts.update(said)
            else:
                self._said.pop(entry_id, None)

    # --- asking --------------------------------------------------------------------------------

    def would_say(self, entry_id: int, example: Example, was: Example | None) -> list[Finding]:
        """What all checks would say of an entry that held another example, the gravest first.

        `was` is what it holds now; None where there is no such entry. Nothing is changed.
        """
        known = self._known.get(entry_id)
        measured = self._measured.get(entry_id)
        self.update(entry_id, example)
        findings = [finding_of(check, flaw) for check, flaw in self.flaws_of(entry_id)]
        self.remove(entry_id)
        if known is None or was is None:
            self._orders.pop(entry_id, None)
        else:
            self.update(entry_id, was)
            self.say(entry_id, measured or [])
        return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))

    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, also of those there are none of."""
        counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
        for said, count in self._counts.items():
            counts[said.severity] += count
        return counts

    def by_check(self) -> dict[Said, int]:
        """How many findings there are of each check that finds something."""
        return {said: count for said, count in self._counts.items() if count}

    def said_of(self, entry_id: int) -> tuple[Said, ...]:
        """Which checks found something in an entry; cheaper than the sentences."""
        return self._said.get(entry_id, ())

    def flagged(self) -> Set[int]:
        """The entries that have findings; a view that changes with them."""
        return self._said.keys()

    def findings_of(self, entry_id: int) -> list[Finding]:
        """What all checks say of an entry, the gravest first; nothing of one that is not there."""
        if entry_id not in self._said:
            return []
        file, index = self._place_of(entry_id)
        findings = [
            finding_of(check, flaw, file=file, index=index)
            for check, flaw in self.flaws_of(entry_id)
        ]
        return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))

    def flaws_of(self, entry_id: int) -> Iterator[tuple[Check, Flaw]]:
        """The same as the checks say it: those of one example first, then those between them."""
        return self._flaws(entry_id, self._name_of)

    def _flaws(self, entry_id: int, name_of: NameOf) -> Iterator[tuple[Check, Flaw]]:
        known = self._known.get(entry_id)
        if known is None:
            return
        yield from self._alone.get(entry_id, ())
        for check, flaw in self._measured.get(entry_id, ()):
            if check.name not in known.waived and check.name not in self._settings.off:
                yield check, flaw
        for index in self._indexes:
            for check, flaw in index.flaws(known, name_of):
                waived = check.name in known.waived and check.severity != "error"
                if not waived and check.name not in self._settings.off:
                    yield check, flaw

    def _name_of(self, entry_id: int) -> str:
        file, index = self._place_of(entry_id)
        return f"example {index + 1} of {file.name}"


def _no_name(_: int) -> str:
    """Where it is only asked whether there is something."""
    return ""
