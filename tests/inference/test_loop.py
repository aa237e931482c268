"""The thinking loop over a model that says what is written for it."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.errors import JessyError
from jessy_tui.inference.loop import INSTRUCTIONS, similarity_of, think
from jessy_tui.inference.protocol import Message, Sampling
from jessy_tui.inference.reply import Event, PassEnded, PlanKnown, Reply, Text
from jessy_tui.iteration import Complexity, Plan, Policy, phase_of, read_plan
from tests.inference.scripted import Line, Scripted, says

# Drafts that differ from each other enough not to count as the same.
DRAFTS = ["alfa alfa alfa", "beş on", "cümle kurdum işte", "dört", "evet efendim"]
DRAFTS += ["fark", "gün", "haydi", "ışık"]
PLAN_3 = Plan(Complexity.MEDIUM, 3)


async def run(model: Scripted, question: str = "soru", **settings: object) -> list[Event]:
    async with aclosing(think(model, question, **settings)) as events:  # type: ignore[arg-type]  # any settings
        return [event async for event in events]


def reply_in(events: list[Event]) -> Reply:
    assert isinstance(events[-1], Reply)
    assert sum(isinstance(event, Reply) for event in events) == 1
    return events[-1]


def text_of(events: list[Event], number: int) -> str:
    return "".join(
        event.piece for event in events if isinstance(event, Text) and event.pass_number == number
    )


async def test_low_one_is_one_pass_and_its_plan_is_not_in_the_text() -> None:
    events = await run(Scripted([says("<think>LOW 1</think>\nSor kanka, dinliyorum.")]))
    plan = events[0]
    assert isinstance(plan, PlanKnown)
    assert (plan.plan, plan.problem, plan.passes) == (Plan(Complexity.LOW, 1), None, 1)
    assert text_of(events, 1) == "Sor kanka, dinliyorum."
    assert isinstance(events[-2], PassEnded)
    reply = reply_in(events)
    assert reply.answer == "Sor kanka, dinliyorum."
    assert (reply.plan, reply.plan_problem) == (plan.plan, None)
    assert (reply.ended, reply.ended_why) == ("plan", "The plan LOW 1 asks for one pass.")
    assert reply.plan_seconds == plan.seconds
    (only,) = reply.passes
    assert (only.number, only.phase, only.similarity) == (1, "explore", None)
    assert only.said == "<think>LOW 1</think>\nSor kanka, dinliyorum."
    assert only.tokens == reply.tokens == len(only.said)
    assert 0 <= (reply.first_token_seconds or 0) <= reply.seconds
    assert reply.message == Message("assistant", only.said)


@given(st.data())
def test_the_plan_is_known_and_the_text_is_whole_however_the_stream_is_cut(
    data: st.DataObject,
) -> None:
    answer = "Işık hızlıdır, şimşek önce görünür. <b> & </think> da yazılır."
    whole = f"<think>LOW 2</think>\n{answer}"
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=12).map(sorted))
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    events = asyncio.run(run(Scripted([Line(pieces)]), policy=Policy("single", 1)))
    assert text_of(events, 1) == answer
    assert reply_in(events).plan == Plan(Complexity.LOW, 2)


_SCRAPS = ["<think>", "</think>", "<thi", "LOW", "high", " ", "\n", "3", "9", "12", "şİı", "<", "x"]


@given(st.lists(st.sampled_from(_SCRAPS), max_size=9).map("".join), st.data())
def test_any_stream_however_malformed_is_read_the_same_however_it_is_cut(
    whole: str, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=9)))
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    single = Policy("single", 1)
    cut = asyncio.run(run(Scripted([Line(pieces)]), policy=single))
    at_once = asyncio.run(run(Scripted([Line([whole])]), policy=single))
    one, other = reply_in(cut), reply_in(at_once)
    read = read_plan(whole)
    assert (one.plan, one.plan_problem) == (other.plan, other.plan_problem)
    assert (one.plan, one.plan_problem) == (read.plan, read.problem)
    assert one.answer == other.answer == read.answer.strip()
    assert text_of(cut, 1) == text_of(at_once, 1) == read.answer
    assert (one.plan is None) <= (one.plan_problem is not None)  # never silent about it
    assert one.passes[0].said == whole


async def test_a_plan_of_three_makes_three_passes_over_the_last_draft() -> None:
    header = PLAN_3.header
    model = Scripted([says(header + DRAFTS[0]), says(header + DRAFTS[1]), says(DRAFTS[2])])
    history = (Message("system", "Kısa."), Message("user", "a"), Message("assistant", "b"))
    events = await run(model, "soru", history=history)
    reply = reply_in(events)
    assert [made.text for made in reply.passes] == DRAFTS[:3]
    assert reply.answer == DRAFTS[2]
    assert reply.ended == "plan"
    asked = (*history, Message("user", "soru"))
    assert model.asked[0] == asked
    for number, said in ((2, header + DRAFTS[0]), (3, header + DRAFTS[1])):
        instruction = INSTRUCTIONS[phase_of(number)]
        draft = Message("assistant", said)
        assert model.asked[number - 1] == (*asked, draft, Message("user", instruction))
    assert [text_of(events, number) for number in (1, 2, 3)] == DRAFTS[:3]
    assert sum(isinstance(event, PlanKnown) for event in events) == 1


async def test_without_a_plan_nine_passes_are_made_through_all_phases() -> None:
    model = Scripted([says(draft) for draft in DRAFTS])
    events = await run(model)
    reply = reply_in(events)
    assert reply.plan is None
    assert reply.plan_problem == "the model declared no plan"
    assert [made.phase for made in reply.passes] == (
        ["explore"] * 3 + ["refine"] * 3 + ["crystallize"] * 3
    )
    assert reply.answer == DRAFTS[8]
    assert reply.ended_why == "Without a plan the loop makes 9 passes."
    assert reply.message == Message("assistant", DRAFTS[8])


async def test_it_stops_when_a_draft_no_longer_changes() -> None:
    model = Scripted([says("<think>HIGH 9</think>\nBir taslak."), says("Bir taslak.")])
    reply = reply_in(await run(model))
    assert len(reply.passes) == 2
    assert reply.passes[1].similarity == 1.0
    assert reply.ended == "converged"
    assert "Pass 2" in reply.ended_why


async def test_the_threshold_of_likeness_can_be_set() -> None:
    lines = [says("<think>MEDIUM 4</think>\nabcdefghij"), says("abcdefghiX"), says("123")]
    reply = reply_in(await run(Scripted(lines), converged=0.9))
    assert (reply.ended, reply.passes[1].similarity) == ("converged", 0.9)
    reply = reply_in(await run(Scripted(lines), converged=0.91))
    assert len(reply.passes) == 4
    reply = reply_in(await run(Scripted([says("<think>MEDIUM 3</think>\naynı")]), converged=1.1))
    assert (reply.ended, len(reply.passes)) == ("plan", 3)


async def test_single_makes_one_pass_whatever_the_plan_says() -> None:
    model = Scripted([says("<think>HIGH 9</think>\nderin")])
    reply = reply_in(await run(model, policy=Policy.parse("single")))
    assert (reply.plan, len(reply.passes)) == (Plan(Complexity.HIGH, 9), 1)
    assert reply.ended_why == "The policy single makes one pass."


async def test_fixed_makes_all_its_passes_even_of_like_drafts() -> None:
    model = Scripted([says("<think>LOW 1</think>\naynı")])
    events = await run(model, policy=Policy.parse("fixed 4"))
    plan = events[0]
    assert isinstance(plan, PlanKnown)
    assert plan.passes == 4
    reply = reply_in(events)
    assert (len(reply.passes), reply.ended) == (4, "policy")
    assert reply.ended_why == "The policy fixed 4 makes 4 passes."


async def test_an_out_of_band_plan_is_followed_and_named() -> None:
    model = Scripted([says(f"<think>LOW 4</think>\n{DRAFTS[0]}"), *map(says, DRAFTS[1:])])
    reply = reply_in(await run(model))
    assert len(reply.passes) == 4
    assert "outside the band of LOW, 1-2" in (reply.plan_problem or "")


@pytest.mark.parametrize("empty", ["", " \n", "<think>MEDIUM 3</think>\n"])
async def test_an_empty_draft_keeps_the_one_before(empty: str) -> None:
    model = Scripted([says(PLAN_3.header + "iyi taslak"), says(empty)])
    reply = reply_in(await run(model))
    assert (reply.answer, reply.ended) == ("iyi taslak", "empty")
    assert len(reply.passes) == 2
    assert reply.ended_why == "Pass 2 was empty, so the draft before it stands."


async def test_an_empty_first_draft_ends_the_loop() -> None:
    reply = reply_in(await run(Scripted([says("")])))
    assert (reply.answer, reply.ended, len(reply.passes)) == ("", "empty", 1)
    assert (reply.tokens, reply.tokens_per_second, reply.first_token_seconds) == (0, 0.0, None)


async def test_a_failure_in_a_later_pass_keeps_the_draft_before() -> None:
    model = Scripted([says(PLAN_3.header + "iyi taslak"), Line("yar", failure="The model died.")])
    events = await run(model)
    reply = reply_in(events)
    assert (reply.answer, reply.ended, len(reply.passes)) == ("iyi taslak", "failed", 1)
    assert "Pass 2 failed" in reply.ended_why
    assert "The model died." in reply.ended_why
    assert text_of(events, 2) == "yar"


async def test_a_failure_in_the_first_pass_is_raised() -> None:
    with pytest.raises(JessyError, match=r"The model died\."):
        await run(Scripted([Line("yar", failure="The model died.")]))


async def test_a_stream_without_an_end_is_a_failure() -> None:
    with pytest.raises(JessyError, match="broke off"):
        await run(Scripted([Line("yar", ends=False)]))


async def test_a_cancelled_first_pass_answers_with_what_there_is() -> None:
    reply = reply_in(await run(Scripted([Line(["<think>HIGH 9</think>", "ya"], "cancelled")])))
    assert (reply.answer, reply.ended, reply.plan) == ("ya", "cancelled", Plan(Complexity.HIGH, 9))
    reply = reply_in(await run(Scripted([Line(["<think>HI"], "cancelled")])))
    assert reply.plan is None
    assert reply.plan_problem == "the answer was stopped before its plan was known"


async def test_a_cancelled_later_pass_keeps_the_draft_before() -> None:
    reply = reply_in(await run(Scripted([says(PLAN_3.header + "iyi"), Line("yarım", "cancelled")])))
    assert (reply.answer, reply.ended) == ("iyi", "cancelled")
    assert [made.text for made in reply.passes] == ["iyi", "yarım"]
    assert reply.passes[1].reason == "cancelled"


async def test_the_seconds_run_out_in_the_middle_of_a_pass() -> None:
    slow = Line(["yavaş ", "yavaş"], silence=0.2)
    model = Scripted([says(PLAN_3.header + "iyi"), slow])
    reply = reply_in(await run(model, max_seconds=0.3))
    assert (reply.answer, reply.ended) == ("iyi", "time")
    assert reply.ended_why == "The 0.3 s allowed ran out in pass 2."
    assert model.closed == 1
    reply = reply_in(await run(Scripted([slow]), max_seconds=0.3))
    assert (reply.answer, reply.ended) == ("yavaş", "time")


async def test_closing_the_loop_closes_the_generation() -> None:
    model = Scripted([says("uzun bir cevap")])
    async with aclosing(think(model, "soru")) as events:
        async for event in events:
            if isinstance(event, Text):
                break
    assert model.closed == 1


async def test_the_sampling_is_that_of_every_pass() -> None:
    seen: list[Sampling | None] = []

    class Watched(Scripted):
        def generate(self, messages, sampling=None):  # type: ignore[no-untyped-def]  # as above it
            seen.append(sampling)
            return super().generate(messages, sampling)

    sampling = Sampling(max_tokens=7, temperature=0.5)
    await run(
        Watched([says(draft) for draft in DRAFTS]), policy=Policy("fixed", 3), sampling=sampling
    )
    assert seen == [sampling] * 3


def test_likeness_folds_blank_space_and_counts_letters() -> None:
    assert similarity_of("bir  iki\n", "bir iki") == 1.0
    assert similarity_of("abcd", "abXd") == 0.75
    assert similarity_of("", "") == 1.0
    assert similarity_of("", "x") == 0.0


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= similarity_of(one, other) == similarity_of(other, one) <= 1
