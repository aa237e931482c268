"""The Modelfile, rendered by Ollama's rules; and Ollama's own command, played by a script."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.bases.nano import CHAT_TEMPLATE
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.chat_format import ChatTemplate, Turns, find_turns
from jessy_tui.export.ollama import template_of
from jessy_tui.export.order import Exported, Way, order_for
from jessy_tui.export.preflight import preflight
from jessy_tui.workspace import Workspace
from tests.export import rounds
from tests.export.conftest import add_run, change_json
from tests.export.go_template import render, thinking_tags
from tests.export.making import made

LLAMA_3 = (
    "{{ bos_token }}{% for message in messages %}"
    "<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}"
    "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
TEMPLATES = {"chatml": CHAT_TEMPLATE, "llama 3": LLAMA_3, "gemma": GEMMA}

texts = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="{}\x85"), min_size=1
).filter(lambda text: text == text.strip())


def template(folder: Path, text: str, bos: str = "<bos>") -> ChatTemplate:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer_config.json").write_text("{}")
    change_json(folder / "tokenizer_config.json", chat_template=text, bos_token=bos)
    return ChatTemplate(folder)


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ChatTemplate, Turns]]:
    found = {}
    for name, text in TEMPLATES.items():
        each = template(tmp_path_factory.mktemp("templates"), text)
        turns = find_turns(each)
        assert turns is not None, name
        found[name] = each, turns
    return found


@pytest.mark.parametrize("name", TEMPLATES)
@given(
    said=st.lists(texts, min_size=1, max_size=5),
    system=st.one_of(st.none(), texts),
    plans=st.booleans(),
)
def test_ollama_writes_a_conversation_exactly_as_it_was_trained(
    formats: dict[str, tuple[ChatTemplate, Turns]],
    name: str,
    said: list[str],
    system: str | None,
    plans: bool,
) -> None:
    """Whether a client gives the plan back as thinking or leaves it in the text."""
    ours, turns = formats[name]
    theirs = template_of(turns, bos_added=False)
    trained: list[dict[str, str]] = []
    asked: list[dict[str, str]] = []
    if system is not None and "system" in turns.around:
        trained.append({"role": "system", "content": system})
        asked.append(trained[-1])
    for number, text in enumerate(said):
        if number % 2 == 0:
            trained.append({"role": "user", "content": text})
            asked.append(trained[-1])
            continue
        trained.append({"role": "assistant", "content": f"<think>LOW 1</think>\n{text}"})
        asked.append(
            {"role": "assistant", "content": text, "thinking": "LOW 1"} if plans else trained[-1]
        )
    assert render(theirs, asked) == ours(trained, answer_next=True)


@pytest.mark.parametrize("name", TEMPLATES)
def test_ollama_finds_the_plan_and_takes_it_for_thinking(
    formats: dict[str, tuple[ChatTemplate, Turns]], name: str
) -> None:
    _, turns = formats[name]
    assert thinking_tags(template_of(turns, bos_added=False)) == ("<think>", "</think>")


def test_a_beginning_that_llama_cpp_adds_is_not_written_twice(
    formats: dict[str, tuple[ChatTemplate, Turns]],
) -> None:
    for name in ("llama 3", "gemma"):
        ours, turns = formats[name]
        assert ours.beginning == "<bos>"
        assert "<bos>" not in template_of(turns, bos_added=True)


def test_the_stops_are_the_tags_around_turns(
    formats: dict[str, tuple[ChatTemplate, Turns]],
) -> None:
    assert {name: turns.stops for name, (_, turns) in formats.items()} == {
        "chatml": ("<|im_end|>", "<|im_start|>"),
        "llama 3": ("<|eot_id|>", "<|start_header_id|>"),
        "gemma": ("<end_of_turn>", "<start_of_turn>"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "{% for m in messages %}{{ m['content'] }}{% if not loop.last %}|{% endif %}{% endfor %}",
        "{% for m in messages %}{{ m['role'] }}{% endfor %}",
        "{{ messages | length }}",
        "{{ raise_exception('no') }}",
    ],
)
def test_a_template_that_looks_around_a_turn_is_not_taken_for_one_that_does_not(
    tmp_path: Path, text: str
) -> None:
    assert find_turns(template(tmp_path, text)) is None


def test_a_template_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(JessyError, match="is none"):
        template(tmp_path, "{% for %}")


# --- the Modelfile -------------------------------------------------------------------------------


def parse(text: str) -> dict[str, list[str]]:
    """A Modelfile's commands, as Ollama's parser reads them."""
    found: dict[str, list[str]] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line or line.startswith("#"):
            continue
        name, _, value = line.partition(" ")
        if name == "PARAMETER":
            key, _, value = value.partition(" ")
            name = key
        if value.startswith('"""'):
            while not (value.endswith('"""') and len(value) >= 6):
                value += "\n" + next(lines)
        found.setdefault(name, []).append(value.removeprefix('"""').removesuffix('"""').strip('"'))
    return found


