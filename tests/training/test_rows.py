"""What a run is trained on."""

import orjson
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.rows import write_rows
from tests.conftest import EXAMPLES, MakeWorkspace, example

PROBE = {
    "id": "ask-01",
    "query": "bi şey sorabilir miyim acaba sana",
    "complexity": "LOW",
    "iterations": [1, 2],
    "expected": 1,
    "category": "greeting",
    "language": "tr",
}


def test_a_probe_among_the_examples_stops_the_run(make_workspace: MakeWorkspace) -> None:
    rows = [example(*row) for row in EXAMPLES]
    leak = example(str(PROBE["query"]), "Sor.", "LOW", 1, "greeting")
    workspace = make_workspace(chat_json=[*rows, leak])
    workspace.probes.write_bytes(orjson.dumps({"probes": [PROBE]}))
    with pytest.raises(JessyError, match=r"chat\.json \(example 9\)"):
        write_rows(workspace, workspace.root / "rows", Recipe())
    assert not (workspace.root / "rows").exists()


def test_the_rows_are_written_where_no_probe_is_among_them(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(chat_json=[example(*row) for row in EXAMPLES])
    workspace.probes.write_bytes(orjson.dumps({"probes": [PROBE]}))
    data = write_rows(workspace, workspace.root / "rows", Recipe())
    assert data.examples == len(EXAMPLES)
    assert data.rows + data.validation_rows >= len(EXAMPLES)
