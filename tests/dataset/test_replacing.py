"""Find and replace, without a screen."""

import pytest
from hypothesis import given, settings

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.replacing import Replacer, Search, replaced
from jessy_tui.errors import JessyError
from tests.conftest import example
from tests.dataset.strategies import TEXTS

TEXT = Example(
    {
        "conversations": [
            {"from": "human", "value": "Sey, bir şey sorucam. ŞEY?", "id": 1},
            {"from": "jessy", "value": "Sor, şey yapma.", "metadata": {"iterations": 1}},
            {"from": "human", "value": "sey"},
            {"from": "gpt", "value": "sey"},
            "sey",
        ],
        "id": 7,
    }
)


def after(one: Example, search: Search) -> list[str | None]:
    edited = replaced(one, Replacer(search).hits(one))
    return [turn.text for turn in edited.turns]


def answer_after(answer: str, search: Search) -> str:
    one = Example(example("?", answer, "LOW", 1, "a"))
    return replaced(one, Replacer(search).hits(one)).answer


def test_folding_finds_whatever_the_case_and_dots() -> None:
    assert after(TEXT, Search("sey", "nesne"))[:3] == [
        "nesne, bir nesne sorucam. nesne?",
        "Sor, nesne yapma.",
        "nesne",
    ]


def test_without_folding_only_the_very_letters_are_found() -> None:
    assert after(TEXT, Search("şey", "x", folding=False))[:3] == [
        "Sey, bir x sorucam. ŞEY?",
        "Sor, x yapma.",
        "sey",
    ]


def test_it_stays_in_the_questions_or_the_answers() -> None:
    questions = Replacer(Search("sey", "x", where="questions")).hits(TEXT)
    assert [hit.turn for hit in questions] == [0, 0, 0, 2]
    assert [hit.turn for hit in Replacer(Search("sey", "x", where="answers")).hits(TEXT)] == [1]


def test_what_would_not_change_is_no_hit() -> None:
    hits = Replacer(Search("sey", "şey")).hits(TEXT)
    assert [hit.found for hit in hits] == ["Sey", "ŞEY", "sey"]


def test_one_hit_of_many_is_replaced_and_everything_else_stays() -> None:
    hits = Replacer(Search("sey", "x")).hits(TEXT)
    edited = replaced(TEXT, [hits[1]])
    assert edited.raw == {
        **TEXT.raw,
        "conversations": [
            {"from": "human", "value": "Sey, bir x sorucam. ŞEY?", "id": 1},
            *TEXT.raw["conversations"][1:],
        ],
    }


@pytest.mark.parametrize(
    ("text", "search", "expected"),
    [
        ("10 saat 5 saat", Search(r"(\d+) saat", r"\1 sa.", regex=True), "10 sa. 5 sa."),
        ("a-b", Search(r"(?P<x>\w)-(\w)", r"\2\n\g<x>\\", regex=True), "b\na\\"),
        ("a", Search(r"(a)|(b)", r"[\2\g<1>\0]", regex=True), "[aa]"),
        ("İYİ IŞIK", Search("iyi|ışık", "x", regex=True), "x x"),
        ("İYİ IŞIK", Search("İYİ|ışık", "x", regex=True, folding=False), "x IŞIK"),
        ("SIKI", Search("sıkı", "x", regex=True), "x"),
        ("aaa", Search("x*", "-", regex=True), "aaa"),
        ("aaaa", Search("aa", "b"), "bb"),
        ("1.5 1x5", Search("1.5", "2"), "2 1x5"),
        (r"a\n", Search(r"\n", r"\1"), r"a\1"),
        ("şıkır ŞIKIR", Search("sikir", ""), " "),
        ("Straße", Search("ss", "x"), "Straxe"),
        ("e\u0301te", Search("ete", "x"), "x"),
    ],
)
def test_what_is_found_is_replaced(text: str, search: Search, expected: str) -> None:
    assert answer_after(text, search) == expected


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        (Search(""), "Write what is to be found."),
        (Search("(a", regex=True), r"That is no regular expression: missing \)"),
        (Search(r"(a)\1", regex=True), "it refers back to a group"),
        (Search("a", r"\1", regex=True), r"names the group \\1, which the regular expression"),
        (Search("a", r"\g<b>", regex=True), "names the group"),
        (Search("a", "\\", regex=True), "means nothing in a replacement"),
        (Search("a", r"\q", regex=True), "means nothing in a replacement"),
        (Search("\u0301"), "an accent alone"),
    ],
)
def test_a_search_that_is_none_is_refused_in_one_sentence(search: Search, reason: str) -> None:
    with pytest.raises(JessyError, match=reason) as refused:
        Replacer(search)
    assert "\n" not in str(refused.value)


@settings(deadline=None)
@given(TEXTS, TEXTS.filter(bool), TEXTS)
def test_plain_replacing_is_that_of_python(text: str, wanted: str, new: str) -> None:
    search = Search(wanted, new, folding=False)
    if text:
        assert answer_after(text + "x", search) == (text + "x").replace(wanted, new)


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_hits_do_not_overlap_and_are_what_they_say(before: str, wanted: str, tail: str) -> None:
    text = before + wanted + tail
    one = Example(example("?", text, "LOW", 1, "a"))
    try:
        replacer = Replacer(Search(wanted, "\ue000"))
    except JessyError:
        return
    hits = replacer.hits(one)
    assert hits
    assert all(text[hit.start : hit.end] == hit.found for hit in hits)
    places = [place for hit in hits for place in (hit.start, hit.end)]
    assert places == sorted(places)
