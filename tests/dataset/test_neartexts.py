"""Near texts among many: what `nearness` says of all pairs, without looking at all of them."""

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.neartexts import NearTexts, near_groups, sketch
from jessy_tui.dataset.similarity import nearness
from jessy_tui.dataset.turkish import question_key

WORDS = [
    "the",
    "how",
    "does",
    "a",
    "mutex",
    "lock",
    "work",
    "here",
    "şimdi",
    "neden",
    "böyle",
    "çalışıyor",
    "acaba",
    "thread",
    "12",
    "7",
]


def phrases(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    bases = [" ".join(chance.choices(WORDS, k=chance.randrange(1, 14))) for _ in range(count)]
    varied = [f"{base} {chance.choice(WORDS)}" for base in bases]
    slips = [base[:3] + "x" + base[4:] for base in bases]
    return list(dict.fromkeys(question_key(text) for text in [*bases, *varied, *slips]))


def pairs_of(texts: list[str], **keywords: float) -> dict[tuple[int, int], float]:
    near = NearTexts(**keywords)  # type: ignore[arg-type]
    for start in range(0, len(texts), 7):
        near.add(texts[start : start + 7])
    assert len(near) == len(texts)
    return {(one, other): score for one, other, score in near.pairs()}


def test_nearly_all_near_pairs_are_found_and_no_other() -> None:
    texts = phrases(3, 120)
    wanted = {
        (one, other): score
        for one, other in combinations(range(len(texts)), 2)
        if (score := nearness(texts[one], texts[other])) is not None
    }
    found = pairs_of(texts)
    assert found.items() <= wanted.items()
    assert len(found) >= 0.97 * len(wanted) > 50


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcığş 12", max_size=30), max_size=12, unique=True))
def test_any_texts_will_do(texts: list[str]) -> None:
    for (one, other), score in pairs_of(texts).items():
        assert one < other
        assert nearness(texts[one], texts[other]) == score


def test_emoji_lone_surrogates_and_empty_texts_are_texts_too() -> None:
    texts = [
        "",
        "a",
        "😀😀😀 bugün çok güzel bir gün oldu",
        "\ud800",
        "😀😀😀 bugün çok güzel bir gün oldu ya",
    ]
    assert list(pairs_of(texts)) == [(2, 4)]


def test_groups_are_chains_of_near_texts() -> None:
    texts = [
        "how does a mutex lock work here", "naber", "so how does a mutex lock work here",
        "so how does a mutex lock work here now", "naber", "how does a mutexx lock work here",
    ]  # fmt: skip
    assert near_groups(texts) == [0, 1, 0, 0, 1, 0]
    assert near_groups([]) == []
    assert near_groups(["x"]) == [0]


def test_it_can_be_stopped() -> None:
    near = NearTexts()
    near.add(phrases(1, 50))
    assert list(near.pairs(lambda: True)) == []


def test_sketches_made_elsewhere_give_the_same() -> None:
    texts = phrases(5, 60)
    near = NearTexts()
    near.add(texts, sketch(texts))
    assert {(one, other): score for one, other, score in near.pairs()} == pairs_of(texts)
