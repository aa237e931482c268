"""The Chat tab with keys alone, on models that say what is written here."""

import re
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from textual import events
from textual.pilot import Pilot

import jessy_tui.ui.chat
from jessy_tui.app import JessyApp
from jessy_tui.chats.session import Session
from jessy_tui.chats.turn import new_id
from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Message
from jessy_tui.inference.target import Target
from jessy_tui.ui.chat import choosing
from jessy_tui.ui.chat import engines as engines_module
from jessy_tui.ui.examples.category_picker import CategoryPicker
from jessy_tui.ui.examples.example_editor import ExampleEditor
from jessy_tui.workspace import ChatSettings, Workspace
from tests.ui.driving import NARROW, notices, opened, press, shown, type_text, until
from tests.ui.talking import LOW, answered, chat, script_of, to_chat, with_run

MEDIUM = "<think>MEDIUM 3</think>\nBir sözleşme."
PASSES = [MEDIUM, "Bir arayüz sözleşmesi.", "Programların konuştuğu bir arayüz sözleşmesi."]


async def ask(pilot: Pilot[None], text: str) -> None:
    await type_text(pilot, text)
    await press(pilot, "enter")
    await answered(pilot)


async def test_a_question_is_answered_with_plan_pips_seconds_and_reason(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        await to_chat(pilot)
        await ask(pilot, "sana bisi sorucam")
        text = shown(pilot)
        assert "LOW 1  ●○○○○○○○○ 1 pass" in text
        assert "within 5 s" in text
        assert "Sor kanka, dinliyorum." in text
        assert "first token after" in text
        assert "The plan LOW 1 asks for one pass." in text


async def test_a_second_turn_is_asked_after_the_first_with_its_plan(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        await to_chat(pilot)
        await ask(pilot, "sana bisi sorucam")
        await ask(pilot, "yani")
        asked = script.started[0].asked[-1]
        assert [message.content for message in asked] == ["sana bisi sorucam", LOW, "yani"]
        await press(pilot, "f6")
        await answered(pilot)
        assert [one.content for one in script.started[0].asked[-1]] == ["sana bisi sorucam"]
        assert "on its own" in shown(pilot)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("aye aye", ["no plan", "The model declared no plan."]),
        ("<think>let me see</think>\nHi", ["malformed plan", "declared no plan: 'let me see'"]),
        ("<think>LOW 7</think>\nUzun.", ["LOW 7 !", "outside the band of LOW, 1-2"]),
    ],
)
async def test_a_plan_that_is_none_is_said_honestly(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, said: str, words: list[str]
) -> None:
    script_of(monkeypatch, first=[said])
    (workspace.root / "jessy.toml").write_text('[chat]\npolicy = "single"\n')
    async with opened(with_run(workspace)) as pilot:
        await to_chat(pilot)
        await ask(pilot, "selam")
        assert all(word in shown(pilot) for word in words)


async def test_pips_fill_while_passes_come_and_esc_cancels_and_gives_the_prompt_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=[MEDIUM, "Bir arayüz …sözleşmesi."])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await type_text(pilot, "API nedir")
        await press(pilot, "enter")
        await until(pilot, lambda: "●◐○○○○○○○ pass 2 of 3" in shown(pilot))
        await until(pilot, lambda: "Bir arayüz" in shown(pilot))
        await type_text(pilot, "x")
        await press(pilot, "enter")
        assert any("still coming" in one for one in notices(pilot))
        await press(pilot, "backspace", "escape")
        await answered(pilot)
        assert "Pass 2 was cancelled." in shown(pilot)
        assert screen.prompt.text == "API nedir"
        script.go.set()
        await press(pilot, "enter")
        await answered(pilot)
        assert len(script.started[0].asked[2]) == 1, "what was cancelled is no context"


async def test_passes_are_read_one_by_one_with_what_changed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=PASSES)
    async with opened(with_run(workspace)) as pilot:
        await to_chat(pilot)
        await ask(pilot, "API nedir")
        await press(pilot, "escape", "p")
        await until(pilot, lambda: "pass 3 of 3 · explore" in shown(pilot))
        assert "[-Bir-]" in shown(pilot)
        assert "{+Programların konuştuğu bir+}" in shown(pilot)
        assert "like pass 2" in shown(pilot)
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "pass 1 of 3" in shown(pilot)
        assert "<think>MEDIUM 3</think>" in shown(pilot)
        await press(pilot, "right_square_bracket")
        assert "{+arayüz sözleşmesi.+}" in shown(pilot)
        await press(pilot, "p")
        await until(pilot, lambda: "pass 2 of 3" not in shown(pilot))
        assert "Programların konuştuğu bir arayüz sözleşmesi." in shown(pilot)


