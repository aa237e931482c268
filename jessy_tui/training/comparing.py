"""In what runs differ: their recipes, what they were made from, and how they came out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from jessy_tui.training.record import RunRecord
from jessy_tui.training.run import Run


@dataclass(frozen=True, slots=True)
class Row:
    """One thing, as it is in each of the runs compared."""

    name: str
    values: tuple[str, ...]
    """One a run, in words; "-" where there is none."""

    @property
    def differs(self) -> bool:
        """Whether it is not the same in all of them."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Some runs side by side."""

    runs: tuple[str, ...]
    outcome: tuple[Row, ...]
    """How they came out."""
    recipe: tuple[Row, ...]
    """How they train; every setting."""
    made_from: tuple[Row, ...]
    """Their base, data and versions."""


def compare_runs(runs: Sequence[Run]) -> Comparison:
    """Put runs side by side.

    Raises:
        JessyError: the record of one cannot be read.
    """
    records = [run.record for run in runs]
    recipes = [msgspec.to_builtins(record.recipe) for record in records]
    figures = [run.figures() for run in runs]
    outcome = (
        Row(
            "state",
            tuple(str(run.state_of(record)) for run, record in zip(runs, records, strict=True)),
        ),
        Row("steps", tuple(f"{figure.step:,} of {figure.steps:,}" for figure in figures)),
        Row("train loss", tuple(_number(figure.loss, ".3f") for figure in figures)),
        Row("validation loss", tuple(_number(figure.validation_loss, ".3f") for figure in figures)),
        _row("best validation loss", records, lambda record: _number(record.best_loss, ".3f")),
        _row("best step", records, lambda record: _number(record.best_step, ",")),
        _row("minutes", records, lambda record: _minutes(record.seconds)),
        Row("peak memory", tuple(_gigabytes(figure.peak_memory) for figure in figures)),
    )
    settings = list(dict.fromkeys(name for recipe in recipes for name in recipe))
    packages = list(dict.fromkeys(name for record in records for name in record.versions))
    made_from = (
        _row("base", records, lambda record: record.base.name),
        _row("base fingerprint", records, lambda record: (record.base.fingerprint or "-")[:12]),
        _row("data digest", records, lambda record: record.data.digest[:12]),
        _row("rows an epoch", records, lambda record: f"{record.data.rows:,}"),
        _row("validation rows", records, lambda record: f"{record.data.validation_rows:,}"),
        _row("BLAS", records, lambda record: record.blas or "-"),
        *(
            Row(package, tuple(record.versions.get(package, "-") for record in records))
            for package in packages
        ),
    )
    return Comparison(
        runs=tuple(run.name for run in runs),
        outcome=outcome,
        recipe=tuple(
            Row(name, tuple(_words(recipe.get(name)) for recipe in recipes)) for name in settings
        ),
        made_from=made_from,
    )


def _row(name: str, records: Sequence[RunRecord], value: Callable[[RunRecord], str]) -> Row:
    return Row(name, tuple(value(record) for record in records))


def _words(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value)) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items()) or "-"
    return str(value)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f}"


def _gigabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 1e9:.2f} GB"
