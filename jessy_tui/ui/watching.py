"""Watching the workspace's files for what other hands do to them."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.openfile import Signature, signature_of
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.dataset.merging.looking import Looked

_QUIET_MS: Final = 60
"""So long nothing happens before what happened is looked at, in milliseconds."""
_LONGEST_MS: Final = 500
"""So long it is put off at the most."""
_ANYWAY: Final = 3.0
"""So often the files are looked at from outside, in seconds: where no events come (network
folders, no more inotify watches), and where the folder itself was exchanged."""

_LEAVE: Final = 0.5

_Looks = dict[Path, Signature | None]


class Watching:
    """A thread that looks at the files whenever something happens in their folder.

    Our own saves do not count: the content is then the one that is open. What is found goes to
    `found`, in that thread.
    """

    def __init__(
        self, workspace: Workspace, store: ExampleStore, found: "Callable[[Looked], None]"
    ) -> None:
        self._workspace, self._store, self._found = workspace, store, found
        self._closed = threading.Event()
        self._looks: _Looks = {}
        self._thread = threading.Thread(target=self._run, name="watch the files", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Watch no more; what is being read is read to its end, and not waited for."""
        self._closed.set()
        self._thread.join(_LEAVE)

    def _run(self) -> None:
        self._store.wait_indexed()
        self._look_if_touched()
        while not self._closed.is_set():
            folder = self._workspace.data
            if folder.is_dir():
                self._watch(folder)
            self._closed.wait(_ANYWAY)
            self._look_if_touched()

    def _watch(self, folder: Path) -> None:
        """Return when the folder is another, or cannot be watched: then it is only looked at."""
        from watchfiles import watch

        inode = _inode(folder)
        try:
            for _ in watch(
                folder,
                watch_filter=None,
                debounce=_LONGEST_MS,
                step=_QUIET_MS,
                rust_timeout=int(_ANYWAY * 1000),
                yield_on_timeout=True,
                stop_event=self._closed,
                raise_interrupt=False,
                recursive=False,
                ignore_permission_denied=True,
            ):
                self._look_if_touched()
                if _inode(folder) != inode:
                    return
        except (OSError, RuntimeError):  # no more watches; or its own error, a RuntimeError
            return

    def _look_if_touched(self) -> None:
        paths = self._workspace.example_files()
        looks = _looks_of([*paths, *self._store.files])
        if looks == self._looks or self._closed.is_set():
            return
        looked = self._store.look(paths)
        # What is touched while it is looked at is looked at once more.
        self._looks = looks
        if looked:
            self._found(looked)


def _looks_of(paths: Iterable[Path]) -> _Looks:
    return {path: signature_of(path) for path in paths}


def _inode(path: Path) -> int | None:
    signature = signature_of(path)
    return signature[0] if signature else None
