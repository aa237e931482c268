"""Folders of mlx-lm's and Hugging Face's as bases, converted by the real mlx-lm."""

import shutil
from pathlib import Path

import orjson
import pytest

from jessy_tui.bases.catalogue import find_base
from jessy_tui.bases.fetch import Fetch
from jessy_tui.bases.wanted import find_wanted
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace
from tests.bases.conftest import Make
from tests.inference import models
from tests.training import nanos

CONVERT = """
import sys, msgspec
from mlx_lm import convert
for source, target, options in msgspec.json.decode(sys.stdin.buffer.read()):
    convert(source, target, **options)
"""
LOOK = """
import sys, msgspec
import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm import load
question = [{"role": "user", "content": "selam"}]
def look(folder):
    model, tokenizer = load(folder)
    ask = tokenizer.apply_chat_template(question, tokenize=False, add_generation_prompt=True)
    kinds = sorted({str(weight.dtype) for _, weight in tree_flatten(model.parameters())})
    return {"types": kinds, "asked": ask}
folders = msgspec.json.decode(sys.stdin.buffer.read())
print(msgspec.json.encode([look(folder) for folder in folders]).decode())
"""
ASKED = "<|im_start|>user\nselam<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model as somebody has it on the disk; its template adds a system prompt."""
    base = models.write_base(tmp_path / "My Model", template=models.DEFAULT_SYSTEM_TEMPLATE)
    (base / "base.json").unlink()
    return base


def test_on_a_cpu_weights_become_float32_and_the_template_adds_nothing(
    make: Make, folder: Path, tmp_path: Path
) -> None:
    half, quantized = tmp_path / "half", tmp_path / "quantized"
    given = [
        [str(folder), str(half), {"dtype": "bfloat16"}],
        [str(folder), str(quantized), {"quantize": True, "q_bits": 4, "q_group_size": 32}],
    ]
    nanos.run_python(CONVERT, given)
    bases = [make(half), make(quantized)]
    changes = [base.record.changes for base in bases if base.record]
    assert [first for first, _ in changes] == [
        "Its weights were in bfloat16, and are in float32.",
        "Its weights are those of a 4-bit model, in float32.",
    ]
    for _, second in changes:
        assert "You are somebody else." in second
    for seen in orjson.loads(nanos.run_python(LOOK, [str(base.folder) for base in bases])):
        assert seen == {"types": ["mlx.core.float32"], "asked": ASKED}


def test_a_folder_is_made_anew_from_where_it_came_until_that_is_gone(
    make: Make, workspace: Workspace, folder: Path
) -> None:
    base = make(folder)
    assert (base.name, base.origin, base.licence) == ("my-model", str(folder), "unknown")
    again = Fetch(workspace, find_base(workspace, "my-model"), rebuild=True).run(lambda _: None)
    assert again.record == base.record
    shutil.rmtree(folder)
    with pytest.raises(JessyError, match="There is nothing at"):
        Fetch(workspace, again, rebuild=True).run(lambda _: None)
    assert find_base(workspace, "my-model").record == base.record  # the old one is untouched


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("config.json", "it has no config.json"),
        ("model.safetensors", "has no model*.safetensors"),
    ],
)
def test_a_folder_that_is_no_model_is_refused(
    make: Make, folder: Path, workspace: Workspace, missing: str, words: str
) -> None:
    (folder / missing).unlink()
    with pytest.raises(JessyError) as refused:
        make(folder)
    assert words in str(refused.value)
    assert [path.name for path in workspace.bases.iterdir()] == [".my-model.lock"]


def test_what_is_wanted_is_a_name_a_path_or_a_repository(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert find_wanted(workspace, "smollm2-135m").offer is not None
    assert find_wanted(workspace, "mlx-community/gemma-3-270m-it-bf16").name == "gemma3-270m"
    assert find_wanted(workspace, "Some/Model-2B").name == "model-2b"
    assert find_wanted(workspace, "Some/Model-2B", name="İki Işık").name == "iki-isik"
    path = tmp_path / "nano"
    path.mkdir()
    (tmp_path / "weights.bin").touch()
    for wanted, name, words in (
        (str(path), None, "nano is the name of another base"),
        (str(tmp_path / "weights.bin"), None, "is not a GGUF file"),
        (str(tmp_path / "gone"), None, "There is nothing at"),
        (str(tmp_path), "…", "No name for a base can be made"),
        ("smollm2-135m", "mine", "--name is for paths"),
        ("gemma", None, "There is no base 'gemma'"),
    ):
        with pytest.raises(JessyError, match=words):
            find_wanted(workspace, wanted, name=name)
    models.write_base(workspace.bases / "taken")
    assert find_wanted(workspace, str(workspace.bases / "taken")).ready
    (workspace.bases / "put").mkdir()
    with pytest.raises(JessyError, match="move it out of models/bases"):
        find_wanted(workspace, str(workspace.bases / "put"))
    (tmp_path / "taken").mkdir()
    with pytest.raises(JessyError, match="There is another base taken already"):
        find_wanted(workspace, str(tmp_path / "taken"))
