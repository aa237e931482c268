"""JSON as text: read so that nothing is lost, and refused with a reason where it is not JSON.

The standard library's decoder is strict about grammar but lets four things through that would be
lost or would break a later reader: duplicate keys, NaN and Infinity, lone surrogates, and numbers
that no float holds. Here the first three are refused and the last keep their text.
"""

import json
import re
from typing import Any

MAX_DEPTH = 100
"""How deep an example may be nested. Far beyond any conversation, far below any stack."""

BLANK = " \t\r\n"
"""What JSON takes for blank space."""

_MAX_DIGITS = 4000  # Python converts no longer integers (sys.get_int_max_str_digits)
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class ExactFloat(float):
    """A number whose text says more than a float does, such as `1.10` or `1e400`."""

    literal: str

    def __new__(cls, literal: str) -> "ExactFloat":
        number = super().__new__(cls, literal)
        number.literal = literal
        return number

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]  # copies keep the text
        return (self.literal,)


class JsonTextError(ValueError):
    """A value that is no JSON, or JSON that would lose something. `position` is in the text."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


def skip_whitespace(text: str, position: int) -> int:
    """The first position from `position` on that is not JSON whitespace."""
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position


def read_value(text: str, start: int, end: int | None = None) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and where it ends.

    `end` is where the text it may take up ends (the end of its line in JSONL).

    Raises:
        JsonTextError: the reason as half a sentence, and the position where it is known.
    """
    source, offset = (text, 0) if end is None else (text[start:end], start)
    try:
        value, stop = _DECODER.raw_decode(source, start - offset)
    except json.JSONDecodeError as error:
        raise JsonTextError(_explain(error, source), error.pos + offset) from None
    except RecursionError:
        raise JsonTextError(_TOO_DEEP) from None
    _refuse_what_breaks_later(value, source, start - offset, stop)
    return value, stop + offset


_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH} levels, which no conversation is; flatten it"


def _refuse_what_breaks_later(value: Any, source: str, start: int, stop: int) -> None:
    brackets = source.count("[", start, stop) + source.count("{", start, stop)
    if brackets > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise JsonTextError(_TOO_DEEP)
    if _SURROGATE_ESCAPE.search(source, start, stop):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            escape = f"\\u{ord(error.object[error.start]):04x}"
            reason = f"{escape} is half a character, which no UTF-8 file can hold; write all of it"
            raise JsonTextError(reason) from None


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
            else:
                continue
        containers = any(isinstance(item, (dict, list)) for item in level)
        deepest += containers
        level = inner
    return deepest


_CLOSING = ("']'", "'}'")


def _explain(error: json.JSONDecodeError, source: str) -> str:
    """The decoder's complaint with a remedy."""
    if error.pos >= len(source.rstrip()) or error.msg.startswith("Unterminated string"):
        return "it ends in the middle of a value; restore the rest from a copy or take it out"
    found = repr(source[error.pos])
    message = error.msg
    after_comma = source[: error.pos].rstrip(BLANK).endswith(",")
    if message.startswith("Illegal trailing comma") or (after_comma and found in _CLOSING):
        return "a comma stands before a closing bracket; take it out"
    if message.startswith("Invalid control character"):
        return f"the control character {found} stands bare in a text; write it as an escape (\\n)"
    if "escape" in message:
        return "a backslash begins no valid escape; double it (\\\\) or mend the escape"
    if message.startswith("Expecting ','"):
        return f"a comma or a closing bracket is missing before {found}"
    if message.startswith("Expecting ':'"):
        return f"a colon is missing before {found}"
    if message.startswith("Expecting property name"):
        return f'a key in "double quotes" is expected, not {found}'
    return f"a JSON value is expected, not {found}"


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonTextError(f'the key "{key}" stands twice in one object; take one out')
            seen.add(key)
    return value


def _read_float(literal: str) -> float:
    value = float(literal)
    return value if repr(value) == literal else ExactFloat(literal)


def _read_int(literal: str) -> float:  # an int is a float to the type checker
    if len(literal) > _MAX_DIGITS:
        raise JsonTextError(f"a number of {len(literal)} digits is too long; write it as a text")
    return ExactFloat(literal) if literal == "-0" else int(literal)


def _refuse_constant(name: str) -> Any:
    raise JsonTextError(f"{name} is no JSON number; write a number, null or a text")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_float=_read_float,
    parse_int=_read_int,
    parse_constant=_refuse_constant,
)
