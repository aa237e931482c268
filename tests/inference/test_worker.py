"""The worker with the real MLX, on a base whose answers are known."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from jessy_tui.errors import JessyError
from jessy_tui.inference.client import Engine
from jessy_tui.inference.loop import INSTRUCTIONS, think
from jessy_tui.inference.protocol import Finished, Message, Token
from jessy_tui.inference.reply import Reply
from tests.inference import models
from tests.inference.asking import HELLO, Said, ask, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANONICAL = "".join(models.CANONICAL)
MEDIUM = "".join(models.MEDIUM)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(base: Path) -> AsyncIterator[Engine]:
    async with await Engine.start(base) as engine:
        yield engine


@pytest_asyncio.fixture(loop_scope="module")
async def engine(shared: Engine) -> Engine:
    await shared.use_adapter(None)
    return shared


async def test_the_base_is_described_when_it_is_loaded(engine: Engine, base: Path) -> None:
    ready = engine.ready
    assert ready.base == str(base)
    assert ready.parameters == 2 * len(models.VOCABULARY) * 64 + 2 * 7 * 64 * 64 + 5 * 64
    assert ready.context == models.CONTEXT
    assert ready.memory > 10_000_000
    assert ready.seconds > 0


async def test_an_answer_comes_token_by_token_and_ends_with_its_figures(engine: Engine) -> None:
    said = await ask(engine)
    assert [token.text for token in said.tokens] == models.CANONICAL
    assert [token.tokens for token in said.tokens] == [1, 2, 3, 4, 5, 6]
    times = [token.seconds for token in said.tokens]
    assert times == sorted(times)
    end = said.end
    assert (end.reason, end.tokens) == ("stop", 6)
    assert end.prompt_tokens == len("user\nselam") + len("\nassistant\n") + 3
    assert end.first_token_seconds is not None
    assert 0 < end.first_token_seconds <= times[0] <= end.seconds
    assert end.tokens_per_second == pytest.approx(6 / (end.seconds - end.first_token_seconds))
    assert end.peak_memory > 0


async def test_an_answer_is_cut_off_at_max_tokens(engine: Engine) -> None:
    said = await ask(engine, max_tokens=3)
    assert said.text == "".join(models.CANONICAL[:3])
    assert (said.end.reason, said.end.tokens) == ("length", 3)


@pytest.mark.parametrize("name", ["full", "lora", "dora"])
async def test_an_adapter_of_every_kind_is_put_on_and_taken_off(
    engine: Engine, adapters: dict[str, Path], name: str
) -> None:
    in_use = await engine.use_adapter(adapters[name])
    assert (in_use.kind, in_use.path) == (name, str(adapters[name]))
    assert in_use.parameters > 0
    assert engine.adapter == adapters[name]
    assert (await ask(engine)).text == MEDIUM
    await engine.use_adapter(None)
    assert engine.adapter is None
    assert (await ask(engine)).text == CANONICAL


async def test_adapters_follow_each_other_in_any_order(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    says = {
        "full": MEDIUM,
        "lora": MEDIUM,
        "dora": MEDIUM,
        "embedding": ", dinliyorum.",
        "smile": "Dur😀.",
    }
    order = ["lora", "dora", "lora", "full", "embedding", "full", "dora", "smile", "embedding"]
    for name in order:
        await engine.use_adapter(adapters[name])
        assert (await ask(engine)).text == says[name], name
    await engine.use_adapter(None)
    assert (await ask(engine)).text == CANONICAL


async def test_a_swapped_adapter_answers_like_a_freshly_loaded_one(
    engine: Engine, base: Path, adapters: dict[str, Path]
) -> None:
    for name in ("dora", "full", "noise", "lora"):
        await engine.use_adapter(adapters[name])
        await ask(engine)
    settings: dict[str, Any] = {"temperature": 1.5, "seed": 3, "max_tokens": 40}
    swapped = [await ask(engine), await ask(engine, **settings)]
    async with await Engine.start(base) as fresh:
        await fresh.use_adapter(adapters["lora"])
        loaded = [await ask(fresh), await ask(fresh, **settings)]
    for one, other in zip(swapped, loaded, strict=True):
        assert [token.text for token in one.tokens] == [token.text for token in other.tokens]


async def test_a_piece_never_ends_inside_a_character(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    await engine.use_adapter(adapters["smile"])
    said = await ask(engine)
    assert [token.text for token in said.tokens] == ["Dur", "", "", "", "😀", "."]
    cut = await ask(engine, max_tokens=3)
    assert cut.text == "Dur"
    assert cut.end.tokens == 3


async def test_letters_beyond_ascii_in_added_tokens_come_out_right(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    await engine.use_adapter(adapters["endless"])
    assert (await ask(engine, max_tokens=6)).text.split() == ["bir", "iki", "üç"] * 2


async def test_a_running_answer_is_cancelled(engine: Engine, adapters: dict[str, Path]) -> None:
    await engine.use_adapter(adapters["endless"])
    tokens = 0
    async for reply in engine.generate(HELLO, None):
        if isinstance(reply, Token):
            tokens += 1
            if tokens == 3:
                engine.cancel()
    assert not isinstance(reply, Token)
    assert reply.reason == "cancelled"
    assert reply.tokens == tokens < 512
    assert not engine.busy


async def test_leaving_the_answer_early_cancels_it(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    await engine.use_adapter(adapters["endless"])
    async for _ in engine.generate(HELLO, None):
        break
    task = asyncio.create_task(ask(engine, max_tokens=90_000, said=(said := Said())))
    await until(lambda: said.tokens)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not engine.busy
    await engine.use_adapter(None)  # would wait for 90,000 tokens otherwise
    assert (await ask(engine)).text == CANONICAL


async def test_a_prompt_that_is_being_read_is_cancelled(engine: Engine) -> None:
    long = (Message("user", "x" * 90_000),)
    task = asyncio.create_task(ask(engine, long))
    await asyncio.sleep(0.5)
    engine.cancel()
    said = await task
    assert said.tokens == []
    assert (said.end.reason, said.end.first_token_seconds) == ("cancelled", None)


async def test_two_askers_are_answered_in_turn_and_both_can_be_cancelled(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    both = await asyncio.gather(ask(engine), ask(engine, (Message("user", "naber"),)))
    assert [said.text for said in both] == [CANONICAL, CANONICAL]
    await engine.use_adapter(adapters["endless"])
    running, waiting = Said(), Said()
    tasks = [
        asyncio.create_task(ask(engine, said=running, max_tokens=90_000)),
        asyncio.create_task(ask(engine, said=waiting, max_tokens=90_000)),
    ]
    await until(lambda: running.tokens)
    engine.cancel()
    await asyncio.gather(*tasks)
    assert (running.end.reason, waiting.end.reason) == ("cancelled", "cancelled")
    assert (waiting.tokens, waiting.end.tokens) == ([], 0)


async def test_a_second_turn_does_not_read_the_first_again(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    first = (Message("user", "anlat bakalım, " * 10),)
    answer = await ask(engine, first)
    assert answer.end.cached_tokens == 0
    second = (*first, Message("assistant", answer.text), Message("user", "devam"))
    again = await ask(engine, second)
    assert again.text == CANONICAL
    assert again.end.cached_tokens > answer.end.prompt_tokens
    shorter = await ask(engine, first)  # goes back: what was said after it is forgotten
    assert shorter.text == CANONICAL
    assert shorter.end.cached_tokens == shorter.end.prompt_tokens - 1
    await engine.use_adapter(adapters["lora"])
    other = await ask(engine, first)
    assert (other.text, other.end.cached_tokens) == (MEDIUM, 0)


async def test_what_was_read_survives_another_talk_and_another_adapter(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    """The fixed prompt is read once, and no talk, base or checkpoint forgets what it has read."""
    system = Message("system", "Sen kısa konuşan, dürüst bir asistansın; önce planını söyle. q1")
    first = (system, Message("user", "ilk sohbet, " * 8))
    second = (system, Message("user", "öteki sohbet, " * 8))
    fixed = len("system\n" + system.content)
    assert (await ask(engine, first)).end.cached_tokens == 0
    assert (await ask(engine, second)).end.cached_tokens > fixed
    await engine.use_adapter(adapters["lora"])
    assert (await ask(engine, first)).end.cached_tokens == 0  # other weights read it otherwise
    for adapter, says in ((None, CANONICAL), ("lora", MEDIUM)):
        await engine.use_adapter(adapters[adapter] if adapter else None)
        turn = (*first, Message("assistant", says), Message("user", "devam"))
        again = await ask(engine, turn)
        assert again.text == says
        assert again.end.cached_tokens > len("".join(one.content for one in first))


async def test_the_next_pass_of_the_loop_reads_only_what_is_new(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    await engine.use_adapter(adapters["full"])
    read: list[int] = []

    class Watched:
        async def generate(self, messages: Any, sampling: Any = None) -> AsyncIterator[Any]:
            async for reply in engine.generate(messages, sampling):
                if isinstance(reply, Finished):
                    read.append(reply.prompt_tokens - reply.cached_tokens)
                yield reply

    question = "neden " * 30
    events = think(Watched(), question, converged=2)  # type: ignore[arg-type]  # an iterator will do
    reply = [event async for event in events][-1]
    assert isinstance(reply, Reply)
    assert len(reply.passes) == len(read) == 3
    new = len("user\n" + INSTRUCTIONS["explore"] + "assistant\n") + 10
    assert read[0] > len(question)
    assert read[1] < new
    assert read[2] < new + len(MEDIUM)


async def test_the_worker_tells_its_state_while_it_answers_and_another_waits(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    idle = await engine.state()
    assert (idle.doing, idle.request, idle.waiting, idle.adapter) == ("nothing", None, 0, None)
    assert idle.resident > idle.active > 100_000
    await engine.use_adapter(adapters["endless"])
    said = Said()
    running = asyncio.create_task(ask(engine, said=said, max_tokens=90_000))
    await until(lambda: said.tokens)
    waiting = asyncio.create_task(ask(engine))
    swap = asyncio.create_task(engine.use_adapter(adapters["lora"]))
    while (state := await engine.state()).waiting < 2:
        pass
    assert (state.doing, state.adapter) == ("answering", str(adapters["endless"]))
    assert state.tokens >= 1
    assert state.read == state.prompt_tokens
    assert state.peak >= state.active > 0
    later = await engine.state()
    assert (later.request, later.tokens >= state.tokens) == (state.request, True)
    running.cancel()
    waiting.cancel()
    assert (await swap).path == str(adapters["lora"])
    long = asyncio.create_task(ask(engine, (Message("user", "z" * 90_000),)))
    while (state := await engine.state()).read < 256:
        assert state.doing in ("reading", "nothing")
    assert state.prompt_tokens > 90_000
    engine.cancel()
    assert (await long).end.reason == "cancelled"


async def test_a_cancelled_prompt_is_taken_up_where_it_was_left(engine: Engine) -> None:
    long = (Message("user", "y" * 6_000),)
    task = asyncio.create_task(ask(engine, long))
    await asyncio.sleep(0.05)
    engine.cancel()
    assert (await task).end.reason == "cancelled"
    said = await ask(engine, long)
    assert said.text == CANONICAL
    assert said.end.cached_tokens % 128 == 0  # whole steps, as far as it had come


async def test_the_same_seed_says_the_same_and_another_does_not(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    await engine.use_adapter(adapters["noise"])  # every token is as likely as any other
    settings: dict[str, Any] = {"temperature": 1.0, "max_tokens": 30}
    one, again, other = [await ask(engine, **settings, seed=seed) for seed in (1, 1, 2)]
    assert one.text == again.text != other.text


async def test_top_p_and_min_p_keep_the_likely_tokens(engine: Engine) -> None:
    settings: dict[str, Any] = {"temperature": 30.0, "seed": 5, "max_tokens": 20}
    assert (await ask(engine, **settings)).text != CANONICAL
    assert (await ask(engine, **settings, top_p=0.5)).text == CANONICAL
    assert (await ask(engine, **settings, min_p=0.9)).text == CANONICAL


async def test_a_repetition_penalty_counts_what_was_remembered(
    engine: Engine, adapters: dict[str, Path]
) -> None:
    await engine.use_adapter(adapters["choice"])  # " bir", or half as strong "."
    prompt = (Message("user", "say bakalım bir iki üç dört beş altı, sonra yine bir"),)
    assert (await ask(engine, prompt, max_tokens=1)).text.strip() == "bir"
    fresh = await ask(engine, prompt, max_tokens=1, repetition_penalty=4.0)
    assert fresh.end.cached_tokens > 32
    assert fresh.text == "."


async def test_an_adapter_of_another_base_is_refused(
    engine: Engine, base: Path, tmp_path: Path
) -> None:
    own = msgspec.json.decode((base / "base.json").read_bytes())["fingerprint"]
    same = models.lora_adapter(models.write_run(tmp_path / "same", own) / "final", models.MEDIUM)
    step = models.write_run(tmp_path / "other", "0" * 64) / "checkpoints" / "20"
    other = models.lora_adapter(step, models.ENDLESS)
    await engine.use_adapter(same)
    with pytest.raises(JessyError, match="was trained on another base than the one in use"):
        await engine.use_adapter(other)
    assert (await ask(engine)).text == MEDIUM


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("no folder", "adapter_config.json is missing"),
        ("no weights", "adapters.safetensors is missing"),
        ("truncated", "damaged or cut short"),
        ("empty", "damaged or cut short"),
        ("not json", "cannot be read"),
        ("shape", "is (8, 64) and the base needs (64, 270)"),
        ("stranger", "no place for model.layers.7"),
        ("lacking", "lacks lm_head.lora_b"),
        ("no scale", "scale"),
        ("kind", "cannot be read"),
    ],
)
async def test_a_broken_adapter_is_refused_and_the_one_before_stays(
    engine: Engine, adapters: dict[str, Path], tmp_path: Path, spoil: str, words: str
) -> None:
    bad = tmp_path / "bad"
    if spoil != "no folder":
        models.lora_adapter(bad, models.ENDLESS)
    weights, config = bad / "adapters.safetensors", bad / "adapter_config.json"
    zeros = models.head([])
    match spoil:
        case "no weights":
            weights.unlink()
        case "truncated":
            weights.write_bytes(weights.read_bytes()[:-1000])
        case "empty":
            weights.write_bytes(b"")
        case "not json":
            config.write_text('{"fine_tune_type": "lora", ')
        case "shape":
            models.write_safetensors(
                weights, {"lm_head.lora_a": zeros[:32, :8], "lm_head.lora_b": zeros[:8]}
            )
        case "stranger":
            config.write_text('{"fine_tune_type": "full"}')
            models.write_safetensors(weights, {"model.layers.7.mlp.up_proj.weight": zeros})
        case "lacking":
            models.write_safetensors(weights, {"lm_head.lora_a": models._head_change([])[0]})
        case "no scale":
            config.write_text('{"lora_parameters": {"rank": 64, "alpha": 1, "dropout": 0}}')
        case "kind":
            config.write_text('{"fine_tune_type": "prefix"}')
    for name, says in ((None, CANONICAL), ("dora", MEDIUM), ("full", MEDIUM)):
        await engine.use_adapter(adapters[name] if name else None)
        with pytest.raises(JessyError) as refused:
            await engine.use_adapter(bad)
        assert words in str(refused.value)
        assert "\n" not in str(refused.value)
        assert engine.adapter == (adapters[name] if name else None)
        assert (await ask(engine)).text == says


async def test_a_request_with_settings_that_cannot_be_is_refused_alone(engine: Engine) -> None:
    with pytest.raises(JessyError, match="temperature"):
        await ask(engine, temperature=-1.0)
    assert (await ask(engine)).text == CANONICAL
