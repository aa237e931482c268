"""The patterns that search the raw bytes of JSON: whatever is there is found."""

import json
import random
import re
import sys
import unicodedata

import orjson
import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.query import byte_pattern
from jessy_tui.dataset.query.folded import joins
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


@settings(deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=40))
def test_a_pattern_is_plain_and_short(term: str) -> None:
    pattern = byte_pattern(term)
    assert pattern.isascii()
    assert len(pattern) < 40_000


def test_a_word_is_told_from_other_words() -> None:
    row = '{"value": "ışık mı, \\u015fey mi; STRASSE, kedi"}'.encode()
    for word in ("isik", "ŞEY", "straße", "kedi", "mi"):
        assert re.search(byte_pattern(word), row)
    for word in ("isil", "sye", "strase", "kedım ", "zebra"):
        assert not re.search(byte_pattern(word), row)


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
