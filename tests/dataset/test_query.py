"""The filter language: what a query finds, and how it is written."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query import (
    And,
    Everything,
    Node,
    Not,
    Number,
    Or,
    Query,
    QueryError,
    Text,
    parse,
)
from jessy_tui.dataset.turkish import fold
from jessy_tui.iteration import Complexity
from tests.dataset.queries import ANY_TEXTS, NODES, OneExample, Said, talk

LIGHT = talk(
    "ışık mı hızlı ses mi",
    "Işık, hem de çok daha hızlı.",
    complexity="LOW",
    iterations=2,
    category="fact",
    language="tr",
    part="openers",
)
RUST = talk(
    "How do I drop() it?",
    "Like this:\n\n```rust\ndrop(x);\n```",
    "şey, bir de C++?",
    "Delete it: `delete x`.",
    complexity="MEDIUM",
    iterations=4,
    category="Rust-ownership",
    language="mixed",
    weight=2,
    origin="mail/2024",
    score=0.75,
    tags=["code", "Şüphe"],
    waive={"band": "on purpose"},
    seen=True,
    missing=None,
)
BARE = Example({"conversations": "none"})


def found(query: str, example: Example = RUST, **more: Any) -> bool:
    return parse(query).matches(OneExample(example, **more))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "sey",
        "SEY drop delete",
        '"bir de"',
        "-isik",
        "DROP() C++",
        "zebra or sey",
        "(zebra or sey) -(fare or kedi)",
        "is:medium",
        "complexity:medium",
        "-is:high",
        "iterations:4",
        "iterations:3..5",
        "iterations:>=4 iterations:<=4 iterations:>3 iterations:<5",
        "category:rust",
        "category:RUST-OWN",
        "category:=Rust-ownership",
        'category:="Rust-ownership" -category:=""',
        "file:technical",
        "FILE:TECHNICAL_QA",
        "file:=jessy_technical_qa.json",
        "lang:=mixed",
        'part:="" -part:""',
        'opening:delete opening:"Delete it!" -opening:del',
        'word:sey word:C++ word:"bir de" -word:delet',
        "lang:mixed",
        "len:22",
        "len:<800",
        "turns:4",
        "turns:>2",
        "weight:>1",
        "has:label has:code -has:finding",
        "meta.origin:mail",
        "meta.score:>0.5 meta.score:<0.8 meta.score:=0.75 meta.score:0.7..0.8 meta.score:0.7",
        "meta.tags:suphe",
        "meta.waive:band",
        'meta.waive:"" meta.score:"" meta.missing:""',
        "meta.seen:true meta.missing:null",
        "-meta.origin:post -meta.nothing:x",
        "edited:no",
        "#12",
        "#10..20 #<13",
        "/del[ea]te/",
        r"/^drop\(x\);$/ or /(?m)^drop\(x\);$/",
        "zebra or is:medium fare or lang:mixed",
    ],
)
def test_a_query_finds_what_it_describes(query: str) -> None:
    assert found(query)


@pytest.mark.parametrize(
    "query",
    [
        "zebra",
        "sey zebra",
        '"de bir"',
        "-sey",
        "zebra or fare",
        "sey (zebra or fare)",
        "is:low",
        "iterations:>4",
        "iterations:5..9",
        "category:ownership",
        "category:=rust",
        "category:=rust-ownership",
        "file:=technical",
        "lang:=mix",
        'category:=""',
        "opening:it",
        "word:dro",
        'word:"de sey"',
        "file:philosophy",
        "lang:m",
        "len:>22",
        "turns:<4",
        "weight:1",
        "has:error",
        "meta.origin:2024",
        "meta.score:>0.75",
        "meta.score:<0.75",
        "meta.seen:1",
        "meta.seen:>=0",
        'meta.nothing:""',
        "edited:yes",
        "#1",
        "/sey/",
        "/isik/",
        "zebra sey or is:low",
    ],
)
def test_a_query_leaves_out_what_it_does_not_describe(query: str) -> None:
    assert not found(query)


@pytest.mark.parametrize(
    "query", ["isik", "ISIK", "ışık", "IŞIK", "İSİK", "is\u0327ik", '"ISIK MI"']
)
def test_words_are_found_without_their_dots_and_cedillas(query: str) -> None:
    assert found(query, LIGHT)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("sıkı", "SIKI", True),
        ("siki", "SİKİ", True),
        ("siki", "SIKI", True),
        ("SIKI", "sıkı", True),
        ("SİKİ", "siki", True),
        ("ığdır", "IĞDIR", True),
        ("ŞEY", "şey", True),
        ("sıkı", "siki", False),
        ("siki", "sıkı", False),
        ("sey", "şey", False),
        ("[A-I]x", "bX", True),
        (r"\p{Inherited}?I", "ı", False),
        ("(?-i)I", "I", True),
        ("(?-i)I", "i", False),
        (".", "\ud800", True),
    ],
)
def test_a_regex_knows_the_two_letters_i_and_ignores_case(
    pattern: str, text: str, matches: bool
) -> None:
    assert found(f"/{pattern}/", talk(text, "")) is matches


def test_a_regex_that_others_choke_on_is_answered_at_once() -> None:
    assert not found("/(a+)+$/", talk("a" * 100_000 + "b", ""))


def test_an_example_that_is_no_conversation_matches_only_what_it_lacks() -> None:
    for query in ("", "-sey", "-is:low", "-has:label", "len:0", "turns:0", "-lang:tr"):
        assert found(query, BARE)
    for query in ("sey", '""', "/a*/", "is:low", "iterations:>=1", "has:code", 'category:""'):
        assert not found(query, BARE)


def test_findings_are_asked_for_only_where_the_rest_leaves_it_open() -> None:
    one = OneExample(RUST, said=[Said("duplicate-question", "warning")])
    assert not parse("has:warning is:low").matches(one)
    assert not parse("(has:warning or has:error) zebra").matches(one)
    assert one.asked == 0
    assert parse("has:warning has:finding has:duplicate-question -has:error").matches(one)
    assert one.asked == 4


@pytest.mark.parametrize("query", ["has:error", "a or -has:finding", "(a or (b has:band))"])
def test_a_query_says_that_it_needs_findings(query: str) -> None:
    assert parse(query).needs_findings


@pytest.mark.parametrize("query", ["", "a or -b", "has:label has:code", "is:low /x/"])
def test_a_query_says_that_it_needs_no_findings(query: str) -> None:
    assert not parse(query).needs_findings


def test_and_binds_stronger_than_or_and_minus_strongest() -> None:
    a, b, c = Text("a"), Text("b"), Text("c")
    assert parse("a b or c").node == Or((And((a, b)), c))
    assert parse("a (b or c)").node == And((a, Or((b, c))))
    assert parse("-a b").node == And((Not(a), b))
    assert parse("-(a b)").node == Not(And((a, b)))
    assert parse("((a) (b c))").node == And((a, b, c))
    assert parse("").node == Everything()


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("  sey   (is:LOW)", "sey is:low"),
        ("complexity:high", "is:high"),
        ("iterations:<4 iterations:>6", "iterations:<=3 iterations:>=7"),
        ("iterations:=3 iterations:3..3", "iterations:3 iterations:3"),
        ("a OR b", "a or b"),
        ('"a" "b c" "or"', 'a "b c" "or"'),
        ("(a or b) (c or (d e))", "(a or b) (c or d e)"),
        ("-(-a)", "-(-a)"),
        (r"/a\/b\d/", r"/a\/b\d/"),
        ("İS:low", "is:low"),
        ('category:="rust" file:="a b" part:"=x"', 'category:=rust file:="a b" part:"=x"'),
        ("main() std::vec https://a.b", "main() std::vec https://a.b"),
        ("#5 #>=3", "#5 #>=3"),
    ],
)
def test_a_query_has_a_normal_form(typed: str, normal: str) -> None:
    assert str(parse(typed)) == normal


@settings(deadline=None)
@given(NODES)
def test_the_normal_form_parses_to_the_same_query(node: Node) -> None:
    text = str(Query(node))
    assert parse(text) == Query(node)
    assert str(parse(text)) == text


@settings(deadline=None)
@given(ANY_TEXTS, st.lists(ANY_TEXTS, min_size=1, max_size=4))
def test_a_word_is_found_where_its_fold_is_in_the_fold_of_a_message(
    term: str, texts: list[str]
) -> None:
    candidate = OneExample(talk(*texts))
    expected = any(fold(term) in fold(text) for text in texts)
    assert Query(Text(term)).matches(candidate) is expected
    assert Query(Not(Text(term))).matches(candidate) is not expected


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["sey", "ISIK", "a", "Ş"]), min_size=1),
    st.lists(ANY_TEXTS, min_size=1),
)
def test_words_side_by_side_must_all_be_found(words: list[str], texts: list[str]) -> None:
    folded = [fold(text) for text in texts]
    expected = all(any(fold(word) in text for text in folded) for word in words)
    assert parse(" ".join(words)).matches(OneExample(talk(*texts))) is expected


@settings(deadline=None)
@given(NODES, NODES)
def test_or_and_minus_mean_what_they_mean(one: Node, other: Node) -> None:
    candidate = OneExample(RUST, said=[Said("band", "error")], edited=True)
    first, second = (Query(node).matches(candidate) for node in (one, other))
    assert Query(Or((one, other))).matches(candidate) is (first or second)
    assert Query(And((one, Not(other)))).matches(candidate) is (first and not second)


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_a_range_holds_both_its_ends(low: int, high: int, iterations: int) -> None:
    example = talk("a", "b", iterations=iterations, complexity=Complexity.of(iterations))
    if low > high:
        with pytest.raises(QueryError):
            parse(f"iterations:{low}..{high}")
        return
    assert parse(f"iterations:{low}..{high}").node == Number("iterations", low, high)
    assert found(f"iterations:{low}..{high}", example) is (low <= iterations <= high)


def test_unlabelled_is_short_for_what_has_no_whole_label() -> None:
    assert str(parse("is:unlabelled rust")) == "-has:label rust"
    assert str(parse("-is:Unlabelled")) == str(parse("-(-has:label)"))
