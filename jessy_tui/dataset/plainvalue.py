"""One JSON value on one line, as people type it: bare text where nothing can be mistaken.

`tr` is the text "tr", `3` a number, `true` a boolean, `"3"` the text "3", `[1, 2]` a list.
"""

from typing import Any, Final

from jessy_tui.dataset.jsontext import BLANK, JsonTextError, read_value, skip_whitespace
from jessy_tui.dataset.layout import Style, write

_ONE_LINE: Final = Style(inline_from=0)
_ONLY_JSON: Final = ('"', "[", "{")


def value_text(value: Any) -> str:
    """`value` on one line, so that `value_of` gives it back."""
    if isinstance(value, str) and _is_plain(value):
        return value
    return write(value, _ONE_LINE)


def value_of(text: str) -> Any:
    """What a line says: JSON where it is JSON, otherwise the text itself, without blanks around.

    Raises:
        JsonTextError: the line begins as a JSON text, list or object, and is none.
    """
    text = text.strip()
    try:
        return json_of(text)
    except JsonTextError:
        if text.startswith(_ONLY_JSON):
            raise
        return text


def json_of(text: str) -> Any:
    """The one JSON value that a text is.

    Raises:
        JsonTextError: it is none, or more than one.
    """
    value, end = read_value(text, skip_whitespace(text, 0))
    rest = text[end:].strip(BLANK)
    if rest:
        raise JsonTextError(f"{rest[:20]!r} stands after the value; take it out", end)
    return value


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or not text.isprintable() or text.startswith(_ONLY_JSON):
        return False
    try:
        json_of(text)
    except JsonTextError:
        return True
    return False
