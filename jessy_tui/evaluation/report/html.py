"""A report as one page with nothing around it, for a person who was not there."""

import time
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.comparison import Change, Comparison
from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.report.data import Report, ReportColumn
from jessy_tui.evaluation.report.json_form import SCRIPT_ID, object_of
from jessy_tui.evaluation.report.svg import curve_svg, rates_svg
from jessy_tui.evaluation.report.words import (
    LEGEND,
    NONE,
    expected_words,
    figure_rows,
    measures_in,
    plan_words,
    share_words,
)
from jessy_tui.evaluation.scoring import NO_PLAN, Scores
from jessy_tui.iteration import MAX_ITERATIONS, Complexity
from jessy_tui.page import escape, page

_STYLE: Final = """
section { overflow-x: auto; }
td, th { vertical-align: top; }
th:first-child, td.text { text-align: left; }
td.text { white-space: normal; min-width: 14rem; }
th small, td small { display: block; white-space: normal; }
tr.line td, tr.line th { border-top: 1px solid var(--line); }
.best { font-weight: bold; }
.near { color: var(--medium); } .baseline { color: var(--quiet); }
.grid { display: flex; flex-wrap: wrap; gap: 1rem; } .grid figure { margin: 0; }
figcaption { color: var(--quiet); }
.heat { width: auto; } .heat td { position: relative; min-width: 2.2rem; text-align: center;
  border: 1px solid var(--line); }
.heat td i { position: absolute; inset: 0; } .heat td span { position: relative; }
.heat td.right { box-shadow: inset 0 0 0 2px var(--text); }
svg { max-width: 100%; height: auto; }
svg text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  fill: var(--text); }
svg .quiet { fill: var(--quiet); } svg .end { text-anchor: end; } svg .mid { text-anchor: middle; }
details { white-space: normal; text-align: left; max-width: 46rem; }
details pre { white-space: pre-wrap; margin: .2rem 0 .6rem; font: inherit; }
summary { cursor: pointer; }
"""
_CHANGES: Final = {
    Change.FIXED: "good",
    Change.REGRESSED: "bad",
    Change.PRESERVED: "",
    Change.PERSISTENT: "near",
}


def html_of(report: Report) -> str:
    """The page. It holds the report as JSON too, so that another report can compare with it."""
    names = ", ".join(column.name for column in report.columns)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(report.created))
    parts = [
        f'<h1>Does it think the right amount?</h1>\n<p class="quiet">{escape(names)} · '
        f"{report.scores[0].probes} probes · {when}</p>\n",
        _section("What comes of it", _list(report.verdicts)),
        _section(
            "Plans at a glance",
            f"{rates_svg(report)}<p class='quiet'>{escape(report.notes[0])}</p>",
        ),
        _section("All scores", _rates(report)),
        _section(
            "What was declared, by what was expected",
            f'<div class="grid">{"".join(_confusions(report))}</div>',
        ),
        _section("Time and tokens, by band", _bands(report)),
        *(_section(f"The checkpoints of {c.run}", curve_svg(c)) for c in report.curves),
        *(_comparison(comparison) for comparison in report.comparisons),
        _section("Every probe", f'<p class="quiet">{LEGEND}</p>{_probes(report)}'),
        _section("How it was made", _list([*_made(report), *report.notes])),
    ]
    # No tag inside an answer may begin or end a script; in JSON this sign stands in texts only.
    data = orjson.dumps(object_of(report)).decode().replace("<", "\\u003c")
    script = f'<script type="application/json" id="{SCRIPT_ID}">{data}</script>\n'
    return page(f"Jessy: {names}", "".join(parts) + script, _STYLE)


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>\n{body}</section>\n"


def _list(sentences: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in sentences) + "</ul>\n"


def _heads(report: Report) -> str:
    heads = "".join(f"<th>{escape(column.name)}</th>" for column in report.columns)
    for one in report.baselines:
        title, meaning = escape(one.baseline.title), escape(one.baseline.meaning, quote=True)
        heads += f'<th class="baseline" title="{meaning}">{title}</th>'
    return heads


