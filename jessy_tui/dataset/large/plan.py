"""What of a query the columns answer for all rows at once, and what is left to look for.

Each node gets two masks over the rows: those that surely match, and those that may. Where the
two are the same the columns have answered; the rest of the rows are decoded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jessy_tui.dataset.large.columns import Columns
from jessy_tui.dataset.large.labels import COMPLEXITIES
from jessy_tui.dataset.query import (
    And,
    Edited,
    Everything,
    Has,
    Is,
    Meta,
    MetaNumber,
    Name,
    Node,
    Not,
    Number,
    Or,
    Regex,
    Text,
    byte_pattern,
)
from jessy_tui.dataset.query.keys import PARTS
from jessy_tui.dataset.turkish import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

_NUMBERS = ("in", "na")
"""How infinity and what is no number begin."""
_COLUMN_OF = {"iterations": "iterations", "len": "length", "turns": "turns", "weight": "weight"}
_NAME_OF = {"category": "category", "part": "part", "lang": "language"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that follow each other and stand in their file as they lie on the disk."""

    columns: Columns
    first: int
    last: int
    """Exclusive."""
    file_name: str
    numbers: "Callable[[], NDArray[np.int64]]"
    """The number of each row in the list, from 1."""
    findings: "Callable[[str], Mask | None]" = lambda _: None
    """The rows of which the checks say something, where that is known."""
    edited: "Mask" = field(init=False)
    """The rows that differ from disk by changes of very many rows."""
    words: "dict[Text, Mask]" = field(default_factory=dict)
    """Words that were looked for in the bytes already, with the rows that have them."""
    regexes: "dict[Regex, Mask]" = field(default_factory=dict)
    """Regular expressions that were looked for, with the rows that have them."""

    def __post_init__(self) -> None:
        import numpy as np

        object.__setattr__(self, "edited", np.zeros(self.last - self.first, bool))


def masks(node: Node, rows: Rows) -> "tuple[Mask, Mask]":
    """The rows that surely match, and those that may."""
    import numpy as np

    match node:
        case And(parts) | Or(parts):
            join = np.logical_and if isinstance(node, And) else np.logical_or
            surely, maybe = masks(parts[0], rows)
            for part in parts[1:]:
                more_surely, more_maybe = masks(part, rows)
                surely, maybe = join(surely, more_surely), join(maybe, more_maybe)
            return surely, maybe
        case Not(part):
            surely, maybe = masks(part, rows)
            return ~maybe, ~surely
    if isinstance(node, Text) and node in rows.words:
        # Only of plain rows the bytes say as much as the messages.
        plain, found = _column(rows, "plain") > 0, rows.words[node]
        return found & plain, found | ~plain
    known = rows.regexes.get(node) if isinstance(node, Regex) else _known(node, rows)
    if known is not None:
        return known, known
    size = rows.last - rows.first
    return np.zeros(size, bool), np.ones(size, bool)


def _known(node: Node, rows: Rows) -> "Mask | None":
    """The rows that match, where the columns say so."""
    import numpy as np

    match node:
        case Everything():
            return _all(rows, matches=True)
        case Is(complexity):
            place = COMPLEXITIES.index(complexity) + 1
            return np.asarray(_column(rows, "complexity") == place)
        case Number("#"):
            return _between(rows.numbers(), node)
        case Number(key):
            numbers = _column(rows, _COLUMN_OF[key])
            found = _between(numbers, node)
            # An example without iterations has no number that could be compared.
            return found & (numbers > 0) if key == "iterations" else found
        case Name("file"):
            name = rows.file_name
            here = name == node.value if node.exact else node.folded in fold(name)
            return _all(rows, matches=here)
        case Name(key) if key in _NAME_OF:
            names = rows.columns.names
            wanted = [
                name == node.value if node.exact else _is_name(key, name, node.folded)
                for name in names
            ]
            return np.array(wanted, bool)[_column(rows, _NAME_OF[key])]
        case Has("label"):
            labelled = [
                _column(rows, name) > 0 for name in ("complexity", "iterations", "category")
            ]
            return labelled[0] & labelled[1] & labelled[2]
        case Has(what) if what not in PARTS:
            return rows.findings(what)
        case Edited(edited):
            return rows.edited if edited else ~rows.edited
    return None


def _is_name(key: str, name: str, folded: str) -> bool:
    if key == "lang":
        return fold(name) == folded
    return bool(name) and fold(name).startswith(folded)


def _column(rows: Rows, name: str) -> "NDArray[np.int64]":
    return rows.columns[name][rows.first : rows.last]


def _between(numbers: "NDArray[np.int64]", node: Number) -> "Mask":
    import numpy as np

    low = 0 if node.low is None else node.low
    found = numbers >= low
    return np.asarray(found if node.high is None else found & (numbers <= node.high))


def _all(rows: Rows, *, matches: bool) -> "Mask":
    import numpy as np

    return np.full(rows.last - rows.first, matches)


def terms_in(node: Node) -> set[Text | Regex]:
    """All words, phrases and regular expressions of a query."""
    match node:
        case And(parts) | Or(parts):
            return {term for part in parts for term in terms_in(part)}
        case Not(part):
            return terms_in(part)
    return {node} if isinstance(node, Text | Regex) else set()


def patterns_of(node: Node) -> list[bytes]:
    """What the bytes of a row have to match, all of it, where the columns leave a query open."""
    match node:
        case Text():
            pattern = byte_pattern(node.text)
            return [pattern] if pattern else []
        case Name("opening" | "word"):
            return [pattern for word in node.words.split() if (pattern := byte_pattern(word))]
        case Meta() | MetaNumber():
            return [byte_pattern(text) for text in _told_by(node) if byte_pattern(text)]
        case Has("code"):
            return _either([[byte_pattern(fence)] for fence in ("```", "~~~")])
        case And(parts):
            return [pattern for part in parts for pattern in _required(part)]
        case Or(parts):
            return _either([patterns_of(part) for part in parts if not _answered(part)])
    return []


def _required(node: Node) -> list[bytes]:
    """The same where the columns may have answered this part, but not the whole."""
    if isinstance(node, Or):
        return _either([_required(part) for part in node.parts])
    if isinstance(node, And):
        return [pattern for part in node.parts for pattern in _required(part)]
    searched = Text | Has | Name | Meta | MetaNumber
    return patterns_of(node) if isinstance(node, searched) else []


def _told_by(node: Meta | MetaNumber) -> list[str]:
    """Texts that stand in a row which the node matches: its key; its value, but no number, which
    may be spelled otherwise."""
    if isinstance(node, Meta) and node.value.isalpha() and not node.folded.startswith(_NUMBERS):
        return [node.key, node.value]
    return [node.key]


def _either(choices: list[list[bytes]]) -> list[bytes]:
    if not choices or not all(choices):
        return []
    # Of what all must match, the first says enough.
    return [b"|".join(b"(?:" + patterns[0] + b")" for patterns in choices)]


def _answered(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return all(map(_answered, parts))
        case Not(part):
            return _answered(part)
        case Name(key):
            return key == "file" or key in _NAME_OF
        case Everything() | Is() | Number() | Edited() | Has("label"):
            return True
    return False


def asks_for_numbers(node: Node) -> bool:
    """Whether the number in the list decides, which a row does not know of itself."""
    match node:
        case And(parts) | Or(parts):
            return any(map(asks_for_numbers, parts))
        case Not(part):
            return asks_for_numbers(part)
    return isinstance(node, Number) and node.key == "#"
