"""Folding text so that what people type finds what is written: "isik" finds "ışık".

Turkish has two letters i, dotted (i, İ) and dotless (ı, I), and people leave out the dots and
cedillas when they type in a hurry. Folding drops case, dots, cedillas and accents of Latin, Greek
and Cyrillic letters; marks of other scripts stay, since they make other letters there.
"""

import re
import unicodedata

# Before case folding: the language-neutral one turns I into i, and İ into i and a combining dot.
_TURKISH_CASE = str.maketrans({"I": "ı", "İ": "i"})
_COMBINING_MARKS = re.compile("[\u0300-\u036f]+")
# C++ and C# are other questions than C.
_NO_WORD = re.compile(r"[^\w+#]+|_+")


def fold(text: str) -> str:
    """`text` without case, dots, cedillas and accents, in NFC.

    Two texts are the same to a reader in a hurry when they fold to the same text, and a text is
    found in another when its fold is in the other's. The fold may be longer or shorter.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", text).translate(_TURKISH_CASE).casefold()
    text = _COMBINING_MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text.replace("ı", "i"))


def question_key(text: str) -> str:
    """What is the same for two questions that differ in case, dots, spacing or punctuation only.

    A text of punctuation alone is its own key.
    """
    folded = fold(text)
    return _NO_WORD.sub(" ", folded).strip() or " ".join(folded.split())
