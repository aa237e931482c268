"""Code in messages: Markdown's fences and spans."""

import re
from collections.abc import Iterator
from typing import Final

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_SPAN: Final = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def fences(text: str) -> Iterator[tuple[int, int | None]]:
    """Where fenced code begins and ends in a text; the last may have no end.

    A fence is closed by one of the same sign that is at least as long and has nothing behind it
    (CommonMark 0.31, 4.5).
    """
    opened: tuple[int, str] | None = None
    for match in _FENCE.finditer(text):
        marks, rest = match[1], match[2]
        if opened is None:
            if marks[0] == "`" and "`" in rest:
                continue  # a span of code
            opened = match.start(), marks
        elif marks.startswith(opened[1]) and not rest.strip():
            yield opened[0], match.end()
            opened = None
    if opened is not None:
        yield opened[0], None


def without_code(text: str) -> str:
    """A text without its code, fenced or in spans."""
    if "`" not in text and "~~~" not in text:
        return text
    parts, at = [], 0
    for start, end in fences(text):
        parts.append(text[at:start])
        at = len(text) if end is None else end
    parts.append(text[at:])
    return _SPAN.sub(" ", "\n".join(parts))
