"""What is said of queries that do not parse, and that nothing else is ever raised."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.query import Query, QueryError, parse
from jessy_tui.errors import JessyError
from tests.dataset.queries import NODES


def refused(query: str) -> tuple[str, str]:
    """What is said, and the part of the query it is said of."""
    with pytest.raises(QueryError) as caught:
        parse(query)
    return str(caught.value), query[caught.value.start : caught.value.end]


@pytest.mark.parametrize(
    ("query", "part", "message"),
    [
        (
            "a is:hgih",
            "hgih",
            "is: takes low, medium, high or unlabelled, not 'hgih'; did you mean high?",
        ),
        ("is:", "is:", "is: takes low, medium, high or unlabelled."),
        ("is:purple", "purple", "is: takes low, medium, high or unlabelled, not 'purple'."),
        ("edited:maybe", "maybe", "edited: takes yes or no, not 'maybe'."),
        (
            "has:eror",
            "eror",
            "has: takes error, warning, note, finding, label, code or the name of a check, "
            "not 'eror'; did you mean error?",
        ),
        (
            "-categry:rust",
            "categry",
            "There is no key 'categry'; did you mean category? "
            "To search for the text, put it in quotes.",
        ),
        ("category: x", "category:", "category: takes a name, such as category:rust."),
        (
            "category:(a or b)",
            "(a",
            "category: takes one value; write (category:this or category:that), "
            "or put the value in quotes.",
        ),
        ('part:"op', '"op', 'The closing " of the value of part: is missing.'),
        (
            "iterations:many",
            "many",
            "iterations: takes a number, such as 3, >=6, <4 or 3..5, not 'many'.",
        ),
        ("iterations:>9", ">9", "There are no iterations >9; they go from 1 to 9."),
        ("weight:0", "0", "There are no weights 0; they go from 1 and up."),
        ("len:5..3", "5..3", "5..3 is empty; write 3..5."),
        ("len:>1234567890123", ">1234567890123", "A number has 12 digits at the most."),
        ("#3..", "3..", "# takes a number, such as 3, >=6, <4 or 3..5, not '3..'."),
        (
            "meta.:x",
            "meta.:x",
            "meta. takes a key of the label and a value, such as meta.origin:mail.",
        ),
        (
            'meta.a:="b"',
            'meta.a:="b"',
            'meta.a: takes a value without =, such as meta.a:mail, or "" for any.',
        ),
        ("category:=", "category:=", "category: takes a name, such as category:rust."),
        ('opening:""', 'opening:""', "opening: takes a word, such as opening:bence."),
        ('word:="a"', 'word:="a"', "word: takes a word, such as word:API."),
        ("meta.a:", "meta.a:", 'meta.a: takes a value, such as meta.a:mail, or "" for any.'),
        ('x "sana bi', '"sana bi', 'The closing " of this phrase is missing.'),
        ("()", "()", 'Nothing stands between the parentheses; to search for them, write "()".'),
        ("(a or b", "(", "The ) of this ( is missing."),
        ("a (", "(", "This ( is not closed; something and a ) is missing."),
        ("a) b", ")", 'This ) closes nothing; to search for it, write ")".'),
        ("a or", "or", "or wants something after it, such as is:low or is:high."),
        ("or a", "or", 'or wants something before it; to search for the word, write "or".'),
        (
            "a - b",
            "-",
            '- excludes what follows at once: -rust, -is:low, -"or"; '
            'to search for a dash, write "-".',
        ),
        (
            "/abc",
            "/abc",
            "The closing / of this regex is missing; to search for a path, "
            'put it in quotes: "/etc".',
        ),
        (
            "/etc/hosts",
            "/etc/",
            "A regex ends with its second /, and a space follows; to search for a path, "
            'put it in quotes: "/etc/hosts".',
        ),
        ("/a(/", "/a(/", "/a(/ is no regex: missing ): a(."),
        (
            "/a(?!b)/",
            "/a(?!b)/",
            "/a(?!b)/ is no regex: it looks ahead, which regexes here cannot; "
            "exclude with - instead.",
        ),
        (
            r"/(a)\1/",
            r"/(a)\1/",
            r"/(a)\1/ is no regex: it refers back to a group, which regexes here cannot.",
        ),
        (r"/\C/", r"/\C/", r"/\C/ is no regex: \C is half a letter; write . for any letter."),
    ],
)
def test_an_error_says_what_is_wrong_where_and_what_to_write(
    query: str, part: str, message: str
) -> None:
    assert refused(query) == (message, part)


def test_an_unknown_key_that_is_like_no_other_names_them_all() -> None:
    message, part = refused("soru:nasıl")
    assert part == "soru"
    assert "the keys are is, iterations, category, " in message
    assert message.endswith("To search for the text, put it in quotes.")


def test_a_query_that_is_too_long_or_too_deep_is_refused() -> None:
    assert refused("a" * 5000)[0] == "A query has 4,096 characters at the most, and this one 5,000."
    assert refused("(" * 2000 + "a" + ")" * 2000)[0] == "Parentheses go 30 deep at the most."
    assert refused("-(" * 40 + "a" + ")" * 40)[0] == "Parentheses go 30 deep at the most."


def test_a_query_error_is_one_that_people_see() -> None:
    assert issubclass(QueryError, JessyError)


SIGNS = st.sampled_from("\"()-/#1x:\\[*şİ\0\n' \ud800")
WORDS = ["is:", "low", "has:", "or", "..", ">=", "meta.", "iterations:", "category:", "(?P<", "{9}"]
PIECES = SIGNS | st.sampled_from(WORDS)
HALF_QUERIES = st.one_of(
    st.text(st.characters(), max_size=30),
    st.lists(PIECES, max_size=14).map("".join),
    st.builds(lambda node, cut: str(Query(node))[:cut], NODES, st.integers(0, 60)),
)


def error_in(text: str) -> QueryError | None:
    try:
        query = parse(text)
    except QueryError as error:
        return error
    assert parse(str(query)) == query
    return None


@settings(deadline=None)
@given(HALF_QUERIES)
def test_whatever_is_typed_parses_or_is_refused_with_a_sentence_and_a_place(text: str) -> None:
    if error := error_in(text):
        assert 0 <= error.start < error.end <= len(text)
        message = str(error)
        assert message[-1] in ".?"
        assert len(message) < 400 + len(text)
