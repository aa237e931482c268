"""The labels of many rows as numbers, read from their bytes. Runs in a process of its own."""

from array import array
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import orjson

from jessy_tui.dataset.example import JESSY, Example, complexity_in, iterations_in
from jessy_tui.dataset.jsontext import BLANK
from jessy_tui.dataset.large.line import read_example
from jessy_tui.iteration import Complexity

COMPLEXITIES: Final = tuple(Complexity)
_NUMBER_OF: Final = {None: 0} | {value: place for place, value in enumerate(COMPLEXITIES, 1)}
_BLANK: Final = BLANK.encode()
_MOST_BRACKETS: Final = 50
_LARGEST: Final = (1 << 32) - 1


class Label(msgspec.Struct, frozen=True, array_like=True):
    """What a row says of itself, as numbers and names."""

    complexity: int = 0
    """0 for none, then the place in `COMPLEXITIES` from 1."""
    iterations: int = 0
    """0 for none."""
    weight: int = 1
    category: str = ""
    part: str = ""
    language: str = ""


class Labels(msgspec.Struct, array_like=True):
    """Columns of rows that follow each other: the bytes of arrays, four bytes a row."""

    label: bytes
    """The place of the row's label in `distinct`."""
    turns: bytes
    """How many messages."""
    length: bytes
    """Of the answer, in characters."""
    plain: bytes
    """One byte a row: 1 where a search in its bytes finds what one in its messages does."""
    distinct: list[Label]

    @property
    def rows(self) -> int:
        return len(self.label) // 4


class _Message(msgspec.Struct, gc=False):
    """A message of the usual shape. Its label is read only where it was not seen before."""

    role: str = msgspec.field(name="from")
    value: str
    metadata: msgspec.Raw = msgspec.Raw()


class _Conversation(msgspec.Struct, gc=False):
    conversations: list[_Message]


USUAL: Final = msgspec.json.Decoder(_Conversation)


def lines_in(content: bytes) -> Iterator[bytes]:
    """The rows of whole lines."""
    for line in content.split(b"\n"):
        if line and (line[0] > 32 or line.strip(_BLANK)):
            yield line


def labels_of(content: bytes) -> Labels:
    """The labels of all rows in `content`, which begins and ends with whole rows."""
    places, turns, length = array("I"), array("I"), array("I")
    plain = bytearray()
    distinct: dict[Label, int] = {}
    usual: dict[bytes, tuple[int, int, bool]] = {}
    for line in lines_in(content):
        try:
            messages = USUAL.decode(line).conversations
            last = messages[-1]
            metadata = bytes(last.metadata)
            known = usual.get(metadata)
            if known is None:
                known = usual[metadata] = _usual_label(metadata, distinct)
            place, keys, searchable = known
            if (
                last.role == JESSY
                and last.value
                and line.count(b'":') == keys + 2 * len(messages)
                and line.count(b"[") < _MOST_BRACKETS
            ):
                places.append(place)
                turns.append(len(messages))
                length.append(len(last.value))
                plain.append(searchable and b"\\u" not in line)
                continue
        except (ValueError, IndexError, RecursionError):  # another shape, too deep, or no JSON
            pass
        example = Example(exact_value(line))
        places.append(distinct.setdefault(_label(example.metadata), len(distinct)))
        turns.append(len(example.turns))
        length.append(len(example.answer))
        plain.append(0)
    return Labels(places.tobytes(), turns.tobytes(), length.tobytes(), bytes(plain), list(distinct))


def _usual_label(metadata: bytes, distinct: dict[Label, int]) -> tuple[int, int, bool]:
    """The place of a label, how many keys its row has besides those of its messages, and whether
    none of them is taken for the text of a message.

    Raises:
        ValueError: it is no JSON object.
    """
    value = orjson.loads(metadata)
    if not isinstance(value, dict):
        raise ValueError  # noqa: TRY004 - as for all that is not of the usual shape
    place = distinct.setdefault(_label(value), len(distinct))
    return place, len(value) + 2, b'"value"' not in metadata


def _label(metadata: Mapping[str, Any]) -> Label:
    weight = metadata.get("weight", 1)
    names = (metadata.get(key) for key in ("category", "part", "language"))
    return Label(
        _NUMBER_OF[complexity_in(metadata)],
        iterations_in(metadata) or 0,
        min(weight, _LARGEST) if isinstance(weight, int) and weight >= 1 else 1,
        *(name if isinstance(name, str) else "" for name in names),
    )


def exact_value(line: bytes) -> Any:
    """The JSON value of a line; for a line that cannot be read, its text.

    The fast reader keeps only the last of two equal keys and knows no limit of depth: where
    either may be, the exact one reads the line.
    """
    try:
        raw = orjson.loads(line)
    except ValueError:
        return _read_exactly(line)
    if line.count(b'":') == _flat_keys(raw) and line.count(b"[") < _MOST_BRACKETS:
        return raw
    return _read_exactly(line)


def _read_exactly(line: bytes) -> Any:
    try:
        text = line.strip(_BLANK).decode()
    except UnicodeDecodeError:
        return ""
    return read_example(text, lambda reason: reason).raw


def _flat_keys(raw: Any) -> int:
    """How many keys an example of the usual shape has; fewer where it has another one."""
    try:
        keys = len(raw)
        for message in raw["conversations"]:
            keys += len(message)
            metadata = message.get("metadata")
            if metadata:
                keys += len(metadata)
    except (TypeError, KeyError, AttributeError):
        return -1
    return keys
