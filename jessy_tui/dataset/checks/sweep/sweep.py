"""One pass over files: the pieces go out to processes, what they say comes back in order."""

import pickle
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal

from jessy_tui.dataset.census import Census
from jessy_tui.dataset.checks.answers import opening_of, opening_reason
from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import SEVERITIES, Finding, Flaw, Said, Severity, finding_of
from jessy_tui.dataset.checks.leaks import LEAK
from jessy_tui.dataset.checks.length import TOO_LONG, Measure, too_long
from jessy_tui.dataset.checks.questions import (
    NEAR as NEAR_CHECK,
)
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.sweep.compare import (
    OPENING,
    Likeness,
    compare,
    nothing,
)
from jessy_tui.dataset.checks.sweep.examine import (
    ANSWER as ANSWER_FIELDS,
)
from jessy_tui.dataset.checks.sweep.examine import (
    ROW,
    FoundFlaw,
    Job,
    Report,
    examine,
    value_at,
)
from jessy_tui.dataset.checks.sweep.hands import Hands
from jessy_tui.dataset.checks.sweep.pieces import SIZE, Piece, pieces_of
from jessy_tui.dataset.checks.sweep.sentences import reason_of
from jessy_tui.dataset.neartexts import NearTexts
from jessy_tui.dataset.patch import offset_of
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.dataset.reading import ExampleFileError
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Stage = Literal["reading", "comparing"]
Tell = Callable[[Stage, int, int], None]
"""Told of the stage, and of how much of it is done of how much; bytes while reading."""

_STEPS: Final = 1000
_AHEAD: Final = 2
"""So many pieces are under way for each process, besides the one it looks at."""
_FEW: Final = 8 * SIZE
"""So many bytes are looked at here: processes would take longer to start."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Where a piece stands among all, and where its flaws are kept."""

    file: int
    first: int
    """The number of its first example, over all files."""
    line: int
    """The line at which it begins, from 1."""
    kept: int
    """Where its flaws begin in the file they are kept in."""


