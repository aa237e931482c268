"""The probes as an evaluation asks them: a file that was looked through, and has no errors."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from jessy_tui.dataset.checks import check_probes
from jessy_tui.dataset.probes import load_probes
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity

_MOST_SAID: Final = 3


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A held-out question, and the plan it should get."""

    id: str
    query: str
    complexity: Complexity
    iterations: tuple[int, int]
    """The least and the greatest number that is accepted."""
    expected: int
    """The number that the rule of the labels gives."""
    category: str
    language: str | None = None
    """tr, en or mixed, where the answer may switch; None: it is not looked at."""
    accept: tuple[str, ...] = ()
    """Folded marks, of which a good answer has at least one."""
    reject: tuple[str, ...] = ()
    """Folded marks that a good answer does not have."""


@dataclass(frozen=True)
class ProbeSet:
    """A file of probes, as it was when it was read."""

    path: Path
    content: bytes
    probes: tuple[Probe, ...]

    @cached_property
    def digest(self) -> str:
        """sha256 of what the file says of its probes; spaces and order of keys do not count."""
        said = msgspec.json.encode(self.probes, order="deterministic")
        return hashlib.sha256(said).hexdigest()

    @cached_property
    def by_id(self) -> dict[str, Probe]:
        """The probes by their ids."""
        return {probe.id: probe for probe in self.probes}


def read_probe_set(path: Path) -> ProbeSet:
    """Read a file of probes that has no errors.

    Raises:
        JessyError: it cannot be read, has no probes, or has errors; the sentence names the file,
            and the line and the probe of the first three.
    """
    if not path.is_file():
        raise JessyError(f'{path} is not there; put a file {{"probes": [...]}} there.')
    file = load_probes(path)
    errors = [finding for finding in check_probes(file) if finding.severity == "error"]
    if errors:
        said = " ".join(
            f"Line {error.line}"
            + ("" if error.index is None else f", probe {error.index + 1}")
            + f": {error.message}"
            for error in errors[:_MOST_SAID]
        )
        more = len(errors) - _MOST_SAID
        rest = f" And {more} more; see: jessy check." if more > 0 else ""
        raise JessyError(f"{path} has errors, so that nothing was asked. {said}{rest}")
    if not file.probes:
        raise JessyError(f"{path} has no probes; write some, as data/README.md says.")
    return ProbeSet(path, path.read_bytes(), tuple(_probe(raw) for raw in file.probes))


def _probe(raw: dict[str, Any]) -> Probe:
    return Probe(
        id=raw["id"],
        query=raw["query"],
        complexity=Complexity(raw["complexity"]),
        iterations=(raw["iterations"][0], raw["iterations"][1]),
        expected=raw["expected"],
        category=raw["category"],
        language=raw.get("language"),
        accept=tuple(raw.get("accept", ())),
        reject=tuple(raw.get("reject", ())),
    )


def in_mixed_order(probes: tuple[Probe, ...]) -> list[Probe]:
    """The probes with the bands spread evenly, so that the first of them stand for all.

    The same probes always come in the same order.
    """
    sizes = {band: sum(probe.complexity is band for probe in probes) for band in Complexity}
    seen = dict.fromkeys(Complexity, 0)
    places = []
    for number, probe in enumerate(probes):
        band = probe.complexity
        places.append(((seen[band] + 0.5) / sizes[band], number, probe))
        seen[band] += 1
    return [probe for *_, probe in sorted(places, key=lambda place: place[:2])]
