"""What a process says of how far it is with its order."""

import msgspec


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


def encode(message: msgspec.Struct) -> bytes:
    """An order, a stage or another reply as the line that carries it."""
    return msgspec.json.encode(message) + b"\n"
