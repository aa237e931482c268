"""A conversation as the form has it: messages that can be moved about, and back to JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, Example, Turn, Unreadable
from jessy_tui.dataset.layout import same_json
from jessy_tui.ui.text import count_of

MOST_MESSAGES: Final = 60
"""More text areas than these make a form slow."""
LONGEST_TEXT: Final = 1_000_000

_EDITOR: Final = "E opens it in an editor of your own."


@dataclass(frozen=True, slots=True)
class Message:
    """One message, and the place in the example it was read from; None for a new one."""

    role: str
    text: str
    origin: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def refusal(example: Example) -> str | None:
    """Why an example cannot be edited in the form, as a sentence; None if it can."""
    if isinstance(example, Unreadable):
        return example.problem
    turns = example.turns
    if not turns:
        return f"This entry holds no conversation; {_EDITOR}"
    if len(turns) > MOST_MESSAGES:
        return f"A conversation of {count_of(len(turns), 'message')} is too long here; {_EDITOR}"
    for place, turn in enumerate(turns, start=1):
        if not _is_whole(turn, example.raw["conversations"][place - 1]):
            return f"Message {place} is no text from somebody; {_EDITOR}"
        if len(turn.text or "") > LONGEST_TEXT:
            return f"Message {place} is too long here; {_EDITOR}"
    return None


def _is_whole(turn: Turn, message: Any) -> bool:
    if turn.role is None or turn.text is None:
        return False
    return isinstance(message.get("metadata", {}), dict)


def conversation_of(example: Example) -> list[Message]:
    """The messages of an example that is not refused."""
    return [
        Message(turn.role or "", turn.text or "", place, dict(turn.metadata))
        for place, turn in enumerate(example.turns)
    ]


def messages_of(messages: Sequence[Message], original: Example | None) -> list[Any]:
    """The messages as JSON; those that did not change are those of the original."""
    raw = original.raw["conversations"] if original is not None else []
    return [
        _json_of(message, raw[message.origin] if message.origin is not None else {})
        for message in messages
    ]


def _json_of(message: Message, old: dict[str, Any]) -> dict[str, Any]:
    new = {**old, "from": message.role, "value": message.text}
    if message.role == HUMAN and old.get("from") not in (None, HUMAN):
        new.pop("metadata", None)  # a question has no label
    elif message.metadata or "metadata" in old:
        new["metadata"] = message.metadata
    return old if same_json(new, old) else new
