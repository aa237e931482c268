"""The process that serves a checkpoint: mlx-lm's OpenAI-compatible server, on loopback.

    python -m jessy_tui.export.server --base FOLDER --adapter FOLDER --name NAME --port PORT

It is mlx-lm's server but for four things. The name a client gives a model is only a name: theirs
would load the base without the adapter, or ask a hub, for any name but its own. The list of models
has the run alone, and no folder of other models is looked for. A conversation without a system
prompt gets the one the run was trained with.

On stdout it says a line of JSON: `{"ready": PORT}` or `{"failed": REASON}`. It ends when stdin
closes, or at a SIGTERM or SIGINT.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
import warnings
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from jessy_tui.training.blas import preload

_HOST = "127.0.0.1"


class _Told:
    """Says once what has become of it, to whoever started it."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._guard = threading.Lock()
        self._waiting = {"loaded", "bound"}
        self.port = 0

    def reached(self, what: str) -> None:
        with self._guard:
            self._waiting.discard(what)
            if not self._waiting:
                self._say({"ready": self.port})

    def failed(self, reason: str) -> None:
        with self._guard:
            self._say({"failed": reason})
        sys.stderr.flush()
        os._exit(1)  # other threads wait for requests that nobody will answer

    def _say(self, value: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._replies.write(json.dumps(value).encode() + b"\n")
            self._replies.flush()


def main() -> None:
    """Serve until told to end."""
    asked = _arguments()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print, in Python or in C, must not end up among the replies
    told = _Told(replies)
    threading.Thread(target=_watch, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    preload()
    warnings.filterwarnings("ignore", message=".*not recommended for production.*")
    from mlx_lm import server as theirs  # only now: it imports mlx

    theirs.ResponseGenerator = _generator(theirs)
    provider, handler, listener = _classes(theirs, asked, told)
    begin = theirs._run_http_server

    def listen(host: str, port: int, generator: Any) -> None:
        try:
            begin(host, port, generator, server_class=listener, handler_class=handler)
        except OSError as error:
            told.failed(f"Port {port} of {host} cannot be used ({error.strerror or error}).")

    # Its own `run` hands neither a handler nor a listener on.
    theirs.ModelProvider, theirs._run_http_server = provider, listen
    sys.argv = [
        *("server", "--model", str(asked.base), "--host", _HOST, "--port", str(asked.port)),
        *(("--adapter-path", str(asked.adapter)) if asked.adapter else ()),
        # A page in a browser must not read what the model says.
        *("--allowed-origins", f"http://localhost:{asked.port}"),
        *("--log-level", "INFO" if asked.verbose else "WARNING"),
    ]
    with contextlib.suppress(KeyboardInterrupt):
        theirs.main()


def _classes(theirs: Any, asked: argparse.Namespace, told: _Told) -> tuple[Any, Any, Any]:
    """mlx-lm's provider and handler with what is other here, and a listener that says its port."""

    class Provider(theirs.ModelProvider):  # type: ignore[misc]
        def load_default(self) -> None:
            try:
                super().load_default()
            except Exception as error:  # noqa: BLE001  # whatever it is, nobody can be answered
                told.failed(f"{asked.name} cannot be loaded ({type(error).__name__}: {error}).")
            told.reached("loaded")

        def load(self, *_: Any) -> Any:
            return super().load("default_model", None, "default_model")

    class Handler(theirs.APIHandler):  # type: ignore[misc]
        def handle_models_request(self) -> None:
            self._set_completion_headers(200)
            self.end_headers()
            model = {"id": asked.name, "object": "model", "created": int(time.time())}
            self.wfile.write(json.dumps({"object": "list", "data": [model]}).encode())
            self.wfile.flush()

        def handle_chat_completions(self) -> Any:
            said = self.body.get("messages")
            if asked.system and isinstance(said, list) and not _has_system(said):
                self.body["messages"] = [{"role": "system", "content": asked.system}, *said]
            return super().handle_chat_completions()

        def log_request(self, *arguments: Any) -> None:
            if asked.verbose:
                super().log_request(*arguments)

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def server_activate(self) -> None:
            super().server_activate()
            told.port = int(self.server_address[1])
            told.reached("bound")

        def handle_error(self, request: Any, client_address: Any) -> None:
            # Whoever cancels an answer closes the stream: the model stops then, and all is well.
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(request, client_address)

    return Provider, Handler, Listener


def _generator(theirs: Any) -> Any:
    """mlx-lm's, which refuses what the base cannot hold before any of it is read."""

    class Generator(theirs.ResponseGenerator):  # type: ignore[misc]
        def _tokenize(self, *arguments: Any) -> Any:
            found = super()._tokenize(*arguments)
            shape = getattr(self.model_provider.model, "args", None)
            context = getattr(shape, "max_position_embeddings", None)
            if context is not None and len(found[0]) >= context:
                raise ValueError(
                    f"the conversation has {len(found[0]):,} tokens and the base holds {context:,}"
                )
            return found

    return Generator


def _has_system(messages: list[Any]) -> bool:
    first = messages[0] if messages else None
    return isinstance(first, dict) and first.get("role") == "system"


def _watch() -> None:
    """End when nobody is at the other end of the pipe any more."""
    while sys.stdin.buffer.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jessy_tui.export.server")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--system", default="")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)  # a library's thread must not hold up the end
