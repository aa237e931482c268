"""Rows with one text in which a conversation is written down, for training on raw text."""

import re
from dataclasses import dataclass
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.formats.chat import LIST, ORIGIN, Chat
from jessy_tui.dataset.formats.flat import beside_label
from jessy_tui.dataset.formats.format import ROLES, Heard, RowError, kind_of
from jessy_tui.dataset.formats.spoken import label_value

_CHATML: Final = re.compile(r"\s*<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>", re.DOTALL)
_HEADING: Final = re.compile(
    r"(?:^|\n)[ \t]*###[ \t]*(Human|User|Instruction|Assistant|Response|System|Input)"
    r"[ \t]*:[ \t\n]*",
    re.IGNORECASE,
)
_INST: Final = re.compile(
    r"\s*(?:<s>)?\s*\[INST\]\s*(?:<<SYS>>(.*?)<</SYS>>\s*)?(.*?)\s*\[/INST\](.*?)"
    r"(?=</s>|\[INST\]|<s>|\Z)(?:\s*</s>)?",
    re.DOTALL,
)
_HEADING_ROLES: Final = {"instruction": "user", "response": "assistant", "input": "input"}


@dataclass(frozen=True)
class Transcript:
    """One text a row: ChatML, `### Human:` headings, or `[INST]`. It is written as ChatML."""

    name: str = "text"
    title: str = "text"
    text: str = "text"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.text, "complexity", "iterations", "category")

    def read(self, row: dict[str, Any]) -> Heard:
        text = row.get(self.text)
        if not isinstance(text, str):
            raise RowError(f"`{self.text}` is {kind_of(text)}; a text is expected")
        messages, style = conversation_in(text)
        extra = {key: value for key, value in row.items() if key != self.text}
        label = {}
        for key in ("complexity", "iterations", "category"):
            if key in extra and (value := label_value(key, extra[key])) is not None:
                label[key] = value
                del extra[key]
        heard = _AS_CHAT.read({"messages": messages, **extra})
        turn = next(turn for turn in reversed(heard.raw[LIST]) if turn["from"] == JESSY)
        if label:
            turn["metadata"] = label | turn.get("metadata", {})
        if style != "chatml":
            metadata = turn.get("metadata", {})
            origin = {**metadata.get(ORIGIN, {}), "format": self.name, "style": style}
            turn["metadata"] = {**metadata, ORIGIN: origin}
        return heard

    def write(self, raw: dict[str, Any], *, plan: bool, bare: bool) -> dict[str, Any]:
        row = _AS_CHAT.write(raw, plan=plan, bare=bare)
        messages = row.pop("messages")
        said = "".join(
            f"<|im_start|>{message['role']}\n{_content(message)}<|im_end|>\n"
            for message in messages
        )
        written = {self.text: said.removesuffix("\n")}
        last = next(message for message in reversed(messages) if message["role"] == "assistant")
        metadata = last.get("metadata")
        for key in ("complexity", "iterations", "category"):
            if isinstance(metadata, dict) and label_value(key, metadata.get(key)) is not None:
                written[key] = metadata[key]
        written |= {key: value for key, value in row.items() if key not in written}
        if isinstance(metadata, dict) and not bare:
            beside_label(written, metadata, ("complexity", "iterations", "category"))
        return written


_AS_CHAT: Final = Chat(
    "text", "text", "messages", "role", "content", {HUMAN: "user", JESSY: "assistant"}
)


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""


def conversation_in(text: str) -> tuple[list[dict[str, str]], str]:
    """The messages of a text, and how it marks them.

    Raises:
        RowError: it marks none.
    """
    for style, read in (("chatml", _chatml), ("headings", _headings), ("inst", _instructions)):
        messages = read(text)
        if messages:
            return messages, style
    raise RowError(
        "questions and answers cannot be told apart in its text; <|im_start|>, ### Human: and "
        "[INST] are known"
    )


def _chatml(text: str) -> list[dict[str, str]]:
    messages, at = [], 0
    while match := _CHATML.match(text, at):
        messages.append({"role": match[1], "content": match[2]})
        at = match.end()
    return messages if not text[at:].strip() else []


def _headings(text: str) -> list[dict[str, str]]:
    found = list(_HEADING.finditer(text))
    messages: list[dict[str, str]] = []
    ends = [following.start() for following in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=False):
        name = match[1].lower()
        role, said = _HEADING_ROLES.get(name, name), text[match.end() : end].rstrip()
        if role == "input":
            if messages and said:
                messages[-1]["content"] += f"\n\n{said}"
            continue
        messages.append({"role": role, "content": said})
    before = text[: found[0].start()].strip() if found else ""
    if before and messages:
        messages.insert(0, {"role": "system", "content": before})
    return messages if any(ROLES.get(one["role"]) == JESSY for one in messages) else []


def _instructions(text: str) -> list[dict[str, str]]:
    messages, at = [], 0
    while (match := _INST.match(text, at)) and match.end() > at:
        if match[1]:
            messages.append({"role": "system", "content": match[1].strip()})
        messages.append({"role": "user", "content": match[2]})
        messages.append({"role": "assistant", "content": match[3].strip()})
        at = match.end()
    return messages if not text[at:].strip() else []
