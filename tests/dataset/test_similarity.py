"""What is nearly the same, and what only looks so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.similarity import SimilarTexts, jaccard, nearness, trigrams
from jessy_tui.dataset.turkish import question_key

NEAR = [
    ("teşekkür ederim", "teşekür ederim"),
    ("how does tcp work exactly", "so how does tcp work exactly"),
    ("Rust'ta ownership nasıl çalışıyor", "Rust'ta ownership nasıl çalışır"),
    ("özgür irade gerçekten var mı", "sence özgür irade gerçekten var mı"),
    (
        "what's the difference between a mutex and a semaphore in rust",
        "what is the difference between a mutex and a semaphore in rust",
    ),
    ("why is the borrow checker so strict", "why is the borow checker so strict"),
]
FAR = [
    # short: a word more is another way to say it
    ("naber", "naber kanka"),
    ("sana bisi sorucam", "sana bisi sorucam kanka"),
    ("teşekkür ederim", "teşekkür ederim kanka"),
    ("bi şey sorcam", "sana bi şey sorcam"),
    ("bi şey sorcam", "bişey sorabilir miyim"),
    ("bi şey sorabilir miyim", "sana bi şey sorabilir miyim"),
    # one word swapped: another question
    ("how does tcp work exactly", "how does udp work exactly"),
    ("birinci dünya savaşı ne zaman bitti", "ikinci dünya savaşı ne zaman bitti"),
    ("what is new in python 3.11 exactly", "what is new in python 3.12 exactly"),
    ("en sevdiğin mevsim hangisi", "en sevdiğin renk hangisi"),
    ("io_uring nedir, ne için kullanılıyo", "docker nedir, ne için kullanılır"),
    ("Rust nedir", "Rust neden böyle tasarlandı"),
    ("http nedir", "https nedir"),
]


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_a_slip_an_ending_or_a_word_put_in_is_near(one: str, other: str) -> None:
    score = nearness(question_key(one), question_key(other))
    assert score is not None
    assert score >= 0.7
    assert nearness(question_key(other), question_key(one)) == score


@pytest.mark.parametrize(("one", "other"), FAR)
def test_another_question_is_not_near(one: str, other: str) -> None:
    assert nearness(question_key(one), question_key(other)) is None
    assert nearness(question_key(other), question_key(one)) is None


def test_the_index_is_the_share_of_common_trigrams() -> None:
    assert trigrams("abc") == {" ab", "abc", "bc "}
    assert jaccard("abc", "abc") == 1
    assert jaccard("abc", "abd") == 1 / 5
    assert jaccard("abc", "xyz") == 0
    assert jaccard("", "") == 1


def test_texts_are_found_by_what_is_near_them_until_they_are_taken_out() -> None:
    texts: SimilarTexts[str] = SimilarTexts()
    assert texts.add("a", "rust ta ownership nasil calisiyor") == []
    assert texts.add("b", "kahve mi cay mi seversin") == []
    [(key, score)] = texts.add("c", "rust ta ownership nasil calisir")
    assert (key, 0.8 < score < 1) == ("a", True)
    assert [key for key, _ in texts.near("rust ta ownership nasil calisir")] == ["c", "a"]
    texts.discard("a")
    texts.discard("never there")
    assert [key for key, _ in texts.near("rust ta ownership nasil calisir")] == ["c"]
    assert ("a" in texts, "c" in texts, len(texts)) == (False, True, 2)
    with pytest.raises(ValueError, match="'c' already"):
        texts.add("c", "x")


WORDS = st.sampled_from(
    ["bu", "kod", "neden", "yavas", "calisiyor", "rust", "async", "mutex", "how", "does", "the"]
)


# Nine, since a text is said to be near eight others at the most.
@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), unique=True, max_size=9))
def test_the_index_misses_almost_no_pair_and_makes_none_up(texts: list[str]) -> None:
    found = {
        (other, at)
        for at, near in SimilarTexts[int](0.8).add_all(enumerate(texts))
        for other, _ in near
    }
    exact = {
        (one, other)
        for other in range(len(texts))
        for one in range(other)
        if nearness(texts[one], texts[other], 0.8) is not None
    }
    assert found <= exact
    assert len(found) >= 0.9 * len(exact) - 1


def test_the_order_of_a_set_of_strings_does_not_matter() -> None:
    """Signatures are the same in every process, though the hashes of strings are not."""
    first, second = SimilarTexts[int](0.5), SimilarTexts[int](0.5)
    texts = [f"how does the {word} work in this version" for word in ("a", "bb", "ccc", "dddd")]
    pairs = [list(one.add_all(enumerate(texts))) for one in (first, second)]
    assert pairs[0] == pairs[1]


def test_a_text_can_be_told_to_be_short() -> None:
    one, other = "bi sey sorabilir miyim", "sana bi sey sorabilir miyim"
    assert nearness(one, other) is None
    assert nearness(one, other, short=3) == jaccard(one, other)


def test_hundreds_of_one_template_are_each_found_near_a_few() -> None:
    texts = [
        f"why does the build fail on host {'abcdefghij'[n % 10] * 3} {'x' * (n // 10)}"
        for n in range(400)
    ]
    near = dict(SimilarTexts[int](0.6, short=0).add_all(enumerate(texts)))
    assert near[0] == []
    assert all(0 < len(found) <= 8 for at, found in near.items() if at > 30)
