"""Ratings of answers, 0 to 5: a person's and a judge's, each in a file that is appended to."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.estimates import Interval, mean_interval, spearman, weighted_kappa
from jessy_tui.json_lines import LineLog, LineReader

LOWEST: Final = 0
HIGHEST: Final = 5
RATINGS_NAME: Final = "ratings.jsonl"
JUDGEMENTS_NAME: Final = "judgements.jsonl"

Points = Annotated[int, Meta(ge=LOWEST, le=HIGHEST)]


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """What a person thinks of an answer."""

    probe: str
    seed: int
    points: Points
    time: float
    """In seconds since 1970."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge said of an answer."""

    probe: str
    seed: int
    points: Points | None
    """None where no rating could be read from what it said."""
    said: str
    judge: str
    """Its model, and where it was asked."""
    rubric: str
    """sha256 of the rubric."""
    time: float


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How a judge's ratings go with a person's, on the answers that both have rated."""

    both: int
    """How many those are."""
    kappa: float | None
    """Quadratically weighted, at most 1; see `estimates.weighted_kappa`."""
    rank_correlation: float | None
    """Spearman's, -1 to 1."""
    same: float
    """The share with the same points, 0 to 1."""
    within_one: float
    """The share at most one point apart."""

    @property
    def verdict(self) -> str:
        """What that means for trusting the judge, in a sentence."""
        if self.both < _ENOUGH:
            return (
                f"You have rated {self.both} of the answers it has: too few to say whether the "
                f"judge can be trusted; rate {_ENOUGH} at least."
            )
        kappa = self.kappa or 0.0
        # Landis & Koch 1977, table: below 0.41 fair at the most, from 0.61 on substantial.
        how = "substantial" if kappa > 0.6 else "moderate" if kappa > 0.4 else "poor"
        trust = {
            "substantial": "its means say something",
            "moderate": "take its means as a hint",
            "poor": "do not go by it",
        }[how]
        return (
            f"On {self.both} answers that you have rated too, the agreement is {how} (weighted "
            f"kappa {kappa:.2f}, within one point {self.within_one:.0%}): {trust}."
        )


_ENOUGH: Final = 15
_Said = TypeVar("_Said", Rating, Judgement)


def rate(folder: Path, probe: str, seed: int, points: int) -> None:
    """Note down what a person thinks of an answer of the evaluation in `folder`; the latest counts.

    Raises:
        JessyError: the points are not 0 to 5, or the file cannot be written.
    """
    if not LOWEST <= points <= HIGHEST:
        raise JessyError(f"A rating is {LOWEST} to {HIGHEST}, not {points}.")
    rating = Rating(probe=probe, seed=seed, points=points, time=time.time())
    append(folder / RATINGS_NAME, rating)


def append(path: Path, said: Rating | Judgement) -> None:
    """Append a line, whole and on the disk.

    Raises:
        JessyError: the file cannot be written.
    """
    try:
        with LineLog[Rating | Judgement](path, sync=True) as log:
            log.write(said)
    except OSError as error:
        raise JessyError(f"{path} could not be written ({error.strerror}).") from error


def read_ratings(folder: Path) -> dict[tuple[str, int], Rating]:
    """A person's ratings by probe and seed, the latest of each.

    Raises:
        JessyError: the file cannot be read.
    """
    return _latest(_read(folder / RATINGS_NAME, Rating))


def read_judgements(folder: Path) -> dict[tuple[str, int], Judgement]:
    """The judgements by probe and seed, the latest of each.

    Raises:
        JessyError: the file cannot be read.
    """
    return _latest(_read(folder / JUDGEMENTS_NAME, Judgement))


def agreement(
    ratings: dict[tuple[str, int], Rating], judgements: dict[tuple[str, int], Judgement]
) -> Agreement:
    """How the two go together."""
    pairs = [
        (rating.points, judged.points)
        for key, rating in ratings.items()
        if (judged := judgements.get(key)) is not None and judged.points is not None
    ]
    mine, its = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    total = len(pairs)
    return Agreement(
        both=total,
        kappa=weighted_kappa(mine, its, LOWEST, HIGHEST),
        rank_correlation=spearman(mine, its),
        same=sum(one == other for one, other in pairs) / total if total else 0.0,
        within_one=sum(abs(one - other) <= 1 for one, other in pairs) / total if total else 0.0,
    )


def mean_points(said: Iterable[Rating | Judgement]) -> tuple[float, Interval] | None:
    """The mean of the points that were given, with its interval; None where none were."""
    points = [one.points for one in said if one.points is not None]
    interval = mean_interval(points)
    return None if interval is None else (sum(points) / len(points), interval)


def _latest(said: Sequence[_Said]) -> dict[tuple[str, int], _Said]:
    return {(one.probe, one.seed): one for one in said}


def _read(path: Path, kind: type[_Said]) -> list[_Said]:
    """The whole lines of the file."""
    try:
        return LineReader(path, msgspec.json.Decoder(kind)).all()
    except OSError as error:
        raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
