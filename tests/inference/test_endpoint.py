"""Endpoints over real HTTP: what they say, and what can be wrong with them."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.errors import JessyError
from jessy_tui.inference.address import Address, address_of, root_of
from jessy_tui.inference.completions import Completion, decode_chunk
from jessy_tui.inference.endpoint import Endpoint
from jessy_tui.inference.engines import start_engine
from jessy_tui.inference.loop import think
from jessy_tui.inference.protocol import Message
from jessy_tui.inference.reply import Reply
from jessy_tui.inference.target import target_of_url
from jessy_tui.iteration import Policy, read_plan
from jessy_tui.training.blas import child_environment
from jessy_tui.workspace import Workspace
from tests.inference import models
from tests.inference.asking import HELLO, Said, ask, until
from tests.inference.server import Scene, chunk, endless, event, serving, stream

ANSWER = "Işık hızlıdır; şimşek önce görünür.\u2028Öyle."


def sentence(error: pytest.ExceptionInfo[JessyError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.isprintable()
    assert text.endswith(".")
    return text


async def test_pieces_come_as_tokens_and_the_figures_are_those_of_the_endpoint() -> None:
    usage = {
        "choices": [],
        "usage": {
            "prompt_tokens": 31,
            "completion_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 20},
        },
    }
    said = stream("<think>LOW 1</think>\n", "Sor kanka", ", dinliyorum.")
    scene = Scene([b": keepalive 1/2\n\n", *said[:-1], event(usage), said[-1]])
    with serving(scene):
        async with Endpoint(scene.url) as endpoint:
            answer = await ask(endpoint, max_tokens=7, seed=3, repetition_penalty=1.1)
            assert endpoint.model == "model-a"
            assert not endpoint.busy
    assert answer.text == "<think>LOW 1</think>\nSor kanka, dinliyorum."
    assert [token.tokens for token in answer.tokens] == [1, 2, 3]
    end = answer.end
    assert (end.reason, end.tokens, end.prompt_tokens, end.cached_tokens) == ("stop", 12, 31, 20)
    assert end.first_token_seconds is not None
    assert 0 < end.first_token_seconds <= end.seconds
    (asked,) = scene.asked
    assert asked["model"] == "model-a"
    assert asked["messages"] == [{"role": "user", "content": "selam"}]
    assert (asked["max_tokens"], asked["seed"], asked["temperature"]) == (7, 3, 0.0)
    assert asked["repetition_penalty"] == asked["repeat_penalty"] == 1.1
    assert "top_p" not in asked


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
async def test_a_plan_that_the_endpoint_has_taken_out_is_put_back(field: str) -> None:
    said = [event(chunk(role="assistant", content="", **{field: None}))]
    said += [event(chunk(content=None, **{field: piece})) for piece in ("LO", "W 2")]
    with serving(Scene([*said, *stream("Sor", " kanka.")])) as scene:
        async with Endpoint(scene.url) as endpoint:
            events = think(endpoint, "soru", policy=Policy("single", 1))
            async with aclosing(events):
                reply = [one async for one in events][-1]
    assert isinstance(reply, Reply)
    assert (str(reply.plan), reply.answer) == ("LOW 2", "Sor kanka.")
    assert reply.passes[0].said == "<think>LOW 2</think>\nSor kanka."


@pytest.mark.parametrize(("finish", "closed"), [("stop", True), ("length", False)])
async def test_thinking_without_an_answer_is_closed_unless_it_was_cut_off(
    finish: str, closed: bool
) -> None:
    parts = stream("HIGH 9", field="reasoning", finish=finish)
    with serving(Scene(parts)) as scene:
        async with Endpoint(scene.url) as endpoint:
            said = await ask(endpoint)
    assert said.text == "<think>HIGH 9" + "</think>" * closed
    assert said.end.reason == finish


async def test_an_answer_that_is_not_streamed_is_taken_as_a_whole() -> None:
    whole = b'{"choices": [{"message": {"content": "Buyur."}, "finish_reason": "stop"}]}'
    with serving(Scene([whole], kind="application/json")) as scene:
        async with Endpoint(scene.url) as endpoint:
            assert (await ask(endpoint)).text == "Buyur."


@given(st.data())
def test_any_chunking_of_a_completion_parses_the_same(data: st.DataObject) -> None:
    """Wherever the thought and the answer are cut, by whoever's tokens."""

    def pieces(text: str) -> list[str]:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    field = data.draw(st.sampled_from(["reasoning", "reasoning_content", "thinking", "content"]))
    thought = "<think>MEDIUM 4</think>\n" if field == "content" else "MEDIUM 4"
    completion, said = Completion(1), ""
    parts = [(field, piece) for piece in pieces(thought)]
    for name, part in [*parts, *(("content", piece) for piece in pieces(ANSWER))]:
        encoded = event(chunk(**{name: part}))[len(b"data: ") :]
        if token := completion.take(decode_chunk(encoded)):
            said += token.text
    assert completion.rest() is None
    reader = read_plan(said)
    assert (str(reader.plan), reader.answer) == ("MEDIUM 4", ANSWER)


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
async def test_any_cut_of_the_bytes_on_the_wire_parses_the_same(size: int) -> None:
    body = b"".join(stream("<think>LOW 1</think>\n", *ANSWER)).replace(b"\n\n", b"\r\n\r\n", 3)
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    with serving(Scene(parts)) as scene:
        async with Endpoint(scene.url) as endpoint:
            assert (await ask(endpoint)).text == f"<think>LOW 1</think>\n{ANSWER}"


