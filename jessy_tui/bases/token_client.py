"""How many tokens rows have in a base's own tokens, without loading a tokenizer into this process.

`TokenCounter` blocks, so it belongs into worker threads. Counts are kept in memory by the base's
fingerprint and the row's text: what was counted once costs nothing again, in whichever counter.
"""

import contextlib
import hashlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from jessy_tui.bases.orders import COUNTS
from jessy_tui.bases.record import read_record
from jessy_tui.dataset.rows import Row
from jessy_tui.errors import JessyError
from jessy_tui.training.blas import child_environment

_ROWS_AT_ONCE: Final = 64
_KEPT: Final = 500_000
_SECONDS_TO_END: Final = 2.0

_Key = tuple[str, bytes]
_counts: dict[_Key, int] = {}
_guard = threading.Lock()


class TokenCounter:
    """Counts tokens in the words of one base. The process behind it starts with the first count.

    Several threads may count at once; they wait for each other. Close it when it is done with, or
    use it in a `with` statement.
    """

    def __init__(self, base_folder: Path) -> None:
        self.base_folder = base_folder
        self._process: subprocess.Popen[bytes] | None = None
        self._words: IO[bytes] | None = None
        self._working = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def count(self, rows: Sequence[Row]) -> list[int]:
        """How many tokens the driver trains each row as, the prompt and the whole answer.

        Raises:
            JessyError: the base is gone or cannot be loaded, the process died, or the counter was
                closed meanwhile.
        """
        record = read_record(self.base_folder)
        if record is None:
            raise JessyError(
                f"The base in {self.base_folder} is gone, so tokens cannot be counted; see: jessy "
                "bases."
            )
        keys = [(record.fingerprint, _digest(row)) for row in rows]
        with _guard:
            missing = [place for place, key in enumerate(keys) if key not in _counts]
        fresh: dict[_Key, int] = {}
        with self._working:
            for start in range(0, len(missing), _ROWS_AT_ONCE):
                places = missing[start : start + _ROWS_AT_ONCE]
                counted = self._ask([rows[place] for place in places])
                fresh |= {
                    keys[place]: number for place, number in zip(places, counted, strict=True)
                }
        with _guard:
            if len(_counts) + len(fresh) > _KEPT:
                kept = {key: _counts[key] for key in keys if key in _counts}
                _counts.clear()
                fresh = kept | fresh
            known = {key: _counts[key] for key in keys if key in _counts} | fresh
            _counts.update(fresh)
        return [known[key] for key in keys]

    def close(self) -> None:
        """End the process; a count that is at work in another thread fails. Twice is no error."""
        self._closed = True
        process = self._process
        if process is None:
            return
        process.kill()  # it holds nothing that could be lost
        process.wait()

    def _ask(self, rows: list[Row]) -> list[int]:
        process = self._started()
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(msgspec.json.encode(rows) + b"\n")
            process.stdin.flush()
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._death(process)
        return msgspec.json.decode(line, type=list[int])

    def _started(self) -> "subprocess.Popen[bytes]":
        """The process, with its tokenizer loaded."""
        if self._process is not None and self._process.poll() is None and not self._closed:
            return self._process
        if self._closed:
            raise JessyError("The count of tokens was stopped.")
        self._forget()
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed in _forget
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "jessy_tui.bases.tokens", str(self.base_folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                env=child_environment("none"),
                start_new_session=True,
            )
        except OSError as error:
            raise JessyError(f"Tokens cannot be counted: {error}.") from error
        self._process = process
        if self._closed:
            process.kill()
        assert process.stdout is not None  # noqa: S101
        if process.stdout.readline() != COUNTS:
            raise self._death(process)
        return process

    def _death(self, process: "subprocess.Popen[bytes]") -> JessyError:
        """Why it died, as far as it said."""
        try:
            code = process.wait(_SECONDS_TO_END)  # its pipe has ended, so it is about to
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if self._closed:
            return JessyError("The count of tokens was stopped.")
        lines: list[str] = []
        if self._words is not None:
            self._words.seek(0)
            lines = self._words.read().decode("utf-8", "replace").strip().splitlines()
        self._forget()
        said = lines[-1] if lines and code == 1 else f"its process ended with {code}"
        return JessyError(f"Tokens could not be counted ({said.rstrip('.')}); try again.")

    def _forget(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        if self._words is not None:
            self._words.close()
        self._process = self._words = None


def _digest(row: Row) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(row), digest_size=16).digest()