async def test_an_accepted_answer_lands_in_examples_with_its_label_and_origin(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await ask(pilot, "selam jessy")
        await ask(pilot, "bisi sorucam")
        await press(pilot, "escape", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, CategoryPicker))
        await type_text(pilot, "greeting")
        await press(pilot, "enter")
        await until(pilot, lambda: "✓ accepted" in shown(pilot))
        assert isinstance(pilot.app, JessyApp)
        store = pilot.app.store
        assert store is not None
        example = store[len(store) - 1].example
        assert [turn.text for turn in example.turns] == [
            "selam jessy", "Sor kanka, dinliyorum.", "bisi sorucam", "Sor kanka, dinliyorum."
        ]  # fmt: skip
        assert (example.complexity, example.iterations, example.category) == ("LOW", 1, "greeting")
        origin = example.metadata["origin"]
        assert (origin["from"], origin["target"], origin["verdict"]) == (
            "chat", "first@final", "accepted"
        )  # fmt: skip
        assert origin["session"] == screen.session.path.name
        assert store.unsaved == 1
        await until(pilot, lambda: Session.read(screen.session.path).verdicts)
        await press(pilot, "f1", "u")
        assert store.unsaved == 0


async def test_a_wrong_answer_is_written_anew_with_the_label_that_the_probe_deserves(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=["<think>HIGH 9</think>\nBilinç nedir?", "Bilinç."])
    async with opened(with_run(workspace)) as pilot:
        await to_chat(pilot)
        await press(pilot, "f6")
        await answered(pilot)
        await press(pilot, "escape", "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        await until(pilot, lambda: "LOW 1-2" in shown(pilot))
        await type_text(pilot, "Sor")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "✗ wrong" in shown(pilot))
        assert isinstance(pilot.app, JessyApp)
        store = pilot.app.store
        assert store is not None
        example = store[len(store) - 1].example
        assert (example.answer, example.complexity, example.iterations) == ("Sor", "LOW", 1)
        assert example.metadata["origin"]["said"].startswith("<think>HIGH 9</think>")


async def test_an_answer_is_mended_and_kept_as_an_example(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=["aye"])
    (workspace.root / "jessy.toml").write_text('[chat]\npolicy = "single"\n')
    async with opened(with_run(workspace)) as pilot:
        await to_chat(pilot)
        await ask(pilot, "naberr")
        await press(pilot, "escape", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        assert any("declared no plan in its band" in one for one in notices(pilot))
        await press(pilot, "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ExampleEditor))
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        await press(pilot, "tab")
        await type_text(pilot, "1")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "✎ edited" in shown(pilot))


async def test_base_and_checkpoint_are_asked_side_by_side_and_differ_beneath(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=[LOW], chain=["aye, aye"])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: "chain | first@final" in str(screen.transcript.border_title))
        await until(pilot, lambda: len(script.started) == 2)
        await ask(pilot, "sana bisi sorucam")
        text = shown(pilot)
        assert "no plan" in text
        assert "●●○○○○○○○ 2 passes" in text  # the second draft is the first: it has converged
        assert "first@final against chain: plan LOW 1 instead of no plan · 1 pass fewer" in text
        await press(pilot, "escape", "l", "p")
        await until(pilot, lambda: "pass 1 of 1" in shown(pilot))
        await press(pilot, "h")
        assert screen.transcript.in_hand is screen.transcript.exchanges[0].answers[0]
        await press(pilot, "i", "ctrl+b")
        await until(pilot, lambda: "chain |" not in str(screen.transcript.border_title))
        await until(pilot, lambda: sum(not engine.closed for engine in script.started) == 1)


async def test_a_crash_of_one_is_told_in_its_column_and_the_other_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=["<think>LOW 1</think>\nSor …kanka."], chain=["a …b"])
    (workspace.root / "jessy.toml").write_text('[chat]\npolicy = "single"\n')
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: len(script.started) == 2)
        await type_text(pilot, "selam")
        await press(pilot, "enter")
        await until(pilot, lambda: "Sor" in shown(pilot))
        next(one for one in script.started if one.name == "chain").die()
        await until(pilot, lambda: "starts it again." in shown(pilot))
        assert "✗ The model's process was killed by signal 9. ctrl+r" in shown(pilot)
        script.go.set()
        await answered(pilot)
        assert "Sor kanka." in shown(pilot)
        assert len(screen.session.turns) == 1
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: len(script.started) == 3)
        await ask(pilot, "yine")
        assert len(screen.session.turns) == 3


