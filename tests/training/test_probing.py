"""Probes that are asked while a run trains: they change no byte of it, and say what eval says."""

import itertools
import os
import signal

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation
from jessy_tui.evaluation.probe import read_probe_set
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.scoring import score
from jessy_tui.evaluation.starting import start_evaluations
from jessy_tui.inference.target import target_of_run
from jessy_tui.iteration import Complexity
from jessy_tui.training.curves import Curves
from jessy_tui.training.events import EventReader, Probed
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, resume_run, start_run
from jessy_tui.workspace import Workspace
from tests.evaluation.making import probe, write_probes
from tests.inference import models
from tests.training import nanos
from tests.training.conftest import Train, wait_for, wait_for_end
from tests.training.test_driver import of
from tests.training.test_resume import RECIPE, final_of


def curve(run: Run) -> list[tuple[float, float, float]]:
    found = Curves()
    found.take(EventReader(run.events).all())
    probes = found.probes
    return list(
        zip(
            probes.steps.tolist(),
            probes.figure("band").tolist(),
            probes.figure("exact").tolist(),
            strict=True,
        )
    )


def test_asking_probes_changes_no_byte(train: Train, ready: Workspace) -> None:
    """With dropout, lower layers that are kept, and kills in between."""
    write_probes(ready.probes)
    without = wait_for_end(train(*RECIPE, name="without"))
    asking = (*RECIPE, "probe_every=7")
    run = train(*asking, name="asking")
    for step in (9, 23):
        wait_for(lambda step=step: run.figures().step >= step or not run.state.active)  # type: ignore[misc]
        if (pid := run.pid) is not None:
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: run.state == "died")
            resume_run(ready, run)
    wait_for_end(run)
    assert run.state == "finished", run.log.read_text()
    assert final_of(run) == final_of(without)
    steps = [int(step) for step, *_ in curve(run)]
    assert steps[0] == 0
    assert steps[-1] == run.record.steps
    assert all(later > earlier for earlier, later in itertools.pairwise(steps))
    assert len(steps) >= run.record.steps // 7
    assert of(without, Probed) == []


def test_what_is_said_while_it_trains_is_what_the_evaluation_says(ready: Workspace) -> None:
    """On a base that answers LOW 1 to everything, whose lower layer is kept and left out."""
    write_probes(ready.probes)
    models.write_base(ready.bases / "chain")
    recipe = Recipe(layers=1, batch_size=4, epochs=2, learning_rate=1e-5, probe_every=50)
    run = create_run(ready, name="chain", base="chain", recipe=recipe)
    start_run(ready, run)
    wait_for_end(run)
    assert "computed once" in run.log.read_text()
    first, last = of(run, Probed)
    assert (first.step, last.step) == (0, run.record.steps)
    assert (first.probes, first.well_formed, first.band, first.exact) == (5, 1.0, 0.4, 0.2)
    how = HowToAsk(plans_only=True)
    target = target_of_run(ready, "chain", "final")
    evaluation = create_evaluation(ready, target, read_probe_set(ready.probes), how)
    start_evaluations(ready, [evaluation])
    wait_for(lambda: evaluation.state is EvaluationState.FINISHED)
    scores = score(evaluation.probes(), evaluation.answers(), plans_only=True)
    for name in ("well_formed", "band", "exact", "within_one"):
        assert getattr(last, name) == scores.value(name), name


def test_without_probes_there_is_no_run_that_asks_them(ready: Workspace) -> None:
    with pytest.raises(JessyError, match=r"probes\.json is not there"):
        create_run(ready, name="asking", recipe=Recipe(probe_every=5))
    assert not (ready.runs / "asking").exists()


def test_the_probes_that_are_asked_are_spread_over_the_bands() -> None:
    code = (
        "import sys, msgspec\n"
        "from jessy_tui.evaluation.probe import Probe\n"
        "from jessy_tui.training.probing import spread\n"
        "given = tuple[tuple[Probe, ...], int]\n"
        "probes, count = msgspec.json.decode(sys.stdin.buffer.read(), type=given)\n"
        "print(' '.join(probe.id for probe in spread(probes, count)))\n"
    )
    numbers = [1] * 60 + [4] * 36 + [8] * 24
    probes = [probe(str(at), expected=number) for at, number in enumerate(numbers)]
    found = [int(name) for name in nanos.run_python(code, (probes, 12)).split()]
    bands = [Complexity.of(numbers[place]) for place in found]
    assert [bands.count(band) for band in Complexity] == [6, 4, 2]
    assert sorted(found) == [5, 15, 25, 35, 45, 55, 64, 73, 82, 91, 102, 114]
    everything = nanos.run_python(code, (probes, 500)).split()
    assert len(everything) == 120
