"""How text is cut before a byte-level BPE applies, by the names llama.cpp has for it.

GGUF keeps a name only (`tokenizer.ggml.pre`); what each means stands in llama.cpp's
`llama-vocab.cpp`. Both ways are made from this page: a GGUF as a base, and a base as a GGUF.
"""

from typing import Final

GPT_2: Final = "gpt-2"
"""Cut as GPT-2 cuts."""
CUT: Final = {
    "llama-bpe": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "qwen2": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
}
"""Cut by an expression of their own."""
SINGLE_DIGITS: Final = ("smollm", "starcoder", "refact", "command-r")
"""Cut as GPT-2 cuts, and every digit alone."""
COMPOSED: Final = ("qwen2",)
"""Composed (NFC) before anything else by their makers' tokenizers, which llama.cpp leaves out."""
WHOLE_FIRST: Final = ("llama-bpe",)
"""A piece is looked up as a whole before anything is merged."""
KNOWN: Final = (GPT_2, *SINGLE_DIGITS, *CUT)
