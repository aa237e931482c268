"""Rows that are a list of messages: ShareGPT, OpenAI's messages, and our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.formats.format import (
    ROLES,
    SYSTEM_ROLES,
    Heard,
    RowError,
    kind_of,
    parsed,
)
from jessy_tui.dataset.formats.spoken import LABEL_KEYS, completed, hear, label_value, say

LIST: Final = "conversations"
"""Where an example has its messages."""
_OWN: Final = ("from", "value", "metadata")
ORIGIN: Final = "origin"
"""The key of the label that says where an example came from, and keeps what it has no place for."""


@dataclass(frozen=True)
class Chat:
    """A list of messages, each with a speaker and a text.

    What an example has no place for (system prompts, tool calls and their results) is taken out
    of the conversation and kept under `origin` of the label, from where `write` puts it back. Keys
    of rows and messages that nobody here knows stay where they are.
    """

    name: str
    title: str
    list_key: str
    role_key: str
    text_key: str
    says: Mapping[str, str]
    """How it calls the two who speak."""
    mapped: Mapping[str, str] | None = None
    """Columns of the row that are keys of the label: key to column."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.list_key,)

    # --- reading -------------------------------------------------------------------------------

    def read(self, row: dict[str, Any]) -> Heard:
        messages = parsed(row.get(self.list_key))
        if not isinstance(messages, list):
            found = kind_of(messages) if self.list_key in row else "missing"
            raise RowError(f"`{self.list_key}` is {found}; a list of messages is expected")
        reading = _Reading(self)
        for at, message in enumerate(messages):
            reading.add(at, message)
        extra = {key: value for key, value in row.items() if key != self.list_key}
        return reading.finish(extra)

    # --- writing -------------------------------------------------------------------------------

    def write(self, raw: dict[str, Any], *, plan: bool, bare: bool) -> dict[str, Any]:
        messages: list[dict[str, Any]] = []
        taken_out: list[dict[str, Any]] = []
        for turn in raw[LIST]:
            metadata = turn.get("metadata")
            if isinstance(metadata, dict) and (taken := self._taken_out(metadata)):
                taken_out += taken
                metadata = {key: value for key, value in metadata.items() if key != ORIGIN} or None
            messages.append(self._message(turn, metadata, plan=plan, bare=bare))
        for one in taken_out:
            messages.insert(one["at"], self._put_back(one))
        row = {self.list_key: messages}
        if not bare:
            row |= {key: value for key, value in raw.items() if key not in (LIST, self.list_key)}
        return row

    def _message(
        self, turn: dict[str, Any], metadata: Any, *, plan: bool, bare: bool
    ) -> dict[str, Any]:
        speaker, text = turn["from"], turn["value"]
        rest = {key: value for key, value in turn.items() if key not in _OWN}
        role = rest.pop("role", None)
        if not isinstance(role, str) or ROLES.get(role.casefold()) != speaker:
            role = self.says.get(speaker, speaker)
        parts = rest.pop("content", None)
        if speaker == JESSY and (metadata is None or isinstance(metadata, dict)):
            text, metadata = say(text, metadata, plan=plan)
        whole = isinstance(parts, list) and text_of_parts(parts)[0] == turn["value"]
        message = {self.role_key: role, self.text_key: parts if whole else text}
        if bare:
            return message
        if metadata is not None:
            message["metadata"] = metadata
        return message | {key: value for key, value in rest.items() if key not in message}

    def _taken_out(self, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """The messages to put back, where they are as `read` leaves them."""
        origin = metadata.get(ORIGIN)
        taken = origin.get("taken_out") if isinstance(origin, dict) else None
        if not isinstance(taken, list):
            return []
        return [one for one in taken if isinstance(one, dict) and isinstance(one.get("at"), int)]

    def _put_back(self, taken: dict[str, Any]) -> dict[str, Any]:
        rest = taken.get("rest")
        message = {self.role_key: taken.get("role")}
        if "text" in taken:
            message[self.text_key] = taken["text"]
        return message | (rest if isinstance(rest, dict) else {})


class _Reading:
    """One row on its way to an example."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._turns: list[dict[str, Any]] = []
        self._taken: list[dict[str, Any]] = []
        self._kept: list[str] = []
        self._lost: list[str] = []
        self._noted: list[str] = []

    def add(self, at: int, message: Any) -> None:
        chat = self._chat
        if not isinstance(message, dict):
            raise RowError(f"message {at + 1} is {kind_of(message)}; an object is expected")
        role = message.get(chat.role_key)
        if not isinstance(role, str):
            raise RowError(f"message {at + 1} has no `{chat.role_key}` that says who speaks")
        speaker = ROLES.get(role.casefold())
        content = message.get(chat.text_key)
        if speaker is None or content is None:
            self._take_out(at, message, role, content)
            return
        turn: dict[str, Any] = {"from": speaker}
        if isinstance(content, list):
            text, others = text_of_parts(content)
            turn |= {"value": text, "content": content}
            self._kept += ["parts of messages that are no text (images and such)"] * bool(others)
        elif isinstance(content, str):
            turn["value"] = content
        else:
            raise RowError(
                f"`{chat.text_key}` of message {at + 1} is {kind_of(content)}; a text is expected"
            )
        if role != chat.says.get(speaker):
            turn["role"] = role
        for key, value in message.items():
            if key in (chat.role_key, chat.text_key):
                continue
            if key in turn:
                self._lost.append(f"key `{key}` of messages")
                continue
            turn[key] = value
            if key != "metadata":
                self._kept.append(f"key `{key}` of messages")
        if speaker == JESSY:
            self._hear(turn)
        self._turns.append(turn)

    def _take_out(self, at: int, message: dict[str, Any], role: str, content: Any) -> None:
        chat = self._chat
        taken: dict[str, Any] = {"at": at, "role": role}
        if chat.text_key in message:
            taken["text"] = content
        rest = {
            key: value
            for key, value in message.items()
            if key not in (chat.role_key, chat.text_key)
        }
        if rest:
            taken["rest"] = rest
        self._taken.append(taken)
        if role.casefold() in SYSTEM_ROLES:
            self._kept.append("system prompts")
        elif role.casefold() in ROLES:
            self._kept.append("messages without a text (tool calls and such)")
        else:
            self._kept.append(f"messages of {role}")

    def _hear(self, turn: dict[str, Any]) -> None:
        metadata = turn.get("metadata")
        if metadata is not None and not isinstance(metadata, dict):
            return
        text, metadata, noted = hear(turn["value"], metadata)
        if noted:
            self._noted.append(noted)
        if text != turn["value"]:
            turn["value"] = text
            turn["metadata"] = metadata

    def finish(self, extra: dict[str, Any]) -> Heard:
        speakers = [turn["from"] for turn in self._turns]
        if JESSY not in speakers:
            raise RowError("nobody answers in it")
        if HUMAN not in speakers:
            raise RowError("nobody asks in it")
        last = len(speakers) - 1 - speakers[::-1].index(JESSY)
        self._label(last, extra)
        if self._taken:
            metadata = self._turns[last].get("metadata")
            origin = {"format": self._chat.name, "taken_out": self._taken}
            if isinstance(metadata, dict) and ORIGIN in metadata:
                self._lost.append("system prompts and such beside an `origin` of their own")
            elif metadata is None or isinstance(metadata, dict):
                self._turns[last]["metadata"] = {**(metadata or {}), ORIGIN: origin}
        if LIST in extra:
            self._lost.append(f"column `{LIST}`")
            del extra[LIST]
        self._kept += [f"column `{key}`" for key in extra]
        raw = {LIST: self._turns, **extra}
        return Heard(raw, tuple(self._kept), tuple(self._lost), tuple(self._noted))

    def _label(self, last: int, extra: dict[str, Any]) -> None:
        """Take the columns into the label that were said to be of it."""
        columns = self._chat.mapped
        if not columns:
            return
        metadata = self._turns[last].get("metadata")
        found = dict(metadata) if isinstance(metadata, dict) else {}
        for key in LABEL_KEYS:
            column = columns.get(key)
            if column is not None and extra.get(column) is not None:
                value = extra.pop(column)
                good = label_value(key, value)
                found[key] = value if good is None else good
        if found:
            self._turns[last]["metadata"] = completed(found)


def text_of_parts(parts: list[Any]) -> tuple[str, int]:
    """The text of a message that is a list of parts, and how many of them are no text."""
    texts, others = [], 0
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            others += 1
    return "\n".join(texts), others
