"""The end of a text file that grows."""

import os
from pathlib import Path

_BEGIN_WITH = 64_000
"""So many bytes of what is there already are read; a log can be of any length."""
_LONGEST_READ = 256_000


class Tail:
    """Gives the lines of a file as they come, beginning with its last ones."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset: int | None = None

    def read(self) -> list[str]:
        """The whole lines that are new; [] where there is no file.

        Raises:
            OSError: the file is there and cannot be read.
        """
        try:
            stream = self.path.open("rb")
        except FileNotFoundError:
            return []
        with stream:
            size = os.fstat(stream.fileno()).st_size
            cut = False
            if self._offset is None or size < self._offset:
                self._offset = max(0, size - _BEGIN_WITH)
                cut = self._offset > 0
            stream.seek(self._offset)
            block = stream.read(_LONGEST_READ)
        whole = block.rfind(b"\n") + 1
        self._offset += whole
        lines = block[:whole].decode("utf-8", "replace").splitlines()
        return lines[1:] if cut else lines
