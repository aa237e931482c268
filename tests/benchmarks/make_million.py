"""Makes a JSONL of a million examples, about 300 MB, from the real ones with varied text.

    python -m tests.benchmarks.make_million FOLDER [ROWS]

The same arguments give the same bytes.
"""

import random
import sys
from pathlib import Path
from typing import Any

import orjson

ROWS = 1_000_000
NAME = "million.jsonl"
_SEED = 20
_DATA = Path(__file__).parents[2] / "data"
_SHORTENED = 90
"""Of a long answer, about so many letters are taken, so that a million take about 300 MB."""


def make_million(folder: Path, rows: int = ROWS) -> Path:
    """Write the file, unless one of this name and number of rows is there; returns its path."""
    path = folder / (NAME if rows == ROWS else f"rows-{rows}.jsonl")
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    sources = [row for source in sorted(_DATA.glob("jessy_*.json")) for row in _rows(source)]
    chance = random.Random(_SEED)
    words = sorted({word for row in sources for word in row["conversations"][0]["value"].split()})
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as stream:
        for number in range(rows):
            stream.write(orjson.dumps(_varied(chance.choice(sources), number, words, chance)))
            stream.write(b"\n")
    temporary.replace(path)
    return path


def _rows(source: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads(source.read_bytes())
    return [row for row in rows if len(row["conversations"]) == 2]


def _varied(
    row: dict[str, Any], number: int, words: list[str], chance: random.Random
) -> dict[str, Any]:
    question, answer = row["conversations"]
    start = chance.randrange(max(1, len(answer["value"]) - _SHORTENED))
    text = answer["value"][start : start + _SHORTENED]
    more = " ".join(chance.choices(words, k=chance.randrange(4)))
    return {
        "conversations": [
            {**question, "value": f"{question['value']} {more} {number}"[-90:]},
            {**answer, "value": text},
        ]
    }


if __name__ == "__main__":
    made = make_million(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
    sys.stdout.write(f"{made}: {made.stat().st_size:,} bytes\n")
