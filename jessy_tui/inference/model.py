"""A loaded base that answers conversations, with or without an adapter.

Imported only by the worker, after the BLAS.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.utils import load

from jessy_tui.bases.catalogue import read_record
from jessy_tui.bases.chat_template import renderer_of
from jessy_tui.errors import JessyError
from jessy_tui.inference.adapters import AdaptedModel, Adapter, read_adapter
from jessy_tui.inference.decoding import (
    Cancelled,
    Pieces,
    RememberedPrompts,
    generate_tokens,
    prefill_step,
)
from jessy_tui.inference.progress import Memory, Progress
from jessy_tui.inference.prompt import Prompt
from jessy_tui.inference.protocol import (
    Finished,
    Generate,
    Message,
    Reason,
    Token,
    finished_early,
)


class LoadedBase:
    """A base in memory. It is loaded once; adapters come and go."""

    def __init__(self, folder: Path) -> None:
        """Load the base in `folder`.

        Raises:
            JessyError: it is damaged, or of a kind that mlx-lm does not know.
        """
        record = read_record(folder)
        try:
            model, tokenizer, config = load(str(folder), return_config=True)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise JessyError(
                f"The base in {folder} cannot be loaded ({error}); make it anew with: jessy bases."
            ) from error
        if not tokenizer.has_chat_template:
            raise JessyError(
                f"The base in {folder} has no chat template, so it cannot be talked to; use an "
                "instruct model, or add chat_template to its tokenizer_config.json."
            )
        self.folder = folder
        self.parameters = sum(int(weight.size) for _, weight in tree_flatten(model.parameters()))
        self.context = _context_of(config)
        self._fingerprint = record.fingerprint if record else None
        self._adapted = AdaptedModel(model)
        self._tokenizer = tokenizer
        self._prompt = Prompt(renderer_of(tokenizer), tokenizer.bos_token or "")
        self._step = prefill_step(self.parameters)
        self._remembered = RememberedPrompts()
        self._weights: object = None
        """What stands for the weights in use among the remembered prompts."""
        self.progress = Progress()
        """Of the answer that is being made, or was made last."""

    def use_adapter(self, folder: Path | None) -> Adapter | None:
        """Put the adapter in `folder` on the base, or take it off; the base stays loaded.

        Raises:
            JessyError: it is missing, damaged or of another base; nothing was changed then.
        """
        adapter = None if folder is None else read_adapter(folder, self._fingerprint)
        self._adapted.use(adapter)
        self._weights = adapter and adapter.identity
        mx.clear_cache()
        return adapter

    @property
    def adapter(self) -> Adapter | None:
        """The one that is on the base."""
        return self._adapted.adapter

    def memory(self) -> Memory:
        """What MLX occupies; may be asked by any thread."""
        return Memory(mx.get_active_memory(), mx.get_peak_memory(), mx.get_cache_memory())

    def answer(
        self, request: Generate, cancelled: Callable[[], bool]
    ) -> Iterator[Token | Finished]:
        """Answer a conversation: tokens, then how it ended.

        Args:
            request: the conversation and how to choose tokens.
            cancelled: asked between any two tokens, and between two steps of reading the prompt.

        Raises:
            JessyError: the conversation does not fit the base's template or its context.
        """
        began = time.perf_counter()
        progress = self.progress = Progress()
        prompt = self._tokens_of(request.messages)
        max_tokens, prompt_tokens = request.sampling.max_tokens, len(prompt)
        if self.context is not None:
            if prompt_tokens >= self.context:
                raise JessyError(
                    f"The conversation has {prompt_tokens:,} tokens and the base holds "
                    f"{self.context:,}; shorten it, or begin a new one."
                )
            max_tokens = min(max_tokens, self.context - prompt_tokens)
        if cancelled():  # tokenizing takes a while where there is very much
            yield finished_early(request.id, prompt_tokens, time.perf_counter() - began)
            return
        layers, kept = self._remembered.recall(self._adapted.model, self._weights, prompt)
        progress.prompt_tokens, progress.read = prompt_tokens, kept

        def read(tokens: int) -> None:
            progress.read = kept + tokens

        pieces = Pieces(self._tokenizer)
        said: list[int] = []
        reason: Reason = "length"
        tokens = 0
        first: float | None = None
        steps = generate_tokens(
            self._adapted.model,
            prompt,
            kept,
            layers,
            request.sampling,
            max_tokens=max_tokens,
            step=self._step,
            cancelled=cancelled,
            read=read,
        )
        try:
            for token in steps:
                said.append(token)
                if first is None:
                    first = time.perf_counter() - began
                if token in self._tokenizer.eos_token_ids:
                    reason = "stop"
                    break
                tokens = progress.tokens = tokens + 1
                piece = pieces.add(token)
                yield Token(request.id, piece, tokens, time.perf_counter() - began)
                if cancelled():
                    reason = "cancelled"
                    break
        except Cancelled:
            reason = "cancelled"
        seconds = time.perf_counter() - began
        if rest := pieces.rest():
            yield Token(request.id, rest, tokens, seconds)
        self._remembered.remember(self._weights, layers, [*prompt, *said])
        decoding = seconds - first if first is not None else 0.0
        yield Finished(
            id=request.id,
            reason=reason,
            tokens=tokens,
            prompt_tokens=prompt_tokens,
            cached_tokens=kept,
            seconds=seconds,
            first_token_seconds=first,
            tokens_per_second=(len(said) - 1) / decoding if len(said) > 1 else 0.0,
            peak_memory=mx.get_peak_memory(),
        )

    def _tokens_of(self, messages: Sequence[Message]) -> list[int]:
        try:
            text = self._prompt.text_of(messages)
        except ValueError as error:
            raise JessyError(
                f"The base's chat template refuses this conversation ({error}); begin a new one, "
                "or leave the system prompt out."
            ) from error
        tokens: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return tokens


def _context_of(config: dict[str, Any]) -> int | None:
    """The longest sequence the base was made for, where its configuration says so."""
    for part in (config, config.get("text_config")):
        if isinstance(part, dict) and isinstance(part.get("max_position_embeddings"), int):
            context: int = part["max_position_embeddings"]
            return context
    return None