async def test_cancelling_ends_the_answer_and_closes_the_stream() -> None:
    with serving(Scene(endless())) as scene:
        async with Endpoint(scene.url) as endpoint:
            said, other = Said(), Said()
            tasks = [asyncio.create_task(ask(endpoint, said=one)) for one in (said, other)]
            await until(lambda: said.tokens and other.tokens)
            endpoint.cancel()
            await asyncio.gather(*tasks)
            assert said.end.reason == other.end.reason == "cancelled"
            assert said.end.tokens == len(said.tokens)
            await until(scene.gone.is_set)
            scene.gone.clear()
            async for _ in endpoint.generate(HELLO, None):
                break
            await until(scene.gone.is_set)
            task = asyncio.create_task(ask(endpoint))
            task.cancel()  # before it has begun
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not endpoint.busy


async def test_an_endpoint_that_is_down_may_be_up_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with Endpoint(url, "model-a") as endpoint:
            with pytest.raises(JessyError) as error:
                await ask(endpoint)
            assert "Nothing answers at http://127.0.0.1" in sentence(error)
            assert endpoint.death is None
    with serving(Scene(stream("Buyur."))) as scene:
        async with Endpoint(scene.url) as endpoint:
            assert (await ask(endpoint)).text == "Buyur."


async def test_a_silent_endpoint_is_given_up() -> None:
    let_go = threading.Event()
    with serving(Scene([event(chunk(content="bi")), lambda: bool(let_go.wait(30)) and None])) as it:
        async with await Endpoint.connect(Address(url=it.url, seconds=0.3)) as endpoint:
            said = Said()
            with pytest.raises(JessyError) as error:
                await ask(endpoint, said=said)
            assert "has said nothing for 0.3 s" in sentence(error)
            assert said.text == "bi"
        let_go.set()


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (Scene([b"<html>hi</html>"], kind="text/html"), "speaks no chat completions"),
        (Scene([b"\x00\xff\x1b[31m\n"], kind="application/x"), "(it sent application/x:"),
        (Scene([event("{rubbish")]), "sent no part of an answer"),
        (Scene([event('{"cat": 1}')]), 'no part of an answer: {"cat": 1}'),
        (Scene([event('{"choices": 3}')]), "no part of an answer"),
        (Scene([b"data: \xff\xfe\n\n"]), "no part of an answer"),
        (Scene([event({"error": {"message": "Compute error."}})]), "failed (Compute error)"),
        (Scene(stream("yar")[:1]), "broke the answer off before its end"),
        (Scene([]), "broke the answer off before its end"),
        (Scene([b"[]"], kind="application/json"), "no part of an answer"),
        (Scene([b'{"error": "boom"}'], 500, "application/json"), "failed (500: boom)"),
        (Scene([b"<h1>Bad gateway</h1>"], 502, "text/html"), "failed (502)"),
        (Scene([b'{"detail": "slow down"}'], 429, "application/json"), "too often (429: slow"),
        (
            Scene([b'{"error": {"message": "4096 tokens at most"}}'], 400, "application/json"),
            "refuses this (400: 4096 tokens at most); shorten the talk",
        ),
        (Scene([], 404), "has no chat completions (404); the address often ends in /v1"),
        (Scene([], models=("a", "b")), "There are several models at"),
        (Scene([], models=()), "names no model; load one there"),
        (Scene([], models=None), "names no model"),
        (Scene([], location="https://elsewhere.example/v1"), "sends on to https://elsewhere"),
        (Scene([], key="sk-1"), "wants a key; set it in the environment as JESSY_API_KEY"),
    ],
    ids=range(20),
)
async def test_what_is_wrong_with_an_endpoint_is_one_sentence(scene: Scene, words: str) -> None:
    with serving(scene):
        async with Endpoint(scene.url) as endpoint:
            with pytest.raises(JessyError) as error:
                await ask(endpoint)
            assert words in sentence(error)
            assert not endpoint.busy


async def test_a_model_that_is_not_there_is_named_with_those_that_are() -> None:
    many = [f"model-{number}" for number in range(12)]
    with serving(Scene([], models=many)) as scene:
        with pytest.raises(JessyError) as error:
            await Endpoint.connect(Address(url=scene.url, model="gpt"))
        assert "no model gpt at" in sentence(error)
        assert "model-0, model-1," in str(error.value)
        assert "and 4 more" in str(error.value)
    missing = Scene([b'{"error": {"message": "model not found"}}'], 404, "application/json")
    with serving(missing) as scene:
        async with Endpoint(scene.url, "gpt") as endpoint:
            with pytest.raises(JessyError, match=r"no model gpt at .*; there are: model-a\."):
                await ask(endpoint)
    with serving(Scene(stream("Buyur."), models=["llama3:latest"])) as scene:
        async with await Endpoint.connect(Address(url=scene.url, model="llama3")) as endpoint:
            assert (await ask(endpoint)).text == "Buyur."


