"""Carrying out an order: one run or a whole sweep, started at once or left to the queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jessy_tui.training.expected import ExpectedRows
from jessy_tui.training.keeping import annotate_run
from jessy_tui.training.names import make_name
from jessy_tui.training.queue import enqueue_run
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, start_run
from jessy_tui.training.sweep import grid
from jessy_tui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What was asked for."""

    name: str | None
    """Of the run, or of the sweep, whose runs are numbered; None: one is made up."""
    base: str
    recipe: Recipe
    axes: tuple[str, ...] = ()
    """What a sweep varies, each "key=value,value"; see `sweep.grid`."""
    queued: bool = False
    """Whether to wait for the runs before it. A sweep always does."""


def carry_out(
    workspace: Workspace, order: RunOrder, told: Callable[[Run], object] = lambda run: None
) -> list[Run]:
    """Make the runs of an order, and start them or leave them to the queue.

    `told` hears of each run as it is made; a sweep's runs carry the sweep's name as a tag and as
    a note what each of them sets.

    Raises:
        JessyError: a run cannot be made or started; those made before stay.
    """
    if not order.axes:
        run = create_run(workspace, name=order.name, base=order.base, recipe=order.recipe)
        told(run)
        if order.queued:
            enqueue_run(workspace, run)
        else:
            start_run(workspace, run)
        return [run]
    points = grid(order.recipe, order.axes)
    name = order.name or _made_up(workspace)
    runs = []
    for number, point in enumerate(points, start=1):
        run = create_run(workspace, name=f"{name}-{number}", base=order.base, recipe=point.recipe)
        annotate_run(run, note=" ".join(point.settings), tags=[name])
        told(run)
        enqueue_run(workspace, run)
        runs.append(run)
    return runs


def describe(order: RunOrder, expected: ExpectedRows) -> str:
    """How long it will be, in words.

    Raises:
        JessyError: its axes are no grid.
    """
    if not order.axes:
        return f"About {order.recipe.describe_length(expected.of(order.recipe))}."
    points = grid(order.recipe, order.axes)
    steps = sum(point.recipe.steps(expected.of(point.recipe)) for point in points)
    return f"{len(points)} runs, one after another: about {steps:,} steps together."


def _made_up(workspace: Workspace) -> str:
    there = workspace.runs.iterdir() if workspace.runs.is_dir() else ()
    taken: Sequence[str] = [path.name for path in there]
    # A sweep's runs are "calm-otter-1" and so on: no run may begin like them.
    return make_name({"-".join(name.split("-")[:2]) for name in taken} | set(taken))
