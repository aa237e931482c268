"""What watching a run costs it: the same run with and without a monitor, in turn.

    python -m tests.benchmarks.monitor_cost WORKSPACE [--base nano] [--pairs 3] [--steps 60]

Trains with every step reported, the dearest case, once alone and once while a second process looks
at it as the Training tab does; prints the seconds a step took and the ratio, pair by pair, and how
much processor time the monitor took. The machine's noise is larger than the cost: the processor
time is the figure to trust, and the ratio shows that nothing else is hidden.
"""

import argparse
import shutil
import statistics
import sys
import time
from pathlib import Path

import psutil

from jessy_tui.training.keeping import delete_run
from jessy_tui.training.presets import recipe_for
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, start_run
from jessy_tui.training.settings import with_settings
from jessy_tui.workspace import Workspace

_WATCH = """
import sys, time
from pathlib import Path
from jessy_tui.ui.training.watch import RunWatch, Wanted
from jessy_tui.workspace import Workspace
watch, wanted = RunWatch(Workspace(Path(sys.argv[1]))), Wanted(focus=sys.argv[2])
while True:
    watch.look(wanted)
    time.sleep(0.7)
"""


def train(workspace: Workspace, base: str, steps: int, *, watched: bool) -> tuple[float, float]:
    """Seconds a step, and the share of one processor that the monitor took."""
    recipe = with_settings(recipe_for(base), ["report_every=1", "checkpoint_every=0"])
    probe = create_run(workspace, base=base, recipe=recipe)
    epochs = steps / recipe.steps_per_epoch(probe.record.data.rows)
    remove(probe)
    run = create_run(workspace, base=base, recipe=with_settings(recipe, [f"epochs={epochs}"]))
    start_run(workspace, run)
    monitor = None
    if watched:
        command = [sys.executable, "-c", _WATCH, str(workspace.root), run.name]
        monitor = psutil.Popen(command)
    begun, used = time.monotonic(), 0.0
    imported: float | None = None
    while run.state.active:
        time.sleep(0.2)
        if monitor is not None:
            times = monitor.cpu_times()
            used = times.user + times.system
            if imported is None and time.monotonic() - begun > 5:
                imported, begun_watching = used, time.monotonic()
    share = 0.0
    if monitor is not None:
        if imported is not None:
            share = (used - imported) / (time.monotonic() - begun_watching)
        monitor.kill()
        monitor.wait()
    record = run.record
    assert record.seconds is not None, run.explain()
    seconds = record.seconds / record.step
    delete_run(run)
    return seconds, share


def remove(run: Run) -> None:
    """Remove a run that was made to see how many rows there are."""
    shutil.rmtree(run.folder)


def main() -> None:
    """Measure in pairs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--base", default="nano")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    workspace = Workspace(arguments.workspace)
    ratios, shares = [], []
    for number in range(arguments.pairs):
        order = (False, True) if number % 2 == 0 else (True, False)
        found = {
            watched: train(workspace, arguments.base, arguments.steps, watched=watched)
            for watched in order
        }
        ratios.append(found[True][0] / found[False][0])
        shares.append(found[True][1])
        print(
            f"alone {found[False][0]:.3f} s a step, watched {found[True][0]:.3f}, ratio "
            f"{ratios[-1]:.3f}; the monitor took {shares[-1]:.2%} of one processor",
            flush=True,
        )
    print(
        f"median ratio {statistics.median(ratios):.3f}, median share "
        f"{statistics.median(shares):.2%} of one of {psutil.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
