"""`jessy chat` as people and programs use it, on a base whose answers are known."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pexpect
import psutil
import pytest

from tests.inference import models
from tests.inference.server import Scene, serving, stream

SAYS = "Sor kanka, dinliyorum."


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs: `old` and `first` are trained, `first` last; `young` has only a step yet."""
    root = tmp_path_factory.mktemp("workspace")
    base = models.write_base(root / "models" / "bases" / "chain")
    fingerprint = orjson.loads((base / "base.json").read_bytes())["fingerprint"]
    for created, name in enumerate(["old", "first", "young"], start=1):
        models.write_run(
            root / "models" / "runs" / name, fingerprint, base=base, created=float(created)
        )
    runs = root / "models" / "runs"
    models.full_adapter(runs / "old" / "best", models.ENDLESS)
    models.full_adapter(runs / "first" / "checkpoints" / "20", models.ENDLESS)
    models.full_adapter(runs / "first" / "final", models.CANONICAL)
    models.full_adapter(runs / "young" / "checkpoints" / "5", models.MEDIUM)
    models.write_run(runs / "stale", "0" * 64, base=base)
    models.full_adapter(runs / "stale" / "final", models.MEDIUM)
    models.write_run(runs / "orphan", None, base=root / "models" / "bases" / "gone")
    models.full_adapter(runs / "orphan" / "final", models.MEDIUM)
    return root


def command(workspace: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "jessy_tui", "-C", str(workspace), "chat", *arguments]


def chat(
    workspace: Path, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command(workspace, *arguments), input=stdin, capture_output=True)


def test_json_is_the_contract_and_the_newest_trained_run_is_asked(workspace: Path) -> None:
    done = chat(workspace, "--json", "sana bisi sorucam")
    assert done.returncode == 0, done.stderr.decode()
    said = orjson.loads(done.stdout)
    assert said["plan"] == {"complexity": "LOW", "iterations": 1}
    assert said["answer"] == SAYS
    (only,) = said["passes"]
    assert set(only) == {"text", "tokens", "seconds"}
    assert (only["text"], only["tokens"]) == (SAYS, 6)
    assert 0 < said["first_token_seconds"] <= said["seconds"]
    assert said["tokens_per_second"] > 0
    assert (said["run"], said["checkpoint"], said["base"]) == ("first", "final", "chain")
    assert said["ended"] == "plan"
    assert said["load_seconds"] > 0
    told = done.stderr.decode()
    assert "Asking the run first, checkpoint final, on the base chain." in told
    assert "Loaded in" in told


def test_people_see_the_plan_the_answer_the_pips_and_the_seconds(workspace: Path) -> None:
    done = chat(workspace, "--base", "chain", stdin="naber kanka, ığüşöç\n".encode())
    assert done.returncode == 0, done.stderr.decode()
    plan, blank, answer, _, verdict = done.stdout.decode().splitlines()
    assert (plan, blank, answer) == ("LOW 1", "", SAYS)
    assert verdict.startswith("●○○○○○○○○  1 pass · ")
    assert " s of 5 s · first token " in verdict
    assert "tokens/s" in verdict


def test_passes_are_shown_one_after_the_other(workspace: Path) -> None:
    arguments = ("--run", "young", "--policy", "fixed 2", "--max-tokens", "2", "naber")
    done = chat(workspace, *arguments)
    assert done.returncode == 0, done.stderr.decode()
    text = done.stdout.decode()
    assert text.startswith("MEDIUM 3\n")
    assert "— pass 1 of 2, explore —\nDur\n(2 tokens in" in text
    assert "— pass 2 of 2, explore —\nDur\n" in text
    assert "100% like the draft before)" in text
    assert "●●○○○○○○○  2 passes · " in text
    assert "cut off at 2 tokens; see --max-tokens" in text


