"""A query taken apart into tokens. Nothing is refused here: half of a query has tokens too."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["open", "close", "minus", "or", "word", "phrase", "regex", "field"]

# A key is a word with a colon; "std::vec" and "https://" are words, as people mean them.
_KEY: Final = re.compile(r'([^\W\d_][\w-]*(?:\.[^\s:"()]*)?):(?!:|//)')
_NUMBER_SIGN: Final = re.compile(r"#(?:[<>=]+\d*|\d+(?:\.\.?\d*)?)(?![^\s)])")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)("?)', re.DOTALL)
_REGEX: Final = re.compile(r"/((?:[^/\\]|\\.)*)(/?)", re.DOTALL)
_QUOTE_ESCAPE: Final = re.compile(r'\\(["\\])')
_SLASH_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` are its place in the query, in characters."""

    kind: Kind
    start: int
    end: int
    value: str = ""
    """The text without quotes, slashes, escapes and key."""
    key: str = ""
    """Of a field: what stands before the colon, as typed, or "#"."""
    value_start: int = 0
    """Of a field: where the value begins, its quote included."""
    quoted: bool = False
    """Of a field: whether its value is in quotes."""
    exact: bool = False
    """Of a field in quotes: whether a = stands before them."""
    closed: bool = True
    """Whether the closing quote or slash is there."""


def lex(text: str) -> list[Token]:
    """The tokens of a query, in order."""
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place)
        tokens.append(token)
        place = token.end
    return tokens


def _token(text: str, start: int) -> Token:
    char, following = text[start], text[start + 1 : start + 2]
    if char == "(":
        return Token("open", start, start + 1)
    if char == ")":
        return Token("close", start, start + 1)
    # "--release" and "->" are words.
    if char == "-" and following not in ("-", ">"):
        return Token("minus", start, start + 1)
    if char == '"':
        value, end, closed = _quoted(text, start)
        return Token("phrase", start, end, value, closed=closed)
    # So are "/" and "//".
    if char == "/" and following not in ("/", ")", "") and not following.isspace():
        return _regex(text, start)
    if number := _NUMBER_SIGN.match(text, start):
        sign, end = start + 1, number.end()
        return Token("field", start, end, text[sign:end], key="#", value_start=sign)
    if key := _KEY.match(text, start):
        return _field(text, key)
    end = _end_of_word(text, start)
    word = text[start:end]
    return Token("or" if word in ("or", "OR") else "word", start, end, word)


def _field(text: str, key: re.Match[str]) -> Token:
    start, value_start = key.span()
    exact = text.startswith('="', value_start)
    quote = value_start + exact
    if text[quote : quote + 1] == '"':
        value, end, closed = _quoted(text, quote)
        return Token(
            "field",
            start,
            end,
            value,
            key[1],
            value_start,
            quoted=True,
            exact=exact,
            closed=closed,
        )
    end = _end_of_word(text, value_start)
    return Token("field", start, end, text[value_start:end], key[1], value_start)


def _quoted(text: str, start: int) -> tuple[str, int, bool]:
    match = _QUOTED.match(text, start)
    assert match is not None  # noqa: S101 - a quote stands there
    closed = bool(match[2])
    # A lone backslash at the end would have escaped what is not there yet.
    end = match.end() if closed else len(text)
    inside = match[1] if closed else text[start + 1 : end]
    return _QUOTE_ESCAPE.sub(r"\1", inside), end, closed


def _regex(text: str, start: int) -> Token:
    match = _REGEX.match(text, start)
    assert match is not None  # noqa: S101 - a slash stands there
    closed = bool(match[2])
    end = match.end() if closed else len(text)
    inside = match[1] if closed else text[start + 1 : end]
    pattern = _SLASH_ESCAPE.sub(lambda one: "/" if one[1] == "/" else one[0], inside)
    return Token("regex", start, end, pattern, closed=closed)


def _end_of_word(text: str, start: int) -> int:
    """Where a word ends: at a blank, a quote, or a parenthesis that it has not opened itself."""
    depth = 0
    for place in range(start, len(text)):
        char = text[place]
        if char.isspace() or char == '"':
            return place
        if char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return place
            depth -= 1
    return len(text)