async def test_the_key_is_sent_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JESSY_API_KEY", "sk-secret")
    workspace = Workspace(tmp_path)
    with serving(Scene(stream("Buyur."), key="sk-secret")) as scene:
        address = address_of(workspace, scene.url)
        assert "sk-secret" not in repr(address)
        async with await Endpoint.connect(address) as endpoint:
            assert (await ask(endpoint)).text == "Buyur."
        scene.key = "sk-other"
        with pytest.raises(JessyError) as error:
            await Endpoint.connect(address)
    assert "refuses the key" in sentence(error)
    assert "sk-secret" not in str(error.value)
    echo = b'{"error": {"message": "what is sk-secret?"}}'
    with serving(Scene([echo], 400, "application/json")) as scene:
        async with await Endpoint.connect(address_of(workspace, scene.url)) as endpoint:
            with pytest.raises(JessyError, match="what is •••"):
                await ask(endpoint)


def test_endpoints_have_names_and_keys_in_jessy_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jessy.toml").write_text(
        '[endpoints.ollama]\nurl = "localhost:11434"\nmodel = "jessy"\nsystem = "Kısa."\n'
        '[endpoints.far]\nurl = "http://far.example/api"\nkey_from = "FAR_KEY"\nseconds = 9\n'
        '[endpoints.own]\nurl = "https://own.example"\nkey = "sk-own"\n'
    )
    workspace = Workspace(tmp_path)
    near = address_of(workspace, "ollama")
    assert (near.url, near.model, near.system) == ("http://localhost:11434/v1", "jessy", "Kısa.")
    assert near == address_of(workspace, "http://localhost:11434/v1/")
    assert address_of(workspace, "ollama", "other").model == "other"
    with pytest.raises(JessyError, match="environment as FAR_KEY"):
        address_of(workspace, "far")
    monkeypatch.setenv("FAR_KEY", "sk-far")
    far = address_of(workspace, "far")
    assert (far.url, far.key, far.seconds) == ("http://far.example/api", "sk-far", 9)
    assert "unencrypted" in (far.warning or "")
    own = address_of(workspace, "own")
    assert (own.key, own.warning) == ("sk-own", None)
    assert "sk-own" not in repr(workspace.settings)
    monkeypatch.setenv("FAR_KEY", "sk\nfar")
    with pytest.raises(JessyError, match="letters that no key has") as error:
        address_of(workspace, "far")
    assert "sk" not in str(error.value).replace("asked", "")


@pytest.mark.parametrize(
    ("written", "root"),
    [
        ("localhost:1234", "http://localhost:1234/v1"),
        ("http://localhost:1234/", "http://localhost:1234/v1"),
        ("https://x.example/v1/chat/completions", "https://x.example/v1"),
        ("https://x.example/api/v3/models/", "https://x.example/api/v3"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_an_address_is_taken_as_people_write_it(written: str, root: str) -> None:
    assert root_of(written) == root


@pytest.mark.parametrize(
    "written",
    ["", "ftp://x.example", "http://", "x:99999", "a b", "http://x/?a=1", "http://me:pw@x/v1"],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(JessyError) as error:
        root_of(written)
    assert "pw" not in sentence(error)


def test_the_target_of_an_address_is_the_model_there(tmp_path: Path) -> None:
    with serving(Scene(stream("Buyur."))) as scene:
        target = target_of_url(Workspace(tmp_path), scene.url)
        assert (target.base_name, target.url) == ("model-a", scene.url)
        assert str(target) == f"model model-a at {scene.url}"

        async def go_on() -> None:
            engine = await start_engine(Workspace(tmp_path), target)
            assert await start_engine(Workspace(tmp_path), target, engine) is engine
            await engine.close()

        asyncio.run(go_on())


async def test_mlx_lm_s_own_server_answers_like_the_worker(base: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlx_lm", "server", "--model", str(base)]
    server = subprocess.Popen(  # noqa: ASYNC220  # nothing else goes on here
        [*command, "--port", str(port)],
        env={**child_environment(), "HF_HUB_CACHE": str(base), "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with Endpoint(f"127.0.0.1:{port}") as endpoint:
            while not endpoint.model:
                assert server.poll() is None, "the server has ended"
                with contextlib.suppress(JessyError):  # it is not up yet
                    await endpoint.find_model()
                await asyncio.sleep(0.1)
            assert Path(endpoint.model or "").name == base.name
            said = await ask(endpoint, (Message("user", "sana bisi sorucam"),))
            assert said.text == "".join(models.CANONICAL)
            assert (said.end.reason, said.end.prompt_tokens > 10) == ("stop", True)
            with pytest.raises(JessyError, match="404"):
                await ask(Endpoint(endpoint.url + "/nowhere", "x"))
    finally:
        server.kill()
        server.wait()
