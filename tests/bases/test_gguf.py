"""GGUF files as bases: files of llama.cpp's package, real conversions, llama.cpp to compare."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np
import orjson
import pytest

from jessy_tui.bases.gguf_file import GgufFile
from jessy_tui.bases.gguf_model import refuse_unknown
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace
from tests.bases import ggufs
from tests.bases.conftest import Make
from tests.training import nanos

# Converts every file and says what came of it; one process for all, since starting MLX takes longer
# than a conversion.
CONVERT = """
import sys, msgspec, numpy as np
from pathlib import Path
import mlx.core as mx
from mlx_lm import load, stream_generate
from jessy_tui.bases.gguf_file import GgufFile
from jessy_tui.bases.gguf_model import convert_gguf
paths, texts, ids, number = msgspec.json.decode(sys.stdin.buffer.read())
seen = {}
for path in map(Path, paths):
    folder = path.with_suffix("")
    folder.mkdir()
    changes = convert_gguf(GgufFile(path), folder, "float32", lambda done, total: None)
    weights = mx.load(str(folder / "model.safetensors"))
    np.savez(folder / "weights.npz", **{name: np.array(each) for name, each in weights.items()})
    model, tokenizer = load(str(folder))
    ends = sorted(tokenizer.eos_token_ids)
    asks = [[{"role": "user", "content": "selam"}]]
    asks.append([{"role": "system", "content": "S"}, *asks[0]])
    tokenizer.eos_token_ids = []
    seen[path.stem] = {
        "changes": changes,
        "ids": [tokenizer.encode(text, add_special_tokens=False) for text in texts],
        "asked": [tokenizer.apply_chat_template(ask, tokenize=False, add_generation_prompt=True)
                  for ask in asks],
        "said": [step.token for step in stream_generate(model, tokenizer, ids, max_tokens=number)],
        "ends": ends,
    }
print(msgspec.json.encode(seen).decode())
"""
# llama.cpp ends its process when a model is bad, so it runs in one of its own as well.
LLAMA_CPP = """
import sys, urllib.request, msgspec, xllamacpp
paths, texts, ids, number = msgspec.json.decode(sys.stdin.buffer.read())
def look(path):
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.warmup = False
    params.n_ctx = 256
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    def ask(verb, **asked):
        request = urllib.request.Request(
            f"{server.listening_address}/{verb}",
            data=msgspec.json.encode(asked),
            headers={"Content-Type": "application/json"},
        )
        return msgspec.json.decode(urllib.request.urlopen(request).read())
    said = ask("completion", prompt=ids, n_predict=number, temperature=0, ignore_eos=True,
               return_tokens=True, samplers=["temperature"])
    counted = [ask("tokenize", content=text, add_special=False)["tokens"] for text in texts]
    return {"ids": counted, "said": said["tokens"]}
