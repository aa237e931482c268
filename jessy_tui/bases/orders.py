"""What is asked of the process that makes a base, and what it says while it does.

One order as a line of JSON on its stdin, replies as lines of JSON on its stdout.
"""

from typing import Final, TypeAlias

import msgspec

from jessy_tui.bases.record import BaseRecord
from jessy_tui.bases.sources import Source


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A base to make."""

    name: str
    folder: str
    """Where it goes; what stands there is replaced when the new one is whole."""
    source: Source
    origin: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()


class Stage(msgspec.Struct, frozen=True, kw_only=True, tag="stage"):
    """How far it is."""

    doing: str
    """What it does, in words: "downloads", "converts"."""
    done: int = 0
    total: int | None = None
    """None where nobody knows."""
    unit: str = ""
    """"bytes", or what else is counted; empty where nothing is."""

    @property
    def share(self) -> float | None:
        """How much of the stage is done, 0 to 1; None where nobody knows."""
        return min(1.0, self.done / self.total) if self.total else None


class Made(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """The base is on this disk."""

    record: BaseRecord


class NotMade(msgspec.Struct, frozen=True, kw_only=True, tag="not made"):
    """It is not, and nothing of it is left."""

    reason: str


Reply: TypeAlias = Stage | Made | NotMade

COUNTS: Final = b'"ready"\n'
"""The first line of the process that counts tokens (`tokens.py`), when it can."""

_order = msgspec.json.Decoder(Order)
_reply: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def encode(message: Order | Reply) -> bytes:
    """A message as the line that carries it."""
    return msgspec.json.encode(message) + b"\n"


def decode_order(line: bytes) -> Order:
    """The order of a line; what is no order raises msgspec's DecodeError."""
    return _order.decode(line)


def decode_reply(line: bytes) -> Reply:
    """The reply of a line; what is no reply raises msgspec's DecodeError."""
    return _reply.decode(line)
