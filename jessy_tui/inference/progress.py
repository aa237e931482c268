"""How far a model is with what it was asked, and the memory it takes: read by another thread."""

from dataclasses import dataclass


@dataclass(slots=True)
class Progress:
    """Of one answer. Written by the thread that answers, a field at a time."""

    prompt_tokens: int = 0
    read: int = 0
    """Of the prompt's tokens, those that were remembered included."""
    tokens: int = 0
    """Generated ones."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What MLX occupies, in bytes."""

    active: int = 0
    peak: int = 0
    kept: int = 0
    """To be used again."""
