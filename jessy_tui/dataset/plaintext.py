"""An example as a text that people edit in an editor of their own, and back.

Each message stands under a line that names its role; the label and the other keys of its metadata
follow, then an empty line, then the text as it is. What has no such form (a message that is no
text from somebody, an example that is no conversation) is written as JSON. Keys that have no place
in the form stay with their message, as long as it is still to be recognized.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, JESSY, Example, Unreadable
from jessy_tui.dataset.jsontext import JsonTextError
from jessy_tui.dataset.layout import Style, same_json, write
from jessy_tui.dataset.plainblocks import (
    EXAMPLE_JSON,
    MESSAGE_JSON,
    Block,
    join_blocks,
    same_lines,
    take_apart,
)
from jessy_tui.dataset.plainlabel import LABEL_KEYS, label_of, label_text
from jessy_tui.dataset.plainvalue import json_of, value_of, value_text
from jessy_tui.errors import JessyError

_INDENTED: Final = Style(base="")
_BARE_KEY: Final = re.compile(r"[^\W\d][\w.-]*")
_LABELLED: Final = re.compile(r"## (human|jessy)(?:[ \t]+(\S.*))?[ \t]*")
_OTHER_ROLE: Final = re.compile(r'## role ("(?:[^"\\]|\\.)*")[ \t]*')
_MOST_COMPARED: Final = 2000
_NEW_LABEL: Final = "COMPLEXITY ITERATIONS CATEGORY"

_HELP: Final = """\
<!--
Each message begins with a line such as "## human" or "## jessy  LOW 1 greeting": who says it, and
its complexity, iterations and category. Other keys follow as "key: value", then an empty line,
then the text, as it is. Messages can be added, removed and moved. Where a line of a text itself
looks like "## human", or is empty at its beginning or end, a backslash stands before it.
To change nothing, close without saving.
-->
"""

NEW_TEXT: Final = f"{_HELP}\n## human\n\n\n\n## jessy  {_NEW_LABEL}\n\n\n"
"""The form of an example that is yet to be written."""


def to_text(example: Example) -> str:
    """The example in the form above; `from_text` gives back the same example.

    Raises:
        JessyError: it stands on a line that is not UTF-8, so no text is all of it.
    """
    if isinstance(example, Unreadable) and not example.exact:
        raise JessyError(f"{example.problem} It cannot be edited before that is mended.")
    return _HELP + "\n" + join_blocks(_blocks_of(example))


def from_text(text: str, original: Example | None) -> Example:
    """The example that a text describes; `original` is the one it was made from, if any.

    What was not touched comes back as it was, also where it is not as it should be.

    Raises:
        JessyError: what cannot be read, with its line and the remedy.
    """
    blocks = take_apart(text)
    old_blocks = _blocks_of(original) if original is not None else []
    if original is not None and blocks == old_blocks:
        return original
    if not blocks:
        raise JessyError(
            'The text holds no message; begin one with a line "## human" or "## jessy".'
        )
    if any(block.header == EXAMPLE_JSON for block in blocks):
        if len(blocks) > 1:
            raise JessyError(
                f'Line {blocks[-1].line}: "{EXAMPLE_JSON}" stands for the whole example; take out '
                "the other messages or that one."
            )
        return Example(_json_of(blocks[0]))
    partners = _partners(blocks, old_blocks)
    old_messages = _messages_of(original) if original is not None else []
    messages = []
    for place, block in enumerate(blocks):
        old_place = partners.get(place)
        if old_place is None:
            messages.append(_message(block, {}))
        elif block == old_blocks[old_place]:
            messages.append(old_messages[old_place])
        else:
            old = old_messages[old_place]
            messages.append(_message(block, old if isinstance(old, dict) else {}))
    raw = original.raw if original is not None and isinstance(original.raw, dict) else {}
    edited = Example({**raw, "conversations": messages})
    _refuse_without_label(edited, original, blocks)
    return edited


# --- to text -----------------------------------------------------------------------------------


def _blocks_of(example: Example) -> list[Block]:
    if isinstance(example, Unreadable):
        return [Block(EXAMPLE_JSON, (), example.raw)]
    if not isinstance(example.raw, dict) or not isinstance(_messages_of(example), list):
        return [Block(EXAMPLE_JSON, (), write(example.raw, _INDENTED))]
    return [_block_of(message) for message in _messages_of(example)]


def _messages_of(example: Example) -> Any:
    return example.raw.get("conversations") if isinstance(example.raw, dict) else None


def _block_of(message: Any) -> Block:
    if not isinstance(message, dict):
        return Block(MESSAGE_JSON, (), write(message, _INDENTED))
    role, text = message.get("from"), message.get("value")
    metadata = message.get("metadata", {})
    if not (isinstance(role, str) and isinstance(text, str) and isinstance(metadata, dict)):
        return Block(MESSAGE_JSON, (), write(message, _INDENTED))
    label = label_text(metadata) if role == JESSY else None
    header = f"## {role}" if role in (HUMAN, JESSY) else f"## role {write(role, _INDENTED)}"
    shown = LABEL_KEYS if label is not None else ()
    fields = [
        f"{_key_text(key)}: {value_text(value)}"
        for key, value in metadata.items()
        if key not in shown
    ]
    return Block(f"{header}  {label}" if label is not None else header, tuple(fields), text)


def _key_text(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else write(key, _INDENTED)


# --- from text ---------------------------------------------------------------------------------


def _partners(blocks: Sequence[Block], old_blocks: Sequence[Block]) -> dict[int, int]:
    """Which of the old blocks each block was made from, by their places."""
    partners: dict[int, int] = {}
    for kind, start, end, old_start, old_end in _alignment(blocks, old_blocks):
        if kind == "equal" or end - start == old_end - old_start:
            partners.update(zip(range(start, end), range(old_start, old_end), strict=True))
            continue
        old = old_start
        for place in range(start, end):
            kin = (other for other in range(old, old_end) if _kin(blocks[place], old_blocks[other]))
            if (match := next(kin, None)) is not None:
                partners[place] = match
                old = match + 1
    taken = {*partners.values()}
    moved = {block: old for old, block in enumerate(old_blocks) if old not in taken}
    for place, block in enumerate(blocks):
        if place not in partners and block in moved:
            partners[place] = moved.pop(block)
    return partners


def _alignment(
    blocks: Sequence[Block], old_blocks: Sequence[Block]
) -> Iterator[tuple[str, int, int, int, int]]:
    """What is equal and what differs: kind, and start and end among the new and the old."""
    shorter = min(len(blocks), len(old_blocks))
    head = 0
    while head < shorter and blocks[head] == old_blocks[head]:
        head += 1
    tail = 0
    while tail < shorter - head and blocks[-1 - tail] == old_blocks[-1 - tail]:
        tail += 1
    end, old_end = len(blocks) - tail, len(old_blocks) - tail
    yield "equal", 0, head, 0, head
    if max(end, old_end) - head > _MOST_COMPARED:
        yield "replace", head, end, head, old_end
    else:
        matcher = difflib.SequenceMatcher(
            None, blocks[head:end], old_blocks[head:old_end], autojunk=False
        )
        for kind, one, two, three, four in matcher.get_opcodes():
            yield kind, one + head, two + head, three + head, four + head
    yield "equal", end, len(blocks), old_end, len(old_blocks)


def _kin(block: Block, old: Block) -> bool:
    return block.header.split()[:2] == old.header.split()[:2]


def _message(block: Block, old: Mapping[str, Any]) -> Any:
    """The message that a block describes; `old` is the one it was made from, or empty."""
    if block.header == MESSAGE_JSON:
        return _json_of(block)
    role, label = _header(block)
    old_metadata = old.get("metadata")
    old_metadata = old_metadata if isinstance(old_metadata, dict) else {}
    metadata = label_of(label, old_metadata, block.line) if label else {}
    for offset, line in enumerate(block.fields, start=1):
        key, value = _field(line, block.line + offset)
        if key in metadata:
            raise JessyError(
                f'Line {block.line + offset}: "{key}" is said twice in this message; take one out.'
            )
        metadata[key] = value
    text = block.body
    if not text.strip():
        raise JessyError(
            f"Line {block.line}: this message is empty; write its text after an empty line, or "
            "take the message out."
        )
    before = old.get("value")
    if isinstance(before, str) and same_lines(before, text):
        text = before
    message = {**old, "from": role, "value": text}
    if metadata or "metadata" in old:
        message["metadata"] = _in_order(metadata, old_metadata)
    return message


def _in_order(metadata: dict[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that were there before in their old places, and those that are new after them."""
    kept = {
        key: value if same_json(value, metadata[key]) else metadata[key]
        for key, value in old.items()
        if key in metadata
    }
    return kept | {key: value for key, value in metadata.items() if key not in kept}


