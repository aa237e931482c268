"""The patterns that search the raw bytes of JSON: whatever is there is found."""

import json
import random
import re
import sys
import unicodedata
from mmap import ACCESS_READ, mmap
from pathlib import Path

import orjson
import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.query import byte_pattern, line_scan, lines_with, message_pattern
from jessy_tui.dataset.query.folded import joins
from jessy_tui.dataset.query.json_bytes import END_OF_PLAIN
from jessy_tui.dataset.query.sources import sources, stands_alone
from jessy_tui.dataset.turkish import fold
from tests.dataset.queries import ANY_TEXTS, LETTER_TEXTS, LETTERS

LATIN_1 = re2.Options()
LATIN_1.encoding = re2.Options.Encoding.LATIN1
LATIN_1.log_errors = False

UNUSED = {"Cn", "Co", "Cs"}
EVERY_LETTER = [
    letter
    for letter in map(chr, range(sys.maxunicode))
    if unicodedata.category(letter) not in UNUSED
]


def spelled(text: str, choices: random.Random) -> bytes:
    """`text` as a JSON string, each letter raw or escaped by chance, in hex of either case."""
    written = ""
    for letter in text:
        raw = json.dumps(letter, ensure_ascii=False)[1:-1]
        escaped = "".join(
            f"\\u{unit:04x}" if choices.random() < 0.5 else f"\\u{unit:04X}"
            for unit in memoryview(letter.encode("utf-16-le")).cast("H")
        )
        written += choices.choice([raw, raw, escaped, "\\/" if letter == "/" else raw])
    return f'"{written}"'.encode()


@settings(deadline=None)
@given(
    LETTER_TEXTS | ANY_TEXTS,
    st.tuples(LETTER_TEXTS, LETTER_TEXTS),
    st.sampled_from(["NFC", "NFD"]),
    st.integers(0, 10),
    st.integers(0, 10),
    st.randoms(use_true_random=False),
)
@example("ss", ("ß", ""), "NFC", 0, 2, random.Random(1))
@example("tik", ("ﬆik", ""), "NFC", 1, 4, random.Random(1))
@example("ssssssss", ("ßsßsßs", ""), "NFC", 0, 9, random.Random(1))
@example("ney", ("\ney", ""), "NFC", 0, 9, random.Random(1))
def test_wherever_a_fold_holds_a_term_the_bytes_hold_its_pattern(
    term: str,
    around: tuple[str, str],
    form: str,
    start: int,
    length: int,
    choices: random.Random,
) -> None:
    text = around[0] + unicodedata.normalize(form, term) + around[1]  # type: ignore[arg-type] # NFC or NFD
    source = spelled(text, choices)
    assert orjson.loads(source) == text
    folded = fold(text)
    # A part of the fold is surely in it, wherever it begins and ends.
    for sought in (term, folded, folded[start : start + length]):
        if fold(sought) in folded:
            pattern = byte_pattern(sought)
            assert re.search(pattern, source)
            assert re2.search(pattern, source, options=LATIN_1)


def row(choices: random.Random, *messages: str) -> bytes:
    """An example as it may stand in a file; its label has the last message's words, too."""
    blank = choices.choice(["", " ", "\n\t"]).encode()
    key = blank.join([b'"value"', b":", b""])
    written = b",".join(
        b'{"from":' + blank + b'"human",' + key + spelled(message, choices) + b"}"
        for message in messages
    )
    label = spelled(messages[-1], choices)
    return b'{"conversations": [' + written + b'], "label": ' + label + b"}"


@settings(deadline=None)
@given(
    LETTER_TEXTS | st.sampled_from(["value", "human", "e", "from", "00e", "u", "ney", "\\", "\n"]),
    st.lists(LETTER_TEXTS, min_size=1, max_size=3),
    st.integers(0, 10),
    st.integers(1, 10),
    st.randoms(use_true_random=False),
)
def test_a_message_pattern_finds_what_is_in_the_messages_and_nothing_else_where_it_is_exact(
    term: str, messages: list[str], start: int, length: int, choices: random.Random
) -> None:
    folded = [fold(message) for message in messages]
    source = row(choices, *messages)
    assert [one["value"] for one in orjson.loads(source)["conversations"]] == messages
    for sought in (term, folded[0][start : start + length]):
        pattern = message_pattern(sought)
        found = any(fold(sought) in message for message in folded)
        for match in (
            re.search(pattern.expression, source),
            re2.search(pattern.expression, source, options=LATIN_1),
        ):
            if found or pattern.exact:
                assert bool(match) is found


