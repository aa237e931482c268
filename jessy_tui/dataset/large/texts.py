"""What the texts of many rows are sorted by, read from their bytes. Runs in another process."""

from typing import Final

import msgspec

from jessy_tui.dataset.collation import collation_key
from jessy_tui.dataset.example import HUMAN, JESSY, Example
from jessy_tui.dataset.large.labels import exact_value, lines_in
from jessy_tui.dataset.sortkeys import TEXTS


class _Message(msgspec.Struct, gc=False):
    """A message of the usual shape; what else it has is not read."""

    role: str = msgspec.field(name="from")
    value: str


class _Conversation(msgspec.Struct, gc=False):
    conversations: list[_Message]


_USUAL: Final = msgspec.json.Decoder(_Conversation)


def text_keys(content: bytes, field: str) -> bytes:
    """The collation keys of all rows in `content`, which begins and ends with whole rows."""
    return b"".join(collation_key(_text(line, field)) for line in lines_in(content))


def _text(line: bytes, field: str) -> str:
    try:
        messages = _USUAL.decode(line).conversations
        first, last = messages[0], messages[-1]
        # As often as there are messages: no key stands twice.
        if line.count(b'"value"') == line.count(b'"from"') == len(messages):
            if field == "question" and first.role == HUMAN and first.value:
                return first.value
            if field == "answer" and last.role == JESSY and last.value:
                return last.value
    except (ValueError, IndexError, RecursionError):  # another shape, too deep, or no JSON
        pass
    return TEXTS[field](Example(exact_value(line)))
