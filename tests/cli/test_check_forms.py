"""`jessy check` in other forms, over the whole workspace and with other settings."""

import json

from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.cli.test_check import BAD, GOOD, PROBE
from tests.conftest import MakeWorkspace, example


def test_sarif_has_the_rules_and_a_result_a_finding(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    probes = json.dumps({"probes": [{**PROBE, "query": "x y"}, PROBE]}).encode()
    workspace = make_workspace(a_json=BAD, probes_json=probes)
    (workspace.data / "b c.json").write_bytes(b"[{")
    ran = jessy("check", "--sarif", folder=workspace.root)
    assert ran.code == 1
    log = ran.json
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    findings = jessy("check", "--json", folder=workspace.root).json["findings"]
    assert len(run["results"]) == len(findings) > 3
    for result, finding in zip(run["results"], findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["check"]
        assert result["level"] == finding["severity"]
        assert result["message"]["text"] == finding["message"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == finding["file"].replace(" ", "%20")
        assert physical.get("region", {}).get("startLine") == finding["line"]
    names = [
        result["locations"][0].get("logicalLocations", [{}])[0].get("fullyQualifiedName")
        for result in run["results"]
    ]
    assert names[0] == "[0]"  # where the reading of the broken file ended
    assert "[2].conversations[1].metadata.iterations" in names
    assert "probes[1].id" in names


def test_two_forms_at_once_are_wrong_use(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("check", "--json", "--sarif", folder=workspace.root)
    assert ran.code == 2
    assert "exclude each other" in ran.err


def test_missed_targets_are_notes_of_the_whole_workspace(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    # A letter of its own each, so that no two are alike.
    rows = [example(chr(0x4E00 + n), chr(0x5E00 + n), "LOW", 1, "chat") for n in range(120)]
    workspace = make_workspace(own_json=rows)
    ran = jessy("check", folder=workspace.root)
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "all examples"
    assert "LOW: 100.0% found, 48% to 52% wanted. [balance]" in ran.out
    found = jessy("check", "--json", folder=workspace.root).json["findings"]
    assert {(one["check"], one["file"], one["index"]) for one in found} == {("balance", None, None)}
    assert jessy("check", "--json", "data/own.json", folder=workspace.root).json["findings"] == []
    assert jessy("check", "--sarif", folder=workspace.root).json["runs"][0]["results"][0][
        "locations"
    ] == []  # fmt: skip


def test_the_lengths_of_answers_are_settings(jessy: Jessy, make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(a_json=GOOD)
    settings = workspace.root / "jessy.toml"
    settings.write_text("[check.answer_length]\nLOW = [1, 4]\n")
    found = jessy("check", "--json", folder=workspace.root).json["findings"]
    assert {one["check"] for one in found} == {"answer-length"}
    assert "a LOW answer, which has 1 to 4" in found[0]["message"]
    for wrong in ("LOW = [5, 4]", "LOW = 4", "low = [1, 4]", "MIDDLE = [1, 4]"):
        settings.write_text(f"[check.answer_length]\n{wrong}\n")
        ran = jessy("check", folder=workspace.root)
        assert ran.code == 1
        assert "jessy.toml" in ran.err


def test_very_many_findings_are_summed_up_with_the_first_of_each_check(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    rows = [example("naber", "iyi ", "LOW", 1, "chat") for _ in range(1_500)]
    workspace = make_workspace(a_json=rows, b_json=b"{")
    ran = jessy("check", folder=workspace.root)
    lines = ran.out.splitlines()
    assert "file: 1 error" in lines
    assert "whitespace: 1,500 warnings, the first 5 of them" in lines
    assert ran.out.count("blank space after") == 5
    assert lines[-1].startswith("1,500 examples in 1 file: 1 error, 3,000 warnings, ")
    every = jessy("check", "--all", folder=workspace.root)
    assert every.out.count("blank space after") == 1_500
    assert every.out.splitlines()[-1] == lines[-1]
    assert len(jessy("check", "--json", folder=workspace.root).json["findings"]) > 3_000


def test_lines_that_are_no_json_are_each_an_error(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    good = json.dumps(GOOD[0]).encode()
    workspace = make_workspace(a_jsonl=b"{\n" + good + b"\n\n}\n")
    ran = jessy("check", "--json", folder=workspace.root)
    assert ran.code == 1
    assert [(one["line"], one["index"]) for one in ran.json["findings"]] == [(1, 0), (4, 2)]
    assert ran.json["counts"]["error"] == 2