def test_ctrl_c_cancels_the_answer_and_exits_130(workspace: Path) -> None:
    arguments = ("--run", "old", "--max-tokens", "90000", "naber")
    with subprocess.Popen(
        command(workspace, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(200)  # the answer has begun
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        complaint = process.stderr.read().decode()
    assert process.returncode == 130
    assert "Traceback" not in complaint


def test_a_talk_goes_on_after_ctrl_c_and_ends_with_ctrl_d(workspace: Path) -> None:
    first, *rest = command(workspace, "--run", "old", "--max-tokens", "2000", "--policy", "single")
    talk = pexpect.spawn(first, rest, timeout=60, encoding="utf-8", codec_errors="replace")
    talk.expect("> ")
    talk.sendline("   ")
    talk.expect("> ")
    talk.sendline("naber")
    talk.expect("bir iki üç")
    talk.sendintr()
    talk.expect("Cancelled")
    talk.expect("> ")
    talk.sendline("selam")
    talk.expect("1 pass · ")
    talk.expect("> ")
    talk.send("\x1b[A")  # up: what was asked before
    talk.expect("selam")
    talk.send("\x15")
    talk.sendline("/new")
    talk.expect("What was said is forgotten")
    talk.expect("> ")
    talk.sendeof()
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 0
    typed = (workspace / ".jessy" / "chat_history").read_text().splitlines()
    assert [line for line in typed if line in ("naber", "selam")] == ["naber", "selam"]


def test_a_talk_outlives_its_engine_and_ctrl_c_at_the_prompt_leaves(workspace: Path) -> None:
    first, *rest = command(workspace, "--base", "chain")
    talk = pexpect.spawn(first, rest, timeout=60, encoding="utf-8", codec_errors="replace")
    talk.expect("> ")
    (worker,) = psutil.Process(talk.pid).children()
    worker.kill()
    worker.wait()
    talk.sendline("naber")
    talk.expect("killed by signal 9|Loaded in")
    if "killed" in talk.after:
        talk.expect("> ")
        talk.sendline("naber")
        talk.expect("Loaded in")
    talk.expect(SAYS)
    talk.expect("> ")
    talk.sendintr()
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 130


def test_events_are_a_json_object_a_line_as_they_happen(tmp_path: Path) -> None:
    with serving(Scene(stream("<think>LOW 1</think>\n", "Sor kanka,", " dinliyorum."))) as scene:
        options = ("--top-p", "0.9", "--min-p", "0.1", "--repetition-penalty", "1.2", "--seed", "3")
        arguments = ("--url", scene.url, "--system", "Kısa.", *options, "--max-seconds", "60")
        done = chat(tmp_path, *arguments, "--events", "sana bisi sorucam")
    assert done.returncode == 0, done.stderr.decode()
    plan, *texts, made, answer = map(orjson.loads, done.stdout.splitlines())
    assert (plan["event"], plan["plan"]["complexity"], plan["passes"]) == ("plan", "LOW", 1)
    assert {text["event"] for text in texts} == {"text"}
    assert "".join(text["text"] for text in texts) == SAYS
    assert (made["event"], made["phase"], made["text"]) == ("pass", "explore", SAYS)
    assert (answer["event"], answer["answer"], answer["ended"]) == ("answer", SAYS, "plan")
    (asked,) = scene.asked
    assert asked["messages"][0] == {"role": "system", "content": "Kısa."}
    assert (asked["top_p"], asked["min_p"], asked["seed"]) == (0.9, 0.1, 3)
    assert asked["repetition_penalty"] == 1.2


def test_an_endpoint_is_asked_like_a_run(tmp_path: Path) -> None:
    parts = [*stream("LOW 1", field="reasoning")[:1], *stream("Sor kanka,", " dinliyorum.")]
    with serving(Scene(parts, key="sk-1")) as scene:
        (tmp_path / "jessy.toml").write_text(
            f'[endpoints.house]\nurl = "{scene.url}"\nkey = "sk-1"\nsystem = "Kısa."\n'
        )
        done = chat(tmp_path, "--url", "house", "--json", "sana bisi sorucam")
    assert done.returncode == 0, done.stderr.decode()
    said = orjson.loads(done.stdout)
    assert (said["plan"]["complexity"], said["answer"]) == ("LOW", SAYS)
    assert (said["url"], said["model"], said["base"]) == (scene.url, "model-a", None)
    assert scene.asked[0]["messages"][0] == {"role": "system", "content": "Kısa."}
    told = done.stderr.decode()
    assert told == f"Asking the model model-a at {scene.url}.\n"
    done = chat(tmp_path, "--url", "house", "x")  # it is down by now
    assert (done.returncode, done.stdout) == (1, b"")
    assert "Nothing answers at" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--run", "nobody", "x"), "no run 'nobody'; there are: young, first, old"),
        (("--run", "first", "--checkpoint", "30", "x"), "no checkpoint '30'; there are: 20, final"),
        (("--base", "nobody", "x"), "no base 'nobody'; there are: nano, smollm2-135m, "),
        (("--base", "nano", "x"), "make it ready with: jessy bases fetch nano"),
        (("--run", "stale", "x"), "has been rebuilt since the run stale was trained on it"),
        (("--run", "orphan", "x"), "make it ready with: jessy bases fetch gone"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence_with_the_way_out(
    workspace: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = chat(workspace, *arguments)
    assert done.returncode == 1
    assert done.stdout == b""
    complaint = done.stderr.decode()
    assert words in complaint
    assert complaint.count("\n") == 1


def test_without_a_trained_run_the_command_that_makes_one_is_named(
    workspace: Path, tmp_path: Path
) -> None:
    done = chat(tmp_path, "x")
    assert (done.returncode, done.stdout) == (1, b"")
    assert "train one with: jessy train" in done.stderr.decode()
    young = tmp_path / "models" / "runs" / "young"
    shutil.copytree(workspace / "models" / "runs" / "young", young)
    done = chat(tmp_path, "x")
    assert done.returncode == 1
    assert "there are: young (finished)" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("--run", "a", "--base", "b", "x"), b""),
        (("--base", "b", "--checkpoint", "best", "x"), b""),
        (("--url", "u", "--run", "a", "x"), b""),
        (("--model", "m", "x"), b""),
        (("--policy", "often", "x"), b""),
        (("--max-tokens", "0", "x"), b""),
        (("--temperature", "-1", "x"), b""),
        (("--top-p", "0", "x"), b""),
        (("--json", "--events", "x"), b""),
        (("  ",), b""),
        ((), b" \n"),
    ],
)
def test_wrong_use_exits_2(workspace: Path, arguments: tuple[str, ...], stdin: bytes) -> None:
    done = chat(workspace, *arguments, stdin=stdin)
    assert done.returncode == 2
    assert done.stderr.decode().startswith("Usage: jessy chat")


def test_a_message_that_is_not_utf_8_is_refused(workspace: Path) -> None:
    done = chat(workspace, stdin=b"\xff\xfe")
    assert done.returncode == 1
    assert "not UTF-8" in done.stderr.decode()
    for arguments in ([b"\xff"], [b"--system", b"\xff", b"x"]):
        typed = [*map(str.encode, command(workspace)), *arguments]
        done = subprocess.run(typed, capture_output=True)
        assert done.returncode == 1
        assert "not UTF-8" in done.stderr.decode()
