"""Rows as tokens and tokens as batches. The tokenizer is one that can be read: a byte a token."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.dataset.rows import Message, Row
from jessy_tui.training.batches import (
    BatchPlan,
    Tokens,
    encode_rows,
    make_batch,
    parts_of,
    read_rows,
)

END = 1
HEADER = "<think>LOW 1</think>\n"


class Bytes:
    """A tokenizer of bytes with a template in the manner of ChatML."""

    eos_token_ids = frozenset({END})

    def apply_chat_template(
        self, messages: Sequence[Message], *, add_generation_prompt: bool = False
    ) -> list[int]:
        """The tokens of a conversation; a line end follows each message, as templates have it."""
        ids: list[int] = []
        for message in messages:
            ids += [*message["role"][:1].encode(), *message["content"].encode(), END, 10]
        return [*ids, *b"a"] if add_generation_prompt else ids


def row(question: str, answer: str) -> Row:
    return {
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ]
    }


def text_of(tokens: Tokens) -> str:
    """The answer as it is trained, its end as "|"."""
    return bytes(tokens.ids[tokens.prompt :]).decode().replace("\x01", "|")


def test_only_the_answer_and_its_end_are_trained() -> None:
    [tokens] = encode_rows([row("naber", f"{HEADER}İyidir.")], Bytes(), 200).rows
    assert text_of(tokens) == f"{HEADER}İyidir.|"
    assert bytes(tokens.ids[: tokens.prompt]) == b"unaber\x01\na"


def test_the_tokens_of_the_plan_are_counted_with_their_line_end() -> None:
    [tokens] = encode_rows([row("naber", f"{HEADER}İyidir.")], Bytes(), 200).rows
    assert bytes(tokens.ids[tokens.prompt :][: tokens.plan]).decode() == HEADER
    [shortened] = encode_rows([row("q", f"{HEADER}One. " + "on " * 50)], Bytes(), 40).rows
    assert shortened.plan == len(HEADER)
    [cut] = encode_rows([row("q", HEADER + "on " * 50)], Bytes(), 20).rows
    assert cut.plan == 20 - cut.prompt
    [none] = encode_rows([row("q", "What </think>\n is that?")], Bytes(), 200).rows
    assert none.plan == 0


def test_a_row_that_is_too_long_ends_after_the_last_sentence_that_fits() -> None:
    long = row("q", f"{HEADER}One. Two is here! Three goes on and on")
    encoded = encode_rows([long], Bytes(), 50)
    assert [text_of(tokens) for tokens in encoded.rows] == [f"{HEADER}One. Two is here!|"]
    assert (encoded.shortened, encoded.cut, encoded.dropped) == (1, 0, 0)
    encoded = encode_rows([long], Bytes(), 40)
    assert [text_of(tokens) for tokens in encoded.rows] == [f"{HEADER}One.|"]


def test_a_row_without_a_sentence_to_end_at_breaks_off_and_its_end_is_not_trained() -> None:
    encoded = encode_rows([row("q", HEADER + "on " * 50)], Bytes(), 40)
    [tokens] = encoded.rows
    assert len(tokens.ids) == 40
    assert END not in tokens.ids[tokens.prompt :]
    assert (encoded.shortened, encoded.cut, encoded.dropped) == (0, 1, 0)


def test_a_question_that_is_too_long_is_left_out_and_counted() -> None:
    encoded = encode_rows([row("q" * 99, "One."), row("q", "One.")], Bytes(), 40)
    assert (len(encoded.rows), encoded.dropped) == (1, 1)


def test_rows_are_read_as_the_split_writes_them(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(
        b'{"messages":[{"role":"user","content":"a\\u2028b"},{"role":"assistant","content":"c"}]}\n'
        * 2
    )
    assert read_rows(tmp_path / "train.jsonl") == [row("a\u2028b", "c")] * 2


rows_of_tokens = st.lists(
    st.integers(2, 40).flatmap(
        lambda length: st.integers(1, length - 1).map(
            lambda prompt: Tokens(tuple(range(100, 100 + length)), prompt)
        )
    ),
    min_size=1,
    max_size=30,
)


@given(rows_of_tokens, st.integers(1, 9), st.integers(0, 3))
def test_every_row_is_in_every_epoch_once(rows: list[Tokens], batch_size: int, epoch: int) -> None:
    batches = list(BatchPlan(rows, batch_size, seed=5).epoch(epoch))
    assert Counter(row for batch in batches for row in batch) == Counter(rows)
    assert len(batches) == -(-len(rows) // batch_size)
    assert all(1 <= len(batch) <= batch_size for batch in batches)
    assert batches == list(BatchPlan(rows, batch_size, seed=5).epoch(epoch))


def test_rows_of_like_length_are_padded_together_and_epochs_differ() -> None:
    rows = [Tokens(tuple(range(length)), 1) for length in range(2, 202)]
    plan = BatchPlan(rows, 8, seed=5)
    first, second = list(plan.epoch(0)), list(plan.epoch(1))
    assert {frozenset(batch) for batch in first} != {frozenset(batch) for batch in second}
    used = sum(len(row.ids) - 1 for row in rows)
    batches = [make_batch(batch, parts=parts_of(8)) for batch in first]
    padded = sum(tokens.size for arrays in batches for tokens in arrays[1::4])
    assert padded < 1.15 * used


def test_short_and_long_rows_meet_in_a_batch() -> None:
    # Length goes with the label: batches of like length would teach one label at a time.
    rows = [Tokens(tuple(range(length)), 1) for length in range(2, 202)]
    spans = [
        max(lengths) - min(lengths)
        for batch in BatchPlan(rows, 4, seed=5).epoch(0)
        if (lengths := [len(row.ids) for row in batch])
    ]
    assert sorted(spans)[len(spans) // 4] > 50


@given(rows_of_tokens, st.integers(1, 4), st.sampled_from([1, 8, 32]))
def test_a_batch_predicts_each_token_of_each_answer_once(
    rows: list[Tokens], parts: int, multiple: int
) -> None:
    arrays = make_batch(rows, parts=parts, multiple=multiple)
    size = math.ceil(len(rows) / parts)
    assert len(arrays) == 1 + 4 * math.ceil(len(rows) / size)
    np.testing.assert_allclose(arrays[0], 1 / sum(row.answer for row in rows), rtol=1e-6)
    arrays = arrays[1:]
    seen = Counter[tuple[int, int]]()
    for start in range(0, len(arrays), 4):
        tokens, positions, targets, weights = arrays[start : start + 4]
        assert weights.tolist() == [1.0] * len(targets)
        assert tokens.shape[1] % multiple == 0
        seen.update(zip(tokens.reshape(-1)[positions].tolist(), targets.tolist(), strict=True))
    wanted = Counter(
        (row.ids[place - 1], row.ids[place])
        for row in rows
        for place in range(row.prompt, len(row.ids))
    )
    assert seen == wanted


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_single_row_is_one_part(parts: int) -> None:
    _, tokens, positions, targets, weights = make_batch([Tokens((5, 6, 7), 1)], parts=parts)
    np.testing.assert_array_equal(weights, [1, 1])
    np.testing.assert_array_equal(tokens, [[5, 6]])
    np.testing.assert_array_equal(positions, [0, 1])
    np.testing.assert_array_equal(targets, [6, 7])


@pytest.mark.parametrize("parts", [1, 2])
def test_the_plans_have_their_part_of_the_loss_whatever_the_length_of_the_answers(
    parts: int,
) -> None:
    short = Tokens(tuple(range(8)), 2, plan=3)
    long = Tokens(tuple(range(100)), 4, plan=3)
    arrays = make_batch([short, long], parts=parts, plan_weight=0.5)
    weights = np.concatenate(arrays[4::4])
    assert len(weights) == short.answer + long.answer
    heavy = weights[weights > 1]
    assert len(heavy) == 6
    np.testing.assert_allclose(heavy.sum() / weights.sum(), 0.5, rtol=1e-5)
    np.testing.assert_allclose(weights.mean(), 1, rtol=1e-5)


def test_a_row_is_cut_after_its_plan_and_one_without_a_plan_is_left_as_it_is() -> None:
    row = Tokens(tuple(range(20)), 4, plan=3)
    assert row.plan_alone() == Tokens(tuple(range(7)), 4, plan=3)
    assert row.plan_alone().answer == 3
    assert Tokens(tuple(range(20)), 4).plan_alone() == Tokens(tuple(range(20)), 4)


def test_without_a_plan_every_token_counts_the_same() -> None:
    arrays = make_batch([Tokens(tuple(range(8)), 2)], plan_weight=0.5)
    assert arrays[4].tolist() == [1.0] * 6
