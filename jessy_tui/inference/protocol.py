"""What a client and the worker say to each other: one JSON object a line, over the worker's pipes.

Every request that is answered carries an `id` of the client's choosing, and its replies repeat it.
The worker answers in the order of asking, one request at a time; only `Cancel`, `Shutdown` and
`AskState` are heeded at once, whatever it is at. All seconds are durations, all memory is in bytes.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from jessy_tui.errors import JessyError

Role = Literal["system", "user", "assistant"]
Reason = Literal["stop", "length", "cancelled"]
Doing = Literal["loading", "nothing", "adapter", "reading", "answering"]
"""`adapter`: it puts one on or takes it off; `reading`: the prompt."""


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation, in the words of chat templates."""

    role: Role
    content: str


class Sampling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How tokens are chosen. The default is greedy: the same prompt gives the same answer."""

    max_tokens: Annotated[int, Meta(ge=1)] = 512
    """The longest answer, in tokens; the plan counts."""
    temperature: Annotated[float, Meta(ge=0)] = 0.0
    """0 takes the likeliest token; the settings below are without effect then, but for
    `repetition_penalty`."""
    top_p: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Only the likeliest tokens that together have this probability; 1 means all."""
    min_p: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """Only tokens at least this share as probable as the likeliest one; 0 means all."""
    repetition_penalty: Annotated[float, Meta(gt=0)] = 1.0
    """Divides the scores of the last 20 tokens (Keskar et al., CTRL, section 4.1); 1 means none."""
    seed: int | None = None
    """Of the random choices; without one each answer differs where the temperature is above 0."""


class _Request(msgspec.Struct, frozen=True, tag_field="request", tag=str.lower):
    """What a client writes."""


class UseAdapter(_Request, frozen=True, tag="use_adapter"):
    """Put the adapter folder `path` on the base, or take any adapter off: None."""

    id: int
    path: str | None = None


class Generate(_Request, frozen=True):
    """Continue a conversation with an answer."""

    id: int
    messages: Annotated[tuple[Message, ...], Meta(min_length=1)]
    sampling: Sampling = Sampling()


class Cancel(_Request, frozen=True):
    """Stop generation `id`, whether it runs or waits; it is answered by `Finished`."""

    id: int


class AskState(_Request, frozen=True, tag="state"):
    """How does the worker stand? Answered by `State`, also while it loads, reads or answers."""

    id: int


class Shutdown(_Request, frozen=True):
    """End the worker; what runs is cancelled. Closing the pipe does the same."""


Request = UseAdapter | Generate | Cancel | AskState | Shutdown


class _Reply(msgspec.Struct, frozen=True, tag_field="reply", tag=str.lower):
    """What the worker writes."""


class Loading(_Reply, frozen=True):
    """The worker runs and reads the base `base` (a folder)."""

    base: str


class Ready(_Reply, frozen=True, kw_only=True):
    """The base is loaded, without an adapter."""

    base: str
    parameters: int
    """How many weights the base has."""
    context: int | None
    """The longest conversation in tokens, answer included, where the base says so."""
    seconds: float
    """How long the loading took, of Python's libraries too."""
    blas: str
    """Which matrix library is in use, in a sentence."""
    blas_warning: str | None = None
    """What keeps the fast one from being used, in a sentence."""
    memory: int
    """What the worker's process occupies (resident set)."""


class AdapterInUse(_Reply, frozen=True, kw_only=True, tag="adapter_in_use"):
    """Generations from now on use this adapter, or none."""

    id: int
    path: str | None
    kind: str | None
    """`lora`, `dora` or `full`; None without an adapter."""
    parameters: int
    """How many weights the adapter brings."""
    seconds: float


class Token(_Reply, frozen=True):
    """The next piece of an answer.

    A piece never ends inside a character, so a token that is part of one comes with empty text and
    the next brings the whole character.
    """

    id: int
    text: str
    tokens: int
    """How many tokens have been generated, this one included."""
    seconds: float
    """Since the generation began."""


class Finished(_Reply, frozen=True, kw_only=True):
    """The answer is over. The text is what the `Token` replies said."""

    id: int
    reason: Reason
    """`stop`: the model ended it; `length`: `max_tokens` or the context did; `cancelled`."""
    tokens: int
    """Generated tokens; the one that means "end" is not counted."""
    prompt_tokens: int
    cached_tokens: int
    """How many of the prompt's tokens were remembered from the request before."""
    seconds: float
    first_token_seconds: float | None
    """Until the first token; None where none came."""
    tokens_per_second: float
    """Tokens after the first over the seconds after it; 0 where there were fewer than two."""
    peak_memory: int
    """The most that MLX has occupied since the worker began; 0 where it is not known."""


class State(_Reply, frozen=True, kw_only=True):
    """What the worker is at, and the memory it takes."""

    id: int
    doing: Doing
    request: int | None
    """The one it is at."""
    waiting: int
    """How many requests wait behind it."""
    adapter: str | None
    """The folder of the adapter that is on the base."""
    prompt_tokens: int
    """Of the conversation it reads or answers."""
    read: int
    """How many of them it has read, those it remembered included."""
    tokens: int
    """How many it has generated for this request."""
    resident: int
    """What the process occupies (resident set)."""
    active: int
    """What MLX occupies now; 0 while the base is being loaded."""
    peak: int
    """The most that MLX has occupied."""
    kept: int
    """What MLX keeps to use again, without occupying it now."""


class Failed(_Reply, frozen=True):
    """Request `id` could not be done, or, without an id, what arrived was no request. The worker is
    as it was before."""

    id: int | None
    sentence: str


Reply = Loading | Ready | AdapterInUse | Token | Finished | State | Failed

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def finished_early(request_id: int, prompt_tokens: int = 0, seconds: float = 0.0) -> Finished:
    """The end of an answer that was cancelled before its first token."""
    return Finished(
        id=request_id,
        reason="cancelled",
        tokens=0,
        prompt_tokens=prompt_tokens,
        cached_tokens=0,
        seconds=seconds,
        first_token_seconds=None,
        tokens_per_second=0.0,
        peak_memory=0,
    )


def encode(message: Request | Reply) -> bytes:
    """The message as one line, line end included."""
    return _encoder.encode(message) + b"\n"


def decode_request(line: bytes) -> Request:
    """Read a line that a client wrote.

    Raises:
        JessyError: it is no request.
    """
    try:
        return _requests.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JessyError(f"The worker was sent a line that is no request: {error}.") from error


class _Numbered(msgspec.Struct):
    id: int


def id_in(line: bytes) -> int | None:
    """The id in a line that is no request otherwise, so that its sender can be told."""
    try:
        return msgspec.json.decode(line, type=_Numbered).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def decode_reply(line: bytes) -> Reply:
    """Read a line that the worker wrote.

    Raises:
        JessyError: it is no reply.
    """
    try:
        return _replies.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JessyError(f"The worker sent a line that is no reply: {error}.") from error
