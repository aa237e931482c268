"""The plots of a report: inline SVG without fonts or pictures from elsewhere."""

from html import escape
from typing import Final

from jessy_tui.evaluation.checkpoints import CheckpointCurve
from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.report.data import Report
from jessy_tui.evaluation.scoring import Scores

_WIDTH: Final = 900
_LINE: Final = 20
_NAMES: Final = 250
_SHOWN: Final = ("band", "within_one", "exact")
_PLOT_HEIGHT: Final = 260
_EDGE: Final = 50
_MARKS: Final = {"band": "●", "within_one": "▲", "exact": "■"}
_COLOURS: Final = {"band": "low", "within_one": "medium", "exact": "high"}
# The page's colours; beside each its light one, for what knows no variables, such as a printer.
_LIGHT: Final = {
    "low": "#0072b2",
    "medium": "#a86a00",
    "high": "#a0337a",
    "quiet": "#5f6672",
    "line": "#d7d8db",
    "good": "#00745a",
}


def rates_svg(report: Report) -> str:
    """Right band, within one and exact of every column and baseline, with their intervals."""
    named: list[tuple[str, Scores, tuple[str, ...]]] = [
        *((c.name, s, _SHOWN) for c, s in zip(report.columns, report.scores, strict=True)),
        *(
            (one.baseline.title, one.scores, _SHOWN[1:] if one.baseline.told_band else _SHOWN)
            for one in report.baselines
        ),
    ]
    room, y, parts = _WIDTH - _NAMES - 80, 0.0, []
    for name in _SHOWN:
        parts.append(_text(0, y + 15, BY_NAME[name].title, "quiet"))
        y += _LINE
        for title, scores, shown in named:
            rate = scores.rates.get(name)
            if rate is None or name not in shown:
                continue
            low, at, high = (
                _NAMES + room * share
                for share in (rate.interval.low, rate.value, rate.interval.high)
            )
            colour = _COLOURS[name]
            parts += [
                _text(_NAMES - 10, y + 15, _cut(title, 30), "end"),
                f'<rect x="{_NAMES}" y="{y + 5:g}" width="{room * rate.value:.1f}" height="10" '
                f'opacity=".45" {_paint("fill", colour)}/>',
                f'<path d="M{low:.1f} {y + 10:g}H{high:.1f}M{low:.1f} {y + 6:g}v8M{high:.1f} '
                f'{y + 6:g}v8" fill="none" stroke-width="2" {_paint("stroke", colour)}/>',
                f'<circle cx="{at:.1f}" cy="{y + 10:g}" r="3.5" {_paint("fill", colour)}/>',
                _text(_WIDTH, y + 15, f"{rate.value:.0%}", "end"),
            ]
            y += _LINE
        y += _LINE / 2
    return _svg(y, parts, "The shares of right plans with their intervals")


def curve_svg(curve: CheckpointCurve) -> str:
    """Behaviour over the steps, beside the validation loss; the best is marked."""
    last = max(max(p.step for p in curve.points), *(step for step, _ in curve.losses), 1)
    lowest, highest = _range([loss for _, loss in curve.losses])
    left, right, bottom = _EDGE, _WIDTH - _EDGE, _PLOT_HEIGHT

    def x(step: int) -> float:
        return left + (right - left) * step / last

    parts = [
        f'<path d="M{left} 10V{bottom}H{right}V10" fill="none" {_paint("stroke", "line")}/>',
        *(_text(left - 6, bottom - (bottom - 10) * s + 4, f"{s:.0%}", "end") for s in (0, 0.5, 1)),
        _text(left, bottom + 34, _legend(bool(curve.losses)), "quiet"),
    ]
    parts += [
        _text(x(point.step), bottom + 16, str(point.step), "quiet mid") for point in curve.points
    ]
    for name in _SHOWN:
        points = [
            (x(point.step), bottom - (bottom - 10) * (point.scores.value(name) or 0.0))
            for point in curve.points
        ]
        parts.append(_line(points, _COLOURS[name]))
        parts += [_mark(px, py, _MARKS[name], _COLOURS[name]) for px, py in points]
    if curve.losses:
        losses = [
            (x(step), bottom - (bottom - 10) * (loss - lowest) / (highest - lowest))
            for step, loss in curve.losses
        ]
        parts.append(_line(losses, "quiet", dashed=True))
        parts.append(_text(right + 6, bottom + 4, f"{lowest:.2f}"))
        parts.append(_text(right + 6, 14, f"{highest:.2f}"))
    best = next((point for point in curve.points if point.name == curve.best), None)
    words = ""
    if best is not None:
        parts.append(
            f'<path d="M{x(best.step):.1f} 10V{bottom}" stroke-dasharray="2 3" '
            f"{_paint('stroke', 'good')}/>"
        )
        words = f"Best by behaviour: {best.name} (step {best.step})."
        if curve.alike:
            words += f" Not to be told from it: {', '.join(curve.alike)}."
    return _svg(bottom + 44, parts, "Behaviour over the steps") + f"<p>{escape(words)}</p>"


def _legend(losses: bool) -> str:
    words = " · ".join(f"{_MARKS[name]} {BY_NAME[name].title}" for name in _SHOWN)
    return f"{words} · ┄ validation loss (right)" if losses else words


def _range(losses: list[float]) -> tuple[float, float]:
    if not losses:
        return 0.0, 1.0
    low, high = min(losses), max(losses)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _line(points: list[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    paint = _paint("stroke", colour)
    return f'<polyline points="{path}" stroke-width="2" fill="none"{dash} {paint}/>'


def _mark(x: float, y: float, sign: str, colour: str) -> str:
    paint = _paint("fill", colour)
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" {paint}>{sign}</text>'


def _paint(what: str, colour: str) -> str:
    """Attributes that give something one of the page's colours."""
    return f'{what}="{_LIGHT[colour]}" style="{what}:var(--{colour})"'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    shown = escape("".join(letter if letter.isprintable() else "·" for letter in text))
    anchor = "end" if kind == "end" else "middle" if "mid" in kind else "start"
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{shown}</text>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _svg(height: float, parts: list[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}" '
        f'width="{_WIDTH}" height="{height:g}" role="img">\n<title>{title}</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
