"""Rows of chat messages as batches of tokens: every row used, rows of like length together."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from jessy_tui.dataset.rows import Row

# Where an answer can be cut so that it still ends like one.
_SENTENCE_END: Final = re.compile(r"""[.!?…][)"'»”’*]*(?=\s)|(?<=\n)```(?=\n)""")

_MOST_PARTS: Final = 4
"""A batch of four has each row as a part of its own, and no padding at all."""

_PLAN_END: Final = "</think>\n"

# By how much a row's length is blurred before rows are sorted by it, so that no two epochs have
# the same batches. The share of padding this costs is small.
_BLUR: Final = 0.1


@dataclass(frozen=True, slots=True)
class Tokens:
    """One row as tokens: the prompt, and after `prompt` tokens the answer with its end."""

    ids: tuple[int, ...]
    prompt: int
    plan: int = 0
    """How many tokens of the answer, from its beginning, are the plan."""

    @property
    def answer(self) -> int:
        """How many tokens are trained on."""
        return len(self.ids) - self.prompt

    def plan_alone(self) -> "Tokens":
        """The row cut after its plan; as it is where it has none."""
        if not self.plan:
            return self
        return Tokens(self.ids[: self.prompt + self.plan], self.prompt, self.plan)


@dataclass(frozen=True, slots=True)
class Encoded:
    """All rows of a file as tokens."""

    rows: tuple[Tokens, ...]
    shortened: int
    """Rows that were too long and end after an earlier sentence."""
    cut: int
    """Rows that were too long and had no sentence to end at: they break off."""
    dropped: int
    """Rows whose question alone was too long."""

    longest: int = 0
    """Tokens of the longest row, before any was shortened."""

    @property
    def answer_tokens(self) -> int:
        """Tokens that are trained on in an epoch."""
        return sum(row.answer for row in self.rows)


