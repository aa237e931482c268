"""Bars as text, for screens and terminals: read without colour, to an eighth of a character."""

from typing import Final

_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
MARK: Final = "│"
"""Where the target is: a line beyond the end of the bar, a notch within it."""


def bar(share: float, width: int, mark: float | None = None) -> str:
    """A bar over `share` (0 to 1) of `width` characters, exactly that wide; never none for some.

    `mark` (0 to 1) is where the target stands.
    """
    if width <= 0:
        return ""
    eighths = min(round(share * width * 8), width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    drawn = f"{'█' * (eighths // 8)}{_EIGHTHS[eighths % 8].strip()}".ljust(width)
    if mark is not None:
        place = min(width - 1, max(0, round(mark * width)))
        drawn = drawn[:place] + MARK + drawn[place + 1 :]
    return drawn


def shade(share: float) -> str:
    """A share (0 to 1) as one character that is the darker the more; a blank for none at all."""
    if share <= 0:
        return " "
    return "░▒▓█"[min(3, int(share * 4))]


def compact(count: int) -> str:
    """A count in three characters at the most, or four from a million on: 7, 640, 12k, 3M."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size * 0.9995:
            return f"{round(count / size)}{unit}"
    return str(count)
