"""Tab 5, driven by keys."""

import orjson
import pytest
from textual.pilot import Pilot

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.judging.ratings import read_ratings
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.training.runs import find_run
from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, notices, opened, press, shown, type_text, until
from tests.ui.evaluating import (
    RIGHT,
    TRAINED,
    asked,
    to_evaluation,
    training_row,
    with_checkpoints,
)
from tests.ui.talking import with_run

LOWER = [*RIGHT[:3], None, ("LOW", 1)]


@pytest.fixture
def known(make_workspace: MakeWorkspace) -> Workspace:
    """The base with no plan at all, and two checkpoints."""
    question, said = TRAINED
    rows = [
        example("naber", "İyi, senden?", "LOW", 1, "greeting"),
        example(question, said.split("\n")[1], "LOW", 1, "greeting"),
    ]
    workspace = with_checkpoints(make_workspace(chat_json=rows))
    asked(workspace, None, [None] * 5)
    asked(workspace, "10", LOWER)
    asked(workspace, "20", RIGHT, whole=True)
    return workspace


async def saying(pilot: Pilot[None], *words: str) -> None:
    await until(pilot, lambda: all(word in shown(pilot) for word in words))


async def test_without_an_evaluation_it_says_what_to_press(workspace: Workspace) -> None:
    async with opened(workspace, NARROW) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "Nothing was asked yet.", "Press a")
        await press(pilot, "x", "p", "m", "enter", "n", "w", "d", "s", "r")
        assert any("Nothing was asked yet" in notice for notice in notices(pilot))


async def test_each_model_is_a_column_and_its_scores_stand_below(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "chain", "first@10", "first@20", "HIGH 9 ✓", "LOW 1 ▼", "∅")
        await saying(pilot, "first@20 plans the right band for 5 of 5 probes")
        await saying(pilot, "first@20 · whole answers · finished", "5 of 5 answers")
        await press(pilot, "h")
        await saying(pilot, "first@10 plans the right band for 3 of 5 probes")
        await press(pilot, "g", "j")
        await saying(pilot, "fransanın başkenti ne peki  fact, tr")


async def test_n_goes_to_what_was_missed_and_enter_says_what_was_trained(known: Workspace) -> None:
    async with opened(known, NARROW) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "h", "n")
        await saying(pilot, "how-1 docker image")
        await press(pilot, "n")
        await saying(pilot, "deep-1 why is there")
        await press(pilot, "N", "enter")
        await saying(pilot, "how-1 · wants MEDIUM 4", "the model declared no plan")
        await press(pilot, "escape", "g", "enter")
        await saying(pilot, "hi-1 · wants LOW 1", "LOW 1 ✓", "selam dostlar")
        await press(pilot, "4")
        await until(pilot, lambda: any("Rated 4 of 5" in notice for notice in notices(pilot)))
    folder = known.runs / "first" / "evaluations" / "10-plans-1"
    assert read_ratings(folder)["hi-1", 0].points == 4


async def test_the_nearest_example_is_a_key_away(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "g", "enter")
        await saying(pilot, "most like it in training")
        await press(pilot, "e")
        await saying(pilot, "chat.json #2", "Examples 1/1", TRAINED[0])


