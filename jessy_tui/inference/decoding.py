"""Tokens out of a model: the prompt read in steps, the cache between two requests, the pieces.

Imported only by the worker, after the BLAS.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import mlx.core as mx
import psutil
from mlx_lm.generate import generate_step
from mlx_lm.models.cache import (
    LRUPromptCache,
    can_trim_prompt_cache,
    make_prompt_cache,
    trim_prompt_cache,
)
from mlx_lm.sample_utils import make_logits_processors, make_sampler

from jessy_tui.inference.protocol import Sampling

# A prompt is read in steps so that a cancel is heeded between two of them. On a CPU a step is about
# as much work as this many multiplications: 16 tokens of a base of 135 million weights, which take
# 0.15 s on two cores; in steps of 64 it would be read 1.4 times as fast, and cancelled in 0.45 s.
_STEP_WORK: Final = 3e9
_SMALLEST_STEP: Final = 8
_LARGEST_STEP: Final = 128
_GPU_STEP: Final = 512
# What is remembered was read in other steps than it would be now, and sums of other steps differ in
# their last bits. For a few tokens it is not worth it: short questions get the same answer whatever
# was asked before them.
_WORTH_KEEPING: Final = 32
_MOST_PROMPTS: Final = 8
_MEMORY_SHARE: Final = 0.1
"""Of the machine's memory, for all that is remembered."""
_REPLACEMENT: Final = "\ufffd"
# Bytes of one character at the most, each of which may be a token. What is longer is no character.
_LONGEST_CHARACTER: Final = 4


class Cancelled(Exception):  # noqa: N818  # not an error: somebody wished it
    """The request was cancelled while its prompt was being read."""


class RememberedPrompts:
    """What the model has read and said, kept so that the next prompt need not be read from its
    start: a fixed system prompt, the turns before, the draft that a further pass works on.

    Several are kept, each with the weights it was read with, so that two talks, or a base and a
    checkpoint that take turns, do not forget each other. The longest unused goes first.
    """

    def __init__(self) -> None:
        share = int(psutil.virtual_memory().total * _MEMORY_SHARE)
        self._prompts = LRUPromptCache(max_size=_MOST_PROMPTS, max_bytes=share)

    def recall(self, model: Any, weights: object, prompt: Sequence[int]) -> tuple[list[Any], int]:
        """The cache to read `prompt` with, and how many of its tokens are in it already.

        At least one token is left to read, since the model has to be asked something. The cache is
        a copy: what is remembered stays as it is.
        """
        tokens = list(prompt)
        layers, left = self._prompts.fetch_nearest_cache(weights, tokens)
        kept = len(tokens) - len(left)
        if layers is not None and not left:  # all of it has been read before
            if can_trim_prompt_cache(layers):
                trim_prompt_cache(layers, 1)
                kept -= 1
            else:
                layers = None
        if layers is None or kept < _WORTH_KEEPING:
            return make_prompt_cache(model), 0
        return layers, kept

    def remember(self, weights: object, layers: list[Any], tokens: Sequence[int]) -> None:
        """Keep a cache that has read a beginning of `tokens` with these weights."""
        offset = getattr(layers[0], "offset", None) if layers else None
        if (
            isinstance(offset, int) and offset >= _WORTH_KEEPING
        ):  # others do not count, or are short
            self._prompts.insert_cache(weights, list(tokens[:offset]), layers)


def prefill_step(parameters: int) -> int:
    """How many tokens of a prompt are read at once; depends on nothing that varies between runs,
    so that the same prompt is always read alike."""
    if mx.default_device() != mx.cpu:
        return _GPU_STEP
    step = _SMALLEST_STEP
    while step < _LARGEST_STEP and step * 2 * parameters <= _STEP_WORK:
        step *= 2
    return step


def generate_tokens(
    model: Any,
    prompt: Sequence[int],
    kept: int,
    layers: list[Any],
    sampling: Sampling,
    *,
    max_tokens: int,
    step: int,
    cancelled: Callable[[], bool],
    read: Callable[[int], None] | None = None,
) -> Iterator[int]:
    """The tokens that follow `prompt`, whose first `kept` tokens are in `layers` already.

    `read` is told how many of the others have been read.

    Raises:
        Cancelled: `cancelled` became true while the prompt was read; afterwards it is for the
            caller to stop asking.
    """

    def heed(tokens: int, _all: int) -> None:
        if read is not None:
            read(tokens)
        if cancelled():
            raise Cancelled

    if sampling.seed is not None:
        mx.random.seed(sampling.seed)
    steps = generate_step(
        mx.array(list(prompt[kept:])),
        model,
        max_tokens=max_tokens,
        sampler=make_sampler(
            sampling.temperature,
            top_p=sampling.top_p if sampling.top_p < 1 else 0.0,
            min_p=sampling.min_p,
        ),
        logits_processors=_processors(sampling, prompt[:kept]),
        prompt_cache=layers,
        prefill_step_size=step,
        prompt_progress_callback=heed,
    )
    for token, _ in steps:
        yield token


def _processors(sampling: Sampling, remembered: Sequence[int]) -> list[Any] | None:
    if sampling.repetition_penalty == 1:
        return None
    (penalise,) = make_logits_processors(repetition_penalty=sampling.repetition_penalty)
    before = mx.array(list(remembered), dtype=mx.uint32)

    def with_remembered(read: mx.array, logits: mx.array) -> mx.array:
        # mlx-lm shows a processor only what it has read itself, not what was in the cache.
        penalised: mx.array = penalise(mx.concatenate([before, read.astype(mx.uint32)]), logits)
        return penalised

    return [with_remembered]


class Pieces:
    """Tokens as text that is never cut inside a character.

    By decoding twice, as vLLM and text-generation-inference do: the tokens whose text is known, and
    those with the new one; the difference is the piece. mlx-lm's streaming detokenizer is not used:
    it takes letters such as "ü" in a token that was added to a vocabulary for bytes.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._context = 0
        """Where the tokens begin that are decoded along, since a token's text depends on the one
        before it."""
        self._said = 0
        """How many tokens have been said."""

    def add(self, token: int) -> str:
        """What can be said once `token` is known; empty while a character is incomplete."""
        self._tokens.append(token)
        text = self._unsaid()
        held = len(self._tokens) - self._said
        if text.endswith(_REPLACEMENT) and held < _LONGEST_CHARACTER:
            return ""
        self._context, self._said = self._said, len(self._tokens)
        return text

    def rest(self) -> str:
        """What was still held back at the end; a character that stayed incomplete is dropped."""
        text = self._unsaid().rstrip(_REPLACEMENT)
        self._context = self._said = len(self._tokens)
        return text

    def _unsaid(self) -> str:
        known = self._decode(self._tokens[self._context : self._said])
        return self._decode(self._tokens[self._context :])[len(known) :]

    def _decode(self, tokens: list[int]) -> str:
        if not tokens:
            return ""
        text: str = self._tokenizer.decode(
            tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text