NOTHING: Final = Encoded((), 0, 0, 0)


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSONL file in the chat form."""
    return [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines() if line]


def encode_rows(rows: Sequence[Row], tokenizer: Any, max_length: int) -> Encoded:
    """Rows as tokens of at most `max_length`; see `Encoded` for what happens to longer ones."""
    encoded: list[Tokens] = []
    shortened = cut = dropped = longest = 0
    for row in rows:
        tokens = _encode(row, tokenizer)
        longest = max(longest, len(tokens.ids))
        if tokens.prompt >= max_length:
            dropped += 1
            continue
        if len(tokens.ids) > max_length:
            shorter = _shorten(row, tokenizer, max_length)
            if shorter is None:
                cut += 1
                plan = min(tokens.plan, max_length - tokens.prompt)
                tokens = Tokens(tokens.ids[:max_length], tokens.prompt, plan)
            else:
                shortened += 1
                tokens = shorter
        encoded.append(tokens)
    return Encoded(tuple(encoded), shortened, cut, dropped, longest)


def _encode(row: Row, tokenizer: Any) -> Tokens:
    messages = row["messages"]
    prompt = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True)
    ids = tokenizer.apply_chat_template(messages)
    # Templates put a line end after the last message; the model never gets to say it.
    end = len(ids)
    while end > len(prompt) and ids[end - 1] not in tokenizer.eos_token_ids:
        end -= 1
    same = 0
    while same < min(len(prompt), end) and prompt[same] == ids[same]:
        same += 1
    ids = ids[:end] if end > same else ids
    return Tokens(tuple(ids), same, _plan_in(row, ids, same, tokenizer))


def _plan_in(row: Row, ids: Sequence[int], prompt: int, tokenizer: Any) -> int:
    """How many tokens of the answer say its plan: those it shares with an answer of nothing else.

    Where a token holds the end of the plan and the beginning of the answer, it is the answer's.
    """
    *before, answer = row["messages"]
    head, mark, _ = answer["content"].partition(_PLAN_END)
    if not mark or not head.startswith("<think>"):
        return 0
    alone = tokenizer.apply_chat_template(
        [*before, {"role": answer["role"], "content": head + mark}]
    )
    same = prompt
    while same < min(len(ids), len(alone)) and ids[same] == alone[same]:
        same += 1
    return same - prompt


def _shorten(row: Row, tokenizer: Any, max_length: int) -> Tokens | None:
    """The row with its answer ended after the last sentence that fits."""
    *before, answer = row["messages"]
    text = answer["content"]
    # The plan alone is no answer: there has to be a sentence after it.
    start = text.find(_PLAN_END) + len(_PLAN_END) if _PLAN_END in text else 0
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start)]
    low, high, best = 0, len(ends) - 1, None
    while low <= high:
        middle = (low + high) // 2
        shorter: Row = {
            "messages": [*before, {"role": answer["role"], "content": text[: ends[middle]]}]
        }
        tokens = _encode(shorter, tokenizer)
        if len(tokens.ids) <= max_length:
            best, low = tokens, middle + 1
        else:
            high = middle - 1
    return best


def parts_of(batch_size: int) -> int:
    """Into how many parts a batch of so many rows is divided at the most."""
    return min(_MOST_PARTS, batch_size)


class BatchPlan:
    """Which rows make which batch, epoch by epoch; the same seed gives the same batches.

    Rows of like length make a bunch, which is padded together; a batch is made of bunches drawn at
    random. So little is padded, and still short and long rows meet in a batch. They must: length
    goes with the label, and batches of one label each would teach now the one, now the other.
    """

    def __init__(self, rows: Sequence[Tokens], batch_size: int, seed: int) -> None:
        self.rows = rows
        self.batch_size = batch_size
        self.seed = seed
        self.bunch = math.ceil(batch_size / parts_of(batch_size))
        """Rows that are padded together."""

    def epoch(self, number: int) -> Iterator[list[Tokens]]:
        """The batches of epoch `number`: every row once; the last of them may be smaller."""
        chooser = np.random.default_rng([self.seed, number])
        lengths = np.array([len(row.ids) for row in self.rows], dtype=np.float64)
        blurred = lengths * (1 + _BLUR * chooser.random(len(lengths)))
        order = np.argsort(blurred, kind="stable")
        bunches = [order[start : start + self.bunch] for start in range(0, len(order), self.bunch)]
        # The one bunch that may be smaller comes last, so that all batches but the last are full.
        last = [bunches.pop()] if len(order) % self.bunch else []
        drawn = [bunches[place] for place in chooser.permutation(len(bunches))]
        rows = [self.rows[index] for bunch in (*drawn, *last) for index in bunch]
        for start in range(0, len(rows), self.batch_size):
            yield rows[start : start + self.batch_size]


def make_batch(
    rows: Sequence[Tokens],
    *,
    parts: int = 1,
    multiple: int = 1,
    plan_weight: float = 0.0,
    states: Callable[[Sequence[Tokens], int], Any] | None = None,
    machine: int = 0,
    machines: int = 1,
) -> tuple[Any, ...]:
    """The arrays of one batch, as `loss.make_loss` takes them.

    First what the sum of the losses is multiplied with; then for each part: the tokens (rows x
    longest); the positions, counted through all rows, whose next token is to be predicted; those
    next tokens; by how much the loss of each counts; and, with `states`, what the lower layers make
    of the tokens.

    Args:
        rows: one at least.
        parts: into how many parts to divide it at the most, each padded by itself.
        multiple: pad to a multiple of so many tokens, where every new shape costs a compilation.
        plan_weight: the part of the loss that the tokens of the plans have together, 0 to below 1;
            0: every token counts the same.
        states: for rows and a width, the kept states of the lower layers, padded.
        machine: which of several machines asks, from 0; each gets its part of the rows.
        machines: how many there are. The mean of their losses is the loss of the whole batch.
    """
    share = machines / sum(row.answer for row in rows)
    in_plan, in_rest = _weights(rows, plan_weight)
    if not (mine := rows[machine::machines]):
        # A machine without a row of its own goes through the motions with one that counts nothing.
        mine, share = rows[:1], 0.0
    rows = mine
    arrays: list[Any] = [np.array(share, np.float32)]
    size = math.ceil(len(rows) / parts)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        longest = max(len(row.ids) for row in part) - 1
        width = -(-longest // multiple) * multiple
        arrays += _part(part, width, in_plan, in_rest)
        if states is not None:
            arrays.append(states(part, width))
    return tuple(arrays)


def _weights(rows: Sequence[Tokens], plan_weight: float) -> tuple[float, float]:
    """By how much a token of a plan counts, and any other; over all tokens they average to 1."""
    plan = sum(row.plan for row in rows)
    rest = sum(row.answer for row in rows) - plan
    if not plan_weight or not plan or not rest:
        return 1.0, 1.0
    return plan_weight * (plan + rest) / plan, (1 - plan_weight) * (plan + rest) / rest


def _part(
    rows: Sequence[Tokens], width: int, in_plan: float, in_rest: float
) -> tuple[Any, Any, Any, Any]:
    tokens = np.zeros((len(rows), width), np.int32)
    positions: list[int] = []
    targets: list[int] = []
    weights: list[float] = []
    for number, row in enumerate(rows):
        tokens[number, : len(row.ids) - 1] = row.ids[:-1]
        first = number * width
        positions.extend(range(first + row.prompt - 1, first + len(row.ids) - 1))
        targets.extend(row.ids[row.prompt :])
        weights.extend([in_plan] * row.plan + [in_rest] * (row.answer - row.plan))
    return (
        tokens,
        np.array(positions, np.int32),
        np.array(targets, np.int32),
        np.array(weights, np.float32),
    )
