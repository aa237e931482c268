"""What is said of an export before it begins."""

import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.export.client import Export
from jessy_tui.export.order import Order, Quantization, Way, check_ollama_name, order_for
from jessy_tui.export.preflight import Preflight, preflight
from jessy_tui.workspace import Workspace
from tests.export.conftest import add_run, change_json
from tests.export.making import made


def looked(workspace: Workspace, way: Way, **options: Any) -> Preflight:
    return preflight(order_for(workspace, run=options.pop("run", "lora"), way=way, **options))


@pytest.mark.parametrize("way", Way)
def test_it_says_what_will_be_written_and_where(shelf: Workspace, way: Way) -> None:
    known = looked(shelf, way)
    assert known.ready
    assert (known.architecture, known.precision, known.adapter_kind) == ("llama", "float32", "lora")
    assert known.order.target.parent == shelf.exports
    assert known.files[-1] == "README.md"
    assert 0 < known.disk <= known.disk_on_the_way < known.disk_free
    assert known.seconds > 0
    assert not shelf.exports.exists()


def test_a_name_that_is_taken_is_one_sentence_and_replace_takes_it(shelf: Workspace) -> None:
    order = order_for(shelf, run="lora", way=Way.ADAPTER)
    order.target.mkdir(parents=True)
    (order.target / "mine.txt").write_text("mine")
    known = preflight(order)
    assert known.problems == (
        f"{order.folder} is there already; give another folder with --out, or replace it with "
        "--replace.",
    )
    with pytest.raises(JessyError, match="is there already"):
        Export(order).run(lambda _: None)
    assert (order.target / "mine.txt").read_text() == "mine"
    again = msgspec.structs.replace(order, replace=True)
    assert preflight(again).ready
    Export(again).run(lambda _: None)
    assert not (order.target / "mine.txt").exists()
    assert (order.target / "adapters.safetensors").exists()


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_is_said_before(shelf: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10, 9, 1))
    [problem] = looked(shelf, Way.FUSED).problems
    assert problem.startswith("It needs 4.")
    assert "make room, or export another way." in problem


def test_a_folder_that_cannot_be_written_is_said_before(
    shelf: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    [problem] = looked(shelf, Way.FUSED, out=tmp_path / "there" / "deeper").problems
    assert problem == f"{tmp_path} cannot be written; give another folder with --out."


def test_a_file_in_the_way_is_said_before(shelf: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is a file" in looked(shelf, Way.FUSED, out=tmp_path / "file").problems[0]
    assert "is a file" in looked(shelf, Way.FUSED, out=tmp_path / "file" / "x").problems[0]


def other_base(workspace: Workspace, name: str, **changes: object) -> None:
    """A copy of the base under another name, its configuration changed, and a run on it."""
    shutil.copytree(workspace.bases / "nano", workspace.bases / name)
    change_json(workspace.bases / name / "base.json", name=name)
    change_json(workspace.bases / name / "config.json", **changes)
    add_run(workspace, f"on-{name}", workspace.runs / "lora" / "final", base=name)


def test_another_architecture_is_left_to_llama_cpps_converter_with_the_command(
    shelf: Workspace,
) -> None:
    other_base(shelf, "gemma", model_type="gemma3_text")
    [problem] = looked(shelf, Way.GGUF, run="on-gemma").problems
    assert "since its architecture, gemma3_text, is none of those that are known here" in problem
    assert "jessy export --run on-gemma --checkpoint final --to fused" in problem
    assert "convert_hf_to_gguf.py" in problem
    assert "on-gemma-final-fused --outtype q8_0" in problem
    assert looked(shelf, Way.FUSED, run="on-gemma").ready


def test_the_converter_is_used_where_the_user_has_it(shelf: Workspace, tmp_path: Path) -> None:
    script = tmp_path / "llama.cpp" / "convert_hf_to_gguf.py"
    script.parent.mkdir()
    script.write_text(
        "#!/usr/bin/env python3\n"
        "import pathlib, sys\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "assert sys.argv[2::2] == ['--outfile', '--outtype'], sys.argv\n"
        "assert (folder / 'config.json').is_file() and (folder / 'model.safetensors').is_file()\n"
        "pathlib.Path(sys.argv[3]).write_bytes(b'GGUF ' + sys.argv[5].encode())\n"
    )
    script.chmod(0o755)
    (shelf.root / "jessy.toml").write_text(f'[export]\nconverter = "{script.parent}"\n')
    fresh = Workspace(shelf.root)
    other_base(fresh, "gemma", model_type="gemma3_text")
    known = looked(fresh, Way.GGUF, run="on-gemma")
    assert known.ready
    assert known.by_converter
    assert known.disk_on_the_way > known.disk
    done = made(known.order)
    assert sorted(done.files) == ["README.md", "on-gemma-final-q8_0.gguf"]
    gguf = Path(done.folder) / "on-gemma-final-q8_0.gguf"
    assert gguf.read_bytes() == b"GGUF q8_0"
    [problem] = looked(fresh, Way.GGUF, run="on-gemma", quantization=Quantization.Q4_0).problems
    assert "use --quantize q8_0" in problem


UNWRITABLE = [
    ({"type": "BPE", "byte_fallback": True}, None, "no byte-level BPE"),
    (None, {"type": "Whitespace"}, "cuts text in a way"),
    ({"ignore_merges": True}, None, "merges otherwise"),
]


@pytest.mark.parametrize(("model", "cut", "words"), UNWRITABLE)
def test_a_tokenizer_that_llama_cpp_cuts_otherwise_is_no_gguf_here(
    shelf: Workspace, model: dict[str, Any] | None, cut: dict[str, Any] | None, words: str
) -> None:
    path = shelf.bases / "nano" / "tokenizer.json"
    described = msgspec.json.decode(path.read_bytes())
    described["model"] |= model or {}
    described["pre_tokenizer"] = cut or described["pre_tokenizer"]
    path.write_bytes(msgspec.json.encode(described))
    [problem] = looked(shelf, Way.GGUF).problems
    assert words in problem


def test_a_template_that_looks_around_is_no_ollama(shelf: Workspace) -> None:
    template = (
        "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
        "{% if loop.last %}{{ message['content'] }}"
        "{% else %}{{ message['content'].split('</think>')[-1] }}{% endif %}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    change_json(shelf.bases / "nano" / "tokenizer_config.json", chat_template=template)
    [problem] = looked(shelf, Way.OLLAMA).problems
    assert "export it with --to gguf" in problem
    assert looked(shelf, Way.GGUF).ready


def test_a_damaged_checkpoint_is_one_sentence(shelf: Workspace) -> None:
    path = shelf.runs / "lora" / "final" / "adapters.safetensors"
    path.write_bytes(path.read_bytes()[:500])
    [problem] = looked(shelf, Way.FUSED).problems
    assert problem.startswith(f"{path} is damaged")


@pytest.mark.parametrize("name", ["", "a b", "-x", "a/b/c", "x:", "é"])
def test_a_name_that_ollama_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(JessyError, match="is no name for Ollama"):
        check_ollama_name(name)
    assert check_ollama_name("me/jessy:0.1") == "me/jessy:0.1"


def test_an_order_survives_the_pipe(shelf: Workspace) -> None:
    order = order_for(shelf, run="lora", way=Way.OLLAMA)
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order
