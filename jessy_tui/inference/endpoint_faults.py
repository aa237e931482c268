"""What can be wrong with an endpoint, each in one sentence with the remedy."""

from collections.abc import Sequence
from typing import Final

import httpx
import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.inference.address import KEY_VARIABLE, Address
from jessy_tui.inference.completions import quote, words_of_error

_LISTED: Final = 8
_UNAUTHORIZED: Final = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


class _Model(msgspec.Struct, frozen=True):
    id: str


class _Models(msgspec.Struct, frozen=True):
    data: list[_Model] | None


def models_in(response: httpx.Response, body: bytes, address: Address) -> list[str]:
    """The names in an answer to "which models are there"; empty where the endpoint has no list.

    Raises:
        JessyError: it wants another key, fails, or what answers is no such endpoint.
    """
    status = response.status_code
    if status in _UNAUTHORIZED:
        raise _key_refused(address)
    if response.is_redirect:
        raise _redirected(response, address)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise failed(f"{status}{_words_in(body)}", address)
    if status != httpx.codes.OK:
        return []
    try:
        listed = msgspec.json.decode(body, type=_Models).data or []
    except (msgspec.DecodeError, UnicodeDecodeError):
        kind = response.headers.get("content-type", "").partition(";")[0]
        raise not_an_endpoint(kind, body, address) from None
    return [one.id for one in listed]


def choose_model(there: Sequence[str], address: Address) -> str:
    """The only model there is.

    Raises:
        JessyError: there is none, or there are several.
    """
    if len(there) == 1:
        return there[0]
    if there:
        raise JessyError(
            f"There are several models at {address.url}: {_list(there)}; name one with --model, or "
            "as model in jessy.toml."
        )
    raise JessyError(
        f"{address.url} names no model; load one there, or name it with --model, or as model in "
        "jessy.toml."
    )


def no_such_model(model: str, there: Sequence[str], address: Address) -> JessyError:
    """The endpoint has others."""
    return JessyError(
        f"There is no model {model} at {address.url}; there are: {_list(there)}. Name one with "
        "--model, or as model in jessy.toml."
    )


def refused(
    response: httpx.Response, body: bytes, model: str, there: Sequence[str], address: Address
) -> JessyError:
    """The endpoint answered the question with something else than 200."""
    status, words = response.status_code, _words_in(body)
    if status in _UNAUTHORIZED:
        return _key_refused(address)
    if response.is_redirect:
        return _redirected(response, address)
    if there and model not in there and f"{model}:latest" not in there:
        return no_such_model(model, there, address)
    # mlx-lm's server says 404 of whatever it cannot do; what has its model in a list has a place.
    if status == httpx.codes.NOT_FOUND and not (there and words):
        if not words:
            return JessyError(
                f"{address.url} has no chat completions (404); the address often ends in /v1."
            )
        return _clean(f"{address.url} does not find what is asked (404{words}).", address)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return _clean(f"{address.url} is asked too often (429{words}); wait a little.", address)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return failed(f"{status}{words}", address)
    return _clean(
        f"{address.url} refuses this ({status}{words}); shorten the talk, or change what is asked.",
        address,
    )


def failed(words: str, address: Address) -> JessyError:
    """The server has told of an error of its own."""
    what = words or "it does not say why"
    return _clean(f"{address.url} failed ({what}); see its log, and ask again.", address)


def unreachable(error: httpx.HTTPError, address: Address) -> JessyError:
    """The connection was not made, or broke."""
    words = quote(str(error)) or type(error).__name__
    match error:
        case httpx.ConnectTimeout():
            return JessyError(
                f"{address.host} cannot be reached: no answer within the time for a connection; "
                "see that the machine is on, and the address right."
            )
        case httpx.TimeoutException():
            return silent(address.seconds, address)
        case httpx.ConnectError():
            return _clean(
                f"Nothing answers at {address.url} ({words}); start the server there, or mend the "
                "address.",
                address,
            )
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            return _clean(f"{address.host} broke the answer off ({words}); ask again.", address)
    return _clean(f"{address.url} cannot be asked ({words}).", address)


def silent(seconds: float, address: Address) -> JessyError:
    """It has said nothing for longer than is waited for."""
    return JessyError(
        f"{address.host} has said nothing for {seconds:g} s; it may still be loading the model: "
        "ask again, or give it more seconds in [endpoints] of jessy.toml."
    )


def broken_off(address: Address) -> JessyError:
    """The stream ended before the model had."""
    return JessyError(f"{address.host} broke the answer off before its end; ask again.")


def rubbish(words: str, address: Address) -> JessyError:
    """A part of the stream cannot be read."""
    return _clean(f"{address.host} sent {words}; see its log, and ask again.", address)


def not_an_endpoint(kind: str, body: bytes, address: Address) -> JessyError:
    """Something answers, but it is no such endpoint."""
    said = f": {quote(body)}" if body.strip() else ""
    return _clean(
        f"What answers at {address.url} speaks no chat completions (it sent "
        f"{quote(kind) or 'something without a type'}{said}); the address often ends in /v1.",
        address,
    )


def _key_refused(address: Address) -> JessyError:
    if address.key:
        return JessyError(f"{address.url} refuses the key; set another as {KEY_VARIABLE}.")
    return JessyError(
        f"{address.url} wants a key; set it in the environment as {KEY_VARIABLE}, or name it in "
        "[endpoints] of jessy.toml."
    )


def _redirected(response: httpx.Response, address: Address) -> JessyError:
    there = quote(response.headers.get("location", "")) or "elsewhere"
    return _clean(f"{address.url} sends on to {there}; name that address.", address)


def _words_in(body: bytes) -> str:
    """What a server says of an error, behind a colon; nothing where it says it to browsers."""
    try:
        words = words_of_error(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        words = "" if body.lstrip().startswith(b"<") else quote(body)
    return f": {words}" if words else ""


def _clean(sentence: str, address: Address) -> JessyError:
    """Without the key, which some servers repeat."""
    return JessyError(sentence.replace(address.key, "•••") if address.key else sentence)


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(quote(name) for name in names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more"