def ollama(shelf: Workspace, run: str = "lora") -> tuple[Exported, list[Stage]]:
    stages: list[Stage] = []
    order = order_for(shelf, run=run, way=Way.OLLAMA, replace=True)
    return made(order, stages), stages


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Ollama on the PATH."""
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / "ollama").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))


def test_the_modelfile_says_all_that_ollama_needs(shelf: Workspace, alone: None) -> None:
    (shelf.data / "README.md").write_text("Nothing.\n\nThe licence of the data is CC BY 4.0.\n")
    add_run(shelf, "persona", shelf.runs / "lora" / "final", system='Adın "JESSY".\nKısa konuş.')
    done, _ = ollama(shelf, "persona")
    said = parse((Path(done.folder) / "Modelfile").read_text("utf-8"))
    assert said["FROM"] == ["./persona-final-q8_0.gguf"]
    assert (Path(done.folder) / "persona-final-q8_0.gguf").is_file()
    assert said["SYSTEM"] == ['Adın "JESSY".\nKısa konuş.']
    assert said["stop"] == ["<|im_end|>", "<|im_start|>"]
    assert (said["temperature"], said["repeat_penalty"]) == (["0"], ["1"])
    assert "CC BY 4.0" in said["LICENSE"][0]
    asked = [{"role": "system", "content": "S"}, {"role": "user", "content": "naber"}]
    written = ChatTemplate(shelf.bases / "nano")(asked, answer_next=True)
    assert render(said["TEMPLATE"][0], asked) == written
    assert done.commands == (
        f"ollama create jessy -f {done.folder}/Modelfile",
        'ollama run jessy "sana bisi sorucam"',
    )
    assert not done.created


def test_without_a_system_prompt_in_training_there_is_none(shelf: Workspace, alone: None) -> None:
    done, _ = ollama(shelf)
    assert "SYSTEM" not in parse((Path(done.folder) / "Modelfile").read_text("utf-8"))
    assert any("trained without a system prompt" in note for note in done.notes)


# --- Ollama's command ----------------------------------------------------------------------------

FAKE = """#!/usr/bin/env python3
import pathlib, sys
arguments = sys.argv[1:]
pathlib.Path({log!r}).open("a").write(" ".join(arguments) + "\\n")
if arguments[0] == "list":
    sys.exit(1) if {fails!r} == "list" else print("NAME   ID   SIZE\\njessy:latest  0b1  145 MB")
elif arguments[0] == "create":
    assert arguments[2:] == ["-f", "Modelfile"] and pathlib.Path("Modelfile").is_file()
    for percent in (10, 60, 100):
        sys.stderr.write("\\x1b[?25l\\r\\x1b[2Ktransferring model data " + str(percent) + "%")
        sys.stderr.flush()
    if {fails!r} == "create":
        sys.stderr.write("\\nError: could not connect to ollama server, run 'ollama serve'\\n")
        sys.exit(1)
    sys.stderr.write("\\nsuccess\\n")