print(msgspec.json.encode([look(path) for path in paths]).decode())
"""
TEXTS: Final = [
    "sana bisi sorucam kanka",
    "Işık, İstanbul'da ığdır ÇÖŞÜĞ",
    "I'll say 1234567, won't WON'T I?\n\n\n  def f(x):\r\n\treturn 12",
    "日本語 👍🏽 مرحبا   son ",
    "".join(random.Random(7).choices("ab çğ1 2\n\t'.!?sSİı-", k=400)),
]
IDS: Final = list(range(20, 40))  # long enough for a rotation to matter
SAID: Final = 12
FILES: Final[dict[str, dict[str, Any]]] = {
    "f32": {"tied": False},
    "q4_1": {"quantization": "Q4_1"},
    "q8_0": {"quantization": "Q8_0"},
    "q5_0": {"quantization": "Q5_0"},
    "qwen2": {"architecture": "qwen2", "pre": "qwen2"},
    "qwen3": {"architecture": "qwen3", "pre": "qwen2"},
    "gpt-2": {"pre": "gpt-2"},
    "llama-bpe": {"pre": "llama-bpe"},
}
CUTS_DIFFERENTLY: Final = ("f32", "qwen2", "gpt-2", "llama-bpe")
NEAR: Final = {"q4_1": 0.06, "q5_0": 0.05, "q8_0": 0.006}


@dataclass
class Converted:
    folder: Path
    weights: dict[str, dict[str, ggufs.Array]]
    """What was put into each file."""
    seen: dict[str, Any]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    folder = tmp_path_factory.mktemp("ggufs")
    weights = {
        name: ggufs.write_gguf(folder / f"{name}.gguf", **options)
        for name, options in FILES.items()
    }
    paths = [str(folder / f"{name}.gguf") for name in FILES]
    said = nanos.run_python(CONVERT, [paths, TEXTS, IDS, SAID])
    return Converted(folder, weights, orjson.loads(said))


@pytest.mark.parametrize("name", FILES)
def test_its_weights_are_those_of_the_file_with_q_and_k_in_order(
    converted: Converted, name: str
) -> None:
    with np.load(converted.folder / name / "weights.npz") as archive:
        found = dict(archive)
    assert found.keys() == converted.weights[name].keys()
    for key, weight in converted.weights[name].items():
        assert found[key].dtype == np.float32
        np.testing.assert_allclose(found[key], weight, atol=NEAR.get(name, 0), err_msg=key)


def test_it_reads_and_says_what_llama_cpp_reads_and_says(converted: Converted) -> None:
    pytest.importorskip("xllamacpp")
    paths = [str(converted.folder / f"{name}.gguf") for name in CUTS_DIFFERENTLY]
    said = nanos.run_python(LLAMA_CPP, [paths, TEXTS, IDS, SAID]).splitlines()[-1]
    for name, theirs in zip(CUTS_DIFFERENTLY, orjson.loads(said), strict=True):
        assert converted.seen[name]["ids"] == theirs["ids"], name
        assert converted.seen[name]["said"] == theirs["said"], name


def test_its_template_adds_no_system_prompt_and_knows_one(converted: Converted) -> None:
    seen = converted.seen["q4_1"]
    question = "<|im_start|>user\nselam<|im_end|>\n<|im_start|>assistant\n"
    assert seen["asked"] == [question, f"<|im_start|>system\nS<|im_end|>\n{question}"]
    assert seen["ends"] == [2]
    [change] = seen["changes"]
    assert "You are somebody" in change


def test_it_is_made_by_its_path_and_says_how_far_it_is(
    make: Make, stages: list[Stage], tmp_path: Path
) -> None:
    ggufs.write_gguf(tmp_path / "Küçük Model.gguf", quantization="Q8_0")
    base = make(tmp_path / "Küçük Model.gguf", name="Küçük")
    record = base.record
    assert record is not None
    assert (base.name, base.ready, base.origin) == (
        "kucuk",
        True,
        str(tmp_path / "Küçük Model.gguf"),
    )
    assert (record.licence, record.languages, record.context) == ("apache-2.0", ("tr", "en"), 256)
    assert record.vocabulary == len(ggufs.TOKENS)
    assert record.changes[0] == "Its weights are those of a Q8_0 file, in float32."
    assert list(dict.fromkeys(stage.doing for stage in stages)) == [
        "reads the GGUF",
        "converts",
        "tries whether it loads",
        "takes its fingerprint",
        "puts it in its place",
    ]


REFUSED = [
    ({"architecture": "mamba"}, "the architecture mamba, which cannot be converted"),
    ({"kind": "llama"}, "a tokenizer of the kind llama / smollm"),
    ({"pre": "tekken"}, "a tokenizer of the kind gpt2 / tekken"),
    ({"extra": ["blk.0.surprise.weight"]}, "a tensor blk.0.surprise.weight"),
    ({"extra": ["rope_freqs.weight"]}, "stretches its positions in a way"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED)
def test_what_cannot_be_converted_is_refused_before_the_work(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    path = tmp_path / "tiny.gguf"
    ggufs.write_gguf(path, **options)
    source = GgufFile(path)
    with pytest.raises(JessyError, match=re.escape(words)):
        refuse_unknown(source)


def test_what_is_refused_leaves_nothing(make: Make, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    ggufs.write_gguf(path, template=None)
    with pytest.raises(JessyError, match="It has no chat template"):
        make(path)
    assert [entry.name for entry in workspace.bases.iterdir()] == [".tiny.lock"]


def test_a_quantization_that_nobody_reads_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ggufs.write_gguf(tmp_path / "tiny.gguf", quantization="Q5_1")
    dequantize = gguf.dequantize

    def some(data: Any, kind: gguf.GGMLQuantizationType) -> Any:
        if kind is gguf.GGMLQuantizationType.Q5_1:
            raise NotImplementedError
        return dequantize(data, kind)

    monkeypatch.setattr(gguf, "dequantize", some)
    with pytest.raises(JessyError, match="quantized as Q5_1, which cannot be read"):
        GgufFile(tmp_path / "tiny.gguf")


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (lambda whole: whole[: len(whole) // 2], "is not a whole GGUF file"),
        (lambda whole: whole[:40], "is not a whole GGUF file"),
        (lambda _: b"", "is not a GGUF file"),
        (lambda _: b"PK\x03\x04 something else", "is not a GGUF file"),
    ],
)
def test_a_file_that_is_cut_short_or_is_none_is_refused(
    tmp_path: Path, cut: Callable[[bytes], bytes], words: str
) -> None:
    path = tmp_path / "tiny.gguf"
    ggufs.write_gguf(path)
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(JessyError, match=words):
        GgufFile(path)