async def test_without_memory_for_a_second_process_the_columns_answer_in_turn(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = SimpleNamespace(available=1_000, total=16_000_000_000)
    script = script_of(monkeypatch, first=[LOW], chain=["aye"])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        monkeypatch.setattr(engines_module.psutil, "virtual_memory", lambda: little)
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: any("one after the other" in one for one in notices(pilot)))
        await ask(pilot, "selam")
        assert [turn.reply.answer for turn in screen.session.turns] == [
            "aye", "Sor kanka, dinliyorum."
        ]  # fmt: skip
        assert len(script.started) == 1


async def test_up_to_three_are_chosen_with_space(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW], second=[LOW], chain=["aye"])
    with_run(workspace, "second")
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await press(pilot, "ctrl+o", "space", "space", "space", "enter")
        await until(pilot, lambda: len(screen.columns) == 3)
        await ask(pilot, "selam")
        assert shown(pilot).count(" against ") == 2


async def test_talks_are_kept_searched_reopened_renamed_and_deleted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await ask(pilot, "ışık hızı")
        first = screen.session.path
        await press(pilot, "ctrl+n")
        assert "Ask first@final something" in shown(pilot)
        await ask(pilot, "naber")
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: "2 of 2 talks" in shown(pilot))
        await press(pilot, "slash")
        await type_text(pilot, "ISIK")
        await until(pilot, lambda: "1 of 2 talks" in shown(pilot))
        await press(pilot, "enter", "r")
        await until(pilot, lambda: "Name of the talk" in shown(pilot))
        await press(pilot, "ctrl+u")
        await type_text(pilot, "fizik")
        await press(pilot, "enter")
        await until(pilot, lambda: "fizik  " in shown(pilot) and "1 of 2 talks" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: screen.session.path == first)
        await until(pilot, lambda: "· fizik" in str(screen.transcript.border_title))
        await until(pilot, lambda: "ışık hızı" in shown(pilot))
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: "2 of 2 talks" in shown(pilot))
        await until(pilot, lambda: "naber" in shown(pilot))
        await press(pilot, "g", "j", "d")
        await until(pilot, lambda: "Delete this talk?" in shown(pilot))
        await press(pilot, "y")
        await until(pilot, lambda: "1 of 1 talk" in shown(pilot))
        assert not first.exists()
        await press(pilot, "escape")
        await until(pilot, lambda: screen.session.path != first)


async def test_the_sheet_is_validated_kept_and_used(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await press(pilot, "ctrl+t")
        await until(pilot, lambda: "How to ask" in shown(pilot))
        await press(pilot, "ctrl+u", "ctrl+k")
        await type_text(pilot, "9")
        assert 'temperature: "9" will not do' in shown(pilot)
        await press(pilot, "enter")
        assert "How to ask" in shown(pilot)
        await press(pilot, "backspace")
        await type_text(pilot, "0,7")
        await press(pilot, *["tab"] * 6)
        await type_text(pilot, "fixed 2")
        await press(pilot, "enter")
        await until(pilot, lambda: "How to ask" not in shown(pilot))
        assert screen.settings == ChatSettings(temperature=0.7, policy="fixed 2")
        assert "temperature 0.7 · fixed 2" in shown(pilot)
        await ask(pilot, "selam")
        sampling = script.started[0].sampled[0]
        assert sampling is not None
        assert sampling.temperature == 0.7
        assert "The policy fixed 2 makes 2 passes." in shown(pilot)
        await press(pilot, "ctrl+t", "ctrl+r", "ctrl+s")
        await until(pilot, lambda: screen.settings == ChatSettings())
        assert "0.7" not in (workspace.root / "jessy.toml").read_text()


async def test_what_cannot_be_loaded_is_said_and_the_question_comes_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=[LOW])
    script.refuses = "The weights are cut short."
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot, "not loaded")
        await ask(pilot, "selam")
        assert "✗ The weights are cut short." in shown(pilot)
        assert screen.prompt.text == "selam"
        script.refuses = None
        await press(pilot, "enter")
        await answered(pilot)
        assert "Sor kanka" in shown(pilot)


