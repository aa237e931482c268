"""Regular expressions looked for in many rows at once find what they find in each message."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.large.labels import exact_value, labels_of, lines_in
from jessy_tui.dataset.large.regexes import rows_with
from jessy_tui.dataset.query import line_regex
from jessy_tui.dataset.query.regexes import RegexError, compile_regex

_PIECES = [
    *"abiıIİşSx19 _|()*+?.^$-/\"'{},:",
    "\\b", "\\B", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\n", "\\t", "\\.", "\\\\", "\\x41",
    "\\x{131}", "\\pL", "\\PN", "\\p{Greek}", "\\p{^L}", "\\Qa.b\\E", "\\A", "\\z", "\\/", "\\x1e",
    "[ab]", "[^ab]", "[^\\s]", "[a-z]", "[]a]", "[^]a]", "[\\s\\S]", "[[:alpha:]]", "[^[:digit:]]",
    "[\\W]", "(?:", "(?P<n>", "{2}", "{1,}", "(?i)", "(?s)", "(?m)", "value", "ΣΑς", "K", "ſ",
]  # fmt: skip
PATTERNS = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join)
TEXTS = st.text(
    st.sampled_from('aAbiıIİşSsx19 _-.:,"\\/\n\t\r\b\f\x1e\x1f\x02value{}[]ΣσςKKſé😀'), max_size=8
)
ROWS = st.lists(
    st.tuples(st.lists(TEXTS, min_size=1, max_size=3), st.booleans(), st.sampled_from(["", " "])),
    min_size=1,
    max_size=6,
)


def row(texts: list[str], *, escaped: bool = False, blank: str = "") -> bytes:
    messages: list[dict[str, Any]] = [
        {"from": ("human", "jessy")[place % 2], "value": text} for place, text in enumerate(texts)
    ]
    messages[-1]["metadata"] = {"category": "value", "part": "bir"}
    separators = ("," + blank, ":" + blank)
    source = json.dumps({"conversations": messages}, ensure_ascii=escaped, separators=separators)
    return source.encode(errors="surrogatepass")


def expected(pattern: str, lines: list[bytes]) -> list[int]:
    regex = compile_regex(pattern)
    return [
        number
        for number, line in enumerate(lines)
        if any(regex.found_in(turn.text or "") for turn in Example(exact_value(line)).turns)
    ]


def check(pattern: str, content: bytes) -> bool:
    """Whether a pattern is taken; if it is, it must find what it finds one by one."""
    try:
        compile_regex(pattern)
    except RegexError:
        return False
    if line_regex(pattern) is None:
        return False
    lines = list(lines_in(content))
    [found] = rows_with(content, labels_of(content).plain, [pattern])
    assert sorted(found) == expected(pattern, lines)
    assert len(set(found)) == len(found)
    return True


@settings(deadline=None, max_examples=400)
@given(PATTERNS, ROWS, st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\n \n"]))
@example("^a", [(["ba", "a"], False, "")], b"\n")
@example("bI", [(["bı"], False, "")], b"\n")
@example("\\W", [([""], False, "")], b"\n")
@example("a$", [(["ab", "a\n"], False, "")], b"\n")
@example("[^b]*$", [(["b"], False, ""), (["a"], False, "")], b"\n")
@example("\\B", [([""], False, "")], b"\n")
@example("ıx", [(["IX"], False, ""), (["ix"], False, "")], b"\n")
@example("disı", [(["DISI"], False, ""), (["dısı"], False, "")], b"\n")
@example("\\bbi", [(["Ibi"], False, "")], b"\n")
def test_the_rows_are_those_of_the_plain_definition(
    pattern: str, rows: list[tuple[list[str], bool, str]], end: bytes
) -> None:
    check(
        pattern,
        end.join(row(texts, escaped=escaped, blank=blank) for texts, escaped, blank in rows),
    )


ODD = b"\n".join(
    [
        row(["bir \x1f iki", "a"]),
        b'{"conversations":[{"from":"human","value":"bir"},{"from":"jessy","metadata":{}}]}',
        b'{"value": "bir"}',
        b'["bir"]',
        b'{"broken": "bir',
        b"\xff bir \xfe",
        b'{"conversations":[{"from":"value","value":"iki"},{"from":"jessy","value":"bir",'
        b'"metadata":{"VALUE":"kedi"}}]}',
        row(["\u0130ki", "b\u0131r"], escaped=True, blank=" "),
        row(['say "value": bir', "x"]),
    ]
)


@pytest.mark.parametrize("pattern", ["bir", "kedi", "^b", "iki$", ".", "[^a]{3,}", "i", "ı"])
def test_rows_of_any_shape_are_read_as_they_are(pattern: str) -> None:
    assert check(pattern, ODD)


@pytest.mark.parametrize(
    "pattern",
    ["sor", "^sor", "ne$", "^$", "(a|b)+c", "b[iı]r.*ama", "\\bbir\\b", "\\d{2,}", "[^\\x00-\\x7f]",
     "^a|b$|c", "[\\s\\S]x", "\\Qa.b\\E", "(?i)ev", "(?s)a.b", "x{2}", "\\p{Greek}", "\\S+@\\S+"],
)  # fmt: skip
def test_what_people_look_for_is_looked_for_in_all_rows_at_once(pattern: str) -> None:
    assert line_regex(pattern) is not None


@pytest.mark.parametrize("pattern", ["(?m)^a", "a^b", "(^|x)a", "[\\W_]", "a(?i)b", "\\x1e", "^*a"])
def test_what_means_another_thing_in_a_line_is_not(pattern: str) -> None:
    assert line_regex(pattern) is None


def test_what_is_no_letter_is_not_looked_for_behind_the_end_of_a_text() -> None:
    row = b'{"conversations":[{"from":"human","value":":","metadata":{"category":"value"}}]}'
    assert check(r"\D\W", row)
    assert check(r"\W\W", row)
