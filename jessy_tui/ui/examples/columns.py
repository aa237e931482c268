"""The columns of the list of examples: what each shows, how wide it is, what it sorts by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.dataset.sortkeys import SortField
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.ui.text import band_class, block

FILE_NAME: Final = "columns.json"

_LEAST_TEXT: Final = 16
"""A text in fewer cells says nothing."""
_CATEGORY_FROM: Final = 56
"""In cells; a narrower list does without the category unless it is asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the columns draw of one example."""

    entry: Entry
    number: int
    """Its place in the whole list, from 1."""
    findings: str = ""
    """The sign of the gravest finding, or nothing."""
    tokens: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` is 0 for a text, which gets what the others leave."""

    name: SortField
    heading: str
    width: int
    what: str
    """What it shows, in a few words."""
    cell: Callable[[Row], str]
    style: Callable[[Row], str] = lambda row: "quiet"
    """The class that the cell is drawn in."""
    right: bool = False
    """Whether it stands at the right of its cells, as numbers do."""


def _label(row: Row) -> str:
    example = row.entry.example
    iterations = example.iterations
    return f"{example.complexity or '?':<6} {iterations or '?'} {block(iterations)}"


def _of_metadata(key: str) -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        value = row.entry.example.metadata.get(key)
        return value if isinstance(value, str) else ""

    return cell


def edited_sign(entry: Entry) -> str:
    """`≠` in conflict, `+` added, `~` edited, a blank for what is as it is on disk."""
    if entry.conflict:
        return "≠"
    return "+" if entry.added else "~" if entry.edited else " "


def _band(row: Row) -> str:
    return band_class(row.entry.example.complexity)


COLUMNS: Final = (
    Column("number", "#", 0, "its place in the whole list", lambda row: f"{row.number:,}",
           lambda row: "number", right=True),
    Column("label", "label", 10, "complexity and iterations", _label, _band),
    Column("complexity", "complex.", 8, "LOW, MEDIUM or HIGH",
           lambda row: row.entry.example.complexity or "?", _band),
    Column("iterations", "it.", 3, "1 to 9",
           lambda row: str(row.entry.example.iterations or "?"), _band, right=True),
    Column("category", "category", 13, "the label's category",
           lambda row: row.entry.example.category or ""),
    Column("question", "question", 0, "the first question", lambda row: row.entry.example.question,
           lambda row: "text"),
    Column("answer", "answer", 0, "the last answer", lambda row: row.entry.example.answer,
           lambda row: "text"),
    Column("file", "file", 14, "the file it stands in", lambda row: row.entry.file.stem),
    Column("language", "lang", 5, "tr, en or mixed, where it is said",
           lambda row: row.entry.example.language or ""),
    Column("part", "part", 12, "the part of its file", _of_metadata("part")),
    Column("length", "length", 7, "characters of the answer",
           lambda row: f"{len(row.entry.example.answer):,}", right=True),
    Column("turns", "turns", 6, "messages of the conversation",
           lambda row: f"{len(row.entry.example.turns):,}", right=True),
    Column("weight", "weight", 6, "how many times it counts in training",
           lambda row: f"{row.entry.example.weight:,}", right=True),
    Column("tokens", "tokens", 7, "of all its training rows, in the chosen base",
           lambda row: row.tokens, right=True),
    Column("findings", "!", 1, "what the checks say: ! error, ? warning, · note",
           lambda row: row.findings, lambda row: "finding"),
    Column("edited", "~", 1, "not saved yet: + added, ~ edited, ≠ conflict",
           lambda row: edited_sign(row.entry),
           lambda row: "added" if row.entry.added and not row.entry.conflict else "edited"),
)  # fmt: skip
BY_NAME: Final[dict[str, Column]] = {column.name: column for column in COLUMNS}
ALWAYS_TEXT: Final = ("question", "answer")
"""Columns that share what the others leave."""

_NARROW: Final[tuple[SortField, ...]] = ("number", "label", "question", "findings", "edited")
_WIDE: Final[tuple[SortField, ...]] = (
    "number", "label", "category", "question", "findings", "edited",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the cells it got, without the blank behind it."""

    column: Column
    width: int


def default_columns(width: int) -> tuple[SortField, ...]:
    """What a list of so many cells shows where nobody has chosen."""
    return _WIDE if width >= _CATEGORY_FROM else _NARROW


def place(names: Sequence[str], width: int, number_width: int) -> list[Placed]:
    """The columns that fit `width` cells, in order. What does not fit is left out from the end.

    The number of a row is `number_width` cells wide, with the mark of the cursor before it.
    """
    columns = [BY_NAME[name] for name in names if name in BY_NAME]

    def least(column: Column) -> int:
        if column.name == "number":
            return number_width + 1
        return column.width or _LEAST_TEXT

    room = width - 1  # the mark
    while len(columns) > 1 and sum(least(column) + 1 for column in columns) > room:
        droppable = [column for column in columns if column.name != "question"]
        others = [column for column in droppable if column.name != "number"]
        columns.remove((others or droppable)[-1])
    texts = [column for column in columns if column.name in ALWAYS_TEXT]
    fixed = sum(least(column) + 1 for column in columns if column not in texts)
    share, more = divmod(max(0, room - fixed - len(texts)), max(1, len(texts)))
    placed = []
    for column in columns:
        if column in texts:
            placed.append(Placed(column, share + (1 if texts.index(column) < more else 0)))
        else:
            placed.append(Placed(column, least(column)))
    return placed


def read_columns(state: Path) -> tuple[SortField, ...] | None:
    """The columns that were chosen, by name; None where nobody has. Unknown ones are left out.

    Raises:
        JessyError: the file is there and not readable.
    """
    path = state / FILE_NAME
    try:
        names = msgspec.json.decode(path.read_bytes(), type=list[str])
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise JessyError(f"{path} cannot be read ({error}); mend it, or delete it.") from error
    columns = dict.fromkeys(BY_NAME[name].name for name in names if name in BY_NAME)
    return tuple(columns) or None


def write_columns(state: Path, names: Sequence[str] | None) -> None:
    """Keep the choice; None goes back to the usual columns.

    Raises:
        JessyError: the folder cannot be written.
    """
    path = state / FILE_NAME
    try:
        if names is None:
            path.unlink(missing_ok=True)
            return
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JessyError(f"{path} cannot be written ({error.strerror or error}).") from error
    write_atomically(path, msgspec.json.encode(list(names)) + b"\n")
