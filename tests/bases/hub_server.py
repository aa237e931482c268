"""A model hub on this machine: the few answers of the real one that a download asks for."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class HubServer(ThreadingHTTPServer):
    """Serves the folder `root / OWNER / NAME` as the repository OWNER/NAME."""

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.gated: set[str] = set()
        self.breaks_off_after: int | None = None
        """Bytes of a file after which the connection ends, once."""
        self.sent: list[tuple[str, int]] = []
        """Files that were sent, and from which byte on."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(root: Path) -> Iterator[HubServer]:
    server = HubServer(root)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/") if part]
        api = parts[:2] == ["api", "models"]
        if api:
            parts = parts[2:]
        repository = "/".join(parts[:2])
        folder = self.server.root / repository
        if not folder.is_dir():
            self._refuse(404, "RepoNotFound")
        elif api and parts[2:3] == ["tree"]:
            self._json([_entry(path) for path in sorted(folder.iterdir())])
        elif api:
            self._json({"id": repository, "sha": COMMIT, "siblings": []})
        elif repository in self.server.gated:
            self._refuse(403, "GatedRepo")
        else:
            self._file(folder / parts[-1], body=body)

    def _file(self, path: Path, *, body: bool) -> None:
        if not path.is_file():
            self._refuse(404, "EntryNotFound")
            return
        content = path.read_bytes()
        begin = 0
        if (wanted := self.headers.get("Range")) and body:
            begin = int(wanted.removeprefix("bytes=").partition("-")[0] or 0)
        self.send_response(206 if begin else 200)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if not body:
            return
        self.server.sent.append((path.name, begin))
        rest = content[begin:]
        cut = self.server.breaks_off_after
        if cut is not None and cut < len(rest):
            self.server.breaks_off_after = None
            self.wfile.write(rest[:cut])
            self.close_connection = True
            return
        self.wfile.write(rest)

    def _json(self, value: object) -> None:
        content = orjson.dumps(value)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _entry(path: Path) -> dict[str, object]:
    return {
        "type": "file",
        "path": path.name,
        "size": path.stat().st_size,
        "oid": hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest(),
    }
