"""The label of an example, large: its iterations, its complexity, and nine pips."""

from rich.cells import cell_len
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.renderables.digits import Digits

from jessy_tui.dataset.example import Example
from jessy_tui.iteration import MAX_ITERATIONS, describe_band
from jessy_tui.ui.text import count_of, pips, visible
from jessy_tui.ui.themes import band_colour

LARGE_HEIGHT = 3
_LARGE_FROM = (34, 22)
"""Cells and lines that the example must have for the label to take three lines."""
_LABEL = ("complexity", "iterations")
_SAID_ALONE = (*_LABEL, "category", "language")


def is_large(width: int, height: int) -> bool:
    """Whether there is room for a label of three lines."""
    return width >= _LARGE_FROM[0] and height >= _LARGE_FROM[1]


def banner(example: Example, variables: dict[str, str], *, large: bool) -> Table | Text:
    """The label of the last answer; three lines where `large`, else one."""
    complexity, iterations = example.complexity, example.iterations
    if complexity is None and iterations is None:
        words = "no label: i sets it" if example.answer else "no answer that could have a label"
        return Text(words + ("\n\n" if large else ""), "italic")
    colour = band_colour(complexity, variables) if complexity else ""
    style = f"bold {colour}".strip()
    rest = " · ".join(said_of(example))
    if not large:
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f" {complexity or '?'} {iterations or '?'} ", f"{style} reverse")
        line.append(f" {pips(iterations)}", style)
        if problem := contradiction(example):
            return line.append(f"  {problem}", "bold")
        return line.append(f"  {rest}", "dim")
    table = Table.grid(padding=(0, 2))
    table.add_column(width=3, no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    first = Text(str(complexity or "?"), style)
    if complexity is not None:
        first.append(f" {describe_band(complexity)}", "dim")
    if iterations is not None:
        first.append(f"  {count_of(iterations, 'iteration')}", style)
    second = Text(pips(iterations), style)
    if complexity is not None:
        second.append(f"  under {complexity.budget_seconds:.0f} s", "dim")
    third = Text(rest, "dim")
    if problem := contradiction(example):
        third = Text(problem, "bold")
    digit = Digits(str(iterations or "-"), Style.parse(style))
    table.add_row(digit, Text("\n").join((first, second, third)))
    return table


def contradiction(example: Example) -> str | None:
    """Why a label cannot be, in a few words; None where it can."""
    complexity, iterations = example.complexity, example.iterations
    if complexity is None:
        return "no complexity: i sets it"
    if iterations is None:
        return f"no iterations 1-{MAX_ITERATIONS}: i sets them"
    if iterations not in complexity.band:
        return f"{complexity} goes with {describe_band(complexity)}: i sets it right"
    return None


def said_of(example: Example) -> list[str]:
    """What stands beside the label: its category, its language, then the other keys."""
    metadata = example.metadata
    said = [str(metadata[key]) for key in ("category", "language") if metadata.get(key)]
    said += [f"{key} {value}" for key, value in metadata.items() if key not in _SAID_ALONE]
    return [visible(" ".join(one.split())) for one in said if cell_len(one)]
