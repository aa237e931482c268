"""What a run is trained on."""

import shutil
from pathlib import Path

import orjson
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Message
from jessy_tui.inference.target import target_of_base, target_of_run
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.rows import write_rows
from jessy_tui.training.runs import create_run
from jessy_tui.workspace import Workspace
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


def test_a_system_prompt_of_the_settings_begins_the_rows_and_is_recorded(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace(chat_json=[example(*row) for row in EXAMPLES])
    (workspace.root / "jessy.toml").write_text('[split]\nsystem = "Kısa konuş."\n')
    data = write_rows(workspace, workspace.root / "rows", Recipe())
    assert data.system == "Kısa konuş."
    for line in (workspace.root / "rows" / "train.jsonl").read_bytes().splitlines():
        assert orjson.loads(line)["messages"][0] == {"role": "system", "content": "Kısa konuş."}


def test_a_checkpoint_is_asked_with_the_system_prompt_it_was_trained_with(
    workspace: Workspace, tiny: Path
) -> None:
    (workspace.root / "jessy.toml").write_text('[split]\nsystem = "Kısa konuş."\n')
    shutil.copytree(tiny, workspace.bases / "nano")
    run = create_run(workspace, name="first", recipe=Recipe())
    (run.folder / "final").mkdir()
    target = target_of_run(workspace, "first", None)
    assert target.opening == (Message("system", "Kısa konuş."),)
    assert target_of_base(workspace, "nano").opening == ()
