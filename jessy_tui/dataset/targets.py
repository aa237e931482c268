"""What is there against what there should be."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from jessy_tui.dataset.distribution import Distribution, Distributions
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import TargetSettings


@dataclass(frozen=True, slots=True)
class Target:
    """One target of the workspace, and how the examples stand to it."""

    name: str
    """What it is about: "LOW", "iterations 7", "category rust", "files jessy_technical_*"."""
    wanted: str
    found: str
    met: bool


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
            # Half a thousandth: what rounds to the bound meets it.
            least - 0.0005 <= count.share <= most + 0.0005,
        )


def _iterations(found: Distributions, settings: TargetSettings) -> Iterable[Target]:
    counts = {int(count.value): count.count for count in found.iterations.counts}
    for complexity in Complexity:
        band = complexity.band
        even = sum(counts[iterations] for iterations in band) / len(band)
        least = max(1.0, even * settings.iterations)
        for iterations in band:
            yield Target(
                f"iterations {iterations}",
                f"at least {least:.0f}",
                str(counts[iterations]),
                counts[iterations] >= least,
            )


def _categories(found: Distributions, settings: TargetSettings) -> Iterable[Target]:
    for count in found.category.counts:
        yield Target(
            f"category {count.value}",
            f"at least {settings.category}",
            str(count.count),
            count.count >= settings.category,
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
            abs(found - share) <= settings.file_tolerance + 0.0005,
        )
