"""Two columns side by side: which probes one has right and the other wrong. Pure functions."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.estimates import CONFIDENCE, least_telling, mcnemar
from jessy_tui.evaluation.measures import BY_NAME, Measure
from jessy_tui.evaluation.probe import Probe

DEFAULT_MEASURE: Final = "band"


class Change(StrEnum):
    """What became of a probe from one column to the other."""

    FIXED = "FIXED"
    """Wrong before, right after."""
    REGRESSED = "REGRESSED"
    """Right before, wrong after."""
    PRESERVED = "PRESERVED"
    """Right in both."""
    PERSISTENT = "PERSISTENT"
    """Wrong in both."""

    @classmethod
    def of(cls, before: bool, after: bool) -> "Change":
        """The change between two verdicts."""
        if after:
            return cls.PRESERVED if before else cls.FIXED
        return cls.REGRESSED if before else cls.PERSISTENT


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """Probes and what one model answered to them."""

    name: str
    probes: tuple[Probe, ...]
    answers: tuple[Answer, ...]


class ProbeChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one probe."""

    probe: Probe
    change: Change
    before: tuple[Answer, ...]
    """One a seed."""
    after: tuple[Answer, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the probes that both columns have, by one measure."""

    before: str
    """The name of the first column."""
    after: str
    measure: str
    changes: tuple[ProbeChange, ...]
    """In the order of the first column's probes."""
    left_out: tuple[str, ...]
    """Ids of probes that only one has answered, or that are others in each."""

    @property
    def counts(self) -> dict[Change, int]:
        """How many probes there are of each change, also of those there are none of."""
        found = Counter(change.change for change in self.changes)
        return {change: found[change] for change in Change}

    @property
    def p_value(self) -> float:
        """Of the exact test of McNemar; see `estimates.mcnemar`."""
        counts = self.counts
        return mcnemar(counts[Change.REGRESSED], counts[Change.FIXED])

    @property
    def differ(self) -> bool:
        """Whether the two can be told apart: a p below 0.05."""
        return self.p_value < 1 - CONFIDENCE

    @property
    def verdict(self) -> str:
        """What comes of it, in a sentence or two."""
        counts, total = self.counts, len(self.changes)
        fixed, regressed = counts[Change.FIXED], counts[Change.REGRESSED]
        if not total:
            return f"{self.before} and {self.after} have no probe in common."
        title = BY_NAME[self.measure].title
        said = (
            f"By {title}, {self.after} has {fixed} {_probes(fixed)} right that {self.before} has "
            f"wrong, and {regressed} wrong that it has right (p = {self.p_value:.2g})."
        )
        if self.differ:
            better = self.after if fixed > regressed else self.before
            return f"{said} {better} is better."
        points = 100 * least_telling(total)
        return (
            f"{said} That is noise: with {total} probes a difference below {points:.0f} points "
            "never tells two models apart, and this one does not."
        )


def compare(before: Column, after: Column, measure: str = DEFAULT_MEASURE) -> Comparison:
    """Compare two columns by a measure of `measures.BY_NAME`.

    A probe with several seeds is right where more than half of its answers are.

    Raises:
        KeyError: there is no such measure.
    """
    asked = BY_NAME[measure]
    befores, afters = _by_probe(before), _by_probe(after)
    others = {probe.id: probe for probe in after.probes}
    changes, left_out = [], []
    for probe in before.probes:
        ones, twos = befores.get(probe.id, ()), afters.get(probe.id, ())
        first = _right(asked, probe, ones)
        second = _right(asked, probe, twos)
        if others.get(probe.id) != probe or not ones or not twos:
            left_out.append(probe.id)
        elif first is not None and second is not None:
            change = Change.of(first, second)
            changes.append(ProbeChange(probe=probe, change=change, before=ones, after=twos))
    known = {probe.id for probe in before.probes}
    left_out += [probe.id for probe in after.probes if probe.id not in known]
    return Comparison(
        before=before.name,
        after=after.name,
        measure=measure,
        changes=tuple(changes),
        left_out=tuple(left_out),
    )


def _by_probe(column: Column) -> dict[str, tuple[Answer, ...]]:
    found: dict[str, list[Answer]] = {}
    for answer in column.answers:
        found.setdefault(answer.probe, []).append(answer)
    return {name: tuple(answers) for name, answers in found.items()}


def _right(measure: Measure, probe: Probe, answers: Sequence[Answer]) -> bool | None:
    """Whether more than half of the answers have it; None where it makes no sense."""
    verdicts = [measure.of(probe, answer) for answer in answers]
    known = [verdict for verdict in verdicts if verdict is not None]
    return sum(known) * 2 > len(known) if known else None


def _probes(number: int) -> str:
    return "probe" if number == 1 else "probes"
