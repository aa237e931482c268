"""A report as Markdown, for an issue, a pull request or a README."""

import time
from collections.abc import Iterable

from jessy_tui.evaluation.report.data import Report
from jessy_tui.evaluation.report.words import (
    LEGEND,
    NONE,
    expected_words,
    figure_rows,
    measures_in,
    plan_words,
    share_words,
)
from jessy_tui.iteration import MAX_ITERATIONS, Complexity


def markdown_of(report: Report) -> str:
    """The report, without the texts of the answers."""
    names = [column.name for column in report.columns]
    everyone = [*names, *(one.baseline.title for one in report.baselines)]
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(report.created))
    parts = [
        f"# Does it think the right amount?\n\n{_safe(', '.join(names))} · {when}\n",
        _bullets(report.verdicts),
        "## Scores\n",
        _table(["", *everyone], [*_rate_rows(report), *_figure_rows(report)]),
        *_confusions(report),
        "## Time and tokens\n",
        _table(
            ["", "band", "probes", "right band", "passes", "tokens", "seconds", "in budget"],
            _band_rows(report),
        ),
    ]
    for comparison in report.comparisons:
        counts = " · ".join(f"{change} {number}" for change, number in comparison.counts.items())
        parts.append(f"## {_safe(comparison.before)} against {_safe(comparison.after)}\n")
        parts.append(f"{counts}\n")
    parts += ["## Every probe\n", f"{LEGEND}\n", _table(["", "expected", *names], _probes(report))]
    again = dict.fromkeys(column.repeat for column in report.columns if column.repeat)
    parts += ["## To know\n", _bullets(report.notes), *(f"    {command}\n" for command in again)]
    return "\n".join(parts)


def _rate_rows(report: Report) -> list[list[str]]:
    rows = []
    for measure in measures_in(report):
        cells = [share_words(scores.rates.get(measure.name)) for scores in report.scores]
        for one in report.baselines:
            told = one.baseline.told_band and measure.name not in ("exact", "within_one")
            cells.append(share_words(None if told else one.scores.rates.get(measure.name)))
        rows.append([measure.title, *cells])
    return rows


def _figure_rows(report: Report) -> list[list[str]]:
    return [[title, *cells] for title, _, cells in figure_rows(report)]


def _confusions(report: Report) -> list[str]:
    parts = []
    for column, scores in zip(report.columns, report.scores, strict=True):
        head = ["expected", *(str(number) for number in range(1, MAX_ITERATIONS + 1)), "none"]
        rows = [
            [str(band), *(str(count or "·") for count in counts)]
            for band, counts in zip(Complexity, scores.confusion, strict=True)
        ]
        parts += [f"## What {_safe(column.name)} declared\n", _table(head, rows)]
    return parts


def _band_rows(report: Report) -> list[list[str]]:
    rows = []
    for column, scores in zip(report.columns, report.scores, strict=True):
        for band in scores.bands:
            budget = f"{band.in_budget:.0%} of {band.complexity.budget_seconds:g} s"
            rows.append(
                [
                    *(column.name, str(band.complexity), str(band.probes), f"{band.right:.0%}"),
                    *(f"{band.passes:.1f}", f"{band.tokens:.0f}", f"{band.seconds:.1f}"),
                    NONE if column.plans_only else budget,
                ]
            )
    return rows


def _probes(report: Report) -> list[list[str]]:
    rows: dict[tuple[str, str], list[str]] = {}
    for place, column in enumerate(report.columns):
        probes = {probe.id: probe for probe in column.probes}
        for probe in column.probes:
            row = rows.setdefault(
                (probe.id, probe.query),
                [probe.query, expected_words(probe), *[NONE] * len(report.columns)],
            )
            row[2 + place] = NONE
        for answer in column.answers:
            asked = probes.get(answer.probe)
            if asked is not None:
                row = rows[asked.id, asked.query]
                said = plan_words(asked, answer)[0]
                before = row[2 + place]
                row[2 + place] = said if before == NONE else f"{before}, {said}"
    return list(rows.values())


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_safe(cell) for cell in cells) + " |"


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {_safe(sentence)}" for sentence in sentences) + "\n"


def _safe(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    text = " ".join(text.split())
    for sign in "\\|`*_<[":
        text = text.replace(sign, f"\\{sign}")
    return text
