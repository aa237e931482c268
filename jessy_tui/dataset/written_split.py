"""A split as files: the rows of both sides, and a manifest of what they were made from."""

import hashlib
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import orjson

from jessy_tui import __version__
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.rows import training_rows
from jessy_tui.errors import JessyError
from jessy_tui.files import Staged, write_atomically
from jessy_tui.iteration import Plan

if TYPE_CHECKING:
    from jessy_tui.dataset.grouping import Told
    from jessy_tui.dataset.sides import Compared, Sides
    from jessy_tui.dataset.split import Division

TRAIN_NAME, VALID_NAME, MANIFEST_NAME = "train.jsonl", "valid.jsonl", "manifest.json"
_TOLD_EVERY = 500


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
    iterations: dict[str, int] = {}


class Difference(msgspec.Struct, frozen=True):
    """Where both sides differ most."""

    thing: str
    """Complexity, category, iterations or language."""
    value: str
    points: float
    """Its share of the held-out examples less that of the others, in percentage points."""


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
    system: str = ""
    """The system prompt that every row begins with; a checkpoint is to be asked with the same."""
    together: int = 0
    """How many examples have others that ask the same or nearly the same, all on one side."""
    largest_difference: Difference | None = None


def write_division(
    division: "Division",
    examples: Sequence[Example],
    folder: Path,
    *,
    system: str = "",
    times: Callable[[Plan], int] = lambda _: 1,
    told: "Told" = lambda what, share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Manifest:
    """Write train.jsonl, valid.jsonl and manifest.json into `folder`, which is made if need be.

    The rows are in the chat form of mlx-lm, all of one shape, plan header included. Each file is
    replaced as a whole, the manifest last; its digests tell whether all three belong together.

    Args:
        division: which examples are where.
        examples: those that were divided; read one by one.
        folder: where to.
        system: a system prompt for every row, or none.
        times: how often a training row of a label is written, on top of its example's weight.
        told: told now and then what is being done, and how much of that, 0 to 1.
        stopped: asked now and then whether to stop.

    Raises:
        JessyError: the folder or a file in it cannot be written, or it was stopped; then the files
            are as they were.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise JessyError(f"{folder} could not be made ({reason}); name another folder.") from error
    total, done = len(division.train) + len(division.held_out), 0

    def read(positions: Iterable[int]) -> Iterator[Example]:
        nonlocal done
        for position in positions:
            yield examples[position]
            done += 1
            if done % _TOLD_EVERY == 0:
                if stopped():
                    raise JessyError("It was stopped; nothing was written.")
                told("writing", done / total)

    training = _SideWriter(folder / TRAIN_NAME, read(division.train), system, times)
    try:
        held_out = _SideWriter(folder / VALID_NAME, read(division.held_out), system, None)
    except BaseException:
        training.staged.discard()
        raise
    training.staged.commit()
    held_out.staged.commit()
    sides = division.sides
    largest = sides.largest
    manifest = Manifest(
        digest=division.digest,
        examples=total,
        seed=division.seed,
        share=division.share,
        train=training.side(sides, lambda one: one.train, sides.train),
        validation=held_out.side(sides, lambda one: one.held_out, sides.held_out),
        versions={"jessy": __version__, "python": platform.python_version()},
        system=system,
        together=sum(map(len, division.together)),
        largest_difference=Difference(largest.thing, largest.value, round(largest.points, 3))
        if largest
        else None,
    )
    content = orjson.dumps(msgspec.to_builtins(manifest), option=orjson.OPT_INDENT_2) + b"\n"
    write_atomically(folder / MANIFEST_NAME, content)
    return manifest


class _SideWriter:
    """Writes the rows of one side under a temporary name, and counts them."""

    def __init__(
        self,
        path: Path,
        examples: Iterator[Example],
        system: str,
        times: Callable[[Plan], int] | None,
    ) -> None:
        self._path, self._rows = path, 0
        self._digest = hashlib.sha256()
        self.staged = Staged(path, self._lines(examples, system, times))

    def _lines(
        self, examples: Iterator[Example], system: str, times: Callable[[Plan], int] | None
    ) -> Iterator[bytes]:
        for example in examples:
            rows = training_rows(
                (example,),
                weighted=times is not None,
                times=times or (lambda _: 1),
                system=system,
            )
            for row in rows:
                line = orjson.dumps(row) + b"\n"
                self._digest.update(line)
                self._rows += 1
                yield line

    def side(self, sides: "Sides", count_of: Callable[["Compared"], int], examples: int) -> Side:
        """What was written; `count_of` takes this side's count of a value."""

        def counts(thing: str) -> dict[str, int]:
            return {one.value: count_of(one) for one in sides.of(thing)}

        return Side(
            file=self._path.name,
            digest=self._digest.hexdigest(),
            examples=examples,
            rows=self._rows,
            complexity=counts("complexity"),
            category=counts("category"),
            iterations=counts("iterations"),
        )
