"""Changes of very many rows as the journal keeps them: which rows, and where their texts are.

The texts stand in a file beside the journal, written before the change is confirmed. Such files
go with the journal.
"""

import base64
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.bulk import Bulk
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.journal import BulkRecord, label_of, new_name
from jessy_tui.dataset.large.indexing import content_of
from jessy_tui.dataset.openfile import OpenFile
from jessy_tui.errors import JessyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PATTERN: Final = "bulk-*.jsonl"
_ABANDONED: Final = 600
"""Seconds that nobody has written for into a file that was never finished."""


def new_path(folder: Path) -> Path:
    """Where the texts of a change may be written."""
    return folder / _PATTERN.replace("*", new_name())


def encode_bulk(entries: Entries, bulk: Bulk, journal: Path, *, back: bool) -> BulkRecord:
    """The record of a change, or of its being taken back; its texts are on the disk by then.

    Raises:
        JessyError: they could not be written.
    """
    file = entries.file(bulk.file)
    assert file.large is not None  # noqa: S101 - as every bulk's
    content = bulk.before if back else bulk.after
    name = ""
    if content is not (file.large.saved or file.large.content_now):
        content.keep(new_path(journal.parent))
        assert content.kept is not None  # noqa: S101 - by keep
        name = content.kept.name
    label = label_of(bulk.file, journal)
    return BulkRecord(label, _packed(bulk.rows, file.large.rows), name, bulk.deletes, back)


def decode_bulk(file: OpenFile, record: BulkRecord, folder: Path) -> Bulk | None:
    """The change that a record tells of, for a file that is as it was; None where it does not fit.

    Raises:
        JessyError: its texts are not there any more.
    """
    large = file.large
    if large is None:
        return None
    large.wait()
    while not large.wait_labelled(1):
        continue
    before = large.content_now
    after = large.saved or before
    if record.content:
        after = content_of(folder / record.content)
        after.kept = folder / record.content
    rows = _unpacked(record.rows, large.rows)
    if len(after.begins) != large.rows or rows is None:
        return None
    return Bulk(file.path, rows, before, after, record.deletes)


def remove_unused(folder: Path) -> None:
    """Remove the texts that no journal names, also none that was kept aside, and those that a
    crash left half written."""
    texts = list(folder.glob(_PATTERN))
    if texts:
        named = b"".join(
            path.read_bytes()
            for path in folder.iterdir()
            if path.is_file() and path.name.startswith("journal")
        )
        for path in texts:
            if path.name.encode() not in named:
                path.unlink(missing_ok=True)
    for path in folder.glob(f".{_PATTERN}.*"):
        if time.time() - path.stat().st_mtime > _ABANDONED:
            path.unlink(missing_ok=True)


def _packed(rows: "NDArray[np.int64]", size: int) -> str:
    import numpy as np

    flags = np.zeros(size, bool)
    flags[rows] = True
    return base64.b64encode(zlib.compress(np.packbits(flags).tobytes(), 1)).decode()


def _unpacked(text: str, size: int) -> "NDArray[np.int64] | None":
    import numpy as np

    try:
        flags = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
    except (ValueError, zlib.error) as error:
        raise JessyError("The journal is damaged.") from error
    if len(flags) != (size + 7) // 8:
        return None
    return np.flatnonzero(np.unpackbits(flags)[:size])
