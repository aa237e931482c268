"""Writing files of probes for tests."""

import json
from pathlib import Path
from typing import Any

PROBE = {
    "id": "ask-01",
    "query": "bi şey sorabilir miyim acaba",
    "complexity": "LOW",
    "iterations": [1, 2],
    "expected": 1,
    "category": "greeting",
    "language": "tr",
    "accept": ["sor"],
    "reject": ["bilinc"],
}
OTHER = {
    **PROBE,
    "id": "deep-01",
    "query": "why is there something rather than nothing",
    "complexity": "HIGH",
    "iterations": [8, 9],
    "expected": 9,
    "language": "en",
}


def write_probes(folder: Path, *probes: Any) -> Path:
    """A file of these probes, with a line for every key."""
    path = folder / "probes.json"
    path.write_text(json.dumps({"probes": probes}, ensure_ascii=False, indent=1))
    return path


def without(key: str) -> dict[str, Any]:
    """The probe without one of its keys."""
    return {name: value for name, value in PROBE.items() if name != key}