def _header(block: Block) -> tuple[str, str]:
    if match := _LABELLED.fullmatch(block.header):
        role, label = match[1], (match[2] or "").strip()
        if role == HUMAN and label:
            raise JessyError(
                f'Line {block.line}: a question has no label; write "## human" alone, or a '
                "backslash before it where it belongs to the text."
            )
        return role, label
    if match := _OTHER_ROLE.fullmatch(block.header):
        try:
            return str(value_of(match[1])), ""
        except JsonTextError as error:
            raise JessyError(f"Line {block.line}: the role: {error.reason}.") from None
    raise JessyError(
        f'Line {block.line}: "{block.header[:40]}" is no line that begins a message; write "## '
        'human" or "## jessy  LOW 1 greeting", or a backslash before it where it belongs to the '
        "text."
    )


_FIELD: Final = re.compile(r'("(?:[^"\\]|\\.)*"|[^\W\d][\w.-]*)[ \t]*:(.*)')


def _field(line: str, number: int) -> tuple[str, Any]:
    match = _FIELD.fullmatch(line.strip())
    if match is None:
        raise JessyError(
            f'Line {number}: "{line[:40]}" is no "key: value"; put an empty line before the text '
            "of a message."
        )
    try:
        key = value_of(match[1]) if match[1].startswith('"') else match[1]
        return str(key), value_of(match[2])
    except JsonTextError as error:
        raise JessyError(f"Line {number}: {error.reason}.") from None


def _json_of(block: Block) -> Any:
    try:
        return json_of(block.body)
    except JsonTextError as error:
        line = block.body_line + block.body.count("\n", 0, error.position or 0)
        raise JessyError(f"Line {line}: {error.reason}.") from None


def _refuse_without_label(edited: Example, original: Example | None, blocks: list[Block]) -> None:
    if original is not None and edited.metadata == original.metadata:
        return
    missing = [key for key in LABEL_KEYS if key not in edited.metadata]
    if missing and edited.answer:
        line = max(block.line for block in blocks if block.header.startswith(f"## {JESSY}"))
        raise JessyError(
            f"Line {line}: the last answer has no {missing[0]}; write its label after its role, "
            'such as "## jessy  LOW 1 greeting".'
        )