async def test_questions_of_earlier_sessions_are_found_with_the_up_key(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    with_run(workspace)
    async with opened(workspace) as pilot:
        await to_chat(pilot)
        await ask(pilot, "dünkü soru")
    async with opened(workspace, NARROW) as pilot:
        screen = await to_chat(pilot)
        await type_text(pilot, "yarım")
        await press(pilot, "up")
        assert screen.prompt.text == "dünkü soru"
        await press(pilot, "down")
        assert screen.prompt.text == "yarım"


async def test_a_very_long_question_is_asked_whole_and_shown_with_a_mark(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        text = "İyi günler. " * 8_000 + "[b]son[/b]"
        await screen.prompt._on_paste(events.Paste(text))
        await press(pilot, "enter")
        await answered(pilot)
        assert script.started[0].asked[0][0].content == text
        assert "more characters" in shown(pilot)


async def test_two_apps_in_one_talk_see_each_other(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        await ask(pilot, "selam")
        other = Session.read(screen.session.path)
        theirs = msgspec.structs.replace(
            other.turns[0], id=new_id(), question_id=new_id(), question="öteki soru"
        )
        other.add(theirs)
        await press(pilot, "f1", "f4")
        await until(pilot, lambda: "öteki soru" in shown(pilot))
        assert chat(pilot).session.turns[-1].question == "öteki soru"


async def test_what_a_url_serves_is_asked_beside_the_checkpoint(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(_: Workspace, url: str, model: str | None) -> Target:
        if url == "nowhere":
            raise JessyError("Nothing answers at nowhere.")
        return Target(base_name=model or "", url=f"http://{url}/v1")

    monkeypatch.setattr(choosing, "target_of_url", found)
    script_of(monkeypatch, first=[LOW], endpoint=["aye"])
    async with opened(with_run(workspace)) as pilot:
        screen = await to_chat(pilot)
        for typed in ("nowhere", "localhost:11434 qwen"):
            await press(pilot, "ctrl+o", "u")
            await until(pilot, lambda: "URL of an endpoint" in shown(pilot))
            await type_text(pilot, typed)
            await press(pilot, "enter")
            if typed == "nowhere":
                await until(pilot, lambda: "Nothing answers at nowhere." in notices(pilot))
        await until(pilot, lambda: "served by an endpoint" in shown(pilot))
        await press(pilot, "space", "space", "enter")
        await until(pilot, lambda: len(screen.columns) == 2)
        await ask(pilot, "selam")
        names = [str(turn.target) for turn in screen.session.turns]
        assert sorted(names) == ["first@final", "qwen at localhost:11434"]


async def test_an_endpoint_of_jessy_toml_is_offered_and_keeps_its_system_prompt(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.root / "jessy.toml").write_text(
        '[endpoints.deployed]\nurl = "localhost:11434"\nmodel = "qwen"\nsystem = "Kısa konuş."\n',
        "utf-8",
    )
    script = script_of(monkeypatch, endpoint=[LOW])
    async with opened(workspace) as pilot:
        await press(pilot, "f4", "ctrl+o")
        await until(pilot, lambda: "qwen at localhost:11434" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: len(chat(pilot).columns) == 1)
        await ask(pilot, "selam")
    async with opened(workspace) as pilot:
        await press(pilot, "f4", "ctrl+g")
        await until(pilot, lambda: "selam" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: len(chat(pilot).columns) == 1)
        await ask(pilot, "nasılsın")
    asked = [messages[0] for engine in script.started for messages in engine.asked]
    assert asked == [Message("system", "Kısa konuş.")] * 2


def test_every_binding_says_what_it_does() -> None:
    for path in Path(jessy_tui.ui.chat.__file__).parent.glob("*.py"):
        for call in re.findall(r"Binding\((?:[^()]|\([^()]*\))*\)", path.read_text("utf-8")):
            assert "tooltip=" in call, f"{path.name}: {call}"


async def test_with_nothing_on_this_disk_an_endpoint_can_be_asked(workspace: Workspace) -> None:
    async with opened(workspace, NARROW) as pilot:
        await press(pilot, "f4")
        await until(pilot, lambda: "Nothing to talk to yet." in shown(pilot))
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: "u asks a URL" in shown(pilot))
        await press(pilot, "j", "space", "enter", "u")
        await until(pilot, lambda: "URL of an endpoint" in shown(pilot))
