"""Quick probes, the kept questions and the settings of the Chat tab."""

import pytest

from jessy_tui.chats.asked import KEPT, AskedBefore
from jessy_tui.chats.quick_probes import CANONICAL, probe_asked, quick_probes
from jessy_tui.errors import JessyError
from jessy_tui.settings_file import keep_settings
from jessy_tui.workspace import ChatSettings, Workspace
from tests.conftest import REPOSITORY


def test_the_quick_probes_are_the_canonical_question_and_one_of_each_band() -> None:
    workspace = Workspace(REPOSITORY)
    probes = quick_probes(workspace)
    assert probes[0].query == CANONICAL
    assert [str(probe.complexity) for probe in probes] == ["LOW", "LOW", "MEDIUM", "HIGH"]
    assert probes[1].iterations == 2
    assert all(probe_asked(workspace, probe.query) for probe in probes)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"probes": 3}', b'{"probes": [3, {"query": 1}, {"query": "x", "expected": 12}]}',
     b'{"probes": [{"query": " ", "iterations": [2, 2]}, {"query": "y", "iterations": []}]}'],
)  # fmt: skip
def test_a_broken_file_of_probes_leaves_the_canonical_question(
    workspace: Workspace, content: bytes
) -> None:
    workspace.probes.write_bytes(content)
    assert [probe.query for probe in quick_probes(workspace)] == [CANONICAL]


def test_the_last_questions_are_kept_and_a_half_written_one_is_left_out(
    workspace: Workspace,
) -> None:
    asked = AskedBefore(workspace)
    assert asked.read() == []
    for number in range(1, 2 * KEPT + 2):
        asked.add(f"soru {number}\niki satır")
    assert len(asked.read()) == KEPT
    assert asked.read()[-1] == f"soru {2 * KEPT + 1}\niki satır"
    path = workspace.state / "asked.jsonl"
    path.write_bytes(path.read_bytes() + b'"half')
    asked.add("sonra")
    assert asked.read()[-1] == "sonra"


def test_settings_come_back_and_what_is_none_is_taken_out(workspace: Workspace) -> None:
    path = workspace.root / "jessy.toml"
    path.write_text("# mine\n[chat]\nseed = 3 # why\n")
    assert workspace.settings.chat.seed == 3
    keep_settings(workspace, "chat", {"seed": None, "temperature": 0.7, "policy": "fixed 3"})
    assert workspace.settings.chat == ChatSettings(temperature=0.7, policy="fixed 3")
    assert path.read_text().startswith("# mine\n")


@pytest.mark.parametrize("line", ['policy = "often"', "top_p = 0", "max_tokens = 0", "seed = -1"])
def test_a_setting_that_cannot_be_is_refused_in_one_sentence(
    workspace: Workspace, line: str
) -> None:
    (workspace.root / "jessy.toml").write_text(f"[chat]\n{line}\n")
    with pytest.raises(JessyError, match=r"jessy\.toml"):
        workspace.settings  # noqa: B018
