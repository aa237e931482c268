"""What can be said of a run before it is started, and what would stop it.

First what needs no model: the examples, the steps, the room. Then, from a process of its own
(`rehearsal.py`) that loads the base and makes two steps nobody keeps: the tokens, the memory, and
the time to the end. What would fail, fails here, with what to change.
"""

import contextlib
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import psutil

from jessy_tui.bases.catalogue import NANO, Base, find_base
from jessy_tui.bases.machine import free_disk, this_machine
from jessy_tui.errors import JessyError
from jessy_tui.training.blas import child_environment
from jessy_tui.training.needs import Shape, shape_of
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.rows import read_checked, write_rows
from jessy_tui.workspace import Workspace

LOWER: Final = "lower batch_size, max_seq_length, layers or rank"
_USABLE_MEMORY: Final = 0.9
_MANY_CUT: Final = 0.5
_KILLED: Final = -9
# How much of a program's last words is shown, in characters.
_WORDS: Final = 300


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a rehearsal found out."""

    tokens: int
    """Of an epoch, the questions included."""
    longest: int
    """Tokens of the longest row."""
    shortened: int
    """Rows over `max_seq_length` that end after an earlier sentence."""
    cut: int
    """Rows over it that break off."""
    dropped: int
    """Rows whose question alone is too long."""
    rows: int
    """Rows that are trained on."""
    steps: int
    trainable: int | None = None
    """Weights that change."""
    memory: int | None = None
    """Bytes at the most, in the step with the longest rows."""
    seconds_per_step: float | None = None
    seconds: float | None = None
    """From the start to the end, validations included."""
    method: str = ""
    """How the layers that do not change are dealt with, in words."""


class Preflight(msgspec.Struct, frozen=True, kw_only=True):
    """What is known so far. Bytes and seconds; None where it is not known (yet)."""

    base: str
    recipe: Recipe
    digest: str = ""
    """Of the examples."""
    examples: int = 0
    errors: int = 0
    warnings: int = 0
    """Findings of the checks on the examples."""
    rows: int = 0
    """Rows of an epoch, each as often as its weight and the recipe say."""
    validation_rows: int = 0
    steps_per_epoch: int = 0
    steps: int = 0
    memory_estimated: int | None = None
    memory_free: int = 0
    disk: int | None = None
    disk_free: int = 0
    measured: Measured | None = None
    doing: str = ""
    """What is being found out at the moment, in words; empty at the end."""
    problems: tuple[str, ...] = ()
    """What would stop the run, each with what to change."""
    notes: tuple[str, ...] = ()
    """What a person should know and that stops nothing."""

    @property
    def ready(self) -> bool:
        """Whether nothing is known that would stop the run."""
        return not self.problems


class Said(msgspec.Struct, frozen=True):
    """One line of a rehearsal."""

    doing: str = ""
    measured: Measured | None = None
    problem: str = ""


def preflight(
    workspace: Workspace,
    base: str,
    recipe: Recipe,
    *,
    measure: bool = True,
    rehearsing: Callable[["subprocess.Popen[bytes]"], object] = lambda _: None,
) -> Iterator[Preflight]:
    """What is known of a run with this base and recipe, more of it each time.

    It is slow: to be asked for in a thread. Closing the iterator ends the rehearsal.

    Args:
        workspace: whose examples it would be trained on.
        base: the base's name.
        recipe: how it would be trained.
        measure: whether to rehearse a step; otherwise the first answer is the last.
        rehearsing: is given the process that rehearses, so that another thread can end it.

    Raises:
        JessyError: there is no such base.
    """
    found = find_base(workspace, base)
    with tempfile.TemporaryDirectory(prefix="jessy-preflight-") as place:
        folder = Path(place)
        known = _without_model(workspace, found, recipe, folder)
        measure = measure and known.ready
        yield msgspec.structs.replace(known, doing="starting a rehearsal" if measure else "")
        if measure:
            yield from _rehearse(workspace, found, known, folder, rehearsing)


def _without_model(workspace: Workspace, base: Base, recipe: Recipe, folder: Path) -> Preflight:
    known = Preflight(
        base=base.name,
        recipe=recipe,
        memory_free=psutil.virtual_memory().available,
        disk_free=free_disk(workspace.runs),
    )
    problems = list(_base_problems(base))
    problems += [
        f"The package {name} is not installed, which report_to asks for; install it, or set "
        "report_to=."
        for name in recipe.reports
        if importlib.util.find_spec(name) is None
    ]
    try:
        checked = read_checked(workspace)
        counts = [finding.severity for finding in checked.findings]
        known = msgspec.structs.replace(
            known, errors=counts.count("error"), warnings=counts.count("warning")
        )
        data = write_rows(workspace, folder / "data", recipe, checked)
    except JessyError as error:
        return msgspec.structs.replace(known, problems=(*problems, str(error)))
    known = msgspec.structs.replace(
        known,
        digest=data.digest,
        examples=data.examples,
        rows=data.rows,
        validation_rows=data.validation_rows,
        steps_per_epoch=recipe.steps_per_epoch(data.rows),
        steps=recipe.steps(data.rows),
    )
    if base.ready and (shape := shape_of(base.folder)) is not None:
        known = _with_needs(known, shape)
    problems += _room_problems(known)
    return msgspec.structs.replace(known, problems=tuple(problems), notes=tuple(_notes(known)))


def _base_problems(base: Base) -> Iterator[str]:
    if not base.ready and base.name != NANO:
        yield (
            f"The base {base.name} is not on this disk; fetch it with: jessy bases fetch "
            f"{base.name}."
        )


def _with_needs(known: Preflight, shape: Shape) -> Preflight:
    return msgspec.structs.replace(
        known,
        memory_estimated=shape.memory(known.recipe, gpu=this_machine().gpu),
        disk=shape.disk(known.recipe, known.steps),
    )


def _room_problems(known: Preflight) -> Iterator[str]:
    if known.disk is not None and known.disk > known.disk_free:
        yield (
            f"The checkpoints take {_bytes(known.disk)}, and {_bytes(known.disk_free)} are free; "
            "make room, or lower keep_checkpoints."
        )
    memory = psutil.virtual_memory()
    # The estimate is rough: only what no machine of this size can hold is refused unmeasured.
    if known.memory_estimated and known.memory_estimated > 2 * (
        memory.total + psutil.swap_memory().total
    ):
        yield (
            f"A step takes about {_bytes(known.memory_estimated)} of memory, and this machine has "
            f"{_bytes(memory.total)}; {LOWER}."
        )


def _notes(known: Preflight) -> Iterator[str]:
    recipe = known.recipe
    if recipe.patience and recipe.patience < (recipe.validate_every or known.steps_per_epoch):
        yield (
            "patience is shorter than the way between two validations, so that the first one that "
            "is no better ends the run."
        )
    if recipe.batch_size > known.rows:
        yield f"A batch takes {recipe.batch_size} rows, and there are {known.rows}."
    if recipe.warmup_steps >= known.steps:
        yield "The warm-up is as long as the run: the highest learning rate is never reached."
    if known.warnings:
        yield f"The checks have {known.warnings} warnings of the examples; see: jessy check."


def _rehearse(
    workspace: Workspace,
    base: Base,
    known: Preflight,
    folder: Path,
    rehearsing: Callable[["subprocess.Popen[bytes]"], object],
) -> Iterator[Preflight]:
    order = {
        "workspace": str(workspace.root.resolve()),
        "base": base.name,
        "base_folder": str(base.folder.resolve()),
        "folder": str(folder),
        "recipe": msgspec.to_builtins(known.recipe),
    }
    with (
        (folder / "log.txt").open("w+b") as log,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "jessy_tui.training.rehearsal"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=child_environment(workspace.settings.training.blas),
        ) as process,
    ):
        try:
            assert process.stdin is not None  # noqa: S101  # both are pipes
            assert process.stdout is not None  # noqa: S101
            rehearsing(process)
            with contextlib.suppress(BrokenPipeError):  # it ended already; why is told below
                process.stdin.write(msgspec.json.encode(order))
                process.stdin.close()
            for line in process.stdout:
                known = _with_said(known, msgspec.json.decode(line, type=Said))
                yield known
            code = process.wait()
        finally:
            process.kill()
        if code:
            known = _with_problem(known, _why(code, folder / "log.txt"))
    yield msgspec.structs.replace(known, doing="")


def _with_said(known: Preflight, said: Said) -> Preflight:
    if said.problem:
        return _with_problem(known, said.problem)
    known = msgspec.structs.replace(known, doing=said.doing)
    if said.measured is None:
        return known
    known = msgspec.structs.replace(
        known, measured=said.measured, steps=said.measured.steps or known.steps
    )
    problems, notes = list(known.problems), list(known.notes)
    measured, longest = said.measured, known.recipe.max_seq_length
    over = measured.shortened + measured.cut + measured.dropped
    if over > _MANY_CUT * known.rows:
        words = f"{over} of {known.rows} rows are longer than {longest} tokens; "
        notes = [note for note in notes if not note.startswith(words)]
        notes.append(words + f"the longest has {measured.longest}: set max_seq_length higher.")
    if measured.memory and measured.memory > _USABLE_MEMORY * psutil.virtual_memory().total:
        problems.append(
            f"A step takes {_bytes(measured.memory)} of memory, which is nearly all this machine "
            f"has; {LOWER}."
        )
    return msgspec.structs.replace(known, problems=tuple(problems), notes=tuple(notes))


def _with_problem(known: Preflight, problem: str) -> Preflight:
    return msgspec.structs.replace(known, problems=(*known.problems, problem))


def _why(code: int, log: Path) -> str:
    if code == _KILLED:
        return f"The rehearsal of a step was killed, most likely for want of memory; {LOWER}."
    last = log.read_text("utf-8", errors="replace").strip().rpartition("\n")[2][:_WORDS]
    return f"The rehearsal of a step failed ({last or f'exit code {code}'})."


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
