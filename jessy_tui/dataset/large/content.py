"""What the rows of a large file are made of: an open file, and where each row lies in it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.errors import JessyError
from jessy_tui.files import Staged

if TYPE_CHECKING:
    from jessy_tui.dataset.large.columns import Columns
    from jessy_tui.dataset.large.table import Column
    from jessy_tui.dataset.openfile import Slot

_BLOCK: Final = 1 << 20


class OpenDescriptor:
    """A descriptor that is closed once nobody reads from it any more."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)


@dataclass(eq=False)
class Content:
    """One state of all rows. Row `r` is the same example in all contents of a file."""

    open: OpenDescriptor
    size: int
    begins: "Column"
    ends: "Column"
    columns: "Columns"
    aside: dict[int, "Slot"] = field(default_factory=dict)
    """While it is not read: the entries that were in memory as it has them."""
    kept: Path | None = None
    """The file in the state folder that has it; None where there is none, or not any more."""

    def __post_init__(self) -> None:
        self._modified = os.fstat(self.open.number).st_mtime_ns

    def refuse_if_overwritten(self) -> None:
        """Make sure that it still is what it was.

        Raises:
            JessyError: another program has written into it.
        """
        status = os.fstat(self.open.number)
        if (status.st_mtime_ns, status.st_size) != (self._modified, self.size):
            raise JessyError(
                "The file as it was before was overwritten by another program, so the change "
                "cannot be taken back or made again; nothing was changed."
            )

    def keep(self, path: Path) -> None:
        """Have it in a file of that name, which is on the disk when this returns.

        Raises:
            JessyError: it could not be written.
        """
        if self.kept is not None and self.kept.exists():
            return
        self.refuse_if_overwritten()
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.dup(self.open.number), "rb") as stream:
            stream.seek(0)
            Staged(path, iter(lambda: stream.read(_BLOCK), b"")).commit()
        self.kept = path
