"""`jessy eval` as people and programs use it, on a base whose answers are known."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import orjson
import pytest

from jessy_tui.cli import main
from tests.evaluation.making import QUESTIONS, write_probes
from tests.inference import models
from tests.inference.server import Scene, serving, stream


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose checkpoint 5 says LOW 1 and whose final says MEDIUM 3 to everything."""
    root = tmp_path_factory.mktemp("workspace")
    base = models.write_base(root / "models" / "bases" / "chain")
    fingerprint = orjson.loads((base / "base.json").read_bytes())["fingerprint"]
    run = models.write_run(root / "models" / "runs" / "first", fingerprint, base=base)
    models.full_adapter(run / "checkpoints" / "5", models.CANONICAL)
    models.full_adapter(run / "checkpoints" / "9", models.ENDLESS)
    models.full_adapter(run / "final", models.MEDIUM)
    for folder, step in ((run / "checkpoints" / "5", 5), (run / "final", 9)):
        path = folder / "adapter_config.json"
        path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"step": step}))
    rows = [("merhaba", "LOW 1"), ("SELAM MİLLET", "LOW 1"), ("kod nasıl yazılır", "MEDIUM 4")]
    lines = [
        {
            "messages": [
                {"role": "user", "content": question},
                {"role": "assistant", "content": f"<think>{plan}</think>\nTamam."},
            ]
        }
        for question, plan in rows
    ]
    (run / "data").mkdir()
    (run / "data" / "train.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)) + b"\n")
    write_probes(root / "data" / "probes.json")
    return root


@pytest.fixture(scope="module")
def asked(made: Path) -> Path:
    """The same, when the plans of all of its checkpoints and of its base have been asked."""
    root = Path(shutil.copytree(made, made.with_name("asked")))
    done = evaluate(root, "--plans-only", "--base", "chain", "--run", "first@all")
    assert done.returncode == 0, done.stderr.decode()
    return root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Path:
    """A copy of its own, in which nothing has been asked."""
    return Path(shutil.copytree(made, tmp_path / "workspace"))


def command(workspace: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "jessy_tui", "-C", str(workspace), "eval", *arguments]


def evaluate(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the verb in this process; the models are asked in others all the same."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    argv = ["jessy", "-C", str(workspace), "eval", *arguments]
    with (
        mock.patch.multiple(sys, argv=argv, stdout=out, stderr=err),
        mock.patch.dict(os.environ, COLUMNS="80"),
    ):
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0
    said = [stream.buffer.getvalue() for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(argv, code, *said)


def test_whole_answers_are_scored_kept_and_not_asked_again(workspace: Path) -> None:
    done = evaluate(workspace, "--run", "first", "--base", "chain", "--json")
    assert done.returncode == 0, done.stderr.decode()
    said = orjson.loads(done.stdout)
    base, run = said["columns"]
    assert (base["name"], run["name"]) == ("chain", "first@final")
    assert base["scores"]["rates"]["band"]["value"] == 2 / 5
    assert len(base["answers"]) == 5
    # "selam millet" was trained on
    assert [one["probe"] for one in run["excluded"]] == ["hi-1"]
    assert run["scores"]["rates"]["band"]["value"] == 2 / 4
    assert run["scores"]["rates"]["exact"]["value"] == 1 / 4
    assert {answer["answer"] for answer in run["answers"]} == {"Dur hele."}
    assert said["comparisons"][0]["left_out"] == ["hi-1"]
    assert {one["name"] for one in said["baselines"]} == {"majority", "bayes", "constant"}
    folder = workspace / "models" / "runs" / "first" / "evaluations" / "final-answers-1"
    answers = (folder / "answers.jsonl").read_bytes()
    again = evaluate(workspace, "--run", "first", "--base", "chain", "--json")
    assert again.returncode == 0
    assert (folder / "answers.jsonl").read_bytes() == answers
    assert orjson.loads(again.stdout)["columns"] == said["columns"]


def test_people_see_the_scores_the_verdict_and_what_was_left_out(
    asked: Path, tmp_path: Path
) -> None:
    html, markdown = tmp_path / "r.html", tmp_path / "r.md"
    written = ("--html", str(html), "--md", str(markdown))
    done = evaluate(asked, "--plans-only", "--run", "first@all", *written)
    assert done.returncode == 0, done.stderr.decode()
    text = " ".join(done.stdout.decode().split())
    assert "first@9 0 % (0-49) 0% 0% 0%" in text
    assert "first@9 plans the right band for 0 of 4 probes" in text
    assert "has not learned to think the right amount" in text
    assert "a difference of two points is noise" in text
    assert "Best checkpoint of first by behaviour: final" in text
    assert done.stderr.decode().count('The probe "hi-1" is left out') == 1
    page = html.read_text()
    assert page.count("<svg") == 2  # the shares, and the checkpoints over their steps
    assert "why is there something rather than nothing" in page
    assert "| right band |" in markdown.read_text()


def test_two_reports_compare(asked: Path, tmp_path: Path) -> None:
    page = tmp_path / "old.html"
    assert evaluate(asked, "--plans-only", "--base", "chain", "--html", str(page)).returncode == 0
    more = ("--against", str(page), "--json")
    done = evaluate(asked, "--plans-only", "--run", "first", *more)
    assert done.returncode == 0, done.stderr.decode()
    [comparison] = orjson.loads(done.stdout)["comparisons"]
    assert (comparison["before"], comparison["after"]) == ("chain", "first@final")
    assert comparison["counts"] == {
        "FIXED": 2,
        "REGRESSED": 1,
        "PRESERVED": 0,
        "PERSISTENT": 1,
    }
    broken = tmp_path / "broken.html"
    broken.write_text("<html>")
    done = evaluate(asked, "--plans-only", "--run", "first", "--against", str(broken))
    assert done.returncode == 1
    assert "broken.html is no report" in done.stderr.decode()


def test_a_score_below_its_floor_exits_1(asked: Path) -> None:
    both = ("--plans-only", "--base", "chain", "--run", "first")
    done = evaluate(asked, *both, "--fail-under", "band=0.9", "--fail-under", "language=0")
    assert done.returncode == 1
    assert done.stderr.decode().strip().splitlines()[-2:] == [
        "first@final: band is 0.500, below 0.9.",
        "first@final: language was not measured, below 0.",
    ]


def test_stopped_and_killed_it_goes_on_to_the_same_answers(workspace: Path) -> None:
    """One that goes on without end is stopped, its process killed; the same command goes on."""
    words = ("--run", "first@9", "--max-tokens", "90000")
    with subprocess.Popen(
        command(workspace, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        folder = workspace / "models" / "runs" / "first" / "evaluations" / "9-answers-1"
        while not (folder / "answers.jsonl").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        complaint = process.communicate()[1].decode()
    assert process.returncode == 130
    assert "It stops; the same command goes on with it." in complaint
    record = orjson.loads((folder / "evaluation.json").read_bytes())
    assert record["state"] == "stopped"
    assert (folder / "answers.jsonl").read_bytes() == b""
    # As kill -9 leaves it.
    dead = record | {"state": "asking", "pid": 2**22 - 1, "process_started": 1.0}
    dead["sampling"]["max_tokens"] = 40
    (folder / "evaluation.json").write_bytes(orjson.dumps(dead))
    (folder / "answers.jsonl").write_bytes(b'{"probe":"hi-1","see')
    done = evaluate(workspace, "--run", "first@9", "--max-tokens", "40", "--json")
    assert done.returncode == 0, done.stderr.decode()
    [column] = orjson.loads(done.stdout)["columns"]
    assert len(column["answers"]) == 4
    assert column["scores"]["rates"]["ended"]["value"] == 0


def test_the_same_seed_gives_the_same_answers(workspace: Path) -> None:
    words = ("--base", "chain", "--seeds", "2", "--temperature", "9", "--max-tokens", "6", "--json")
    first, second = (
        orjson.loads(evaluate(workspace, *words, *more).stdout)["columns"][0]["answers"]
        for more in ((), ("--again",))
    )
    assert [(one["probe"], one["seed"], one["passes"][0]["said"]) for one in first] == [
        (one["probe"], one["seed"], one["passes"][0]["said"]) for one in second
    ]
    assert len({one["passes"][0]["said"] for one in first}) > 1


def test_detached_it_goes_on_by_itself(workspace: Path) -> None:
    done = evaluate(workspace, "--base", "chain", "--plans-only", "--detach", "--json")
    assert done.returncode == 0
    [folder] = orjson.loads(done.stdout)["evaluations"]
    done = evaluate(workspace, "--base", "chain", "--plans-only", "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert len(orjson.loads(done.stdout)["columns"][0]["answers"]) == 5
    assert len(list(Path(folder).parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--run", "nobody"), "no run 'nobody'"),
        (("--run", "first@7"), "no checkpoint '7'; there are: 5, 9, final"),
        (("--base", "nobody"), "no base 'nobody'"),
        (("--probes", "none.json"), "none.json is not there"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    made: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = evaluate(made, *arguments)
    assert (done.returncode, done.stdout) == (1, b"")
    assert words in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_broken_probe_file_is_refused_with_file_and_place(workspace: Path) -> None:
    path = write_probes(workspace / "mine.json", [*QUESTIONS, ("x", "son", "LOW", 9, "a", "tr")])
    done = evaluate(workspace, "--probes", str(path))
    assert done.returncode == 1
    assert "mine.json has errors" in done.stderr.decode()
    assert "probe 6" in done.stderr.decode()
    assert not (workspace / "models" / "evaluations").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--policy", "often"),
        ("--plans-only", "--policy", "auto"),
        ("--seeds", "3", "--temperature", "0"),
        ("--fail-under", "beauty=1"),
        ("--fail-under", "band=90"),
        ("--by", "beauty"),
        ("--max-tokens", "0"),
    ],
)
def test_wrong_use_exits_2(made: Path, arguments: tuple[str, ...]) -> None:
    done = evaluate(made, *arguments)
    assert done.returncode == 2
    assert done.stderr.decode().startswith("Usage: jessy eval")


def test_a_judge_rates_the_texts_once_and_what_is_sent_where_is_said(
    made: Path, tmp_path: Path
) -> None:
    folder = made / "models" / "evaluations"
    scene = Scene(stream("Kısa ve sıcak.\n", "RATING: 4"))
    rubric = tmp_path / "rubric.md"
    rubric.write_text("Rate it.\n")
    with serving(scene):
        asked = ("--base", "chain", "--judge", scene.url, "--rubric", str(rubric))
        done = evaluate(made, *asked)
        assert done.returncode == 0, done.stderr.decode()
        sent = f"Sending 5 questions with their answers, and the rubric, to model-a at {scene.url}"
        assert sent in done.stderr.decode()
        text = " ".join(done.stdout.decode().split())
        assert f"The judge model-a at {scene.url} gives the answers of chain 4.0 of 5" in text
        assert "too few to say whether the judge can be trusted" in text
        assert len(scene.asked) == 5
        system, user = scene.asked[0]["messages"]
        assert system == {"role": "system", "content": "Rate it.\n"}
        assert "Sor kanka, dinliyorum." in user["content"]
        again = evaluate(made, *asked, "--json")
        assert b"Sending" not in again.stderr
        assert len(orjson.loads(again.stdout)["columns"][0]["judgements"]) == 5
    assert len(scene.asked) == 5
    done = evaluate(made, *asked)
    assert done.returncode == 1  # nobody answers there any more
    assert done.stderr.count(b"\n") == 1
    shutil.rmtree(folder)


def test_an_endpoint_that_goes_away_leaves_nothing_wrong_behind(made: Path) -> None:
    scene = Scene(stream("<think>LOW 1</think>\n", "Sor."))
    with serving(scene):
        scene.status = 503
        done = evaluate(made, "--url", scene.url, "--plans-only", "--json")
        assert done.returncode == 1
        assert b"questions in a row failed" in done.stderr
        scene.status = 200
        done = evaluate(made, "--url", scene.url, "--plans-only", "--json")
    assert done.returncode == 0, done.stderr.decode()
    [column] = orjson.loads(done.stdout)["columns"]
    assert column["name"] == f"model-a at {scene.url}"
    assert [one["problem"] for one in column["answers"]] == [None] * 5
    assert column["scores"]["rates"]["band"]["value"] == 2 / 5
    shutil.rmtree(made / "models" / "evaluations")
