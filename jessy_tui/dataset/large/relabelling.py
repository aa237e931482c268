"""Setting the labels of many rows in their bytes. Runs in a process of its own."""

from array import array
from functools import lru_cache

import msgspec
import orjson

from jessy_tui.dataset.bulk import SetLabel
from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.jsontext import BLANK, skip_whitespace
from jessy_tui.dataset.large.labels import USUAL, Labels, labels_of
from jessy_tui.dataset.large.line import read_example
from jessy_tui.dataset.layout import Style, same_json
from jessy_tui.dataset.patch import rewrite

WANTED, PLAIN = 1, 2
"""Flags of a row: whether it is asked for, and whether it is of the usual shape."""


class Relabelled(msgspec.Struct, array_like=True):
    """Rows with their new labels."""

    content: bytes
    """As the file is to have them, without the last line end."""
    ends: bytes
    """Where each row ends in that, as an array of eight bytes each."""
    changed: bytes
    """One byte a row: 1 where it is another now."""
    labels: Labels


def relabel(content: bytes, flags: bytes, rule: SetLabel, style: Style) -> Relabelled:
    """The rows of `content`, those that are asked for with the label that `rule` sets.

    The text of each is the one that an edit of that row alone gives it.
    """
    rows, ends, changed, place = [], array("q"), bytearray(), 0
    for begin, end, flag in zip(*_extents(content), flags, strict=True):
        row = content[begin:end]
        new = None
        if flag & WANTED:
            new = _of_usual(row, rule, style) if flag & PLAIN else None
            if new is None:
                new = _of_any(row, rule, style)
        changed.append(new is not None)
        rows.append(row if new is None else new)
        place += len(rows[-1])
        ends.append(place)
        place += 1
    joined = b"\n".join(rows)
    return Relabelled(joined, ends.tobytes(), bytes(changed), labels_of(joined))


def _extents(content: bytes) -> tuple[list[int], list[int]]:
    """Where the rows begin and end: blank lines belong to the row behind them."""
    begins, ends, begin, place = [], [], 0, 0
    for line in content.split(b"\n"):
        end = place + len(line)
        if line.strip(BLANK.encode()):
            begins.append(begin)
            ends.append(end)
            begin = end + 1
        place = end + 1
    return begins, ends


def _of_usual(row: bytes, rule: SetLabel, style: Style) -> bytes | None:
    """A row of the usual shape; None where it stays as it is, or has no label at all."""
    metadata = bytes(USUAL.decode(row).conversations[-1].metadata)
    new = _label(metadata, msgspec.msgpack.encode(rule), style) if metadata else None
    if new is None or new == metadata:
        return None
    # No text has its bytes in it: there its quotes would be escaped.
    place = row.rindex(metadata)
    return row[:place] + new + row[place + len(metadata) :]


@lru_cache(65_536)
def _label(metadata: bytes, rule: bytes, style: Style) -> bytes:
    """The JSON of a label with what a rule sets; the same where that changes nothing."""
    values = msgspec.msgpack.decode(rule, type=SetLabel).values
    old = orjson.loads(metadata)
    new = {**old, **values}
    for key, value in values.items():
        if value is None:
            del new[key]
    if same_json(old, new):
        return metadata
    return rewrite(metadata.decode(), old, new, style).encode()


def _of_any(row: bytes, rule: SetLabel, style: Style) -> bytes | None:
    """A row of any shape, as one that is edited by itself."""
    try:
        text = row.decode()
    except UnicodeDecodeError:
        return None
    start = skip_whitespace(text, 0)
    source = text[start:].rstrip(BLANK)
    example = read_example(source, lambda reason: reason)
    if isinstance(example, Unreadable) or (new := rule.of(example)) is None:
        return None
    if same_json(example.raw, new.raw):
        return None
    changed = rewrite(source, example.raw, new.raw, style)
    return (text[:start] + changed + text[start + len(source) :]).encode()
