"""The statistics against scipy and scikit-learn, by hand, and their bounds."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from jessy_tui.evaluation.estimates import (
    harmonic_mean,
    least_telling,
    mcnemar,
    ranks,
    share_interval,
    spearman,
    weighted_kappa,
    wilson_interval,
)

counts = st.integers(0, 60)
shares = st.integers(0, 1000).map(lambda number: number / 1000)
few = st.lists(st.integers(1, 9), min_size=2, max_size=30)


@given(counts, counts)
def test_mcnemar_is_scipys_binomial_test_and_symmetric(lost: int, won: int) -> None:
    found = mcnemar(lost, won)
    assert 0 <= found <= 1
    assert found == mcnemar(won, lost)
    if lost + won:
        assert found == pytest.approx(scipy.stats.binomtest(lost, lost + won, 0.5).pvalue)


def test_mcnemar_by_hand() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(0, 5) == 2 / 32
    assert mcnemar(0, 6) == 2 / 64
    assert mcnemar(1, 7) == 2 * (1 + 8) / 256


def test_with_120_probes_a_difference_of_two_points_is_noise() -> None:
    assert least_telling(120) == 0.05
    assert least_telling(3) == 1
    assert least_telling(0) == 1


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_scipys(hits_of: tuple[int, int]) -> None:
    hits, total = hits_of
    found = wilson_interval(hits, total)
    other = scipy.stats.binomtest(hits, total).proportion_ci(method="wilson")
    assert found.low == pytest.approx(other.low, abs=1e-9)
    assert found.high == pytest.approx(other.high, abs=1e-9)
    assert 0 <= found.low < found.high <= 1


@pytest.mark.parametrize("hits", [12, 60, 102])
def test_the_bootstrap_is_scipys_but_for_chance(hits: int) -> None:
    values = np.array([1.0] * hits + [0.0] * (120 - hits))
    found = share_interval(values)
    other = scipy.stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=5000, rng=np.random.default_rng(1)
    ).confidence_interval
    assert found is not None
    assert found.low == pytest.approx(other.low, abs=0.02)
    assert found.high == pytest.approx(other.high, abs=0.02)


@settings(max_examples=30)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=40))
def test_an_interval_holds_its_mean_within_bounds_and_is_the_same_again(
    values: list[float],
) -> None:
    found = share_interval(values)
    assert found is not None
    assert 0 <= found.low <= sum(values) / len(values) <= found.high <= 1
    assert found == share_interval(values)


def test_all_or_none_of_a_few_is_not_told_as_certain() -> None:
    all_of_them, none = share_interval([1.0] * 10), share_interval([0.0] * 10)
    assert all_of_them is not None
    assert none is not None
    assert all_of_them.low == pytest.approx(0.722, abs=0.001)
    assert none.high == pytest.approx(0.278, abs=0.001)
    assert share_interval([]) is None


@given(few, st.randoms())
def test_spearman_is_scipys_bounded_and_symmetric(one: list[int], chance: object) -> None:
    other = list(one)
    chance.shuffle(other)  # type: ignore[attr-defined]
    found = spearman(one, other)
    if len(set(one)) == 1:
        assert found is None
        return
    assert found is not None
    assert found == pytest.approx(scipy.stats.spearmanr(one, other).statistic)
    assert -1 <= found <= 1
    assert found == pytest.approx(spearman(other, one))
    assert spearman(one, [-rank for rank in one]) == pytest.approx(-1)


@given(few)
def test_ranks_are_scipys(values: list[int]) -> None:
    assert list(ranks(values)) == list(scipy.stats.rankdata(values))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_kappa_is_scikit_learns_and_symmetric(pairs: list[tuple[int, int]]) -> None:
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = weighted_kappa(one, other, 0, 5)
    assert found == pytest.approx(weighted_kappa(other, one, 0, 5))
    if len(set(one) | set(other)) == 1:
        assert found is None
        return
    assert found is not None
    assert found <= 1
    expected = cohen_kappa_score(one, other, weights="quadratic", labels=list(range(6)))
    assert found == pytest.approx(expected)


@given(shares, shares)
def test_the_harmonic_mean_is_between_and_symmetric(one: float, other: float) -> None:
    found = harmonic_mean(one, other)
    assert found == harmonic_mean(other, one)
    assert min(one, other) * (1 - 1e-9) <= found <= max(one, other) * (1 + 1e-9)
