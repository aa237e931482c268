"""What a model is besides its weights and its config."""

from typing import Final

COMPANIONS: Final = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
    "generation_config.json",
    "*.tiktoken",
    "LICENSE*",
)
"""The names of those files, or patterns of them, that libraries look for."""
