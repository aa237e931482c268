"""The check for answers that are longer than what is trained, in the tokens of the base.

Who counts tokens is handed in: a tokenizer has no place among the examples. Most rows need none:
no tokenizer makes more tokens of a text than it has bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.example import JESSY, Example, plan_in
from jessy_tui.dataset.rows import Row, training_rows

TOO_LONG: Final = Check(
    "too-long", "warning", "An answer that is cut off in training, in the tokens of the base."
)

_AROUND: Final = 64
"""So many tokens a template may put around all messages, and a quarter of it around each."""


@dataclass(frozen=True)
class Measure:
    """How long rows are, and how long they may be."""

    count: Callable[[Sequence[Row]], list[int]]
    """The tokens of each row, its template included. May raise a `JessyError`."""
    base: str
    """The base whose tokens they are."""
    most: int
    """`max_seq_length` of the training, in tokens."""


LongRow = tuple[FieldPath, Row]
"""A row that may be too long, and where its answer stands."""


def long_rows(example: Example, most: int) -> Iterator[LongRow]:
    """The rows of an example that may have more than `most` tokens."""
    turns = [
        place
        for place, turn in enumerate(example.turns)
        if turn.role == JESSY and turn.text and plan_in(turn.metadata) is not None
    ]
    rows = training_rows([example], weighted=False)
    for place, row in zip(turns, rows, strict=True):
        messages = row["messages"]
        size = sum(len(message["content"].encode("utf-8", "replace")) for message in messages)
        if size + _AROUND + _AROUND // 4 * len(messages) > most:
            yield ("conversations", place, "value"), row


def too_long(rows: Sequence[LongRow], measure: Measure) -> list[Flaw | None]:
    """What is wrong with each of some rows; None where it is short enough.

    Raises:
        JessyError: they could not be counted.
    """
    if not rows:
        return []
    counts = measure.count([row for _, row in rows])
    return [
        Flaw(
            path,
            f"this answer and what stands before it have {count:,} tokens in {measure.base}, and "
            f"training with a max_seq_length of {measure.most:,} ends before; shorten it, or train "
            "with more and set it under [check] in jessy.toml.",
        )
        if count > measure.most
        else None
        for (path, _), count in zip(rows, counts, strict=True)
    ]
