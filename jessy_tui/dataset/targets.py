"""What is there against what there should be."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from jessy_tui.dataset.distribution import Distribution, Distributions
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import TargetSettings

Kind = Literal["complexity", "iterations", "category", "files"]

# Half a thousandth: what rounds to the bound meets it.
_SLACK = 0.0005


@dataclass(frozen=True, slots=True)
class Target:
    """One target of the workspace, and how the examples stand to it."""

    name: str
    """What it is about: "LOW", "iterations 7", "category rust", "files jessy_technical_*"."""
    wanted: str
    found: str
    met: bool
    kind: Kind
    value: str
    """The complexity, the iterations, the category or the pattern of file names."""
    count: int
    """How many examples there are."""
    aim: float
    """How many there should be, of as many as there are in all."""

    @property
    def verdict(self) -> str:
        """How it stands, in a word or two: "met", "12 short", "3 over"."""
        if self.met:
            return "met"
        difference = round(self.aim) - self.count
        if difference:
            return f"{abs(difference):,} {'short' if difference > 0 else 'over'}"
        return "missed"


def compare(
    distributions: Distributions, files: Distribution, settings: TargetSettings
) -> list[Target]:
    """Every target with what was found, in the order of complexity, iterations, category, files."""
    return [
        *_complexities(distributions, settings),
        *_iterations(distributions, settings),
        *_categories(distributions, settings),
        *_files(files, settings),
    ]


def _complexities(found: Distributions, settings: TargetSettings) -> Iterable[Target]:
    for count in found.complexity.counts:
        if count.value not in settings.complexity:
            continue
        least, most = settings.complexity[count.value]
        yield Target(
            count.value,
            f"{least:.0%} to {most:.0%}",
            f"{count.share:.1%}",
            least - _SLACK <= count.share <= most + _SLACK,
            "complexity",
            count.value,
            count.count,
            settings.aim_of(count.value) * found.examples,
        )


def _iterations(found: Distributions, settings: TargetSettings) -> Iterable[Target]:
    counts = {int(count.value): count.count for count in found.iterations.counts}
    for complexity in Complexity:
        band = complexity.band
        even = sum(counts[iterations] for iterations in band) / len(band)
        least = max(1.0, even * settings.iterations)
        aim = settings.aim_of(complexity) * found.examples / len(band)
        for iterations in band:
            yield Target(
                f"iterations {iterations}",
                f"at least {least:.0f}",
                str(counts[iterations]),
                counts[iterations] >= least,
                "iterations",
                str(iterations),
                counts[iterations],
                max(aim, least),
            )


def _categories(found: Distributions, settings: TargetSettings) -> Iterable[Target]:
    counts = {count.value: count.count for count in found.category.counts}
    for name in dict.fromkeys([*counts, *settings.categories]):
        count = counts.get(name, 0)
        own = settings.categories.get(name)
        if own is not None and own.share is not None:
            share = count / found.examples if found.examples else 0.0
            yield Target(
                f"category {name}",
                f"{own.share:.1%} ± {settings.file_tolerance:.0%}",
                f"{share:.1%}",
                abs(share - own.share) <= settings.file_tolerance + _SLACK,
                "category",
                name,
                count,
                own.share * found.examples,
            )
        else:
            yield Target(
                f"category {name}",
                f"at least {settings.category}",
                str(count),
                count >= settings.category,
                "category",
                name,
                count,
                settings.category,
            )


def _files(files: Distribution, settings: TargetSettings) -> Iterable[Target]:
    total = sum(count.count for count in files.counts)
    for pattern, share in settings.files.items():
        held = sum(
            count.count for count in files.counts if fnmatch(Path(count.value).name, pattern)
        )
        found = held / total if total else 0.0
        yield Target(
            f"files {pattern}",
            f"{share:.1%} ± {settings.file_tolerance:.0%}",
            f"{found:.1%}",
            abs(found - share) <= settings.file_tolerance + _SLACK,
            "files",
            pattern,
            held,
            share * total,
        )
