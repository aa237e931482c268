"""How sure a figure is, whether two differ, and how two orders agree. Pure functions.

Formulas are named with their sources; the tests compare them with scipy and scikit-learn.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.95
RESAMPLES: Final = 2000
_SEED: Final = 7
_Z: Final = 1.959963984540054
"""The standard normal's quantile at 0.975."""


class Interval(msgspec.Struct, frozen=True):
    """Between which values the true one probably is: 19 times out of 20."""

    low: float
    high: float


def share_interval(values: ArrayLike) -> Interval | None:
    """The interval of a share: `mean_interval` of values from 0 to 1.

    Where all of them are 0, or all are 1, the bootstrap knows no doubt, and Wilson's interval
    stands in its place.

    Returns:
        None for no values.
    """
    given = np.asarray(values, dtype=np.float64)
    if len(given) and np.all(given == given[0]) and given[0] in (0.0, 1.0):
        return wilson_interval(int(given.sum()), len(given))
    return mean_interval(given)


def mean_interval(values: ArrayLike) -> Interval | None:
    """The percentile bootstrap of a mean (Efron & Tibshirani 1993, section 13.3).

    The values, one a probe, are drawn again with replacement 2,000 times, from the same seed; the
    interval goes from the 2.5th to the 97.5th percentile of their means.

    Returns:
        None for no values.
    """
    given = np.asarray(values, dtype=np.float64)
    if not len(given):
        return None
    return statistic_interval([len(given)], lambda drawn: given[drawn].mean(axis=1))


def statistic_interval(
    sizes: Sequence[int], of: Callable[..., Floats], resamples: int = RESAMPLES
) -> Interval:
    """The percentile bootstrap of any statistic of one or more groups of probes.

    Args:
        sizes: how many probes each group has, at least one; each keeps its size in every resample.
        of: gives the statistic for places from 0, an array of a row a resample for each group; NaN
            where a resample has none.
        resamples: how many.
    """
    chooser = np.random.default_rng(_SEED)
    tail = 50 * (1 - CONFIDENCE)
    found = of(*(chooser.integers(size, size=(resamples, size)) for size in sizes))
    found = found[np.isfinite(found)]
    if not len(found):
        return Interval(math.nan, math.nan)
    low, high = np.percentile(found, [tail, 100 - tail])
    return Interval(float(low), float(high))


def wilson_interval(hits: int, total: int) -> Interval:
    """The score interval of a share (Wilson 1927): it never has a width of nothing.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = hits/total and z = 1.96.
    """
    share, square = hits / total, _Z * _Z
    middle = share + square / (2 * total)
    spread = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    # At the ends, rounding must not part the interval from its share.
    low = max(0.0, (middle - spread) / scale) if hits else 0.0
    return Interval(low, min(1.0, (middle + spread) / scale) if hits < total else 1.0)


def mcnemar(lost: int, won: int) -> float:
    """The exact test of McNemar (1947) for two models on the same probes: a p-value, 0 to 1.

    Only the probes that one has right and the other wrong tell them apart. Were they equally good,
    each of those would fall to either side like a coin: the two-sided binomial probability of a
    split at least as uneven, min(1, 2 Σ_{k ≤ min} C(n, k) / 2^n).

    Args:
        lost: probes that the first has right and the second wrong.
        won: probes that the second has right and the first wrong.
    """
    total = lost + won
    if not total:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(min(lost, won) + 1))
    return float(min(1.0, 2 * tail / 2**total))


def least_telling(total: int) -> float:
    """The least difference between two shares of `total` probes that is not noise, 0 to 1.

    The six probes that `mcnemar` needs, all changed to one side, for a p below 0.05.
    """
    changed = next(n for n in range(1, 64) if mcnemar(0, n) < 1 - CONFIDENCE)
    return min(1.0, changed / total) if total else 1.0


def ranks(values: ArrayLike) -> Floats:
    """The ranks from 1; equal values share the mean of theirs."""
    given = np.asarray(values, dtype=np.float64)
    _, places, counts = np.unique(given, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Floats = last - (counts - 1) / 2
    return means[places]


def spearman(one: ArrayLike, other: ArrayLike) -> float | None:
    """The rank correlation of Spearman (1904), -1 to 1: Pearson's of the ranks, ties averaged.

    None where there are fewer than two, or all of one side are equal.
    """
    first, second = ranks(one), ranks(other)
    if len(first) < 2:
        return None
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float((first @ first) * (second @ second)))
    if not scale:
        return None
    return max(-1.0, min(1.0, float(first @ second) / scale))


def weighted_kappa(one: Sequence[int], other: Sequence[int], least: int, most: int) -> float | None:
    """The quadratically weighted kappa of Cohen (1968), at most 1: agreement beyond chance.

    1 - Σ w·observed / Σ w·expected, w the square of the difference of two ratings, expected what
    two raters would give together by chance who use each rating as often as these two do.

    Args:
        one: ratings, whole numbers from `least` to `most`.
        other: ratings of the same things.
        least: the lowest rating there is.
        most: the highest.

    Returns:
        None where there are no ratings, or both raters always give one and the same.
    """
    if not one:
        return None
    size = most - least + 1
    observed = np.zeros((size, size))
    for left, right in zip(one, other, strict=True):
        observed[left - least, right - least] += 1
    places = np.arange(size)
    weights = (places[:, None] - places[None, :]) ** 2
    expected = observed.sum(axis=1)[:, None] * observed.sum(axis=0)[None, :] / observed.sum()
    chance = float((weights * expected).sum())
    return 1 - float((weights * observed).sum()) / chance if chance else None


def harmonic_mean(one: float, other: float) -> float:
    """2ab / (a + b), and 0 where both are 0: F1 of two shares."""
    return 2 * one * other / (one + other) if one + other else 0.0
