"""What is asked of the process that makes a base, and what it says while it does.

One order as a line of JSON on its stdin, replies as lines of JSON on its stdout.
"""

from typing import Final, TypeAlias

import msgspec

from jessy_tui.bases.record import BaseRecord
from jessy_tui.bases.sources import Source
from jessy_tui.errands.stage import Stage


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A base to make."""

    name: str
    folder: str
    """Where it goes; what stands there is replaced when the new one is whole."""
    source: Source
    origin: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()


class Made(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """The base is on this disk."""

    record: BaseRecord


class NotMade(msgspec.Struct, frozen=True, kw_only=True, tag="not made"):
    """It is not, and nothing of it is left."""

    reason: str


Reply: TypeAlias = Stage | Made | NotMade

COUNTS: Final = b'"ready"\n'
"""The first line of the process that counts tokens (`tokens.py`), when it can."""

ORDERS: Final = msgspec.json.Decoder(Order)
REPLIES: "Final[msgspec.json.Decoder[Reply]]" = msgspec.json.Decoder(Reply)
