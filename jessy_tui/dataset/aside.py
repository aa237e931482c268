"""Keeping edits that fit nothing on disk, under a name that no app takes up by itself."""

import datetime
import itertools
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from jessy_tui.dataset.journal import (
    Journal,
    Opened,
    Record,
    Saving,
    changes_in,
    encode_lines,
    new_name,
)
from jessy_tui.files import write_atomically


def set_aside(journal: Journal, records: list[Record], lost: Collection[str]) -> str:
    """Keep the edits of the files named in `lost`; returns a sentence with the way back.

    Raises:
        JessyError: they could not be written.
    """
    path = _free_name(journal.path)
    write_atomically(path, encode_lines(*_only(records, lost)))
    files = ", ".join(str(journal.file_of(label)) for label in sorted(lost))
    return (
        f"{files} changed on disk after unsaved edits were made, so that they no longer fit. "
        f"They are kept in {path}: to have them back, put the file back as it was, rename the "
        f"journal to {path.with_suffix(journal.path.suffix).name} and start again."
    )


def set_damaged_aside(journal: Journal, records: list[Record]) -> str:
    """Keep all of a journal whose lines can be read no further than `records`.

    Raises:
        JessyError: it could not be written.
    """
    path = _free_name(journal.path)
    write_atomically(path, journal.content())
    return (
        f"{journal.path} is damaged after {len(records)} lines. The edits before that are made "
        f"again; the whole journal is kept as {path}."
    )


def _only(records: list[Record], labels: Collection[str]) -> Iterable[Record]:
    """The records of these files, under a name of their own."""
    name = new_name()
    for record in records:
        if isinstance(record, Opened):
            files = {label: digest for label, digest in record.files.items() if label in labels}
            yield Opened(name, files)
        elif isinstance(record, Saving):
            saved = {label: digest for label, digest in record.files.items() if label in labels}
            yield Saving(saved)
        for change in changes_in(record):
            edits = [edit for edit in change.edits if edit.file in labels]
            bulks = [bulk for bulk in change.bulks if bulk.file in labels]
            if edits or bulks:
                yield msgspec.structs.replace(change, edits=edits, bulks=bulks)


def _free_name(journal: Path) -> Path:
    """A name whose number no journal in use has, so that it can be renamed to be found again."""
    stem = journal.stem.partition("-")[0]
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d%H%M%S")
    for number in itertools.count():
        path = journal.with_name(f"{stem}-{now}{number:02}.aside")
        if not path.exists() and not path.with_suffix(journal.suffix).exists():
            return path
    raise AssertionError  # count() does not end
