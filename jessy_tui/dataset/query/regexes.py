"""Regular expressions that people type: RE2, so that none of them takes long, and Turkish case."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import re2  # type: ignore[import-untyped] # google-re2 ships no types

_OPTIONS: Final = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False

# Not the I of an escape or of a range such as A-I.
_BARE_CAPITAL_I: Final = re.compile(r"(?<![\\-])I(?!-)")
_SINGLE_BYTE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\C")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class RegexError(ValueError):
    """What is wrong with a regular expression, as a part of a sentence."""


class CompiledRegex:
    """A regular expression that ignores case, in Turkish and in English.

    I is the capital of ı in Turkish and of i in English, so a text is read both ways: `sıkı`
    finds SIKI, and `sik` finds both SİK and SIK. It matches where either reading does. The
    letters are told apart otherwise: unlike a word, `/isik/` does not find ışık.
    """

    def __init__(self, pattern: str) -> None:
        """Compile `pattern`.

        Raises:
            RegexError: RE2 does not take it.
        """
        if _SINGLE_BYTE.search(pattern):
            raise RegexError(r"\C is half a letter; write . for any letter")
        if _SURROGATES.search(pattern):
            raise RegexError("it has half a letter, a lone surrogate, in it")
        self.english: Final = pattern.replace("İ", "i")
        """What is looked for where i is written for İ."""
        self._english = self._turkish = _compiled(self.english)
        self.turkish = self.english
        """What is looked for where moreover ı is written for I."""
        turkish = _BARE_CAPITAL_I.sub("ı", self.english)
        if turkish != self.english:
            try:
                self._turkish = _compiled(turkish)
                self.turkish = turkish
            except RegexError:  # the I was part of a name, as in \p{Inherited}
                pass

    def found_in(self, text: str) -> bool:
        """Whether it matches anywhere."""
        return any(
            regex.search(reading.encode("utf-8", "replace")) is not None
            for regex, reading in self._readings(text)
        )

    def spans(self, text: str, most: int) -> Iterator[tuple[int, int]]:
        """Where it matches first, in characters; empty matches count, but are left out."""
        if not text.isascii():
            text = _SURROGATES.sub("\ufffd", text)
        for regex, reading in self._readings(text):
            for match in islice(regex.finditer(reading), most):
                start, end = match.span()
                if start < end:
                    yield start, end

    def _readings(self, text: str) -> Iterator[tuple[Any, str]]:
        text = text.replace("İ", "i")
        yield self._english, text
        if "I" in text or self._turkish is not self._english:
            yield self._turkish, text.replace("I", "ı")


@lru_cache(128)
def compile_regex(pattern: str) -> CompiledRegex:
    """Compile a regular expression, or remember it.

    Raises:
        RegexError: it is none that RE2 takes.
    """
    return CompiledRegex(pattern)


def _compiled(pattern: str) -> Any:
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        raise RegexError(_readable(error)) from None


def _readable(error: Exception) -> str:
    """RE2's reason, which is bytes, with a remedy where there is a usual one."""
    reason = error.args[0] if error.args else "it does not compile"
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    if text.startswith(("invalid perl operator: (?=", "invalid perl operator: (?!")):
        return "it looks ahead, which regexes here cannot; exclude with - instead"
    if text.startswith("invalid perl operator: (?<"):
        return "it looks behind, which regexes here cannot; exclude with - instead"
    if re.fullmatch(r"invalid escape sequence: \\[0-9]", text):
        return "it refers back to a group, which regexes here cannot"
    return text.removesuffix(": ")
