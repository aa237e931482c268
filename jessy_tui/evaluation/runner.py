"""Asks the probes of an evaluation that have no answer yet, one after the other."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer, AnswerLog
from jessy_tui.evaluation.asking import ask_probe
from jessy_tui.evaluation.evaluation import PROGRESS_NAME, STOP_NAME, Evaluation, Progress
from jessy_tui.evaluation.probe import Probe, in_mixed_order
from jessy_tui.evaluation.record import EvaluationRecord, EvaluationState
from jessy_tui.files import write_atomically
from jessy_tui.inference.loop import Generator
from jessy_tui.iteration import Complexity

_BEAT_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.2
# So many questions in a row that fail, and it is not the questions.
_MOST_FAILURES: Final = 5

Tell = Callable[[Progress], None]


class Runner:
    """Asks what is left of one evaluation. What is there is never asked again."""

    def __init__(self, evaluation: Evaluation, tell: Tell = lambda _progress: None) -> None:
        """Read the evaluation.

        Args:
            evaluation: it was made, and nobody else asks it.
            tell: told of every answer, and every other second of the one that is being made.

        Raises:
            JessyError: the evaluation cannot be read.
        """
        self._evaluation = evaluation
        self._record: EvaluationRecord = evaluation.record
        self._probes = in_mixed_order(tuple(evaluation.probes()))
        self._tell = tell
        self._answers = evaluation.answers()
        self._asking: tuple[Probe, int] | None = None
        self._asked_at = 0.0
        self._heard = (0, 0)

    def left(self) -> list[tuple[Probe, int]]:
        """The probes and seeds that have no answer yet, in the order in which they are asked."""
        there = {answer.key for answer in self._answers}
        return [
            (probe, seed)
            for seed in self._record.seeds
            for probe in self._probes
            if (probe.id, seed) not in there
        ]

    async def run(self, generator: Generator) -> EvaluationState:
        """Ask what is left; returns `FINISHED`, or `STOPPED` where it was asked to stop.

        Cancel its task to break off at once: the answer that is being made is asked again later.

        Raises:
            JessyError: the model is gone, or several questions in a row failed.
            OSError: the answers cannot be written.
        """
        with AnswerLog(self._evaluation.answers_path) as log:
            beats = asyncio.create_task(self._beat())
            try:
                failed: list[Answer] = []
                for probe, seed in self.left():
                    answer = await self._ask(generator, probe, seed)
                    if answer is None:
                        return EvaluationState.STOPPED
                    if answer.ended == "failed":
                        failed.append(answer)
                        if len(failed) == _MOST_FAILURES:
                            raise JessyError(
                                f"{_MOST_FAILURES} questions in a row failed, the last with: "
                                f"{answer.problem}"
                            )
                        continue
                    # Only now it is clear that it was those questions, and not the model.
                    self._keep(log, *failed, answer)
                    failed.clear()
                self._keep(log, *failed)
                return EvaluationState.FINISHED
            finally:
                beats.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await beats
                self._asking = None
                self._write_progress()

    def _keep(self, log: AnswerLog, *answers: Answer) -> None:
        for answer in answers:
            log.write(answer)
            self._answers.append(answer)
        self._tell(self.progress())

    async def _ask(self, generator: Generator, probe: Probe, seed: int) -> Answer | None:
        """The answer; None where the evaluation was asked to stop before it was there."""
        self._asking, self._asked_at, self._heard = (probe, seed), time.monotonic(), (0, 0)
        asking = asyncio.create_task(ask_probe(generator, probe, self._record, seed, self._hear))
        try:
            while not self._stop_asked():
                done, _ = await asyncio.wait((asking,), timeout=_LOOK_SECONDS)
                if done:
                    return self._result(asking, generator, probe, seed)
            return None
        finally:
            if not asking.done():
                asking.cancel()
                with contextlib.suppress(asyncio.CancelledError, JessyError):
                    await asking

    def _result(
        self, asking: "asyncio.Task[Answer]", generator: Generator, probe: Probe, seed: int
    ) -> Answer:
        try:
            return asking.result()
        except JessyError as error:
            if getattr(generator, "death", None) is not None:
                raise
            seconds = time.monotonic() - self._asked_at
            return Answer(
                probe=probe.id, seed=seed, problem=str(error), ended="failed", seconds=seconds
            )

    def _hear(self, pass_number: int, pieces: int) -> None:
        self._heard = (pass_number, pieces)

    def _stop_asked(self) -> bool:
        return (self._evaluation.folder / STOP_NAME).exists()

    async def _beat(self) -> None:
        while True:
            self._write_progress()
            self._tell(self.progress())
            await asyncio.sleep(_BEAT_SECONDS)

    def _write_progress(self) -> None:
        with contextlib.suppress(JessyError):  # the next answer will meet a full disk and tell it
            content = msgspec.json.encode(self.progress())
            write_atomically(self._evaluation.folder / PROGRESS_NAME, content)

    def progress(self) -> Progress:
        """How far it is."""
        asking, (pass_number, pieces) = self._asking, self._heard
        return Progress(
            time=time.time(),
            done=len(self._answers),
            total=self._record.total,
            seconds_left=seconds_left(
                self._answers, self._probes, [probe for probe, _ in self.left()]
            ),
            probe=asking[0].id if asking else None,
            seed=asking[1] if asking else 0,
            pass_number=pass_number,
            tokens=pieces,
            seconds=time.monotonic() - self._asked_at if asking else 0.0,
        )


def seconds_left(
    answers: Sequence[Answer], probes: Sequence[Probe], left: Sequence[Probe]
) -> float | None:
    """How long the probes that are left take, each as long as those of its band on the average.

    None where nothing has been answered yet and something is left.
    """
    if not left:
        return 0.0
    if not answers:
        return None
    bands = {probe.id: probe.complexity for probe in probes}
    seconds: dict[Complexity, list[float]] = {band: [] for band in Complexity}
    for answer in answers:
        seconds[bands[answer.probe]].append(answer.seconds)
    overall = sum(answer.seconds for answer in answers) / len(answers)
    means = {band: sum(took) / len(took) if took else overall for band, took in seconds.items()}
    return sum(means[probe.complexity] for probe in left)