async def test_what_cannot_be_scored_is_said_and_the_answers_stay(
    known: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise JessyError("train.jsonl has no rows to compare with.")

    monkeypatch.setattr("jessy_tui.ui.evaluation.screen.make_report", refuse)
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20", "HIGH 9 ✓", "train.jsonl has no rows to compare with.")


async def test_a_look_that_fails_is_said_and_what_was_seen_stays(
    known: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20", "HIGH 9 ✓")

        def refuse(*_: object) -> None:
            raise JessyError("models/runs cannot be read.")

        monkeypatch.setattr("jessy_tui.ui.evaluation.watch.all_evaluations", refuse)
        await until(pilot, lambda: any("cannot be read" in one for one in notices(pilot)))
        assert "HIGH 9 ✓" in shown(pilot)
        monkeypatch.undo()
        await press(pilot, "h")
        await saying(pilot, "first@10 plans the right band for 3 of 5 probes")


async def test_an_example_of_the_kind_of_a_probe_is_a_key_away(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "G", "enter")
        await saying(pilot, "deep-1 · wants HIGH 9")
        await press(pilot, "a")
        await saying(pilot, "New example", "HIGH", "existence")


async def test_before_and_after_say_what_was_fixed_and_what_is_noise(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "h", "m")
        await saying(pilot, "◆ first@10")
        await press(pilot, "l", "x")
        await saying(pilot, "FIXED 2 · REGRESSED 0 · PRESERVED 3", "That is noise")
        await press(pilot, "m")
        await saying(pilot, "by within one")
        await press(pilot, "enter")
        await saying(pilot, "── first@20", "── first@10")


async def test_the_best_checkpoint_by_behaviour_is_chosen_in_a_key(known: Workspace) -> None:
    asked(known, "20", RIGHT)
    async with opened(known, NARROW) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "p")
        await saying(pilot, "Best by behaviour: 20", "★")
        await press(pilot, "enter")
        await until(pilot, lambda: any("is asked with 20" in notice for notice in notices(pilot)))
    assert find_run(known, "first").checkpoint(None).name == "20"


async def test_words_filter_the_probes_as_turkish_is_written(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "slash")
        await type_text(pilot, "kucultulur")
        await saying(pilot, "Probes 1 of 5")
        await press(pilot, "enter", "escape")
        await saying(pilot, "Probes 5 ")
        await press(pilot, "h", "slash")
        await type_text(pilot, "missed")
        await saying(pilot, "Probes 2 of 5")


async def test_an_evaluation_goes_when_one_is_sure(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "d")
        await saying(pilot, "Delete first@20?")
        await press(pilot, "y")
        await until(pilot, lambda: "first@20" not in shown(pilot).replace("of first@20", ""))
    assert not (known.runs / "first" / "evaluations" / "20-answers-1").exists()


async def test_a_record_that_cannot_be_read_is_named_and_the_others_are_shown(
    known: Workspace,
) -> None:
    path = known.runs / "first" / "evaluations" / "10-plans-1" / "evaluation.json"
    path.write_bytes(b'{"id": ')
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await until(pilot, lambda: any("cannot be read" in notice for notice in notices(pilot)))
        assert "first@10" not in shown(pilot).replace("first/", "")


async def test_answers_appear_as_they_come(known: Workspace) -> None:
    from jessy_tui.evaluation.answers import AnswerLog
    from tests.evaluation.making import answer

    broken_off = asked(known, "30", RIGHT[:2], state=EvaluationState.STOPPED)
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@30", "2 of 5 answers · r goes on")
        with AnswerLog(broken_off.answers_path) as log:
            log.write(answer("tech-1", ("MEDIUM", 3), text=""))
        await saying(pilot, "3 of 5 answers · r goes on")


async def test_the_report_is_a_page(known: Workspace) -> None:
    async with opened(known, WIDE) as pilot:
        await to_evaluation(pilot)
        await saying(pilot, "first@20")
        await press(pilot, "w")
        await until(pilot, lambda: any("report.html" in notice for notice in notices(pilot)))
    page = (known.root / "report.html").read_text()
    assert "first@20" in page
    assert "Does it think the right amount?" in page


async def test_a_real_model_is_asked_from_the_tab(workspace: Workspace) -> None:
    from tests.evaluation.making import write_probes

    with_run(workspace)
    write_probes(workspace.probes)
    rows = workspace.runs / "first" / "data" / "train.jsonl"
    rows.parent.mkdir(exist_ok=True)
    rows.write_bytes(training_row())
    async with opened(workspace, WIDE) as pilot:
        await to_evaluation(pilot)
        await press(pilot, "a")
        await saying(pilot, "Ask the probes of", "first@final")
        await press(pilot, "enter")
        await saying(pilot, "Ask first@final", "plans only")
        await press(pilot, "enter")
        await saying(pilot, "5 of 5 answers", "first@final plans the right band for")
    record = workspace.runs / "first" / "evaluations" / "final-plans-1" / "evaluation.json"
    assert orjson.loads(record.read_bytes())["state"] == "finished"


async def test_probes_with_an_error_are_refused_with_file_and_place(workspace: Workspace) -> None:
    with_run(workspace)
    workspace.probes.write_text('{"probes": [{"id": "a"}]}')
    async with opened(workspace, WIDE) as pilot:
        await to_evaluation(pilot)
        await press(pilot, "a")
        await saying(pilot, "Ask the probes of")
        await press(pilot, "enter")
        await saying(pilot, "plans only")
        await press(pilot, "enter")
        await until(pilot, lambda: any("probes.json" in notice for notice in notices(pilot)))