else:
    assert arguments[0] == "run"
    sys.stdout.write("\\x1b[?25lThinking...\\nLOW 1\\n...done thinking.\\n\\n")
    sys.stdout.write("Sor kanka, dinliyorum.\\n")
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ollama on the PATH; returns the file where it keeps what it was asked."""
    log = tmp_path / "asked"
    script = tmp_path / "bin" / "ollama"
    script.parent.mkdir()
    script.write_text(FAKE.format(log=str(log), fails=""))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return log


def test_ollama_is_given_the_model_and_asked_a_question(shelf: Workspace, fake: Path) -> None:
    done, stages = ollama(shelf)
    assert fake.read_text().splitlines() == [
        "list",  # before the work
        "create jessy -f Modelfile",
        "run jessy sana bisi sorucam",
    ]
    assert done.created
    assert done.answer.endswith("Sor kanka, dinliyorum.")
    assert "LOW 1" in done.answer
    assert done.commands == ('ollama run jessy "sana bisi sorucam"',)
    assert any(stage.doing.startswith("Ollama: transferring") for stage in stages)


def test_what_ollama_refuses_is_said_and_the_folder_stays(shelf: Workspace, fake: Path) -> None:
    script = fake.parent / "bin" / "ollama"
    script.write_text(FAKE.format(log=str(fake), fails="create"))
    done, _ = ollama(shelf)
    assert not done.created
    assert "could not connect to ollama server" in done.notes[-1]
    assert "the folder is whole" in done.notes[-1]
    assert done.commands[0].startswith("ollama create jessy -f ")


ADDS_A_SYSTEM = (
    "{% for message in messages %}"
    "{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are somebody, on ' + strftime_now('%d %b %Y') + "
    "'<|im_end|>\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@pytest.mark.parametrize("kept", ["tokenizer_config.json", "chat_template.jinja"])
def test_a_system_prompt_that_a_template_adds_is_in_no_export(
    shelf: Workspace, alone: None, kept: str
) -> None:
    """Rows are trained without it, also on a base that was put into its place by hand."""
    folder = shelf.bases / "nano"
    if kept == "chat_template.jinja":
        change_json(folder / "tokenizer_config.json", chat_template=None)
        (folder / kept).write_text(ADDS_A_SYSTEM)
    else:
        change_json(folder / kept, chat_template=ADDS_A_SYSTEM)
    asked = [{"role": "user", "content": "naber"}]
    wanted = "<|im_start|>user\nnaber<|im_end|>\n<|im_start|>assistant\n"
    done, _ = ollama(shelf)
    said = parse((Path(done.folder) / "Modelfile").read_text("utf-8"))
    assert render(said["TEMPLATE"][0], asked) == wanted
    fused = made(order_for(shelf, run="lora", way=Way.FUSED))
    written = ChatTemplate(Path(fused.folder))
    assert written.text == written.written
    assert written(asked, answer_next=True) == wanted
    told = [{"role": "system", "content": "S"}, *asked]
    assert written(told, answer_next=True) == f"<|im_start|>system\nS<|im_end|>\n{wanted}"
    if find_spec("xllamacpp"):
        [name] = [name for name in done.files if name.endswith(".gguf")]
        theirs = rounds.ask_llama_cpp(Path(done.folder) / name, ["naber"], [], 1)
        assert theirs["written"] == [wanted]


def test_before_the_work_it_is_said_whether_ollama_answers_and_has_the_name(
    shelf: Workspace, fake: Path
) -> None:
    known = preflight(order_for(shelf, run="lora", way=Way.OLLAMA))
    assert known.notes[-1] == "Ollama is given the model as jessy in the place of the one it has."
    known = preflight(order_for(shelf, run="lora", way=Way.OLLAMA, name="kanka"))
    assert known.notes[-1] == "Ollama is given the model as kanka."
    (fake.parent / "bin" / "ollama").write_text(FAKE.format(log=str(fake), fails="list"))
    known = preflight(order_for(shelf, run="lora", way=Way.OLLAMA))
    assert known.ready
    assert known.notes[-1].startswith("Ollama does not answer (ollama serve starts it)")
    done, _ = ollama(shelf)
    assert not done.created
    assert "create" not in fake.read_text()
