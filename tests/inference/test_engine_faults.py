"""What can go wrong between the engine and its worker; each ends in one sentence."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.inference.client import Engine
from jessy_tui.inference.engines import start_engine
from jessy_tui.inference.protocol import Message
from jessy_tui.inference.target import Target
from jessy_tui.training.blas import child_environment
from jessy_tui.workspace import Workspace
from tests.inference import models
from tests.inference.asking import HELLO, Said, ask, until

CANONICAL = "".join(models.CANONICAL)


def sentence(error: pytest.ExceptionInfo[JessyError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert "Traceback" not in text
    assert text.endswith(".")
    return text


async def test_a_killed_worker_is_reported_and_the_next_question_too(
    base: Path, adapters: dict[str, Path]
) -> None:
    engine = await Engine.start(base)
    await engine.use_adapter(adapters["endless"])
    said = Said()
    task = asyncio.create_task(ask(engine, said=said, max_tokens=90_000))
    await until(lambda: said.tokens)
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(JessyError) as error:
        await task
    assert "killed by signal 9" in sentence(error)
    assert engine.death == str(error.value)
    for _ in range(2):
        with pytest.raises(JessyError, match="killed by signal 9"):
            await ask(engine)
    with pytest.raises(JessyError, match="killed by signal 9"):
        await engine.use_adapter(None)
    await engine.close()
    await engine.close()


async def test_a_worker_that_hangs_is_ended_by_force(base: Path) -> None:
    engine = await Engine.start(base)
    os.kill(engine.pid, signal.SIGSTOP)
    task = asyncio.create_task(ask(engine))
    await asyncio.sleep(0.05)
    await engine.close()
    with pytest.raises(JessyError, match="closed before it had answered"):
        await task
    assert not psutil.pid_exists(engine.pid)


async def test_cancelling_lets_go_of_the_asker_however_slow_the_worker(base: Path) -> None:
    async with await Engine.start(base) as engine:
        os.kill(engine.pid, signal.SIGSTOP)  # as on a machine that is too busy
        tasks = [asyncio.create_task(ask(engine)) for _ in range(2)]
        await until(lambda: engine.busy)
        engine.cancel()
        for said in await asyncio.gather(*tasks):
            assert (said.end.reason, said.end.tokens) == ("cancelled", 0)
        assert not engine.busy
        os.kill(engine.pid, signal.SIGCONT)
        assert (await ask(engine)).text == CANONICAL


async def test_a_dead_worker_is_started_again_with_its_adapter(
    tmp_path: Path, base: Path, adapters: dict[str, Path]
) -> None:
    target = Target(base_name="chain", base=base, adapter=adapters["lora"])
    workspace = Workspace(tmp_path)
    engine = await start_engine(workspace, target)
    assert isinstance(engine, Engine)
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(JessyError):
        await ask(engine, max_tokens=90_000)
    again = await start_engine(workspace, target, engine)
    assert again is not engine
    assert (await ask(again)).text == "".join(models.MEDIUM)
    await again.close()


def test_running_out_of_memory_is_said_and_the_worker_lives_on(base: Path) -> None:
    failing = (
        "import jessy_tui.inference.model as model; answer = model.LoadedBase.answer; "
        "fail = lambda self, request, cancelled: answer(self, request, cancelled) "
        "if request.id != 1 else (_ for _ in ()).throw(RuntimeError("
        "'[malloc_or_wait] Unable to allocate 9 bytes.')); "
        "model.LoadedBase.answer = fail"
    )
    worker = RawWorker(base, before=failing)
    ask_one = '{"request": "generate", "id": %d, "messages": [{"role": "user", "content": "x"}]}'
    for number in (1, 2):
        worker.send((ask_one % number).encode())
    while (reply := worker.reply())["reply"] != "failed":
        pass
    assert "not enough memory" in str(reply["sentence"])
    while worker.reply()["reply"] != "finished":
        pass
    assert worker.end() == 0


async def test_giving_up_while_the_base_loads_leaves_no_process(base: Path) -> None:
    before = {child.pid for child in psutil.Process().children()}
    task = asyncio.create_task(Engine.start(base))
    await until(lambda: {child.pid for child in psutil.Process().children()} - before)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {child.pid for child in psutil.Process().children()} <= before


@pytest.mark.parametrize("spoil", ["missing", "truncated", "no template"])
async def test_a_base_that_cannot_be_loaded_is_refused(tmp_path: Path, spoil: str) -> None:
    base = models.write_base(tmp_path / "base")
    words = "cannot be loaded"
    match spoil:
        case "missing":
            base, words = tmp_path / "nowhere", "no base"
        case "truncated":
            content = (base / "model.safetensors").read_bytes()
            (base / "model.safetensors").write_bytes(content[:-100])
        case "no template":
            path, words = base / "tokenizer_config.json", "no chat template"
            config = json.loads(path.read_text())
            del config["chat_template"]
            path.write_text(json.dumps(config))
    with pytest.raises(JessyError) as error:
        await Engine.start(base)
    assert words in sentence(error)


async def test_a_small_context_is_filled_and_not_overrun(tmp_path: Path) -> None:
    base = models.write_base(tmp_path / "small", context=60)
    endless = models.full_adapter(tmp_path / "endless", models.ENDLESS)
    async with await Engine.start(base) as engine:
        await engine.use_adapter(endless)
        said = await ask(engine)
        assert said.end.reason == "length"
        assert said.end.prompt_tokens + said.end.tokens == 60
        with pytest.raises(JessyError) as error:
            await ask(engine, (Message("user", "uzun " * 20),))
        assert "tokens and the base holds 60" in sentence(error)
        assert (await ask(engine, max_tokens=2)).text.split() == ["bir", "iki"]


async def test_a_default_system_prompt_is_not_sent(tmp_path: Path) -> None:
    template = models.DEFAULT_SYSTEM_TEMPLATE
    base = models.write_base(tmp_path / "base", template=template)
    async with await Engine.start(base) as engine:
        said = await ask(engine)
        assert said.text == CANONICAL
        assert said.end.prompt_tokens == len("user\nselam") + len("\nassistant\n") + 3
        told = await ask(engine, (Message("system", "x"), *HELLO))
        assert told.end.prompt_tokens == said.end.prompt_tokens + len("system\nx\n") + 2


class RawWorker:
    """A worker spoken to by hand."""

    def __init__(self, base: Path, *, before: str = "pass") -> None:
        code = f"from jessy_tui.inference import worker; {before}; raise SystemExit(worker.main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "--base", str(base)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def send(self, line: bytes) -> None:
        self.stdin.write(line + b"\n")
        self.stdin.flush()

    def reply(self) -> dict[str, object]:
        reply: dict[str, object] = msgspec.json.decode(self.stdout.readline())
        return reply

    def end(self) -> int:
        self.stdin.close()
        code = self.process.wait(timeout=30)
        self.stdout.close()
        return code


def test_what_is_no_request_fails_and_stray_prints_stay_off_the_pipe(base: Path) -> None:
    prints = (
        "import os; load = worker.preload; "
        "worker.preload = lambda: (print('stray'), os.system('echo stray'), load())[-1]"
    )
    worker = RawWorker(base, before=prints)
    assert worker.reply()["reply"] == "loading"
    assert worker.reply()["reply"] == "ready"
    for line in (b"rubbish", b"", b"\xff\xfe", b"[]", b'{"request": "dance"}', b'{"id": 1'):
        worker.send(line)
        failed = worker.reply()
        assert (failed["reply"], failed["id"]) == ("failed", None)
    for line in (
        b'{"request": "generate", "id": 7, "messages": []}',
        b'{"request": "generate", "id": 7, "messages": [{"role": "cat", "content": "x"}]}',
        b'{"request": "use_adapter", "id": 7, "path": 3}',
    ):
        worker.send(line)
        failed = worker.reply()
        assert (failed["reply"], failed["id"]) == ("failed", 7)
    worker.send(b'{"request": "cancel", "id": 99}')  # nothing to cancel: no reply
    worker.send(
        b'{"request": "generate", "id": 8, "messages": [{"role": "user", "content": "selam"}]}'
    )
    replies = [worker.reply() for _ in range(7)]
    assert "".join(str(reply["text"]) for reply in replies[:-1]) == CANONICAL
    assert replies[-1]["reply"] == "finished"
    assert worker.end() == 0


def test_the_worker_ends_when_its_pipe_closes_in_the_middle_of_an_answer(
    base: Path, adapters: dict[str, Path]
) -> None:
    worker = RawWorker(base)
    worker.send(f'{{"request": "use_adapter", "id": 1, "path": "{adapters["endless"]}"}}'.encode())
    worker.send(
        b'{"request": "generate", "id": 2, "messages": [{"role": "user", "content": "x"}],'
        b' "sampling": {"max_tokens": 90000}}'
    )
    while worker.reply()["reply"] != "token":
        pass
    assert worker.end() == 0
