"""A workspace whose run and base have answered the probes, and the tab that shows it."""

from collections.abc import Sequence

import msgspec
import orjson
from textual.pilot import Pilot

from jessy_tui.evaluation.answers import AnswerLog
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation
from jessy_tui.evaluation.probe import read_probe_set
from jessy_tui.evaluation.record import EvaluationState, write_record
from jessy_tui.inference.target import Target
from jessy_tui.training.events import EventLog, Validated
from jessy_tui.ui.evaluation.screen import EvaluationScreen
from jessy_tui.workspace import Workspace
from tests.evaluation.making import QUESTIONS, answer, write_probes
from tests.inference import models
from tests.ui.driving import press, until

Plans = Sequence[tuple[str, int] | None]
RIGHT: Plans = [(row[2], row[3]) for row in QUESTIONS]
TRAINED = ("selam dostlar", "<think>LOW 1</think>\nSelam kanka.")


def training_row() -> bytes:
    """A training file of one row."""
    question, said = TRAINED
    row = [{"role": "user", "content": question}, {"role": "assistant", "content": said}]
    return orjson.dumps({"messages": row}) + b"\n"


def with_checkpoints(workspace: Workspace) -> Workspace:
    """A run `first` with three checkpoints that were validated, and probes to ask."""
    folder = models.write_run(workspace.runs / "first", None)
    for step in ("10", "20", "30"):
        checkpoint = folder / "checkpoints" / step
        checkpoint.mkdir(parents=True)
        (checkpoint / "adapter_config.json").write_bytes(orjson.dumps({"step": int(step)}))
        (checkpoint / "adapters.safetensors").write_bytes(step.encode())
    (folder / "data").mkdir()
    (folder / "data" / "train.jsonl").write_bytes(training_row())
    with EventLog(folder / "events.jsonl") as log:
        for step, loss in ((10, 2.0), (20, 1.2), (30, 1.5)):
            log.write(
                Validated(
                    step=step, epoch=1.0, loss=loss, duration=0.1, best=False, seconds=float(step)
                )
            )
    write_probes(workspace.probes)
    return workspace


def asked(
    workspace: Workspace,
    checkpoint: str | None,
    plans: Plans,
    *,
    whole: bool = False,
    created: float = 1_764_000_000.0,
    state: EvaluationState = EvaluationState.FINISHED,
) -> Evaluation:
    """The answers of a checkpoint of `first`, or of the base."""
    run = workspace.runs / "first"
    target = Target(
        base_name="chain",
        base=workspace.bases / "chain",
        run="first" if checkpoint else None,
        checkpoint=checkpoint,
        adapter=run / "checkpoints" / checkpoint if checkpoint else None,
    )
    how = HowToAsk(plans_only=not whole)
    evaluation = create_evaluation(workspace, target, read_probe_set(workspace.probes), how)
    with AnswerLog(evaluation.answers_path) as log:
        for row, plan in zip(QUESTIONS, plans, strict=False):
            text = "Sor kanka, dinliyorum." if whole else ""
            log.write(answer(row[0], plan, text=text, seconds=1.5))
    record = msgspec.structs.replace(evaluation.record, state=state, created=created)
    write_record(evaluation.folder, record)
    return evaluation


async def to_evaluation(pilot: Pilot[None]) -> EvaluationScreen:
    """Go to the tab."""
    await press(pilot, "f5")
    screen = pilot.app.screen
    assert isinstance(screen, EvaluationScreen)
    await until(pilot, lambda: screen.query_one("#body").current != "waiting")  # type: ignore[attr-defined]
    return screen
