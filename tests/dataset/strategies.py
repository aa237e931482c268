"""JSON as people and programs write it, for hypothesis."""

import json

from hypothesis import strategies as st

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["şey", 'a"b', "back\\slash", "😀", "satır\nsonu", "", "\u2028", "İIıi"]
)
NUMBERS = st.sampled_from(
    ["0", "-0", "7", "1.10", "1e400", "-2.50E-3", "123456789012345678901234567890", "0.1"]
)
BLANKS = st.text(" \t\n\r", max_size=3)
LINE_BLANKS = st.text(" \t", max_size=3)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def written(draw: st.DrawFn, blanks: st.SearchStrategy[str] = BLANKS, depth: int = 3) -> str:
    """One JSON value in any formatting: odd spacing, escapes, and spellings of numbers."""
    kind = draw(st.sampled_from("osnla" if depth else "sn"))
    if kind == "s":
        return draw(_spelled(TEXTS))
    if kind == "n":
        return draw(NUMBERS | st.sampled_from(["true", "false", "null"]))
    inner = written(blanks, depth - 1)
    gap = lambda: draw(blanks)  # noqa: E731
    if kind in "la":
        members = [gap() + draw(inner) + gap() for _ in range(draw(st.integers(0, 3)))]
        return "[" + (",".join(members) if members else gap()) + "]"
    keys = draw(st.lists(TEXTS, max_size=3, unique=True))
    members = [
        gap() + draw(_spelled(st.just(key))) + gap() + ":" + gap() + draw(inner) + gap()
        for key in keys
    ]
    return "{" + (",".join(members) if members else gap()) + "}"


@st.composite
def _spelled(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    return json.dumps(draw(texts), ensure_ascii=draw(st.booleans()))


@st.composite
def array_files(draw: st.DrawFn) -> bytes:
    """A JSON array of anything, in any formatting, with or without a byte order mark."""
    members = draw(st.lists(written(), max_size=4))
    spaced = [draw(BLANKS) + member + draw(BLANKS) for member in members]
    body = ",".join(spaced) if spaced else draw(BLANKS)
    text = draw(BLANKS) + "[" + body + "]" + draw(BLANKS)
    return (draw(st.sampled_from(["", "\ufeff"])) + text).encode()


@st.composite
def lines_files(draw: st.DrawFn) -> bytes:
    """JSON lines of anything: blank lines, both line ends, with or without the last one."""
    ends = st.sampled_from(["\n", "\r\n", "\n\n", " \n", "\n \t\n"])
    text = draw(st.sampled_from(["", "\n", " "]))
    for _ in range(draw(st.integers(1, 4))):
        text += draw(written(LINE_BLANKS)) + draw(ends)
    text += draw(written(LINE_BLANKS) | st.just(""))
    return text.encode()
