"""Text of unknown origin made fit for a terminal cell grid."""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from jessy_tui.iteration import MAX_ITERATIONS, Complexity

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Said

# Categories that would move the cursor, ring the bell, or turn the line around.
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# A line never needs more than this to fill the widest terminal, however long the text is.
_ENOUGH = 1000


def visible(text: str) -> str:
    """The text with what a terminal would obey made visible: control characters as `␀`-pictures.

    Line ends and tabs are kept. Joiners between emoji are kept, direction marks are not.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character in "\n\t\u200d" or unicodedata.category(character) not in _UNSAFE
        else _picture(character)
        for character in text
    )


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "·"


def one_line(text: str, width: int) -> str:
    """The text on exactly `width` cells: line ends as spaces, cut with `…`, padded with spaces."""
    if width <= 0:
        return ""
    flat = visible(" ".join(text[:_ENOUGH].split()))
    if cell_len(flat) > width:
        return set_cell_size(flat, width - 1) + "…"
    return set_cell_size(flat, width)


def pips(count: int | None) -> str:
    """Iterations as nine pips: `●●○○○○○○○`."""
    filled = count or 0
    return "●" * filled + "○" * (MAX_ITERATIONS - filled)


def block(iterations: int | None) -> str:
    """Iterations as one block that grows from `▁` to `█`."""
    return " " if iterations is None else "▁▂▃▄▄▅▆▇█"[iterations - 1]


def band_class(complexity: Complexity | None) -> str:
    """The style class of a band: "low", "medium", "high", or "none"."""
    return complexity.lower() if complexity else "none"


_SIGNS = {"error": "!", "warning": "?", "note": "·"}


def sign_of(said: "Sequence[Said]") -> str:
    """The gravest of some findings as one sign: `!` error, `?` warning, `·` note, or a blank."""
    found = {one.severity for one in said}
    return next((sign for severity, sign in _SIGNS.items() if severity in found), " ")


def count_of(number: int, noun: str, plural: str | None = None) -> str:
    """A counted noun: "1 example", "2,000 examples"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """A time as people say it: "8 s", "2 min 05 s", "1 h 20 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"
