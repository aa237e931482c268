"""A second kind of engine: any endpoint that speaks OpenAI's chat completions.

Ollama, LM Studio, mlx-lm's and llama.cpp's servers and `jessy serve` do: what was deployed is asked
the same questions, in the same way, as what was trained.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Final, Self

import httpx
from httpx_sse import EventSource

from jessy_tui.errors import JessyError
from jessy_tui.inference import endpoint_faults as faults
from jessy_tui.inference.address import Address, root_of
from jessy_tui.inference.completions import (
    END,
    Completion,
    decode_chunk,
    payload_of,
    words_of_error,
)
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token

CONNECT_SECONDS: Final = 5.0
"""So long may the connection take."""
LIST_SECONDS: Final = 15.0
"""So long may the list of models take."""
_LONGEST_BODY: Final = 1 << 20


class Endpoint:
    """One model behind a URL. Several tasks may ask at once; the server decides who waits."""

    def __init__(self, url: str, model: str | None = None, key: str | None = None) -> None:
        """Nothing is asked yet.

        Args:
            url: with or without "http://" and "/v1".
            model: as the endpoint calls it; by default the only one it has.
            key: sent as a bearer token.

        Raises:
            JessyError: it is no address.
        """
        self._take(Address(url=root_of(url), model=model, key=key))

    def _take(self, address: Address) -> None:
        self._address = address
        self._model = address.model
        self._ids = itertools.count(1)
        self._running: dict[int, _Answer] = {}
        self._client: httpx.AsyncClient | None = None
        self.load_seconds = 0.0
        """How long it took to find the endpoint and its model."""

    @classmethod
    async def connect(cls, address: Address) -> Self:
        """Find the endpoint and its model.

        Raises:
            JessyError: nothing answers there, it is no such endpoint, it wants a key, or it has no
                such model; the sentence names those it has.
        """
        endpoint = cls.__new__(cls)
        endpoint._take(address)
        began = time.perf_counter()
        try:
            await endpoint.find_model()
        except BaseException:
            await endpoint.close()
            raise
        endpoint.load_seconds = time.perf_counter() - began
        return endpoint

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """The root of its API."""
        return self._address.url

    @property
    def model(self) -> str | None:
        """The model that is asked, once it is known."""
        return self._model

    @property
    def busy(self) -> bool:
        """Whether any request is being answered."""
        return bool(self._running)

    @property
    def death(self) -> None:
        """An endpoint that is down may be up again at the next question."""
        return None

    @property
    def machine(self) -> str:
        """What answers, in a sentence."""
        return f"{self._model or 'The model'} is asked at {self._address.url}."

    @property
    def warning(self) -> str | None:
        """What is wrong with asking there, in a sentence."""
        return self._address.warning

    async def find_model(self) -> str:
        """The model to ask: the one that was named, or the only one there is.

        Raises:
            JessyError: see `connect`.
        """
        there = await self._models()
        if self._model is None:
            self._model = faults.choose_model(there, self._address)
        elif there and not _listed(self._model, there):
            raise faults.no_such_model(self._model, there, self._address)
        return self._model

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        """Answer a conversation: `Token`s as they come, then one `Finished`.

        When the iterator is closed or its task is cancelled, the stream is closed, at which
        servers stop generating.

        Raises:
            JessyError: the endpoint is down, silent, refuses this, or sends what is no answer.
        """
        answer = _Answer(next(self._ids))
        self._running[answer.id] = answer
        asking = self._ask(answer, messages, sampling or Sampling())
        answer.task = asyncio.create_task(asking)
        try:
            over = False
            while not over:
                reply = await answer.replies.get()
                if isinstance(reply, JessyError):
                    raise reply
                over = isinstance(reply, Finished)
                yield reply
        finally:
            del self._running[answer.id]
            answer.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await answer.task

    def cancel(self) -> None:
        """Stop all generations; their iterators end with a `Finished` whose reason is `cancelled`.
        Returns at once."""
        for answer in self._running.values():
            answer.cancel()

    async def close(self) -> None:
        """Let go of the connections; what is being answered is cancelled. Twice is no error."""
        self.cancel()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(
        self, answer: "_Answer", messages: Sequence[Message], sampling: Sampling
    ) -> None:
        """Fill `answer` with what the endpoint says."""
        try:
            model = self._model or await self.find_model()
            payload = payload_of(model, messages, sampling)
            async with self._http().stream(
                "POST",
                f"{self.url}/chat/completions",
                json=payload,
                headers={"Accept": "text/event-stream"},
            ) as response:
                if response.status_code != httpx.codes.OK:
                    body = await _body_of(response)
                    there = await self._models_if_missing(response.status_code)
                    raise faults.refused(response, body, model, there, self._address)
                await self._read(response, answer)
            answer.end()
        except httpx.HTTPError as error:
            answer.fail(faults.unreachable(error, self._address))
        except JessyError as error:
            answer.fail(error)

    async def _read(self, response: httpx.Response, answer: "_Answer") -> None:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == "text/event-stream":
                async for event in EventSource(response).aiter_sse():
                    if event.data.strip() == END:
                        answer.completion.done = True
                        return
                    if event.data:
                        answer.take(event.data)
            elif kind == "application/json":
                answer.take(await _body_of(response))
            else:
                raise faults.not_an_endpoint(kind, await _body_of(response), self._address)
        except _Rubbish as error:
            raise faults.rubbish(str(error), self._address) from error
        except _ServerSays as error:
            raise faults.failed(str(error), self._address) from error
        if not answer.completion.ended:
            raise faults.broken_off(self._address)

    async def _models_if_missing(self, status: int) -> list[str]:
        """The models there are, where a refusal may be about the model."""
        if status not in (httpx.codes.NOT_FOUND, httpx.codes.BAD_REQUEST):
            return []
        try:
            return await self._models()
        except JessyError:
            return []

    async def _models(self) -> list[str]:
        """The models that the endpoint names; empty where it has no such list.

        Raises:
            JessyError: nothing answers there, or it wants another key.
        """
        try:
            async with (
                asyncio.timeout(LIST_SECONDS),
                self._http().stream("GET", f"{self.url}/models") as response,
            ):
                body = await _body_of(response)
        except TimeoutError:
            raise faults.silent(LIST_SECONDS, self._address) from None
        except httpx.HTTPError as error:
            raise faults.unreachable(error, self._address) from error
        return faults.models_in(response, body, self._address)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            key = self._address.key
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(self._address.seconds, connect=CONNECT_SECONDS, pool=None),
                # A proxy of the house is no way to this machine.
                trust_env=not self._address.local,
            )
        return self._client


class _Rubbish(Exception):  # noqa: N818  # its text is half a sentence
    """The server sent what is no chunk."""


class _ServerSays(Exception):  # noqa: N818  # as above
    """The server told of an error in the middle of the stream."""


class _Answer:
    """What has been said on one request, and who waits for it."""

    def __init__(self, request_id: int) -> None:
        self.id = request_id
        self.completion = Completion(request_id)
        self.replies: asyncio.Queue[Token | Finished | JessyError] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None
        self._over = False

    def take(self, data: str | bytes) -> None:
        try:
            chunk = decode_chunk(data)
        except JessyError as error:
            raise _Rubbish(str(error)) from error
        if chunk.error is not None:
            raise _ServerSays(words_of_error(chunk.error))
        if token := self.completion.take(chunk):
            self._say(token)

    def end(self) -> None:
        if rest := self.completion.rest():
            self._say(rest)
        self._close(self.completion.finish())

    def fail(self, error: JessyError) -> None:
        self._close(error)

    def cancel(self) -> None:
        self._close(self.completion.finish(cancelled=True))
        if self.task is not None:
            self.task.cancel()

    def _say(self, token: Token) -> None:
        if not self._over:
            self.replies.put_nowait(token)

    def _close(self, last: Finished | JessyError) -> None:
        if not self._over:
            self._over = True
            self.replies.put_nowait(last)


async def _body_of(response: httpx.Response) -> bytes:
    """The beginning of the body, which is all of it but where a server floods."""
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LONGEST_BODY:
            break
    return body[:_LONGEST_BODY]


def _listed(model: str, there: Sequence[str]) -> bool:
    """Whether the endpoint names the model; Ollama's ":latest" may be left out."""
    return model in there or f"{model}:latest" in there
