"""The order of texts in a list: that of a Turkish dictionary, whatever their case."""

import re
import unicodedata
from typing import Final

KEY_SIZE: Final = 64
"""In bytes. Texts that begin with the same sixty letters or so are the same to a sort."""

_READ: Final = 4 * KEY_SIZE
"""So many characters of a text are looked at."""
_CASE: Final = str.maketrans({"I": "ı", "İ": "i"})
# The seven letters stand behind the one they are made from, ı before i: 7f is behind all of ASCII.
_LETTERS: Final = str.maketrans(
    {"ç": "c\x7f", "ğ": "g\x7f", "ı": "h\x7f", "ö": "o\x7f", "ş": "s\x7f", "ü": "u\x7f"}
)
_MARKS: Final = re.compile("[\u0300-\u036f]+")


def collation_key(text: str) -> bytes:
    """What texts are ordered by: exactly `KEY_SIZE` bytes, filled up with zeros.

    In a text that has letters beyond ASCII, the capital I is that of ı, as Turkish has it.
    """
    text = " ".join(text[:_READ].split())
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFC", text).translate(_CASE).casefold().translate(_LETTERS)
        if not text.isascii():
            text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return text.encode("utf-8", "surrogatepass")[:KEY_SIZE].ljust(KEY_SIZE, b"\0")
