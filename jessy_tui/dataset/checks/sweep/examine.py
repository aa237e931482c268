"""Looking at one piece of a file, in whatever process: what a sweep has to know of each example."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.census import Census
from jessy_tui.dataset.checks.alone import example_flaws, waived_by
from jessy_tui.dataset.checks.answers import opening_of
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.index import Known
from jessy_tui.dataset.checks.leaks import LEAK, LeakIndex, questions_in
from jessy_tui.dataset.checks.length import TOO_LONG, LongRow, long_rows
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.sweep.pieces import Piece
from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.jsontext import BLANK, JsonTextError, read_value, skip_whitespace
from jessy_tui.dataset.large.line import read_example
from jessy_tui.dataset.neartexts import Sketches, sketch
from jessy_tui.dataset.patch import offset_of
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.dataset.turkish import question_key
from jessy_tui.iteration import Complexity, Plan
from jessy_tui.workspace import CheckSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROW: Final = [
    ("begin", "<i8"), ("end", "<i8"), ("line", "<i4"), ("turn", "<i2"), ("plan", "u1"),
    ("waived", "u1"), ("key", "<u8"), ("exact", "<u8"), ("answer", "<u8"), ("pair", "<u8"),
    ("opening", "<u8"),
]  # fmt: skip
"""What is remembered of an example: where it stands (`line` from the begin of its piece), the
place of the message with its first question (-1: none), its plan (0: none), which checks between
examples it is excused from, and hashes of its first question folded and as it stands, of its last
answer, of both, and of the words its last answer begins with (0: none)."""
ANSWER: Final = [("row", "<i4"), ("turn", "<i2"), ("key", "<u8"), ("exact", "<u8")]
"""What is remembered of each answer: of which example of the piece, the place of its message, and
the hashes of its text, folded and as it stands."""

WAIVABLE: Final = (
    "duplicate-question", "two-answers", "similar-question", "near-duplicate",
    "duplicate-answer", "frequent-opening",
)  # fmt: skip
"""The checks between examples, a bit each in `waived`, the first the lowest."""

FoundFlaw = tuple[int, int, str, Flaw]
"""The example of the piece, the line from its begin, the check, and what it found."""


@dataclass
class Report:
    """All there is to say of a piece."""

    rows: "NDArray[np.void]"
    answers: "NDArray[np.void]"
    keys: list[str]
    """The first questions, folded; "" where there is none."""
    sketches: Sketches
    newlines: int
    """Line ends in the piece."""
    census: Census
    """What the labels say."""
    flaws: list[FoundFlaw] = field(default_factory=list)
    long: list[tuple[int, int, LongRow]] = field(default_factory=list)
    """Rows that may have too many tokens: of which example of the piece, and at which line."""
    broken: tuple[int, str, int] | None = None
    """Where the piece is no JSON: the line from its begin, why, and how many examples stood
    before; nothing of it is read from there on."""


@dataclass(frozen=True)
class Job:
    """What all pieces of a sweep have in common."""

    paths: tuple[Path, ...]
    settings: CheckSettings
    probes: ProbeFile | None
    most: int | None = None
    """How many tokens a row may have, where they are to be counted."""


def examine(job: Job, piece: Piece) -> Report:
    """Look at all examples of a piece.

    Raises:
        OSError: the file cannot be read any more.
    """
    with job.paths[piece.file].open("rb") as stream:
        stream.seek(piece.begin)
        content = stream.read(piece.end - piece.begin)
    look = _Look(job, piece.file)
    broken = (look.at_lines if piece.lines else look.at_elements)(content, piece.begin)
    return look.report(content.count(b"\n"), broken)


def value_at(content: bytes) -> Example:
    """The example of a row, as it was read before."""
    return read_example(content.decode(errors="replace").strip(BLANK), str)


class _Look:
    def __init__(self, job: Job, file: int) -> None:
        self._job, self._file = job, file
        self._rows: list[tuple[int, ...]] = []
        self._answers: list[tuple[int, ...]] = []
        self._keys: list[str] = []
        self._flaws: list[FoundFlaw] = []
        self._census = Census()
        self._long: list[tuple[int, int, LongRow]] = []
        self._leaks = _leaks_of(job) if job.probes is not None else None
        self._asked: list[tuple[int, Subject, str, int, str]] = []

    def at_lines(self, content: bytes, begin: int) -> None:
        """Look at one example a line; a line that is none is an example that is unreadable."""
        for line, text in enumerate(content.split(b"\n")):
            bare = text.strip(BLANK.encode())
            if bare:
                at = begin + text.index(bare[:1])
                self._take(_of_line(bare), at, at + len(bare), line, "")
            begin += len(text) + 1

    def at_elements(self, content: bytes, begin: int) -> tuple[int, str, int] | None:
        """Look at examples with commas between them, as far as they are JSON."""
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            reason = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
            return content.count(b"\n", 0, error.start), reason, 0
        ascii_only = len(text) == len(content)
        place = skip_whitespace(text, 0)
        line, seen, bytes_seen = 0, 0, 0
        while place < len(text):
            try:
                value, stop = read_value(text, place)
            except JsonTextError as error:
                where = place if error.position is None else error.position
                return text.count("\n", 0, where), error.reason, len(self._rows)
            line += text.count("\n", seen, place)
            bytes_seen += place - seen if ascii_only else len(text[seen:place].encode())
            source = text[place:stop]
            size = len(source) if ascii_only else len(source.encode())
            at = begin + bytes_seen
            self._take(Example(value), at, at + size, line, source)
            seen = place
            place = skip_whitespace(text, stop)
            if place < len(text):
                if text[place] != ",":
                    reason = f"a comma or ] is missing before {text[place]!r}"
                    return text.count("\n", 0, place), reason, len(self._rows)
                place = skip_whitespace(text, place + 1)
                if place == len(text):
                    reason = "a comma stands before a closing bracket; take it out"
                    return text.count("\n"), reason, len(self._rows)
        return None

    def _take(self, example: Example, begin: int, end: int, line: int, source: str) -> None:
        number = len(self._rows)
        self._census.add(self._file, example)
        subject = Subject(example, self._job.settings)
        waived = waived_by(example)
        for check, flaw in example_flaws(subject, waived):
            self._flaws.append((number, line + _below(source, flaw), check.name, flaw))
        if self._job.most is not None and TOO_LONG.name not in waived:
            for row in long_rows(example, self._job.most):
                below = source.count("\n", 0, offset_of(source, row[0])) if "\n" in source else 0
                self._long.append((number, line + below, row))
        question = subject.first_question
        key = subject.keys[question[0]] if question is not None else ""
        turn = exact = folded = 0
        if question is not None and key:
            turn, exact, folded = int(question[0][1]), _hash(question[1].strip()), _hash(key)
        answer = pair = 0
        for path, text, is_answer in subject.texts:
            found = subject.keys[path] if is_answer else ""
            if found:
                self._answers.append((number, int(path[1]), _hash(found), _hash(text.strip())))
                pair = pair or _hash(f"{example.question.strip()}\0{example.answer}")
        if key:
            answer = _hash(example.answer)
        opening = opening_of(subject)
        self._rows.append(
            (
                begin,
                end,
                line,
                turn if key else -1,
                plan_number(example.plan),
                sum(1 << bit for bit, name in enumerate(WAIVABLE) if name in waived),
                folded,
                exact,
                answer,
                pair,
                _hash(opening[1]) if opening else 0,
            )
        )
        self._keys.append(key)
        if self._leaks is not None:
            self._asked += [
                (number, subject, text, line, source) for _, text in questions_in(subject) if text
            ]

    def report(self, newlines: int, broken: tuple[int, str, int] | None) -> Report:
        """What was seen, the examples that are probes among it."""
        import numpy as np

        threshold = self._job.settings.near_duplicate
        if self._leaks is not None:
            self._flaws += self._leaked(self._leaks, threshold)
        return Report(
            np.array(self._rows, np.dtype(ROW)),
            np.array(self._answers, np.dtype(ANSWER)),
            self._keys,
            sketch(self._keys, threshold),
            newlines,
            self._census,
            self._flaws,
            self._long,
            broken,
        )

    def _leaked(self, leaks: "_Leaks", threshold: float) -> Iterator[FoundFlaw]:
        """The findings of the examples that ask what a probe asks, or may."""
        likely = leaks.likely([text for _, _, text, _, _ in self._asked], threshold)
        known = {
            number: (subject, line, source)
            for (number, subject, _, line, source), maybe in zip(self._asked, likely, strict=True)
            if maybe
        }
        for number, (subject, line, source) in known.items():
            entry = Known(number, number, frozenset())
            leaks.index.add_all([(entry, subject)])
            for check, flaw in leaks.index.flaws(entry, str):
                yield number, line + _below(source, flaw), check.name, flaw
            leaks.index.remove(entry)


class _Leaks:
    """The probes, and a quick look at which of many questions may be near one of them."""

    def __init__(self, probes: ProbeFile, settings: CheckSettings) -> None:
        import numpy as np

        self.index = LeakIndex(probes, settings)
        keys = list(dict.fromkeys(question_key(query) for _, query in probes.queries()))
        self._keys = frozenset(keys)
        bands = sketch(keys, settings.near_duplicate).bands
        self._bands = [np.unique(bands[:, band]) for band in range(bands.shape[1])]

    def likely(self, texts: list[str], threshold: float) -> "NDArray[np.bool_]":
        import numpy as np

        bands = sketch(texts, threshold).bands
        found = np.fromiter((text in self._keys for text in texts), bool, len(texts))
        for number, known in enumerate(self._bands):
            found |= np.isin(bands[:, number], known)
        return found


def _below(source: str, flaw: Flaw) -> int:
    """How many lines below the begin of its example a flaw is."""
    return source.count("\n", 0, offset_of(source, flaw.path)) if "\n" in source else 0


@cache
def _leaks_of(job: Job) -> _Leaks | None:
    if job.probes is None or LEAK.name in job.settings.off:
        return None
    return _Leaks(job.probes, job.settings)


def _of_line(content: bytes) -> Example:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        reason = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8."
        return Unreadable(content.decode(errors="replace"), reason, exact=False)
    return read_example(text, lambda reason: f"{reason}.")


def _hash(text: str) -> int:
    """The same in every process; never 0, which stands for none."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


_COMPLEXITIES: Final = tuple(Complexity)


def plan_number(plan: Plan | None) -> int:
    """A plan as one byte; 0 for none."""
    return 0 if plan is None else 10 * (_COMPLEXITIES.index(plan.complexity) + 1) + plan.iterations


def plan_of(number: int) -> Plan | None:
    """The plan of a byte."""
    if not number:
        return None
    place, iterations = divmod(number, 10)
    return Plan(_COMPLEXITIES[place - 1], iterations)
