"""The runner: what is there is not asked again, and a break changes no figure."""

import asyncio
from pathlib import Path

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.evaluation import STOP_NAME, Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.runner import Runner, seconds_left
from tests.evaluation.making import Knowing, answer, make_evaluation, probe


def says(question: str, seed: int) -> str:
    return f"<think>MEDIUM 3</think>\nAn answer to {question}, {seed}."


def essence(evaluation: Evaluation) -> set[tuple[object, ...]]:
    return {
        (one.probe, one.seed, one.plan, one.answer, [made.said for made in one.passes].__repr__())
        for one in evaluation.answers()
    }


async def test_every_probe_is_asked_once_with_every_seed(tmp_path: Path) -> None:
    evaluation, probes = make_evaluation(tmp_path, HowToAsk(seeds=2, temperature=0.7))
    told: list[int] = []
    generator = Knowing(says)
    state = await Runner(evaluation, lambda progress: told.append(progress.done)).run(generator)
    assert state is EvaluationState.FINISHED
    assert sorted(one.key for one in evaluation.answers()) == sorted(
        (one.id, seed) for one in probes.probes for seed in (0, 1)
    )
    assert told[-1] == 10
    progress = evaluation.progress()
    assert progress is not None
    assert (progress.done, progress.total, progress.seconds_left) == (10, 10, 0.0)
    for one in evaluation.answers():
        assert one.well_formed
        assert one.answer.startswith("An answer to")
        assert one.ended == "policy"


async def test_broken_off_anywhere_it_goes_on_to_the_same_answers(tmp_path: Path) -> None:
    whole, _ = make_evaluation(tmp_path / "whole")
    await Runner(whole).run(Knowing(says))
    broken, _ = make_evaluation(tmp_path / "broken")
    for survives in range(4):
        with pytest.raises(JessyError, match="killed"):
            await Runner(broken).run(Knowing(says, fails_at=1))
        assert len(broken.answers()) == survives + 1
        path = broken.answers_path
        path.write_bytes(path.read_bytes() + b'{"probe": "hi-')
    generator = Knowing(says)
    assert await Runner(broken).run(generator) is EvaluationState.FINISHED
    assert len(generator.asked) == 1
    assert essence(broken) == essence(whole)


async def test_a_stop_is_heeded_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path)

    class Endless(Knowing):
        async def generate(self, messages, sampling=None):  # type: ignore[no-untyped-def]
            async for piece in super().generate(messages, sampling):
                (evaluation.folder / STOP_NAME).touch()
                yield piece
                await asyncio.sleep(3600)

    assert await Runner(evaluation).run(Endless(says)) is EvaluationState.STOPPED
    assert evaluation.answers() == []


async def test_only_the_plan_is_waited_for_where_no_more_is_wanted(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path, HowToAsk(plans_only=True))
    await Runner(evaluation).run(Knowing(says))
    for one in evaluation.answers():
        assert one.well_formed
        assert one.answer == ""
        assert one.passes[0].said == "<think>MEDIUM 3</think>"
        assert one.ended == "plan known"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("As an AI I think", "the model declared no plan"),
        ("", "the model declared no plan"),
        ("<think>let me see, what could that mean", "the plan had not come after 24 tokens"),
        ("<think>hm", "the plan was never closed with </think>"),
        ("<think>LOW 9</think>x", "the plan LOW 9 is outside the band of LOW, 1-2"),
    ],
)
async def test_a_plan_that_does_not_come_is_an_answer_that_says_so(
    tmp_path: Path, said: str, problem: str
) -> None:
    evaluation, _ = make_evaluation(tmp_path, HowToAsk(plans_only=True))
    await Runner(evaluation).run(Knowing(lambda *_: said))
    answers = evaluation.answers()
    assert len(answers) == 5
    assert {one.problem for one in answers} == {problem}
    assert not any(one.well_formed for one in answers)


async def test_auto_makes_the_passes_that_the_plan_asks_for(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path, HowToAsk(policy="auto"))
    count = iter(range(1000))
    await Runner(evaluation).run(
        Knowing(lambda *_: f"<think>MEDIUM 3</think>\n{next(count) * 'abcdefg'}!")
    )
    assert {len(one.passes) for one in evaluation.answers()} == {3}


async def test_a_question_that_the_model_refuses_is_told_and_many_end_it(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path)

    class Refusing(Knowing):
        async def generate(self, messages, sampling=None):  # type: ignore[no-untyped-def]
            if "mutex" in messages[-1].content or self._fails_at == 0:
                raise JessyError("The prompt has 9 tokens more than fit.")
            async for piece in super().generate(messages, sampling):
                yield piece

    await Runner(evaluation).run(Refusing(says))
    failed = [one for one in evaluation.answers() if one.ended == "failed"]
    assert [one.probe for one in failed] == ["tech-1"]
    assert failed[0].problem == "The prompt has 9 tokens more than fit."
    other, _ = make_evaluation(tmp_path / "other")
    with pytest.raises(JessyError, match="5 questions in a row failed"):
        await Runner(other).run(Refusing(says, fails_at=0))


def test_the_time_left_goes_by_the_bands() -> None:
    probes = [probe("a"), probe("b", expected=9), probe("c", expected=4)]
    answers: list[Answer] = [answer("a", seconds=1.0), answer("b", seconds=60.0)]
    assert seconds_left([], probes, probes) is None
    assert seconds_left(answers, probes, []) == 0
    assert seconds_left(answers, probes, [probe("d", expected=8)]) == 60
    assert seconds_left(answers, probes, [probe("c", expected=4), probe("d")]) == 30.5 + 1