@pytest.mark.parametrize(
    "term", ["e", "ışık", "C++", '"a\\b"', "straße", "привет", "two words", "şŞ"]
)
def test_common_words_are_found_exactly(term: str) -> None:
    assert message_pattern(term).exact


@pytest.mark.parametrize("term", ["e" * 25, "s" * 9, "한국", "か\u3099", "क", "ι", "ا"])
def test_what_may_be_something_else_in_context_is_not_said_to_be_exact(term: str) -> None:
    assert not message_pattern(term).exact


def test_marks_do_not_change_what_the_letters_of_exact_patterns_fold_to() -> None:
    marks = [chr(code) for code in range(0x300, 0x370) if code != 0x345]
    letters = {*sources().several, *map(chr, range(0x530))}
    letters |= {one for folded in map(chr, range(0x530)) for one in sources().of(folded)}
    for letter in letters:
        folded = fold(letter)
        if stands_alone(folded[:1] or "\u0301") and folded < END_OF_PLAIN:
            for mark in marks:
                assert fold(letter + mark) == folded, (letter, mark)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([b"sey", b"\xc5\x9fey", b"", b"x" * 30, b"\\u015fey ney sey"]), max_size=30
    ),
    st.sampled_from([1, 7, 40, 1000]),
    st.integers(0, 3),
    st.booleans(),
)
def test_each_line_that_holds_a_word_is_found_once(
    lines: list[bytes], block: int, skipped: int, ended: bool
) -> None:
    skipped = min(skipped, len(lines))
    source = b"\n".join(lines) + b"\n" * ended
    start = sum(len(line) + 1 for line in lines[:skipped])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_scan, "_BLOCK", block)
        places = list(lines_with(byte_pattern("şey"), source, start, len(source)))
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    assert places == [
        place for place, line in zip(starts, lines, strict=True) if place >= start and b"ey" in line
    ]


def test_a_file_that_is_mapped_into_memory_is_searched_in_place(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b'{"value": "bir"}\n{"value": "\xc5\x9fey"}\n' * 20_000)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as source:
        for word in ("sey", "bir", "zebra"):
            expression = message_pattern(word).expression
            places = list(lines_with(expression, source, 0, len(source)))
            assert len(places) == (0 if word == "zebra" else 20_000)


@settings(deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=40))
def test_a_pattern_is_plain_and_short(term: str) -> None:
    pattern = byte_pattern(term)
    assert pattern.isascii()
    assert len(pattern) < 40_000


def test_a_word_is_told_from_other_words() -> None:
    source = '{"value": "ışık mı, \\u015fey mi; STRASSE, kedi"}'.encode()
    for word in ("isik", "ŞEY", "straße", "kedi", "mi"):
        assert re.search(byte_pattern(word), source)
    for word in ("isil", "sye", "strase", "kedım ", "zebra"):
        assert not re.search(byte_pattern(word), source)


@pytest.mark.parametrize("term", ["", "\u0301", "각", "\u3099", "\ud800"])
def test_what_cannot_be_looked_for_in_bytes_is_looked_for_everywhere(term: str) -> None:
    assert re.search(byte_pattern(term), b"{}")


def test_each_letter_of_unicode_is_found_by_its_fold_raw_and_escaped() -> None:
    table = sources()
    for letter in EVERY_LETTER:
        folded = fold(letter)
        if folded == letter:
            continue
        for one in filter(stands_alone, folded):
            assert letter in table.of(one) or one in table.several.get(letter, ""), hex(ord(letter))
    for letter in {*table.several, *(one for those in table.single.values() for one in those)}:
        pattern = byte_pattern(letter)
        for form in (letter, unicodedata.normalize("NFD", letter)):
            assert re.search(pattern, json.dumps(form, ensure_ascii=False).encode()), hex(
                ord(letter)
            )
            assert re.search(pattern, json.dumps(form).encode()), hex(ord(letter))


def test_no_letter_folds_together_with_the_one_before_it_unless_it_is_said_to_join() -> None:
    for letter in EVERY_LETTER:
        if not joins(letter):
            first = unicodedata.normalize("NFD", fold(letter))[:1]
            assert not joins(first or "a"), hex(ord(letter))
            assert not unicodedata.combining(letter)