def _rates(report: Report) -> str:
    rows = []
    for measure in measures_in(report):
        values = [scores.value(measure.name) for scores in report.scores]
        best = max((value for value in values if value is not None), default=None)
        cells = "".join(
            f'<td class="{"best" if len(values) > 1 and value == best else ""}">'
            f"{share_words(scores.rates.get(measure.name))}</td>"
            for scores, value in zip(report.scores, values, strict=True)
        )
        for one in report.baselines:
            told = one.baseline.told_band and measure.name not in ("exact", "within_one")
            rate = None if told else one.scores.rates.get(measure.name)
            cells += f'<td class="baseline">{share_words(rate)}</td>'
        title = f"{escape(measure.title)}<small>{escape(measure.meaning)}</small>"
        rows.append(f'<tr class="line"><th>{title}</th>{cells}</tr>\n')
    for title, meaning, cells_of in figure_rows(report):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in cells_of)
        name = f"{escape(title)}<small>{escape(meaning)}</small>"
        rows.append(f'<tr class="line"><th>{name}</th>{cells}</tr>\n')
    meanings = _list(
        f"{one.baseline.title} ({one.run}'s training file) {one.baseline.meaning}."
        for one in report.baselines
    )
    return f"<table><tr><th></th>{_heads(report)}</tr>\n{''.join(rows)}</table>{meanings}"


def _confusions(report: Report) -> list[str]:
    named = [
        *(
            (column.name, scores)
            for column, scores in zip(report.columns, report.scores, strict=True)
        ),
        *(
            (one.baseline.title, one.scores)
            for one in report.baselines
            if not one.baseline.told_band
        ),
    ]
    return [_confusion(name, scores) for name, scores in named]


def _confusion(name: str, scores: Scores) -> str:
    head = "".join(f"<td>{number}</td>" for number in range(1, MAX_ITERATIONS + 1))
    rows = []
    for band, counts in zip(Complexity, scores.confusion, strict=True):
        most = max(*counts, 1)
        cells = "".join(
            f'<td class="{"right" if column + 1 in band.band and column != NO_PLAN else ""}">'
            f'<i class="{band.lower()}" style="opacity:{0.75 * (count / most) ** 0.5:.2f}"></i>'
            f"<span>{count or '·'}</span></td>"
            for column, count in enumerate(counts)
        )
        rows.append(f'<tr><th><b class="{band.lower()}">{band}</b></th>{cells}</tr>\n')
    return (
        f"<figure><figcaption>{escape(name)}; framed: the right band</figcaption>"
        f'<table class="heat"><tr><th></th>{head}<td>none</td></tr>\n{"".join(rows)}</table>'
        "</figure>"
    )


def _bands(report: Report) -> str:
    rows = []
    for column, scores in zip(report.columns, report.scores, strict=True):
        for place, band in enumerate(scores.bands):
            name = f"<th>{escape(column.name) if not place else ''}</th>"
            low = band.complexity.lower()
            declared = NONE if band.iterations is None else f"{band.iterations:.1f}"
            budget = f"{band.in_budget:.0%} of {band.complexity.budget_seconds:g} s"
            rows.append(
                f'<tr class="{"" if place else "line"}">{name}'
                f'<td><b class="{low}">{band.complexity}</b></td><td>{band.probes}</td>'
                f"<td>{band.right:.0%}</td><td>{declared}</td><td>{band.passes:.1f}</td>"
                f"<td>{band.tokens:.0f}</td><td>{band.seconds:.1f}</td>"
                f"<td>{band.slow_seconds:.1f}</td>"
                f"<td>{NONE if column.plans_only else budget}</td></tr>\n"
            )
    heads = "".join(
        f"<th>{head}</th>"
        for head in (
            *("", "", "probes", "right band", "declared", "passes", "tokens"),
            *("seconds (median)", "(90th percentile)", "within"),
        )
    )
    plans = [column.name for column in report.columns if column.plans_only]
    words = f"{', '.join(plans)}: only the plan was waited for." if plans else ""
    return f"<table><tr>{heads}</tr>\n{''.join(rows)}</table><p class='quiet'>{escape(words)}</p>"


