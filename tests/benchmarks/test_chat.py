"""What a talk costs: tokens a second beside mlx-lm's own, a second turn, a cancel. Prints ratios.

Run with `pytest tests/benchmarks/test_chat.py --benchmark-enable -s`. Without `JESSY_BASE`, the
folder of a real base, it asks the tests' own small one, of which mostly Python's share is seen.
`JESSY_ROUNDS` says how often each is measured. On a machine that does other things at the same
time, the seconds of processor time say more than those of the clock; OpenBLAS spins while it waits,
so have it use one thread then (`OPENBLAS_NUM_THREADS=1`).
"""

import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from jessy_tui.inference.client import Engine
from jessy_tui.inference.protocol import Message
from jessy_tui.training.blas import child_environment
from tests.inference import models
from tests.inference.asking import Said, ask, until

ROUNDS = int(os.environ.get("JESSY_ROUNDS", "5"))
TOKENS = 120
QUESTION = "Tell me a long story about a fox and a river, with every detail you can think of."
CANCELS = 8 * ROUNDS


@pytest.fixture(autouse=True)
def _asked_for(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("a benchmark: --benchmark-enable")


@pytest.fixture
def model(tmp_path: Path) -> tuple[Path, Path | None]:
    """A base and an adapter with which it has much to say."""
    if real := os.environ.get("JESSY_BASE"):
        return Path(real).resolve(), None
    base = models.write_base(tmp_path / "chain", context=8192)
    # mlx-lm's detokenizer fails at the end of an answer on the added tokens of the other scripts.
    return base, models.full_adapter(tmp_path / "endless", [",", ".", ","])


class Theirs:
    """A process in which mlx-lm answers."""

    def __init__(self, base: Path, adapter: Path | None) -> None:
        environment = child_environment()
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        command = [sys.executable, str(Path(__file__).with_name("mlx_lm_chat.py")), str(base)]
        self._process = subprocess.Popen(
            command + ([str(adapter)] if adapter else []),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._line()
        self.pid = self._process.pid

    def ask(self, question: str, tokens: int) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([question, tokens]) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def _cpu(pid: int) -> float:
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


async def test_tokens_a_second_beside_mlx_lm(model: tuple[Path, Path | None]) -> None:
    base, adapter = model
    theirs = Theirs(base, adapter)
    ours_seconds, their_seconds, ours_cpu, their_cpu = [], [], [], []
    try:
        async with await Engine.start(base) as engine:
            await engine.use_adapter(adapter)
            for number in range(ROUNDS + 1):
                before = _cpu(engine.pid)
                said = (await ask(engine, (Message("user", QUESTION),), max_tokens=TOKENS)).end
                ours = _cpu(engine.pid) - before
                before = _cpu(theirs.pid)
                its = theirs.ask(QUESTION, TOKENS)
                its_cpu = _cpu(theirs.pid) - before
                if number == 0:
                    continue  # whatever is made once
                ours_seconds.append(1 / said.tokens_per_second)
                their_seconds.append(its["decoding"] / (its["tokens"] - 1))
                ours_cpu.append(ours / said.tokens)
                their_cpu.append(its_cpu / its["tokens"])
                assert abs(said.tokens - its["tokens"]) <= 1
    finally:
        theirs.end()
    seconds, cpu = map(statistics.median, (ours_seconds, ours_cpu))
    its_seconds, its_cpu = map(statistics.median, (their_seconds, their_cpu))
    print(f"\n{base.name}, {TOKENS} tokens, {ROUNDS} rounds in turn:")
    print(f"  ours    {1 / seconds:8.1f} tokens/s, {cpu * 1e3:.2f} ms of processor time a token")
    print(f"  mlx-lm  {1 / its_seconds:8.1f} tokens/s, {its_cpu * 1e3:.2f} ms")
    fastest = min(their_seconds) / min(ours_seconds)
    print(
        f"  ours is {its_seconds / seconds:.2f} times as fast by the clock ({fastest:.2f} in the "
        f"best rounds), {its_cpu / cpu:.2f} by processor time"
    )


async def test_a_second_turn_with_and_without_what_was_read(
    model: tuple[Path, Path | None],
) -> None:
    base, adapter = model
    cached, whole = [], []
    read = [0, 0]
    async with await Engine.start(base) as engine:
        await engine.use_adapter(adapter)
        for number in range(ROUNDS):
            # Another first word each time: nothing of it has been read before.
            first = Message("user", f"{number} " + QUESTION * 12)
            answer = Message("assistant", (await ask(engine, (first,), max_tokens=8)).text)
            turn = (answer, Message("user", "And then?"))
            again = (await ask(engine, (first, *turn), max_tokens=1)).end
            new = Message("user", f"{number + 500} " + QUESTION * 12)
            anew = (await ask(engine, (new, *turn), max_tokens=1)).end
            cached.append(again.first_token_seconds or 0)
            whole.append(anew.first_token_seconds or 0)
            read = [one.prompt_tokens - one.cached_tokens for one in (again, anew)]
    with_it, without = statistics.median(cached), statistics.median(whole)
    print(f"\n{base.name}, a second turn, {ROUNDS} rounds in turn, seconds to the first token:")
    print(f"  remembered  {with_it:.3f} s, {read[0]} tokens read")
    print(f"  read anew   {without:.3f} s, {read[1]} tokens read")
    print(f"  {without / with_it:.1f} times as soon")
    assert read[0] < read[1]


async def test_how_soon_a_cancel_at_any_moment_is_heeded(
    model: tuple[Path, Path | None],
) -> None:
    base, adapter = model
    chance = random.Random(3)
    ends: list[float] = []
    free: list[float] = []
    during = {"reading": 0, "answering": 0, "nothing": 0}
    async with await Engine.start(base) as engine:
        await engine.use_adapter(adapter)
        for number in range(CANCELS):
            # Half of them in the middle of a long prompt.
            words = QUESTION * (60 if number % 2 else 1)
            said = Said()
            question = (Message("user", f"{number} {words}"),)
            task = asyncio.create_task(ask(engine, question, said, max_tokens=5000))
            await until(lambda: engine.busy)
            await asyncio.sleep(chance.random() * 0.4)
            doing = (await engine.state()).doing
            during[doing] = during.get(doing, 0) + 1
            began = time.perf_counter()
            engine.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            ends.append(time.perf_counter() - began)
            while (await engine.state()).doing != "nothing":  # noqa: ASYNC110  # no event tells it
                await asyncio.sleep(0.002)
            free.append(time.perf_counter() - began)
    print(f"\n{base.name}, {CANCELS} cancels at random moments ({during}), milliseconds:")
    for name, times in (("until it has ended", ends), ("until the worker is free", free)):
        cuts = statistics.quantiles(times, n=20, method="inclusive")
        middle, most = cuts[9], cuts[18]
        print(
            f"  {name:26} median {middle * 1e3:6.1f}, 95 of 100 {most * 1e3:6.1f}, "
            f"most {max(times) * 1e3:6.1f}"
        )
