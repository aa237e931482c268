"""The fields in which the two sides of a conflict differ, and what comes of choosing among them."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Literal

from jessy_tui.dataset.example import HUMAN, JESSY, Example
from jessy_tui.dataset.layout import same_json
from jessy_tui.dataset.merging.conflict import Conflict

Side = Literal["mine", "theirs"]
Path = tuple[str | int, ...]


class Missing:
    """Stands for a value where a side has none."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the sides have differently; the whole example where one deleted it."""

    path: Path
    """The keys and places that lead to it; none for the whole example."""
    name: str
    """What it is called on the screen: "answer", "iterations", "message 3"."""
    base: Any
    """What both began with; `MISSING` where it was not there, as for the other two."""
    mine: Any
    theirs: Any

    @property
    def changed_by(self) -> Side | None:
        """The only side that changed it; None where both did."""
        if _same(self.base, self.theirs):
            return "mine"
        return "theirs" if _same(self.base, self.mine) else None


def fields_of(conflict: Conflict) -> list[Field]:
    """What the sides have differently, in the order of the example."""
    mine, theirs, base = (_raw(one) for one in (conflict.mine, conflict.theirs, conflict.base))
    if mine is MISSING or theirs is MISSING:
        return [Field((), "whole example", base, mine, theirs)]
    example = conflict.mine
    assert example is not None  # noqa: S101 - its raw value is not MISSING
    return [
        Field(path, _name_of(path, example), _at(base, path), _at(mine, path), _at(theirs, path))
        for path in _differences(mine, theirs, ())
    ]


def chosen(conflict: Conflict, sides: Mapping[Path, Side]) -> Example | None:
    """The example with each field from the side that `sides` names; None for a deletion.

    Where all are from one side, it is that side's example as it is.

    Raises:
        KeyError: a field has no side.
    """
    fields = fields_of(conflict)
    picked = [sides[field.path] for field in fields]
    if "theirs" not in picked:
        return conflict.mine
    if "mine" not in picked:
        return conflict.theirs
    assert conflict.mine is not None  # noqa: S101 - a deletion is one field
    raw = deepcopy(conflict.mine.raw)
    for field, side in zip(fields, picked, strict=True):
        if side == "theirs":
            _put(raw, field.path, field.theirs)
    return Example(raw)


def _raw(example: Example | None) -> Any:
    return MISSING if example is None else example.raw


def _same(one: Any, other: Any) -> bool:
    if one is MISSING or other is MISSING:
        return one is other
    return same_json(one, other)


def _differences(mine: Any, theirs: Any, path: Path) -> Iterator[Path]:
    if isinstance(mine, dict) and isinstance(theirs, dict) and not _is_value(path):
        differ = False
        for key in dict.fromkeys([*mine, *theirs]):
            one, other = mine.get(key, MISSING), theirs.get(key, MISSING)
            for difference in _differences(one, other, (*path, key)):
                differ = True
                yield difference
        if not differ and not _same(mine, theirs):
            yield path  # only the order of the keys
        return
    both_lists = isinstance(mine, list) and isinstance(theirs, list)
    if path == ("conversations",) and both_lists and len(mine) == len(theirs):
        for place, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            yield from _differences(one, other, (*path, place))
    elif not _same(mine, theirs):
        yield path


def _is_value(path: Path) -> bool:
    """Whether what stands there is shown as one value: below a key of the label nothing is told."""
    return len(path) > 3


def _name_of(path: Path, example: Example) -> str:
    if not path:
        return "example"
    if path[0] != "conversations" or len(path) < 2:
        return ".".join(map(str, path))
    place = path[1]
    assert isinstance(place, int)  # noqa: S101 - by _differences
    turns = example.turns
    roles = [turn.role for turn in turns]
    simple = roles == [HUMAN, JESSY]
    last = len(roles) - 1 - roles[::-1].index(JESSY) if JESSY in roles else -1
    message = ("question", "answer")[place] if simple else f"message {place + 1}"
    match path[2:]:
        case ("value",):
            return message
        case ("metadata", key) if place == last:
            return str(key)
        case ("from",):
            return f"who says {message}"
        case ():
            return message
        case rest:
            return f"{'.'.join(map(str, rest))} of {message}"


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


def _put(raw: Any, path: Path, value: Any) -> None:
    *way, last = path
    for step in way:
        raw = raw[step]
    if value is MISSING:
        del raw[last]
    else:
        raw[last] = deepcopy(value)
