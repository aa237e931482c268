"""`jessy export` and `jessy serve`, from the command line."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from jessy_tui.inference.endpoint import Endpoint
from jessy_tui.inference.protocol import Finished, Message, Sampling
from jessy_tui.training.blas import child_environment
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.export.conftest import add_run

WRITES = "adapters.safetensors, adapter_config.json, README.md"


def test_it_says_what_it_did_and_what_to_type_next(shelf: Workspace, jessy: Jessy) -> None:
    outcome = jessy("-C", shelf.root, "export", "--run", "lora", "--to", "adapter")
    assert outcome.code == 0, outcome.err
    assert f"{shelf.exports / 'lora-final-adapter'} is there:" in outcome.out
    assert "Next:\n  mlx_lm.generate --model" in outcome.out
    assert WRITES in outcome.err


def test_preflight_writes_nothing(shelf: Workspace, jessy: Jessy) -> None:
    outcome = jessy("-C", shelf.root, "export", "--run", "dora", "--to", "gguf", "--preflight")
    assert outcome.code == 0
    assert "checkpoint final (dora)" in outcome.out
    assert "nano: llama" in outcome.out
    assert not shelf.exports.exists()


def test_what_would_stop_it_is_one_sentence_and_exit_1(shelf: Workspace, jessy: Jessy) -> None:
    taken = shelf.exports / "lora-final-adapter"
    taken.mkdir(parents=True)
    (taken / "x").write_text("")
    for more in ([], ["--preflight"]):
        outcome = jessy("-C", shelf.root, "export", "--run", "lora", "--to", "adapter", *more)
        assert outcome.code == 1
        assert f"{taken} is there already" in outcome.out + outcome.err
        assert "Traceback" not in outcome.err
    outcome = jessy("-C", shelf.root, "export", "--run", "lora", "--to", "adapter", "--replace")
    assert outcome.code == 0


def test_json_is_a_line_for_each_thing_told(shelf: Workspace, jessy: Jessy) -> None:
    outcome = jessy("-C", shelf.root, "export", "--run", "lora", "--to", "gguf", "--json")
    lines = [orjson.loads(line) for line in outcome.out.splitlines()]
    assert [line["type"] for line in lines][:1] == ["preflight"]
    assert lines[0]["ready"]
    assert {line["type"] for line in lines[1:-1]} == {"stage"}
    assert lines[-1]["type"] == "exported"
    assert list(lines[-1]["files"]) == ["README.md", "lora-final-q8_0.gguf"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--to", "adapter", "--run", "nobody"], 1, "There is no run 'nobody'"),
        (["--to", "adapter", "--run", "lora", "--checkpoint", "7"], 1, "has no checkpoint '7'"),
        (["--to", "onnx"], 2, "'onnx' is not one of"),
        (["--to", "ollama", "--name", "a b"], 1, "is no name for Ollama"),
        ([], 2, "Missing option '--to'"),
    ],
)
def test_wrong_use_is_said(
    shelf: Workspace, jessy: Jessy, arguments: list[str], code: int, words: str
) -> None:
    outcome = jessy("-C", shelf.root, "export", *arguments)
    assert outcome.code == code
    assert words in outcome.err


def test_the_card_says_what_it_is_made_of_and_how_to_run_it(shelf: Workspace, jessy: Jessy) -> None:
    (shelf.root / "jessy.toml").write_text('[export]\ndata_licence = "CC0 1.0"\n')
    jessy("-C", shelf.root, "export", "--run", "lora", "--to", "gguf", "--quantize", "f16")
    card = (shelf.exports / "lora-final-gguf-f16" / "README.md").read_text("utf-8")
    record = msgspec.json.decode((shelf.bases / "nano" / "base.json").read_bytes())
    for words in (
        "base_model: nano",
        record["fingerprint"],
        "d" * 64,
        "parrots the examples",
        "- the base's weights: CC0 1.0",
        "- the examples: CC0 1.0",
        "llama-cli -m lora-final-f16.gguf",
        "20 of 20, validation loss 1.500, the lowest",
        "It has not been evaluated",
    ):
        assert words in card, words
    assert str(shelf.root) not in card


# --- serve ---------------------------------------------------------------------------------------


@pytest.fixture
def served(shelf: Workspace) -> Iterator[tuple["subprocess.Popen[bytes]", dict[str, Any]]]:
    """A server of a run with a system prompt, and what it said of itself."""
    add_run(shelf, "persona", shelf.runs / "lora" / "final", system="Adın JESSY.")
    command = [sys.executable, "-m", "jessy_tui", "-C", str(shelf.root), "serve"]
    command += ["--run", "persona", "--port", "0", "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=child_environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read().decode()
    yield process, orjson.loads(line)
    if process.poll() is None:
        process.kill()
    process.communicate()


def ask(url: str, **body: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310
        f"{url}/chat/completions",
        data=orjson.dumps({"max_tokens": 4, **body}),
        headers={"Content-Type": "application/json"},
    )
    return json.loads(urllib.request.urlopen(request).read())  # noqa: S310


def leave_early(url: str) -> None:
    """Close a stream at its first token, as a cancel does, and ask again."""

    async def leave() -> None:
        async with Endpoint(url) as endpoint:
            for _ in range(3):
                question = (Message("user", "say"),)
                stream = endpoint.generate(question, Sampling(max_tokens=300, temperature=3.0))
                async with contextlib.aclosing(stream):
                    await anext(stream)
            last = [one async for one in endpoint.generate(question, Sampling(max_tokens=2))][-1]
            assert isinstance(last, Finished)

    asyncio.run(leave())


def test_a_server_answers_whatever_the_model_is_called_and_ends_cleanly(
    served: tuple["subprocess.Popen[bytes]", dict[str, Any]], shelf: Workspace, jessy: Jessy
) -> None:
    process, said = served
    url = said["url"]
    assert said["curl"].startswith(f"curl {url}/chat/completions")
    question = [{"role": "user", "content": "naber"}]
    mine = ask(url, messages=question, model="gpt-4")
    told = ask(url, messages=[{"role": "system", "content": "Adın JESSY."}, *question])
    other = ask(url, messages=[{"role": "system", "content": "S"}, *question], model=said["model"])
    # The run's system prompt stands before a question without one.
    assert mine["usage"]["prompt_tokens"] == told["usage"]["prompt_tokens"]
    assert mine["choices"][0]["message"] == told["choices"][0]["message"]
    assert other["usage"]["prompt_tokens"] < mine["usage"]["prompt_tokens"]
    models = json.loads(urllib.request.urlopen(f"{url}/models").read())["data"]  # noqa: S310
    assert [model["id"] for model in models] == ["persona"]
    # Jessy's own chat can be pointed at it.
    asked = ["--policy", "single", "--max-tokens", "4", "--json", "naber"]
    outcome = jessy("-C", shelf.root, "chat", "--url", url, *asked)
    assert outcome.code == 0, outcome.err
    assert "persona" in outcome.err
    outcome = jessy("-C", shelf.root, "chat", "--url", url, "uzun soru " * 10_000)
    assert outcome.code == 1
    assert "refuses this (404: the conversation has " in outcome.err
    assert "shorten the talk" in outcome.err
    leave_early(url)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 0
    assert "Traceback" not in err.decode()
    assert err.decode().splitlines()[-1] == "The server has ended."
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{url}/models")  # noqa: S310


def test_a_server_ends_at_sigterm_too(
    served: tuple["subprocess.Popen[bytes]", dict[str, Any]],
) -> None:
    process, _ = served
    process.terminate()
    process.communicate()
    assert process.returncode == 0


def test_a_port_that_is_taken_is_one_sentence(shelf: Workspace, jessy: Jessy) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = jessy("-C", shelf.root, "serve", "--run", "lora", "--port", port)
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1] == (
        f"jessy: Port {port} cannot be used (Address already in use); give another with --port, or "
        "--port 0 for any that is free."
    )


def test_a_checkpoint_that_cannot_be_loaded_is_one_sentence(shelf: Workspace, jessy: Jessy) -> None:
    path = shelf.runs / "lora" / "final" / "adapters.safetensors"
    path.write_bytes(path.read_bytes()[:400])
    outcome = jessy("-C", shelf.root, "serve", "--run", "lora", "--port", "0")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1].startswith("jessy: lora cannot be loaded (")


def test_help_names_them(jessy: Jessy, tmp_path: Path) -> None:
    assert "OpenAI" in jessy("serve", "--help", folder=tmp_path).out
    assert "export" in jessy("--help", folder=tmp_path).out