class Sweep:
    """What all checks say of the examples of some files. Use it in a `with` block."""

    def __init__(
        self,
        paths: Sequence[Path],
        settings: CheckSettings,
        probes: ProbeFile | None = None,
        *,
        processes: int = 2,
        measure: Measure | None = None,
    ) -> None:
        """`processes` look at the examples; with 0 of them it is done here.

        With a `measure`, the tokens of answers that may be too long are counted.
        """
        import numpy as np

        self._measure = None if TOO_LONG.name in settings.off else measure
        most = self._measure.most if self._measure else None
        self._job = Job(tuple(paths), settings, probes, most)
        self.unmeasured: str | None = None
        """Why no tokens are counted, in a sentence, where that was tried."""
        self._sizes = [_size(path) for path in paths]
        self._processes = processes if sum(self._sizes) > _FEW else 0
        self._known: list[_Known] = []
        self._rows: list[NDArray[np.void]] = []
        self._answers: list[NDArray[np.void]] = []
        self._near: NearTexts | None = None
        if NEAR_CHECK.name not in settings.off:
            self._near = NearTexts(settings.near_duplicate)
        self.starts = [0]
        """The number of the first example of each file, over all files."""
        self._kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._all = np.zeros(0, np.dtype(ROW))
        self.compared = nothing()
        self._by_check: Counter[Said] = Counter()
        self.examples = 0
        """How many were looked at."""
        self.census = Census(paths)
        """What their labels say."""
        self.errors: list[ExampleFileError] = []
        """What is wrong with files as a whole."""
        self.complete = False
        """Whether everything was looked at and compared."""

    def __enter__(self) -> "Sweep":
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    # --- looking -------------------------------------------------------------------------------

    def run(
        self,
        tell: Tell = lambda *_: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Look at all; once `stopped` says so, it ends with what is known until then.

        Raises:
            JessyError: a file was changed or taken away meanwhile.
        """
        import numpy as np

        try:
            self._read(tell, stopped)
        except OSError as error:
            raise JessyError(
                f"A file could not be read to its end ({error.strerror or error}); check again."
            ) from error
        self.starts += [self.examples] * (len(self._job.paths) + 1 - len(self.starts))
        for path, size in zip(self._job.paths, self._sizes, strict=True):
            if _size(path) != size:
                raise JessyError(f"{path} was changed while it was checked; check again.")
        if self._rows:
            self._all = np.concatenate(self._rows)
        answers = (
            np.concatenate(self._answers) if self._answers else np.zeros(0, np.dtype(ANSWER_FIELDS))
        )
        self._rows, self._answers = [], []
        tell("comparing", 0, _STEPS)
        whole = not stopped()
        near = self._near if whole else None

        def compared(share: float) -> None:
            tell("comparing", int(share * _STEPS), _STEPS)

        self.compared = compare(self._all, answers, near, self._job.settings, stopped, compared)
        self.complete = whole and not stopped()
        for one in self.compared:
            self._by_check[Said(one.check, "warning")] += 1
        tell("comparing", _STEPS, _STEPS)

    def _read(self, tell: Tell, stopped: Callable[[], bool]) -> None:
        done, total = 0, sum(self._sizes)
        line, file = 1, 0
        broken: set[int] = set()
        for piece, report in self._reports(stopped, broken):
            if piece.file != file:
                self.starts += [self.examples] * (piece.file - file)
                file, line = piece.file, 1
            if piece.file in broken:
                continue
            self._take(piece, report, line)
            if report.broken is not None:
                below, reason, index = report.broken
                start = self.starts[piece.file]
                where = self.examples - len(report.rows) - start + index
                path = self._job.paths[piece.file]
                error = ExampleFileError(path, reason, line=line + below, index=where)
                self.errors = [one for one in self.errors if one.path != path]
                self.errors.append(error)
                broken.add(piece.file)
            line += report.newlines
            done += piece.end - piece.begin
            tell("reading", done, total)
            if stopped():
                return

    def _take(self, piece: Piece, report: Report, line: int) -> None:
        self._known.append(_Known(piece.file, self.examples, line, self._kept.tell()))
        report.flaws += self._too_long(report)
        pickle.dump(report.flaws, self._kept, pickle.HIGHEST_PROTOCOL)
        self._by_check.update(
            Said(name, _checks()[name].severity) for _, _, name, _ in report.flaws
        )
        report.answers["row"] += self.examples
        self._rows.append(report.rows)
        self._answers.append(report.answers)
        if self._near is not None:
            self._near.add(report.keys, report.sketches)
        self.examples += len(report.rows)
        self.census.cells.update(report.census.cells)
        self.census.languages.update(report.census.languages)
        self.census.turns.update(report.census.turns)
        self.census.lengths.update(report.census.lengths)

    def _too_long(self, report: Report) -> list[FoundFlaw]:
        if self._measure is None:
            return []
        try:
            flaws = too_long([row for _, _, row in report.long], self._measure)
        except JessyError as error:
            self._measure, self.unmeasured = None, str(error)
            return []
        return [
            (number, line, TOO_LONG.name, flaw)
            for (number, line, _), flaw in zip(report.long, flaws, strict=True)
            if flaw is not None
        ]

    def _pieces(self, broken: set[int]) -> Iterator[Piece]:
        for number, path in enumerate(self._job.paths):
            try:
                for piece in pieces_of(path, number):
                    if number in broken:
                        break  # nothing behind what is broken can be told apart
                    yield piece
            except ExampleFileError as error:
                if number not in broken:
                    self.errors.append(error)

    def _reports(
        self, stopped: Callable[[], bool], broken: set[int]
    ) -> Iterator[tuple[Piece, Report]]:
        """The pieces in order, with what is said of each."""
        if not self._processes:
            for piece in self._pieces(broken):
                yield piece, examine(self._job, piece)
            return
        with Hands(self._job, self._processes) as hands:
            waiting: deque[tuple[Piece, Future[Report | None]]] = deque()
            for piece in self._pieces(broken):
                waiting.append((piece, hands.examine(piece)))
                if len(waiting) > self._processes * (1 + _AHEAD):
                    yield self._result(*waiting.popleft())
                if stopped():
                    return
            while waiting:
                yield self._result(*waiting.popleft())

    def _result(self, piece: Piece, future: "Future[Report | None]") -> tuple[Piece, Report]:
        """What was said of a piece; where its process is gone, it is looked at here."""
        return piece, future.result() or examine(self._job, piece)

    # --- asking --------------------------------------------------------------------------------

    def counts(self) -> dict[Severity, int]:
        """How many findings of examples there are of each severity."""
        counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
        for said, count in self._by_check.items():
            counts[said.severity] += count
        return counts

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in order."""
        return self._job.paths

    @property
    def rows(self) -> "NDArray[np.void]":
        """What is remembered of each example; see `examine.ROW`."""
        return self._all

    def rows_of_checks(self) -> Iterator[tuple[int, str]]:
        """The number of each example a check finds something in, over all files; in no order."""
        for known in self._known:
            for row, _, name, _ in self._flaws(known):
                yield known.first + row, name
        for one in self.compared:
            yield one.row, one.check

    def _flaws(self, known: _Known) -> list[FoundFlaw]:
        self._kept.seek(known.kept)
        # What was pickled here a moment ago, in a file that has no name.
        flaws: list[FoundFlaw] = pickle.load(self._kept)  # noqa: S301
        return flaws

    def by_check(self) -> dict[Said, int]:
        """How many findings of examples each check has that finds something."""
        return dict(self._by_check)

    def findings(self) -> Iterator[Finding]:
        """All findings of examples, in the order of the files; read anew each time."""
        likenesses = iter(self.compared)
        waiting = next(likenesses, None)
        for number, known in enumerate(self._known):
            ends = self._known[number + 1 : number + 2]
            last = ends[0].first if ends else self.examples
            said: list[tuple[int, int, Finding]] = []
            for row, line, name, flaw in self._flaws(known):
                place = 3 if name == LEAK.name else 1 if name == TOO_LONG.name else 0
                said.append((known.first + row, place, self._of(known, row, line, name, flaw)))
            while waiting is not None and waiting.row < last:
                said.append((waiting.row, 2, self._finding(known, waiting)))
                waiting = next(likenesses, None)
            said.sort(key=lambda one: one[:2])
            yield from (finding for _, _, finding in said)

    def _of(self, known: _Known, row: int, line: int, name: str, flaw: Flaw) -> Finding:
        return finding_of(
            _checks()[name],
            flaw,
            file=self._job.paths[known.file],
            index=known.first + row - self.starts[known.file],
            line=known.line + line,
        )

    def _finding(self, known: _Known, one: Likeness) -> Finding:
        """A likeness in a sentence, which reads its example once more."""
        row = self._all[one.row]
        with self._job.paths[known.file].open("rb") as stream:
            stream.seek(int(row["begin"]))
            content = stream.read(int(row["end"] - row["begin"]))
        turn = one.turn
        if one.kind == OPENING:
            opening = opening_of(Subject(value_at(content), self._job.settings))
            path, words = opening if opening is not None else (("conversations", 0), "")
            share = self._job.settings.opening_share
            reason = opening_reason(words, one.many, self.compared.openings, share)
            turn = int(path[1])
        else:
            reason = reason_of(one, self._name(one.other), self._all["plan"])
        flaw = Flaw(("conversations", turn, "value"), reason)
        line = int(row["line"])
        if b"\n" in content:
            source = content.decode(errors="replace")
            line += source.count("\n", 0, offset_of(source, flaw.path))
        return self._of(known, one.row - known.first, line, one.check, flaw)

    def _name(self, row: int) -> str:
        file = max(at for at, start in enumerate(self.starts[:-1]) if start <= row)
        return f"example {row - self.starts[file] + 1} of {self._job.paths[file].name}"


def _checks() -> dict[str, Check]:
    from jessy_tui.dataset.checks import BY_NAME

    return BY_NAME


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
