"""Whether the examples have changed since a run was made from them."""

import hashlib
import os
from collections.abc import Callable

from jessy_tui.dataset.grouping import digest_of_digests, digest_of_example
from jessy_tui.dataset.joined import JoinedExamples
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

_ASKED_EVERY = 500


class DataNow:
    """The digest of a workspace's saved examples, worked out anew only when a file has changed.

    For one thread at a time; a million examples take about a minute the first time.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._seen: tuple[object, ...] | None = None
        self._digest: str | None = None

    def digest(self, stopped: Callable[[], bool] = lambda: False) -> str | None:
        """As `DataReference.digest`; None where a file cannot be read, or `stopped` says so."""
        try:
            files = self._workspace.example_files()
            seen = tuple((path, *_stamp_of(path.stat())) for path in files)
            if seen != self._seen:
                size = hashlib.sha256().digest_size
                digests = bytearray()
                for number, example in enumerate(JoinedExamples(files)):
                    if number % _ASKED_EVERY == 0 and stopped():
                        return None
                    digests += bytes.fromhex(digest_of_example(example))
                found = sorted(
                    bytes(digests[at : at + size]) for at in range(0, len(digests), size)
                )
                self._seen, self._digest = seen, digest_of_digests(found)
        except (JessyError, OSError):
            return None
        return self._digest


def _stamp_of(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino
