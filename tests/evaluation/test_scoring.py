"""The scores, by hand, and what holds of them whatever is answered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.measures import MEASURES
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.scoring import Scores, score
from jessy_tui.iteration import Complexity
from tests.evaluation.making import answer, probe

PROBES = [
    probe("a", expected=1),
    probe("b", expected=2, iterations=(1, 2)),
    probe("c", expected=4),
    probe("d", expected=5),
    probe("e", expected=8),
    probe("f", expected=9),
]


def of(*plans: tuple[str, int] | None, **how: bool) -> Scores:
    answers = [answer(one.id, plan) for one, plan in zip(PROBES, plans, strict=True)]
    return score(PROBES, answers, **how)


def test_a_mixed_hand_by_hand() -> None:
    #          1            2 (1-2)      4              5     8            9
    scores = of(("LOW", 1), ("LOW", 1), ("MEDIUM", 5), None, ("LOW", 2), ("HIGH", 8))
    assert scores.answered == 6
    value = scores.value
    assert value("well_formed") == 5 / 6
    assert value("band") == 4 / 6
    assert value("exact") == 1 / 6
    assert value("accepted") == 2 / 6
    assert value("within_one") == 4 / 6
    assert value("not_overthinking") == 1
    assert value("not_underthinking") == 1 / 2
    assert scores.optimal is not None
    assert scores.optimal.value == pytest.approx(2 / 3)
    assert scores.bias is not None
    assert scores.bias.value == pytest.approx((0 - 1 + 1 - 6 - 1) / 5)
    assert scores.overthought is not None
    assert scores.overthought.value == 1 / 5
    assert scores.underthought is not None
    assert scores.underthought.value == 2 / 5
    assert scores.confusion == (
        (2, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
        (0, 1, 0, 0, 0, 0, 0, 1, 0, 0),
    )


def test_a_perfect_model_has_all_the_plan_can_have() -> None:
    scores = of(("LOW", 1), ("LOW", 2), ("MEDIUM", 4), ("MEDIUM", 5), ("HIGH", 8), ("HIGH", 9))
    for name in ("well_formed", "band", "exact", "accepted", "within_one"):
        assert scores.value(name) == 1
    assert scores.rank_correlation is not None
    assert scores.rank_correlation.value == pytest.approx(1)
    assert scores.optimal is not None
    assert scores.optimal.value == 1


def test_a_model_without_plans_has_nothing_and_no_bias() -> None:
    scores = of(None, None, None, None, None, None)
    assert scores.value("band") == scores.value("exact") == scores.value("well_formed") == 0
    assert scores.bias is scores.rank_correlation is None
    assert scores.optimal is not None
    assert scores.optimal.value == 0
    assert [row[-1] for row in scores.confusion] == [2, 2, 2]


def test_a_plan_outside_its_own_band_is_none() -> None:
    scores = of(("LOW", 9), ("LOW", 2), ("HIGH", 4), ("MEDIUM", 5), ("HIGH", 8), ("HIGH", 9))
    assert scores.value("well_formed") == 4 / 6
    assert scores.value("band") == 4 / 6
    assert scores.confusion[0][-1] == scores.confusion[1][-1] == 1


def test_seeds_count_as_one_probe_with_their_mean() -> None:
    answers = [answer("a", ("LOW", 1)), answer("a", ("HIGH", 9), seed=1)]
    scores = score(PROBES, [*answers, answer("c", ("MEDIUM", 4))])
    assert (scores.answered, scores.probes, scores.seeds) == (2, 6, 2)
    assert scores.value("band") == (0.5 + 1) / 2
    assert scores.rates["band"].total == 2
    assert scores.bias is not None
    assert scores.bias.value == 2


def test_seconds_and_tokens_go_by_the_band() -> None:
    answers = [
        answer("a", seconds=1, tokens=10),
        answer("b", seconds=7, tokens=30),
        answer("c", ("MEDIUM", 4), seconds=15, tokens=40, passes=4),
        answer("f", ("HIGH", 9), seconds=61, passes=1),
    ]
    low, medium, high = score(PROBES, answers).bands
    assert (low.complexity, low.seconds, low.tokens, low.in_budget) == (Complexity.LOW, 4, 20, 0.5)
    assert low.slow_seconds == pytest.approx(6.4)
    assert (medium.passes, medium.in_budget) == (4, 1)
    assert (high.in_budget, high.iterations) == (0, 9)
    scores = score(PROBES, answers)
    assert scores.value("in_budget") == 2 / 4
    assert scores.value("planned_passes") == 3 / 4  # all but f, which made one of nine


def test_what_was_not_asked_for_is_not_scored() -> None:
    plans = (("LOW", 1), ("LOW", 2), ("MEDIUM", 4), ("MEDIUM", 5), ("HIGH", 8), ("HIGH", 9))
    assert set(of(*plans, plans_only=True).rates) == {
        *("well_formed", "band", "exact", "accepted", "within_one"),
        *("not_overthinking", "not_underthinking"),
    }
    assert "planned_passes" not in of(*plans, auto=False).rates
    assert "accept" not in of(*plans).rates  # no probe has marks
    nothing = score(PROBES, [])
    assert (nothing.rates, nothing.bands, nothing.optimal, nothing.noise) == ({}, (), None, 1.0)
    assert score(PROBES, [answer("unknown")]).rates == {}


def test_marks_language_opinion_and_stock_phrases() -> None:
    probes = [
        probe("ask", accept=("dinliyorum",), reject=("felsef",)),
        probe("en", language="en"),
        probe("mixed", language="mixed"),
        probe("deep", expected=9),
    ]
    good = [
        answer("ask", text="Sor kanka, DİNLİYORUM."),
        answer("en", text="Sure thing, go ahead and ask."),
        answer("mixed", text="Deploy'u rollback ettim, no worries."),
        answer("deep", ("HIGH", 9), text="Bence var, ama istediğin anlamda değil."),
    ]
    scores = score(probes, good)
    for name in ("accept", "reject", "language", "opinion", "personal", "no_loop", "not_empty"):
        assert scores.value(name) == 1, name
    assert scores.rates["language"].total == 3
    bad = [
        answer("ask", text="Bu derin bir FELSEFE sorusu. Bu derin bir felsefe sorusu." * 5),
        answer("en", text="Tabii ki sorabilirsin, seni dinliyorum."),
        answer("mixed", text=""),
        answer("deep", ("HIGH", 9), text="Bir yapay zeka modeli olarak kişisel görüşüm yok."),
    ]
    scores = score(probes, bad)
    assert scores.value("accept") == scores.value("reject") == scores.value("opinion") == 0
    assert scores.value("language") == 2 / 3
    assert scores.value("personal") == scores.value("no_loop") == 2 / 3
    assert scores.value("not_empty") == 3 / 4


probes_of_any_kind = st.lists(st.integers(1, 9), min_size=1, max_size=12).map(
    lambda numbers: [probe(str(at), expected=number) for at, number in enumerate(numbers)]
)
any_plan = st.none() | st.tuples(
    st.sampled_from([str(band) for band in Complexity]), st.integers(1, 9)
)


@settings(max_examples=40, deadline=None)
@given(probes_of_any_kind, st.data())
def test_bounds_and_orders_hold_whatever_is_answered(
    probes: list[Probe], data: st.DataObject
) -> None:
    answers: list[Answer] = [
        answer(one.id, data.draw(any_plan), text="", seconds=data.draw(st.floats(0, 100)))
        for one in probes
    ]
    scores = score(probes, answers)
    for rate in scores.rates.values():
        assert 0 <= rate.interval.low <= rate.value <= rate.interval.high <= 1
        assert 0 <= rate.hits <= rate.total <= len(probes)
    exact, near = scores.value("exact"), scores.value("within_one")
    accepted, formed, band = (scores.value(n) for n in ("accepted", "well_formed", "band"))
    assert exact is not None
    assert near is not None
    assert accepted is not None
    assert band is not None
    assert formed is not None
    assert exact <= accepted <= band <= formed
    assert exact <= near <= formed
    assert sum(map(sum, scores.confusion)) == len(answers)
    assert scores.bias is None or -8 <= scores.bias.value <= 8
    assert scores.optimal is None or 0 <= scores.optimal.value <= 1
    assert score(list(reversed(probes)), list(reversed(answers))).value("band") == band


def test_every_measure_says_yes_or_no_or_nothing_of_a_failed_answer() -> None:
    failed = Answer(probe="p", seed=0, problem="too long", ended="failed")
    for measure in MEASURES:
        assert measure.of(probe(), failed) in (False, None), measure.name
