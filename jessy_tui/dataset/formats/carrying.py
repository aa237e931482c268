"""An example as a row and back, with all that the format itself has no place for.

What a format cannot hold is put beside it under one key, `jessy`, so that converting back gives
the same example. Where only the label has more keys than the format takes, it is those; else the
whole example. A row that was edited since no longer says what is kept beside it: then what the
row itself says counts.
"""

from collections.abc import Callable
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.formats.chat import LIST
from jessy_tui.dataset.formats.format import BESIDE, Format, Heard, RowError, parsed, same

EDITED: Final = "rows edited since they were written: what they say now counts"
Through = Callable[[dict[str, Any]], dict[str, Any]]
"""What a row is after it was written into a file of some kind and read again."""


def to_raw(format_: Format, row: Any) -> Heard:
    """A row as an example.

    Raises:
        RowError: it is none.
    """
    if not isinstance(row, dict):
        raise RowError("an object with keys is expected")
    if BESIDE not in row:
        return format_.read(row)
    own = {key: value for key, value in row.items() if key != BESIDE}
    beside = parsed(row[BESIDE])
    whole: Any = beside.get("example") if isinstance(beside, dict) else None
    if is_conversation(whole):
        if _says(format_, own, whole):
            return Heard(whole)
        heard = format_.read(own)
        return Heard(heard.raw, heard.kept, heard.lost, (*heard.noted, EDITED))
    if isinstance(beside, dict) and isinstance(more := beside.get("metadata"), dict):
        heard = format_.read(own)
        _add_metadata(heard.raw, more)
        return heard
    heard = format_.read(own)
    heard.raw[BESIDE] = row[BESIDE]
    return Heard(heard.raw, (*heard.kept, f"column `{BESIDE}`"), heard.lost, heard.noted)


def to_row(
    format_: Format, raw: Any, *, plan: bool, bare: bool, through: Through
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """An example as a row, and the names of what is lost.

    Args:
        format_: the format of the row.
        raw: the JSON of the example.
        plan: whether answers say their plan first.
        bare: only what the format itself has a place for; what it has not is lost.
        through: what becomes of the row in the kind of file it is written into.

    Raises:
        RowError: it is no conversation of people and Jessy in which somebody answers.
    """
    if not is_conversation(raw):
        raise RowError(
            "it is no conversation with a question and an answer; `jessy check` says why"
        )
    row = format_.write(raw, plan=plan, bare=bare)
    back = _read_beside(format_, through(row))
    if back is not None and same(back, raw):
        return row, ()
    if bare:
        return row, lost(raw, back)
    if back is not None and (more := _more_metadata(raw, back)) is not None:
        with_more = {**row, BESIDE: {"metadata": more}}
        if same(_read_beside(format_, through(with_more)), raw):
            return with_more, ()
    with_all = {**row, BESIDE: {"example": raw}}
    back = _read_beside(format_, through(with_all))
    return with_all, () if same(back, raw) else lost(raw, back)


def is_conversation(raw: Any) -> bool:
    """Whether it is an object with messages that all have a speaker and a text, both speaking."""
    turns = raw.get(LIST) if isinstance(raw, dict) else None
    if not isinstance(turns, list):
        return False
    speakers = set()
    for turn in turns:
        if not isinstance(turn, dict) or not isinstance(turn.get("value"), str):
            return False
        if not isinstance(speaker := turn.get("from"), str):
            return False
        speakers.add(speaker)
    return speakers == {HUMAN, JESSY}


def lost(raw: dict[str, Any], back: dict[str, Any] | None) -> tuple[str, ...]:
    """What of an example is not in what is read back, by name."""
    if back is None:
        return ("the conversation, which cannot be read back",)
    names = [f"key `{key}`" for key in raw if key not in back or _differ(raw, back, key)]
    if (turns := f"key `{LIST}`") in names:
        names.remove(turns)
    before, after = raw[LIST], back[LIST]
    if len(before) != len(after):
        names.append("turns")
    # The last answer has the label: it is compared with the last.
    for turn, other in zip(reversed(before), reversed(after), strict=False):
        names += _lost_of_turn(turn, other)
    return tuple(dict.fromkeys(names)) or ("the order or kind of values",)


def _lost_of_turn(turn: dict[str, Any], other: dict[str, Any]) -> list[str]:
    names = ["texts as they were"] if turn["value"] != other["value"] else []
    names += ["speakers"] if turn["from"] != other["from"] else []
    label, kept = turn.get("metadata"), other.get("metadata")
    if isinstance(label, dict):
        kept = kept if isinstance(kept, dict) else {}
        names += [f"`{key}` of the label" for key in label if _differ(label, kept, key)]
        names += ["metadata without keys"] if not label and "metadata" not in other else []
    elif _differ(turn, other, "metadata"):
        names.append("metadata")
    known = ("from", "value", "metadata")
    names += [
        f"key `{key}` of messages" for key in turn if key not in known and _differ(turn, other, key)
    ]
    return names


def _differ(one: dict[str, Any], other: dict[str, Any], key: str) -> bool:
    return key in one and not (key in other and same(one[key], other[key]))


def _read_beside(format_: Format, row: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return to_raw(format_, row).raw
    except RowError:
        return None


def _says(format_: Format, own: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether a row still says what it did when the whole example was put beside it."""
    keys = [key for key in own if key in format_.columns]
    for plan in (True, False):
        row = format_.write(whole, plan=plan, bare=False)
        if all(_cell_is(own[key], row.get(key)) for key in keys):
            return True
    return False


def _cell_is(cell: Any, value: Any) -> bool:
    if cell in (None, "") and value in (None, ""):
        return True
    if isinstance(cell, str) and isinstance(value, int | float) and not isinstance(value, bool):
        return cell == str(value)
    if same(cell, value):
        return True
    found = parsed(cell)
    if isinstance(found, list) and isinstance(value, list):
        return len(found) == len(value) and all(map(_cell_is, found, value))
    # A table may have no place for all keys of a message.
    return (
        isinstance(found, dict)
        and isinstance(value, dict)
        and all(key in value and _cell_is(one, value[key]) for key, one in found.items())
    )


def _more_metadata(raw: dict[str, Any], back: dict[str, Any]) -> dict[str, Any] | None:
    """The keys of the last label that are missing, if nothing else is."""
    label = _last_answer(raw).get("metadata")
    if not isinstance(label, dict):
        return None
    found = _last_answer(back).get("metadata")
    found = found if isinstance(found, dict) else {}
    return {key: value for key, value in label.items() if _differ(label, found, key)} or None


def _add_metadata(raw: dict[str, Any], more: dict[str, Any]) -> None:
    answer = _last_answer(raw)
    label = answer.get("metadata")
    answer["metadata"] = {**(label if isinstance(label, dict) else {}), **more}


def _last_answer(raw: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = next(turn for turn in reversed(raw[LIST]) if turn["from"] == JESSY)
    return answer
