"""OpenAI's chat completions as JSON: what is asked, and an answer put together from its chunks.

Servers that separate the thinking of a model from its answer send it in a field of its own:
`reasoning_content` (LM Studio, llama.cpp, vLLM), `reasoning` (Ollama, mlx-lm, OpenRouter) or
`thinking`. Here it goes back to where the model had said it, between `<think>` and `</think>`, so
that a plan is read the same way whoever answers.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Finished, Message, Reason, Sampling, Token
from jessy_tui.iteration import THINK_CLOSE, THINK_OPEN

END: Final = "[DONE]"
"""The data of the event after the last chunk."""
_LONGEST_QUOTE: Final = 200


class Delta(msgspec.Struct, frozen=True):
    """What a chunk adds to the answer."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    thinking: str | None = None

    @property
    def thought(self) -> str:
        """The thinking; servers that send it under two names send the same twice."""
        return self.reasoning_content or self.reasoning or self.thinking or ""


class Choice(msgspec.Struct, frozen=True):
    """The answer, of which there is one, or a piece of it."""

    delta: Delta | None = None
    message: Delta | None = None
    """Where a server answers in one go although asked to stream."""
    finish_reason: str | None = None


class Details(msgspec.Struct, frozen=True):
    """Of the tokens that were read."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """Figures that some servers send at the end."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: Details | None = None


class Chunk(msgspec.Struct, frozen=True):
    """The data of one event of the stream, or all of an answer that was not streamed."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    error: Any = None
    object: str | None = None


_chunks = msgspec.json.Decoder(Chunk)


def decode_chunk(data: str | bytes) -> Chunk:
    """Read the data of an event.

    Raises:
        JessyError: it is no chunk of a completion.
    """
    try:
        chunk = _chunks.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JessyError(f"no part of an answer ({error}): {quote(data)}") from error
    if chunk.choices is None and chunk.usage is None and chunk.error is None:
        raise JessyError(f"no part of an answer: {quote(data)}")
    return chunk


def quote(data: str | bytes) -> str:
    """The beginning of what a server sent, in one line that does a terminal no harm."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def words_of_error(error: Any) -> str:
    """What a server says of an error, wherever in the value it says it; empty where it does not."""
    for place in ("error", "message", "detail"):
        if isinstance(error, dict) and error.get(place):
            return words_of_error(error[place])
    if isinstance(error, str):
        return quote(error).rstrip(".")
    return quote(msgspec.json.encode(error)) if error else ""


def payload_of(model: str, messages: Sequence[Message], sampling: Sampling) -> dict[str, Any]:
    """What is sent. Settings that change nothing are left out: not every server knows them all."""
    payload: dict[str, Any] = {
        "model": model,
        "messages": [{"role": one.role, "content": one.content} for one in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
    }
    if sampling.top_p < 1:
        payload["top_p"] = sampling.top_p
    if sampling.min_p > 0:
        payload["min_p"] = sampling.min_p
    if sampling.repetition_penalty != 1:
        # The names of mlx-lm and vLLM, and of llama.cpp and LM Studio.
        payload["repetition_penalty"] = payload["repeat_penalty"] = sampling.repetition_penalty
    if sampling.seed is not None:
        payload["seed"] = sampling.seed
    return payload


class Completion:
    """An answer while it comes in: chunks become the `Token`s and the `Finished` of an engine.

    Until the server gives its own figures, a piece counts as a token.
    """

    def __init__(self, request_id: int) -> None:
        self._id = request_id
        self._began = time.perf_counter()
        self._first: float | None = None
        self._tokens = 0
        self._usage = Usage()
        self._thinking = False
        self._why: str | None = None
        self.done = False
        """Whether the server has said that nothing more comes."""

    @property
    def ended(self) -> bool:
        """Whether the model has said all; figures may still come."""
        return self.done or self._why is not None

    def take(self, chunk: Chunk) -> Token | None:
        """What `chunk` adds to the answer, if it adds anything."""
        self._usage = chunk.usage or self._usage
        text = ""
        for choice in (chunk.choices or [])[:1]:
            delta = choice.delta or choice.message or Delta()
            text = self._text_of(delta)
            self._why = choice.finish_reason or self._why
        if not text:
            return None
        self._tokens += 1
        seconds = time.perf_counter() - self._began
        if self._first is None:
            self._first = seconds
        return Token(self._id, text, self._tokens, seconds)

    def rest(self) -> Token | None:
        """What the model has said when it has ended: thinking that was not followed by an answer
        is closed, unless it was cut off."""
        if not self._thinking or self._why == "length":
            return None
        self._thinking = False
        return Token(self._id, THINK_CLOSE, self._tokens, time.perf_counter() - self._began)

    def finish(self, *, cancelled: bool = False) -> Finished:
        """How it ended."""
        reason: Reason = "length" if self._why == "length" else "stop"
        seconds = time.perf_counter() - self._began
        tokens, details = self._tokens, self._usage.prompt_tokens_details
        if not cancelled and self._usage.completion_tokens is not None:
            tokens = self._usage.completion_tokens
        decoding = seconds - self._first if self._first is not None else 0.0
        return Finished(
            id=self._id,
            reason="cancelled" if cancelled else reason,
            tokens=tokens,
            prompt_tokens=self._usage.prompt_tokens or 0,
            cached_tokens=(details.cached_tokens or 0) if details else 0,
            seconds=seconds,
            first_token_seconds=self._first,
            tokens_per_second=(tokens - 1) / decoding if tokens > 1 and decoding else 0.0,
            peak_memory=0,
        )

    def _text_of(self, delta: Delta) -> str:
        text = ""
        if thought := delta.thought:
            text += thought if self._thinking else THINK_OPEN + thought
            self._thinking = True
        if delta.content:
            text += f"{THINK_CLOSE}\n{delta.content}" if self._thinking else delta.content
            self._thinking = False
        return text