def _comparison(comparison: Comparison) -> str:
    counts = " · ".join(f"{change} {number}" for change, number in comparison.counts.items())
    rows = []
    for change in (Change.FIXED, Change.REGRESSED, Change.PERSISTENT):
        for one in comparison.changes:
            if one.change is change:
                before, after = (
                    " ".join(plan_words(one.probe, answer)[0] for answer in answers)
                    for answers in (one.before, one.after)
                )
                rows.append(
                    f'<tr class="line"><th class="{_CHANGES[change]}">{change}</th>'
                    f'<td class="text">{escape(one.probe.query)}</td>'
                    f"<td>{expected_words(one.probe)}</td><td>{before}</td><td>{after}</td></tr>\n"
                )
    left = f"<p class='quiet'>Not compared: {escape(', '.join(comparison.left_out))}.</p>"
    return _section(
        f"{comparison.before} against {comparison.after}, by {BY_NAME[comparison.measure].title}",
        f"<p>{escape(comparison.verdict)}</p><p><b>{counts}</b></p>"
        f"{left if comparison.left_out else ''}"
        f"<details><summary>{len(rows)} probes that are not right in both</summary><table>"
        f"<tr><th></th><th></th><th>expected</th><th>{escape(comparison.before)}</th>"
        f"<th>{escape(comparison.after)}</th></tr>\n{''.join(rows)}</table></details>",
    )


def _probes(report: Report) -> str:
    probes: dict[tuple[str, str], Probe] = {}
    for column in report.columns:
        for probe in column.probes:
            probes.setdefault((probe.id, probe.query), probe)
    by_column: list[dict[tuple[str, str], list[Answer]]] = []
    for column in report.columns:
        known = {probe.id: probe.query for probe in column.probes}
        found: dict[tuple[str, str], list[Answer]] = {}
        for answer in column.answers:
            found.setdefault((answer.probe, known.get(answer.probe, "")), []).append(answer)
        by_column.append(found)
    all_points = [_points(column) for column in report.columns]
    rows = []
    for key, probe in probes.items():
        cells = "".join(
            _answers(probe, found.get(key, ()), points)
            for found, points in zip(by_column, all_points, strict=True)
        )
        rows.append(
            f'<tr class="line"><th>{escape(probe.id)}<small>{escape(probe.category)}</small></th>'
            f'<td class="text">{escape(probe.query)}</td>'
            f'<td><b class="{probe.complexity.lower()}">{expected_words(probe)}</b></td>'
            f"{cells}</tr>\n"
        )
    heads = "".join(f"<th>{escape(column.name)}</th>" for column in report.columns)
    return f"<table><tr><th></th><th></th><th>expected</th>{heads}</tr>\n{''.join(rows)}</table>"


def _points(column: ReportColumn) -> dict[tuple[str, int], str]:
    """The ratings of a column's answers, in words."""
    words: dict[tuple[str, int], list[str]] = {}
    for who, said in (("judge", column.judgements), ("you", column.ratings)):
        for one in said:
            points = "none" if one.points is None else f"{one.points}/5"
            words.setdefault((one.probe, one.seed), []).append(f"{who} {points}")
    return {key: " · ".join(found) for key, found in words.items()}


def _answers(probe: Probe, answers: Sequence[Answer], points: dict[tuple[str, int], str]) -> str:
    if not answers:
        return f"<td>{NONE}</td>"
    return f"<td>{''.join(_answer(probe, one, points.get(one.key)) for one in answers)}</td>"


def _answer(probe: Probe, answer: Answer, points: str | None) -> str:
    words, kind = plan_words(probe, answer)
    said = f'<span class="{kind}">{escape(words)}</span>'
    problem = f"<small>{escape(answer.problem)}</small>" if answer.problem else ""
    if not answer.answer:
        return f"<div>{said}{problem}</div>"
    passes = len(answer.passes)
    figures = (
        f"{answer.seconds:.1f} s · {answer.tokens} tokens · {passes} pass{'es' * (passes > 1)}"
    )
    figures += f" · {points}" if points else ""
    text = "\n".join(escape(line) for line in answer.answer.split("\n"))
    return (
        f"<details><summary>{said} <small>{figures}</small></summary>{problem}<pre>{text}</pre>"
        "</details>"
    )


def _made(report: Report) -> list[str]:
    found = []
    for column in report.columns:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(column.created))
        versions = ", ".join(f"{name} {number}" for name, number in column.versions.items())
        step = f", step {column.target.step}" if column.target.step is not None else ""
        base = f" on {column.target.base}" if column.target.run else ""
        blas = f" {column.blas}" if column.blas else ""
        more = f" ({versions}).{blas}" if versions else "."
        found.append(f"{column.name}{base}{step}: asked {when}, {column.how}{more}")
    again = dict.fromkeys(column.repeat for column in report.columns if column.repeat)
    found += [f"To ask again: {command}" for command in again]
    return found
