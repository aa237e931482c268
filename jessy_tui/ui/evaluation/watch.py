"""Looking at the evaluation folders, as the tab shows them; run in a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jessy_tui.dataset.turkish import fold
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer, AnswerReader, first_of_each
from jessy_tui.evaluation.evaluation import Evaluation, Progress
from jessy_tui.evaluation.evaluations import all_evaluations
from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.record import EvaluationRecord, EvaluationState
from jessy_tui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Column:
    """One evaluation as it stood when it was looked at."""

    evaluation: Evaluation
    record: EvaluationRecord
    state: EvaluationState
    explanation: str
    progress: Progress | None
    probes: tuple[Probe, ...]
    """That are asked, excluded ones left out."""
    answers: Mapping[str, tuple[Answer, ...]]
    """By the probe's id, one a seed."""

    @property
    def key(self) -> str:
        """Its folder: what tells it from all others."""
        return str(self.evaluation.folder)

    @property
    def name(self) -> str:
        """What people call it: "first@final"."""
        return self.record.target.name

    @property
    def answered(self) -> int:
        """Answers that are there."""
        return sum(map(len, self.answers.values()))

    def first(self, probe: str) -> Answer | None:
        """The answer of the first seed."""
        found = self.answers.get(probe)
        return found[0] if found else None

    def missed(self, probe: Probe) -> bool:
        """Whether the probe got a plan of another band, or none."""
        answer = self.first(probe.id)
        return answer is not None and not BY_NAME["band"].of(probe, answer)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found."""

    columns: tuple[Column, ...]
    """Those that ask the same probes as the latest does: untrained ones first, then by step."""
    probes: tuple[Probe, ...]
    """All that any column asks, in the order of their file."""
    others: int
    """Evaluations of other probes, which have no place here."""
    problems: tuple[str, ...] = ()


class EvaluationWatch:
    """Reads what is new since the last look."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._readers: dict[Path, AnswerReader] = {}
        self._answers: dict[Path, list[Answer]] = {}
        self._probes: dict[Path, tuple[Probe, ...]] = {}
        self._sets: dict[str, tuple[Probe, ...]] = {}

    def look(self) -> Seen:
        """Look at all evaluations."""
        problems: list[str] = []
        found = []
        for evaluation in all_evaluations(self._workspace, problems):
            try:
                found.append(self._column(evaluation))
            except (JessyError, OSError) as error:
                problems.append(str(error))
        if not found:
            return Seen((), (), 0, tuple(problems))
        latest = max(found, key=lambda column: column.record.created)
        digest = latest.record.probes.digest
        alike = [column for column in found if column.record.probes.digest == digest]
        alike.sort(key=_place)
        if digest not in self._sets:
            try:
                self._sets[digest] = latest.evaluation.probe_set().probes
            except (JessyError, OSError) as error:
                problems.append(str(error))
        probes = self._sets.get(digest, ())
        return Seen(tuple(alike), probes, len(found) - len(alike), tuple(problems))

    def _column(self, evaluation: Evaluation) -> Column:
        folder = evaluation.folder
        if folder not in self._readers:
            self._readers[folder] = AnswerReader(evaluation.answers_path)
            self._answers[folder] = []
            self._probes[folder] = tuple(evaluation.probes())
        answers = self._answers[folder]
        answers += self._readers[folder].poll()
        by_probe: dict[str, list[Answer]] = {}
        for answer in first_of_each(answers):
            by_probe.setdefault(answer.probe, []).append(answer)
        record = evaluation.record
        return Column(
            evaluation=evaluation,
            record=record,
            state=evaluation.state_of(record),
            explanation=evaluation.explain(),
            progress=evaluation.progress(),
            probes=self._probes[folder],
            answers={probe: tuple(said) for probe, said in by_probe.items()},
        )


def _place(column: Column) -> tuple[bool, str, float, float]:
    """Untrained ones first, then run by run and step by step."""
    target = column.record.target
    step = float("inf") if target.step is None else target.step
    return target.run is not None, target.run or "", step, column.record.created


def matching(probes: Sequence[Probe], words: str, column: Column | None) -> list[Probe]:
    """The probes that have all `words`, Turkish folded: in the question, the id, the category, the
    language or the complexity; "missed" are those that `column` has in the wrong band."""
    wanted = fold(words).split()
    found = []
    for probe in probes:
        parts = (probe.id, probe.query, probe.category, probe.language or "", probe.complexity)
        text = fold(" ".join(parts))
        if column is not None and column.missed(probe):
            text += " missed"
        if all(word in text for word in wanted):
            found.append(probe)
    return found
