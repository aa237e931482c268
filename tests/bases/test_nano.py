"""The base that is built here, with the real tokenizer and the real MLX."""

from pathlib import Path

import orjson
import pytest

from tests.training import nanos

# Loads a base as mlx-lm does, and says how it writes and reads.
LOOK = """
import sys, msgspec
from mlx_lm import load
from mlx.utils import tree_flatten
folder, texts = msgspec.json.decode(sys.stdin.buffer.read())
model, tokenizer = load(folder)
def prompt(messages, **options):
    return tokenizer.decode(tokenizer.apply_chat_template(messages, **options))
question = [{"role": "user", "content": "sana bisi sorucam"}]
answer = {"role": "assistant", "content": "<think>LOW 1</think>\\nSor kanka, dinliyorum."}
streamed = tokenizer.detokenizer
for token in tokenizer.encode(answer["content"]):
    streamed.add_token(token)
streamed.finalize()
print(msgspec.json.encode({
    "asked": prompt(question, add_generation_prompt=True),
    "answered": prompt([*question, answer]),
    "streamed": streamed.text,
    "round_trips": [tokenizer.decode(tokenizer.encode(text)) for text in texts],
    "plan": [tokenizer.decode([token]) for token in tokenizer.encode("<think>HIGH 9</think>\\n")],
    "ends": [tokenizer.decode([token]) for token in tokenizer.eos_token_ids],
    "types": sorted({str(weight.dtype) for _, weight in tree_flatten(model.parameters())}),
}).decode())
"""
STRANGE = ["ığüşöç İIıi", "日本語 😀 e\u0301", "\t\n  x\r\n", "<|im_end|", "مرحبا", "a\x00b"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nanos.tiny(tmp_path_factory)


def test_mlx_lm_loads_it_and_its_chat_comes_out_right(base: Path) -> None:
    seen = orjson.loads(nanos.run_python(LOOK, [str(base), STRANGE]))
    asked = "<|im_start|>user\nsana bisi sorucam<|im_end|>\n<|im_start|>assistant\n"
    answer = "<think>LOW 1</think>\nSor kanka, dinliyorum."
    assert seen["asked"] == asked  # no system prompt that nobody wrote
    assert seen["answered"] == f"{asked}{answer}<|im_end|>\n"
    assert seen["streamed"] == answer  # the plan is not hidden
    assert seen["round_trips"] == STRANGE
    assert seen["plan"] == ["<", "think", ">", "HIGH", " 9", "</", "think", ">", "\n"]
    assert seen["ends"] == ["<|im_end|>"]
    assert seen["types"] == ["mlx.core.float32"]


def test_the_same_texts_and_seed_give_the_same_bytes(base: Path, tmp_path: Path) -> None:
    nanos.build(tmp_path / "nano")
    for name in ("config.json", "model.safetensors", "tokenizer.json", "base.json"):
        assert (tmp_path / "nano" / name).read_bytes() == (base / name).read_bytes()


def test_another_seed_has_another_fingerprint_and_takes_the_folder(
    base: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "nano"
    folder.mkdir()
    (folder / "left over").touch()
    record = nanos.build(folder, seed=8)
    assert record["fingerprint"] != orjson.loads((base / "base.json").read_bytes())["fingerprint"]
    assert not (folder / "left over").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["nano"]  # nothing half-written is left


def test_the_record_says_what_was_built(base: Path) -> None:
    record = orjson.loads((base / "base.json").read_bytes())
    assert record["examples"] == len(nanos.TEXTS)
    assert record["vocabulary"] == nanos.SHAPE["vocabulary"]
    assert record["shape"] == nanos.SHAPE
    assert 10_000 < record["parameters"] < 50_000
