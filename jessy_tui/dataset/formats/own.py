"""Our own form: an example as it is."""

from dataclasses import dataclass
from typing import Any

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.formats.chat import LIST
from jessy_tui.dataset.formats.format import Heard, RowError, kind_of, parsed


@dataclass(frozen=True)
class Own:
    """`conversations` of human and jessy, the label as metadata of the answers."""

    name: str = "jessy"
    title: str = "Jessy's own"

    @property
    def columns(self) -> tuple[str, ...]:
        return (LIST,)

    def read(self, row: dict[str, Any]) -> Heard:
        messages = parsed(row.get(LIST))
        if not isinstance(messages, list):
            raise RowError(f"`{LIST}` is {kind_of(messages)}; a list of messages is expected")
        speakers = set()
        for at, message in enumerate(messages):
            if not isinstance(message, dict):
                raise RowError(f"message {at + 1} is {kind_of(message)}; an object is expected")
            if not isinstance(message.get("value"), str):
                raise RowError(f"message {at + 1} has no text under `value`")
            if message.get("from") not in (HUMAN, JESSY):
                raise RowError(f"message {at + 1} is from {message.get('from')!r}, not {HUMAN}")
            speakers.add(message["from"])
        if speakers != {HUMAN, JESSY}:
            raise RowError("nobody answers in it" if JESSY not in speakers else "nobody asks in it")
        return Heard({**row, LIST: messages})

    def write(self, raw: dict[str, Any], *, plan: bool, bare: bool) -> dict[str, Any]:
        if not bare:
            return raw
        kept = ("from", "value", "metadata")
        return {LIST: [{key: turn[key] for key in kept if key in turn} for turn in raw[LIST]]}
