"""The nearest training questions, against scikit-learn's tf-idf."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from jessy_tui.dataset.turkish import question_key
from jessy_tui.evaluation.nearest import Index, explain_miss, nearest_rows
from jessy_tui.evaluation.rows import RowMessage, TrainingRow
from tests.evaluation.making import answer, probe

words = st.lists(
    st.text("abcçdeiığu ", min_size=2, max_size=12).filter(lambda text: text.strip()),
    min_size=2,
    max_size=8,
)


def row(question: str, plan: str) -> TrainingRow:
    said = f"<think>{plan}</think>\nTamam."
    return TrainingRow((RowMessage("user", question), RowMessage("assistant", said)))


ROWS = [
    *[row("docker imajı nasıl küçültülür", "MEDIUM 4")] * 3,
    row("docker imajı nedir", "MEDIUM 3"),
    row("ışık mı hızlı ses mi", "LOW 2"),
    row("selam", "LOW 1"),
]


@settings(max_examples=40, deadline=None)
@given(words)
def test_similarities_are_those_of_scikit_learn(texts: list[str]) -> None:
    *texts, asked = texts
    model = TfidfVectorizer(
        analyzer="char", ngram_range=(2, 4), preprocessor=lambda text: f" {question_key(text)} "
    )
    try:
        expected = (model.fit_transform(texts) @ model.transform([asked]).T).toarray().ravel()
    except ValueError:  # nothing but one letter each
        return
    found = np.zeros(len(texts))
    for place, similarity in Index(texts).nearest(asked, len(texts)):
        found[place] = similarity
        assert 0 < similarity <= 1
    assert found == pytest.approx(expected)


def test_the_nearest_questions_come_first_each_once() -> None:
    near = nearest_rows(ROWS, "DOCKER İMAJI NASIL KÜÇÜLTÜLÜR?", 3)
    assert [one.question for one in near][:2] == [
        "docker imajı nasıl küçültülür",
        "docker imajı nedir",
    ]
    assert near[0].similarity == pytest.approx(1)
    assert near[0].times == 3
    assert str(near[1].plan) == "MEDIUM 3"
    assert nearest_rows(ROWS, "qqq") == []
    assert nearest_rows([], "selam") == []


@pytest.mark.parametrize(
    ("query", "plan", "words"),
    [
        ("zzz", ("LOW", 1), "Nothing like it was trained"),
        ("docker imajı küçültme", None, "No plan came"),
        ("docker imajı küçültme", ("MEDIUM", 5), "they may have taught it so"),
        ("ışık mı hızlı ses mi peki", ("HIGH", 8), "more of them, or longer training"),
        ("ışık mı hızlı ses mi peki", ("LOW", 1), "The band is right"),
    ],
)
def test_a_miss_is_explained_by_what_was_trained(
    query: str, plan: tuple[str, int] | None, words: str
) -> None:
    asked = probe(query=query, expected=2)
    assert words in explain_miss(asked, answer(plan=plan), nearest_rows(ROWS, query, 2))
