"""A little HTTP server that answers as a test has written it: an endpoint, good or bad."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SSE = "text/event-stream; charset=utf-8"


def event(value: Any) -> bytes:
    """One event of a stream."""
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"data: {data}\n\n".encode()


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk of an answer."""
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def stream(*pieces: str, field: str = "content", finish: str | None = "stop") -> list[bytes]:
    """An answer in these pieces, with its end."""
    said = [event(chunk(**{field: piece})) for piece in pieces]
    return [*said, event(chunk(finish)), event("[DONE]")]


@dataclass
class Scene:
    """What the server does when it is asked to answer."""

    parts: Sequence[bytes | Callable[[], None]] = ()
    """Of the body; a callable is called where it stands."""
    status: int = 200
    kind: str = SSE
    models: Sequence[str] | None = ("model-a",)
    """None: it has no list."""
    key: str | None = None
    """Wanted of everybody who asks."""
    location: str | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the client has closed the stream before its end."""
    url: str = ""


def endless() -> Sequence[bytes | Callable[[], None]]:
    """An answer without an end, a piece every few milliseconds."""
    parts: list[bytes | Callable[[], None]] = []
    for _ in range(20_000):
        parts += [event(chunk(content="bir ")), lambda: time.sleep(0.002)]
    return parts


@contextmanager
def serving(scene: Scene) -> Iterator[Scene]:
    """The server while the block runs; `scene.url` is where."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self._refused():
                return
            if scene.location is not None:
                self.send_response(307)
                self.send_header("Location", scene.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            known = scene.models is not None
            body = json.dumps({"data": [{"id": name} for name in scene.models or ()]}).encode()
            self._reply(200 if known else 404, "application/json", [body if known else b"{}"])

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            scene.asked.append(json.loads(self.rfile.read(length)))
            if not self._refused():
                self._reply(scene.status, scene.kind, scene.parts)

        def _refused(self) -> bool:
            if scene.key is None or self.headers["Authorization"] == f"Bearer {scene.key}":
                return False
            words = f"Incorrect key {self.headers['Authorization']}"
            body = json.dumps({"error": {"message": words}}).encode()
            self._reply(401, "application/json", [body])
            return True

        def _reply(
            self, status: int, kind: str, parts: Sequence[bytes | Callable[[], None]]
        ) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                for part in parts:
                    if callable(part):
                        part()
                    else:
                        self.wfile.write(part)
                        self.wfile.flush()
            except OSError:
                scene.gone.set()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    scene.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield scene
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
