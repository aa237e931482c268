"""The same question to a checkpoint and to what was exported of it: MLX and llama.cpp side by side.

Each runs in a process of its own: no test imports mlx, and llama.cpp ends its process when a model
is bad.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.training import nanos

PROMPTS: Final = (
    "sana bisi sorucam",
    "naber",
    "Türkiye'nin başkenti neresi",
    "ışık mı hızlı ses mi",
    "API nedir",
    "özgür irade var mı",
    "Rust'ta borrow checker ne işe yarar?",
    "bana kısa bir şiir yaz",
    "İstanbul mu Ankara mı?",
    "günaydın",
    "hi",
    "what is the capital of France?",
    "how does a hash map work",
    "explain TCP slow start",
    "is there free will?",
    "good morning",
    "write a haiku about rain",
    "flaky tests since monday, where do i look",
    "2 + 2 * 3 kaç eder?",
    "should machines have rights?",
)

_PIECES: Final = (
    *("sana bisi sorucam", "Işık", "İstanbul'da", "ığdır", "ÇÖŞÜĞ", "âîû", "şöyle", "kanka,"),
    *("I'll", "won't", "WON'T", "don’t", "hello", "World", "naïve", "e\u0301"),
    *("1234567", "3.14159", "2026-11-25", "%50", "1.000,5", "٣٤", "Ⅷ", "½"),
    *("def f(x):\n\treturn x**2", "x = {1: 2}", "for (int i = 0;", "</div>", "```rust\nfn", "λx.x"),
    *("👍🏽", "🤷‍♀️", "😀😀", "🇹🇷", "日本語", "مرحبا", "Привет", "ไทย", "\u200d", "\u00a0"),
    *("\n", "\n\n", "\r\n", "\t", "  ", "   ", ".", "...", "!?", " -", "—", "_", "'s", "''"),
)
_SPECIAL: Final = ("<|im_start|>user\n", "<|im_end|>\n", "<|endoftext|>", "<think>LOW 1</think>\n")


def strings(number: int, seed: int = 7) -> list[str]:
    """So many texts of Turkish, English, digits, code, emoji, blanks and special tokens."""
    chooser = random.Random(seed)
    texts = [*PROMPTS, *_PIECES, *_SPECIAL]
    while len(texts) < number:
        pieces = chooser.choices((*_PIECES, *_SPECIAL), k=chooser.randrange(1, 12))
        texts.append(chooser.choice(("", " ")).join(pieces))
    return texts[:number]


MLX: Final = """
import sys, time, msgspec
from jessy_tui.training.blas import preload
preload()
import mlx.core as mx
from mlx_lm.generate import generate_step
from mlx_lm.utils import load
models, prompts, texts, number = msgspec.json.decode(sys.stdin.buffer.read())
seen = {}
for name, (folder, adapter) in models.items():
    model, tokenizer = load(folder, adapter_path=adapter)
    said, asked, ahead = [], [], []
    for prompt in prompts:
        text = tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True)
        ids = tokenizer.encode(text, add_special_tokens=False)
        asked.append({"text": text, "ids": ids})
        tokens, leads = [], []
        for token, likely in generate_step(mx.array(ids), model, max_tokens=number):
            tokens.append(int(token))
            second, first = mx.sort(likely)[-2:].tolist()
            leads.append(first - second)
            if token in tokenizer.eos_token_ids:
                break
        said.append(tokens)
        ahead.append(leads)
    seen[name] = {"asked": asked, "said": said, "ahead": ahead,
        "ids": [tokenizer.encode(text, add_special_tokens=False) for text in texts]}
print(msgspec.json.encode(seen).decode())
"""

LLAMA_CPP: Final = """
import sys, urllib.request, msgspec, xllamacpp
path, chats, follow, texts, number, threads = msgspec.json.decode(sys.stdin.buffer.read())
params = xllamacpp.CommonParams()
params.model.path = path
params.warmup = False
params.n_ctx = 2048
params.n_parallel = 1
params.use_jinja = True
params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
server = xllamacpp.Server(params)
def ask(verb, **asked):
    request = urllib.request.Request(
        f"{server.listening_address}/{verb}",
        data=msgspec.json.encode(asked),
        headers={"Content-Type": "application/json"},
    )
    return msgspec.json.decode(urllib.request.urlopen(request).read())
def say(ids, number):
    return ask("completion", prompt=ids, n_predict=number, temperature=0, return_tokens=True,
               samplers=["temperature"], cache_prompt=number == 1)["tokens"]
written = [ask("apply-template", messages=chat)["prompt"] for chat in chats]
read = [ask("tokenize", content=text, add_special=True, parse_special=True)["tokens"]
        for text in written]
said = [say(ids, number) for ids in read]
# What it says next where it is given what the other said so far.
next_ones = [[(say(ids + tokens[:place], 1) or [-1])[0] for place in range(len(tokens))]
             for ids, tokens in zip(read, follow)]
ids = [ask("tokenize", content=text, add_special=False, parse_special=True)["tokens"]
       for text in texts]
print()
print(msgspec.json.encode(
    {"written": written, "read": read, "said": said, "next": next_ones, "ids": ids}).decode())
"""


def ask_mlx(
    models: dict[str, tuple[Path, Path | None]],
    prompts: Sequence[str],
    texts: Sequence[str],
    number: int,
) -> dict[str, Any]:
    """What each model says to each prompt, greedily, and how it tokenizes each text."""
    folders = {
        name: (str(folder), str(adapter) if adapter else None)
        for name, (folder, adapter) in models.items()
    }
    said = nanos.run_python(MLX, [folders, list(prompts), list(texts), number])
    found: dict[str, Any] = msgspec.json.decode(said.splitlines()[-1])
    return found


def ask_llama_cpp(
    path: Path,
    prompts: Sequence[str],
    texts: Sequence[str],
    number: int,
    *,
    follow: Sequence[Sequence[int]] = (),
    threads: int = 1,
) -> dict[str, Any]:
    """The same of a GGUF; `follow` holds what another said to each prompt, token by token."""
    chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
    asked = [str(path), chats, [list(each) for each in follow], list(texts), number, threads]
    said = nanos.run_python(LLAMA_CPP, asked)
    found: dict[str, Any] = msgspec.json.decode(said.splitlines()[-1])
    return found


def same_beginning(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens are the same before the first that differs."""
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return place
    return min(len(one), len(other))
