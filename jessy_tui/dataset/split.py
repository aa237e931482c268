"""Training and validation: seeded, stratified, and never one question on both sides.

Examples that share a question (in any of their turns; case, dots, spacing and punctuation aside)
form a group that stays together. Groups are drawn so that each complexity and each category has
its share in validation, as far as whole groups allow. What is drawn depends on the examples, the
share and the seed, and not on the order of the examples or on their files.

An example with a weight above 1 is there to be learnt: it stays in training, and so does its
group. Where it can be helped, training keeps at least one group of every category and complexity.
"""

import hashlib
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import orjson

from jessy_tui import __version__
from jessy_tui.dataset.checks import check_example
from jessy_tui.dataset.distribution import Distribution, distributions_of
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import digest_of
from jessy_tui.dataset.rows import Row, training_rows
from jessy_tui.dataset.stratify import Draw, Group, digest_of_example, group_by_question
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.iteration import Plan

__all__ = ["Manifest", "Split", "dataset_digest", "split_examples", "training_rows", "write_split"]

TRAIN_NAME, VALID_NAME, MANIFEST_NAME = "train.jsonl", "valid.jsonl", "manifest.json"


@dataclass(frozen=True, slots=True)
class Split:
    """Examples on two sides; each side in an order of its own that the seed decides."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    share: float
    """The share of the examples that validation was to have."""
    seed: int


class Side(msgspec.Struct, frozen=True):
    """One side of a split that was written."""

    file: str
    digest: str
    """The SHA-256 of the file's bytes, in hexadecimal."""
    examples: int
    rows: int
    """Lines in the file: one for each labelled answer; in training, as often as it weighs."""
    complexity: dict[str, int]
    category: dict[str, int]


class Manifest(msgspec.Struct, frozen=True):
    """What a split was made from, and what it holds; written as manifest.json."""

    digest: str
    """`dataset_digest` of the examples of both sides."""
    examples: int
    seed: int
    share: float
    train: Side
    validation: Side
    versions: dict[str, str]


def dataset_digest(examples: Iterable[Example]) -> str:
    """A digest of what the examples say; their order, files and formatting do not matter."""
    digests = sorted(digest_of_example(example) for example in examples)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def split_examples(examples: Iterable[Example], *, validation: float, seed: int) -> Split:
    """Divide `examples`; `validation` is the share, above 0 and below 1, that is held out.

    Validation gets that share of the examples, rounded, and at least one of them; fewer where
    large groups or weights leave no other choice.

    Raises:
        JessyError: the share is none; examples cannot be trained on; or a side would be empty.
    """
    if not 0 < validation < 1:
        raise JessyError(
            f"The share held out for validation is {validation}; choose one above 0 and below 1, "
            "such as 0.1."
        )
    examples = list(examples)
    _refuse_untrainable(examples)
    groups = group_by_question(examples, seed)
    wanted = max(1, round(len(examples) * validation))
    chosen = Draw(groups, validation, wanted).draw()
    train = [example for group in groups if group.key not in chosen for example in group.examples]
    held_out = [example for group in groups if group.key in chosen for example in group.examples]
    if not train or not held_out:
        raise JessyError(_why_empty(groups))
    return Split(tuple(train), tuple(held_out), validation, seed)


def write_split(split: Split, folder: Path, times: Callable[[Plan], int] = lambda _: 1) -> Manifest:
    """Write train.jsonl, valid.jsonl and manifest.json into `folder`, which is made if need be.

    The rows are in the chat form of mlx-lm, all of one shape, plan header included. Each file is
    replaced as a whole, the manifest last; its digests tell whether all three belong together.
    `times` says how often a training row of a label is written, on top of its example's weight.

    Raises:
        JessyError: the folder or a file in it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise JessyError(f"{folder} could not be made ({reason}); name another folder.") from error
    training = training_rows(split.train, times=times)
    held_out = training_rows(split.validation, weighted=False)
    manifest = Manifest(
        digest=dataset_digest((*split.train, *split.validation)),
        examples=len(split.train) + len(split.validation),
        seed=split.seed,
        share=split.share,
        train=_write_side(folder / TRAIN_NAME, split.train, training),
        validation=_write_side(folder / VALID_NAME, split.validation, held_out),
        versions={"jessy": __version__, "python": platform.python_version()},
    )
    content = orjson.dumps(msgspec.to_builtins(manifest), option=orjson.OPT_INDENT_2) + b"\n"
    write_atomically(folder / MANIFEST_NAME, content)
    return manifest


def _write_side(path: Path, examples: Sequence[Example], training: Iterable[Row]) -> Side:
    rows = [orjson.dumps(row) + b"\n" for row in training]
    content = b"".join(rows)
    write_atomically(path, content)
    found = distributions_of(examples)
    return Side(
        file=path.name,
        digest=digest_of(content),
        examples=len(examples),
        rows=len(rows),
        complexity=_counts(found.complexity),
        category=_counts(found.category),
    )


def _counts(distribution: Distribution) -> dict[str, int]:
    return {count.value: count.count for count in distribution.counts}


def _refuse_untrainable(examples: Sequence[Example]) -> None:
    if not examples:
        raise JessyError("There are no examples to split; write some, or name files that have any.")
    bad = sum(
        example.plan is None or any(found.severity == "error" for found in check_example(example))
        for example in examples
    )
    if bad:
        have = "has" if bad == 1 else "have"
        raise JessyError(
            f"{bad} of {len(examples)} examples {have} errors and cannot be trained on; run "
            "`jessy check` to see what they are, mend them, and split again."
        )


def _why_empty(groups: Sequence[Group]) -> str:
    total = sum(len(group.examples) for group in groups)
    if len(groups) == 1:
        reason = "they all share one question" if total > 1 else "there is only one"
        return (
            f"{total} examples cannot be split, since {reason}; write examples of other questions."
        )
    return (
        f"{total} examples cannot be split, since each has a weight above 1, or shares a question "
        "with one that has, and so belongs to training; write examples without a weight."
    )
