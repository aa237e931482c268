"""One training step three ways, interleaved: prints how many times as fast ours is.

Run with `pytest tests/benchmarks/test_training_step.py --benchmark-enable -s`. The model has
SmolLM2-135M's shape and weights drawn at random; the rows have the lengths of the bundled dataset
in its tokens. Where `JESSY_PEFT` names a Python that has torch and peft (or this one does), they
are measured as well. On a machine that does other things at the same time, the seconds of
processor time say more than those of the clock.
"""

import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jessy_tui.training.blas import child_environment

SHAPE = {
    "model_type": "llama",
    "hidden_size": 576,
    "num_hidden_layers": 30,
    "head_dim": 64,
    "intermediate_size": 1536,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "rms_norm_eps": 1e-5,
    "vocab_size": 49152,
    "rope_theta": 100000.0,
    "tie_word_embeddings": True,
    "max_position_embeddings": 8192,
}
# Tokens of each row and of its prompt: every eleventh batch of an epoch of the preset laptop CPU.
EPOCH = [
    [(38, 16), (58, 24), (491, 100), (75, 28)],
    [(499, 117), (63, 27), (87, 23), (84, 57)],
    [(506, 41), (467, 37), (75, 28), (388, 32)],
    [(65, 30), (66, 20), (447, 61), (47, 15)],
    [(50, 25), (384, 24), (494, 94), (80, 20)],
    [(70, 29), (494, 121), (472, 94), (42, 17)],
    [(490, 58), (510, 46), (110, 29), (429, 70)],
    [(394, 75), (83, 25), (30, 12), (38, 16)],
    [(392, 42), (41, 15), (30, 15), (33, 11)],
    [(63, 29), (38, 16), (76, 30), (84, 28)],
]
SHORT = [(38, 16), (58, 24), (63, 29), (75, 28)]
"""A batch that stock mlx-cpu makes a step with in about a minute."""


class Steps:
    """A process that makes steps of one kind."""

    def __init__(self, kind: str, python: str, batches: list[list[tuple[int, int]]]) -> None:
        chance = random.Random(3)
        work = {
            "shape": SHAPE,
            "rank": 8,
            "scale": 20.0,
            "layers": 16,
            "learning_rate": 4e-4,
            "batches": [
                [[[chance.randrange(10, 49000) for _ in range(n)], p] for n, p in rows]
                for rows in batches
            ],
        }
        environment = dict(os.environ) if kind == "stock" else child_environment()
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        self.kind = kind
        self.seconds: list[float] = []
        self.cpu: list[float] = []
        self.losses: list[float] = []
        self._process = subprocess.Popen(
            [python, str(Path(__file__).with_name("one_step.py")), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._ask(json.dumps(work))

    def make(self, number: int) -> None:
        """Make a step with the batch of that number."""
        said: dict[str, Any] = json.loads(self._ask(str(number)))
        self.seconds.append(said["seconds"])
        self.cpu.append(said["cpu"])
        self.losses.append(said["loss"])

    def forget(self) -> None:
        """Do not count what was made so far."""
        self.seconds, self.cpu = [], []

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"{self.kind} ended"
        return answer


@pytest.fixture
def enabled(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("a benchmark: --benchmark-enable")


def peft_python() -> str | None:
    """A Python that has torch and peft."""
    if named := os.environ.get("JESSY_PEFT"):
        return named
    return sys.executable if importlib.util.find_spec("peft") else None


def compare(ours: Steps, theirs: Steps) -> None:
    print()
    for kind in (ours, theirs):
        print(
            f"{kind.kind:<6} {sum(kind.seconds):8.2f} s by the clock, {sum(kind.cpu):8.2f} s of "
            f"processor time, median step {statistics.median(kind.seconds):.2f} s"
        )
    print(
        f"ours is {sum(theirs.seconds) / sum(ours.seconds):.1f} times as fast by the clock, "
        f"{sum(theirs.cpu) / sum(ours.cpu):.1f} times in processor time"
    )


@pytest.mark.usefixtures("enabled")
def test_a_step_beside_stock_mlx_lm() -> None:
    ours, stock = Steps("jessy", sys.executable, [SHORT]), Steps("stock", sys.executable, [SHORT])
    try:
        ours.make(0)  # what is slow only once is not what a step takes
        ours.forget()
        stock.make(0)
        ours.make(0)
        compare(ours, stock)
    finally:
        ours.end()
        stock.end()


@pytest.mark.usefixtures("enabled")
def test_an_epoch_beside_pytorch_and_peft() -> None:
    python = peft_python()
    if python is None:
        pytest.skip("no torch and peft: set JESSY_PEFT to a Python that has them")
    ours, peft = Steps("jessy", sys.executable, EPOCH), Steps("peft", python, EPOCH)
    try:
        for kind in (ours, peft):
            kind.make(len(EPOCH) - 1)
            kind.forget()
        for number in range(len(EPOCH)):
            ours.make(number)
            peft.make(number)
        compare(ours, peft)
        print("losses, ours and theirs:", *zip(ours.losses[1:], peft.losses[1:], strict=True))
    finally:
        ours.end()
        peft.end()
