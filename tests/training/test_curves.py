"""The curves of a run: complete, compact, and true to their extremes."""

import itertools
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.training.curves import Curve, Curves, pieces, reduced
from jessy_tui.training.events import Heartbeat, Trained, Validated

FIGURES = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)), min_size=1, max_size=400
).map(np.array)


def trained(step: int, loss: float | None) -> Trained:
    return Trained(
        step=step,
        epoch=step / 10,
        loss=loss,
        learning_rate=1e-3,
        steps_per_second=2.0,
        tokens_per_second=100.0,
        trained_tokens=50 * step,
        peak_memory=1_000_000,
        seconds=step / 2,
    )


def validated(step: int, loss: float | None) -> Validated:
    return Validated(step=step, epoch=1.0, loss=loss, duration=1.0, best=False, seconds=1.0)


def test_a_loss_that_was_not_a_number_is_a_gap() -> None:
    curves = Curves()
    curves.take([trained(1, 2.0), trained(2, None), Heartbeat(step=2), validated(2, None)])
    assert curves.training.steps.tolist() == [1, 2]
    assert np.isnan(curves.training.figure("loss")[1])
    assert curves.training.figure("memory").tolist() == [1e6, 1e6]
    assert np.isnan(curves.validation.figure("loss")).all()


def test_steps_that_a_resumed_run_tells_again_count_once_and_as_told_last() -> None:
    curves = Curves()
    curves.take([trained(step, 5.0) for step in range(1, 8)])
    old = curves.training.steps
    curves.take([trained(4, 1.0), trained(5, 1.0)])
    assert curves.training.steps.tolist() == [1, 2, 3, 4, 5]
    assert curves.training.figure("loss").tolist() == [5, 5, 5, 1, 1]
    assert old.tolist() == [1, 2, 3, 4, 5, 6, 7]  # who drew from it goes on undisturbed


def test_a_curve_grows_without_end() -> None:
    curve = Curve(("loss",))
    for step in range(1000):
        curve.append(step, (float(step),))
    assert curve.steps.tolist() == list(range(1000))
    assert curve.figure("loss").tolist() == list(range(1000))


@given(FIGURES, st.integers(1, 40))
def test_what_is_left_of_a_curve_has_its_extremes_its_order_and_its_gaps(
    figures: "np.ndarray[tuple[int], np.dtype[np.float64]]", columns: int
) -> None:
    steps = np.arange(len(figures), dtype=np.float64)
    left_steps, left = reduced(steps, figures, columns)
    assert len(left) <= 3 * columns or len(left) == len(figures) <= 3 * columns
    assert (np.diff(left_steps) > 0).all()
    np.testing.assert_array_equal(figures[left_steps.astype(int)], left)
    assert np.isnan(left).any() == np.isnan(figures).any()
    if np.isfinite(figures).any():
        assert np.nanmin(left) == np.nanmin(figures)
        assert np.nanmax(left) == np.nanmax(figures)


@given(FIGURES)
def test_a_curve_in_pieces_has_all_its_numbers_and_no_gap(
    figures: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> None:
    steps = np.arange(len(figures), dtype=np.float64)
    found = pieces(steps, figures)
    assert all(np.isfinite(piece).all() and len(piece) for _, piece in found)
    joined = [value for _, piece in found for value in piece.tolist()]
    assert joined == [value for value in figures.tolist() if math.isfinite(value)]
    assert all(
        np.isnan(figures[int(later[0]) - 1]) for (_, _), (later, _) in itertools.pairwise(found)
    )


def smoothed(losses: list[float | None], keep: float) -> list[float]:
    curves = Curves(keep)
    curves.take(trained(step, loss) for step, loss in enumerate(losses, start=1))
    return [float(value) for value in curves.smoothed_loss]


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50), st.floats(0, 0.99))
def test_a_smoothed_curve_begins_where_the_raw_one_does_and_stays_within_it(
    losses: list[float], keep: float
) -> None:
    out = smoothed([*losses], keep)
    assert math.isclose(out[0], losses[0], rel_tol=1e-9, abs_tol=1e-9)
    assert min(out) >= min(losses) - 1e-6
    assert max(out) <= max(losses) + 1e-6


def test_a_gap_stays_a_gap_when_smoothed() -> None:
    out = smoothed([1.0, None, None, 3.0], 0.5)
    assert all(map(math.isnan, out[1:3]))
    assert out[0] == 1.0
    assert out[3] == (0.25 * 1 + 0.5 * 3) / 0.75


def test_the_average_of_a_resumed_run_is_that_of_the_steps_that_count() -> None:
    again = Curves(0.5)
    again.take([trained(1, 1.0), trained(2, 9.0), trained(3, 9.0), trained(2, 2.0)])
    once = Curves(0.5)
    once.take([trained(1, 1.0), trained(2, 2.0)])
    assert again.smoothed_loss.tolist() == once.smoothed_loss.tolist()
