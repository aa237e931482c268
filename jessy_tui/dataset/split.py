"""Training and validation: seeded, stratified, and never one question on both sides.

Examples that share a question, or ask nearly the same, form a group that stays together
(`grouping.py`). Groups are drawn so that each complexity, category, number of iterations and
language has its share in validation, as far as whole groups allow (`stratify.py`, `exchange.py`).
What is drawn depends on the examples, the share and the seed, and not on the order of the examples
or on their files.

An example with a weight above 1 is there to be learnt: it stays in training, and so does its
group. Where it can be helped, training keeps at least one group of every category and complexity.

    grouping = group_examples(examples)             # the slow part, once
    division = divide(grouping, validation=0.1, seed=7)
    write_division(division, examples, folder)
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from jessy_tui.dataset.checks.alone import EXAMPLE_CHECKS
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.grouping import (
    Group,
    Grouping,
    Told,
    digest_of_digests,
    digest_of_example,
)
from jessy_tui.dataset.rows import training_rows
from jessy_tui.dataset.sides import Sides, compare_sides
from jessy_tui.dataset.similarity import NEAR
from jessy_tui.dataset.stratify import Draw
from jessy_tui.dataset.written_split import Manifest, write_division
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings

__all__ = [
    "Division",
    "Manifest",
    "Split",
    "dataset_digest",
    "divide",
    "group_examples",
    "split_examples",
    "training_rows",
    "write_division",
]

_ERRORS = [check for check in EXAMPLE_CHECKS if check.severity == "error"]
_DEFAULTS = CheckSettings()
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Division:
    """Which examples are on which side, by their positions, in the order of the rows."""

    train: tuple[int, ...]
    held_out: tuple[int, ...]
    share: float
    """The share of the examples that validation was to have."""
    seed: int
    digest: str
    """`dataset_digest` of all examples."""
    sides: Sides
    together: tuple[tuple[int, ...], ...]
    """The groups of more than one example, the largest first."""


@dataclass(frozen=True, slots=True)
class Split:
    """Examples on two sides; each side in an order of its own that the seed decides."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    share: float
    """The share of the examples that validation was to have."""
    seed: int
    division: Division
    """The same by positions in what was divided."""


def dataset_digest(examples: Iterable[Example]) -> str:
    """A digest of what the examples say; their order, files and formatting do not matter."""
    return digest_of_digests(sorted(bytes.fromhex(digest_of_example(one)) for one in examples))


def group_examples(
    examples: Iterable[Example],
    *,
    near: float = NEAR,
    total: int = 0,
    told: Told = lambda what, share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Grouping:
    """Find out which examples belong together; they are read once, one after the other.

    Args:
        examples: all of them.
        near: the likeness, 0 to 1, from which on two questions are nearly the same.
        total: how many there are, for `told`.
        told: told now and then what is being done, and how much of that, 0 to 1.
        stopped: asked now and then whether to stop.

    Raises:
        JessyError: there are none, some cannot be trained on, or it was stopped.
    """
    grouping, bad = Grouping(near), 0
    for number, example in enumerate(examples, start=1):
        bad += not _trainable(example)
        grouping.add(example)
        if number % _TOLD_EVERY == 0:
            _refuse_stopped(stopped)
            told("reading", number / total if total else 0.0)
    _refuse_untrainable(len(grouping), bad)

    def compared(what: str, share: float) -> None:
        _refuse_stopped(stopped)
        told(what, share)

    grouping.join_near(compared)
    return grouping


def divide(grouping: Grouping, *, validation: float, seed: int, batch_size: int = 1) -> Division:
    """Divide what was grouped; `validation` is the share, above 0 and below 1, that is held out.

    Validation gets that share of the examples, rounded, and at least one of them; fewer where
    large groups or weights leave no other choice.

    Raises:
        JessyError: the share is none, a side would be empty, or have fewer rows than a batch.
    """
    if not 0 < validation < 1:
        raise JessyError(
            f"The share held out for validation is {validation}; choose one above 0 and below 1, "
            "such as 0.1."
        )
    groups = grouping.groups(seed)
    wanted = max(1, round(len(grouping) * validation))
    chosen = Draw(groups, validation, wanted).draw()
    kept = [group for group in groups if group.key not in chosen]
    held = [group for group in groups if group.key in chosen]
    if not kept or not held:
        raise JessyError(_why_empty(groups))
    train, held_out = (
        tuple(position for group in side for position in group.members) for side in (kept, held)
    )
    _refuse_small(grouping, train, held_out, batch_size)
    sides = compare_sides(
        (label for group in kept for label in group.labels),
        (label for group in held for label in group.labels),
    )
    together = sorted(
        (group.members for group in groups if group.size > 1), key=lambda one: (-len(one), one)
    )
    return Division(train, held_out, validation, seed, grouping.digest(), sides, tuple(together))


def split_examples(
    examples: Iterable[Example],
    *,
    validation: float,
    seed: int,
    near: float = NEAR,
    batch_size: int = 1,
) -> Split:
    """Group and divide examples that are in memory; see `group_examples` and `divide`.

    Raises:
        JessyError: as they say.
    """
    there: Sequence[Example] = tuple(examples)
    if not 0 < validation < 1:
        divide(Grouping(near), validation=validation, seed=seed)
    grouping = group_examples(there, near=near)
    division = divide(grouping, validation=validation, seed=seed, batch_size=batch_size)
    return Split(
        tuple(there[position] for position in division.train),
        tuple(there[position] for position in division.held_out),
        validation,
        seed,
        division,
    )


def _trainable(example: Example) -> bool:
    if example.plan is None:
        return False
    subject = Subject(example, _DEFAULTS)
    return not any(True for check in _ERRORS for _ in check.find(subject))


def _refuse_stopped(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise JessyError("It was stopped; nothing was written.")


def _refuse_untrainable(total: int, bad: int) -> None:
    if not total:
        raise JessyError("There are no examples to split; write some, or name files that have any.")
    if bad:
        have = "has" if bad == 1 else "have"
        raise JessyError(
            f"{bad} of {total} examples {have} errors and cannot be trained on; run "
            "`jessy check` (x in the app) to see what they are, mend them, and split again."
        )


def _refuse_small(
    grouping: Grouping, train: Sequence[int], held_out: Sequence[int], batch_size: int
) -> None:
    """Make sure that each side fills a batch: mlx-lm's own tools break on one that does not."""
    answers = grouping.answers
    rows = [sum(answers[position] for position in side) for side in (train, held_out)]
    if min(rows) >= batch_size:
        return
    total = sum(rows)
    name = ("training", "validation")[rows.index(min(rows))]
    remedy = f"lower the batch size to {min(rows)}"
    if total >= 2 * batch_size:
        share = ceil(100 * batch_size / total) / 100
        share = share if name == "validation" else 1 - share
        remedy = f"hold out {share:.0%} ({share:.2f}), or {remedy}"
    raise JessyError(
        f"The {name} side would have {min(rows)} rows, fewer than a batch of {batch_size}; "
        f"{remedy}, or write more examples."
    )


def _why_empty(groups: Sequence[Group]) -> str:
    total = sum(group.size for group in groups)
    if len(groups) == 1:
        reason = "they all share one question" if total > 1 else "there is only one"
        return (
            f"{total} examples cannot be split, since {reason}; write examples of other questions."
        )
    return (
        f"{total} examples cannot be split, since each has a weight above 1, or shares a question "
        "with one that has, and so belongs to training; write examples without a weight."
    )
