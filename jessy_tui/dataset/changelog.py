"""The store's side of the journal: when it begins, what goes into it, when it can go."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from jessy_tui.dataset.bulk_journal import remove_unused
from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.history import History
from jessy_tui.dataset.journal import Journal, Opened, Record, Saving, TakenUp, label_of
from jessy_tui.dataset.recovery import (
    encode_change,
    encode_conflicts,
    encode_history,
    recover,
)
from jessy_tui.dataset.unsaved import unsaved_part
from jessy_tui.errors import JessyError


class ChangeLog:
    """Keeps unsaved changes on disk; without a path, in memory only.

    The journal begins with the first change and ends with a save. What journals of crashed
    sessions held is written into this session's own before theirs are removed.
    """

    def __init__(self, entries: Entries, path: Path | None) -> None:
        self.history = History()
        self._entries, self._path = entries, path
        self._journal: Journal | None = None
        self._declared: set[str] = set()
        self._left_behind: list[Journal] = []
        self._blocked: str | None = None
        self.merged: list[str] = []
        """A sentence for each file that changed on disk while unsaved edits of it waited."""

    @property
    def folder(self) -> Path | None:
        """Where the journal is; None without one."""
        return self._path.parent if self._path else None

    def take_up(self, tried: Iterable[Path]) -> list[str]:
        """Make the changes again that crashed sessions left; returns what went wrong."""
        if self._path is None:
            return []
        recovery = recover(self._entries, self._path, tried)
        self.history, self._left_behind = recovery.history, recovery.journals
        self._blocked = recovery.blocked
        if self._blocked:
            return recovery.problems
        self.merged = recovery.merged
        if not self.history.done and not self.history.undone:
            self._forget_left_behind()
            return recovery.problems
        try:
            self.record()
        except JessyError as error:
            return [*recovery.problems, str(error)]
        return recovery.problems

    def record(self, change: Change | None = None) -> None:
        """Confirm a change: returns when it is on disk.

        Raises:
            JessyError: it could not be written, and must not be made.
        """
        path = self._path
        if path is None:
            return
        if self._blocked:
            raise JessyError(f"Nothing was changed, since unsaved edits wait: {self._blocked}")
        began = self._journal is None
        if self._journal is None:
            self._declared = set()
        journal = self._journal or Journal.new(path)
        records: list[Record] = []
        new = {
            label: file.digest
            for file in self._entries.files
            if (label := label_of(file.path, path)) not in self._declared
        }
        if new:
            records.append(Opened(journal.name, new))
        if self._left_behind:
            names = [left.name for left in self._left_behind]
            part = unsaved_part(self._entries, self.history)
            changes = encode_history(self._entries, part, path)
            records.append(TakenUp(names, changes, encode_conflicts(self._entries, path)))
        if change is not None:
            records.append(encode_change(self._entries, change, path))
        try:
            journal.append(*records)
        except JessyError:
            if began:
                journal.remove()
            raise
        self._journal = journal
        self._declared |= new.keys()
        self._forget_left_behind()

    def announce(self, files: Iterable[OpenFile], digests: Iterable[str]) -> None:
        """Say what a save is about to write, should it crash on the way.

        Raises:
            JessyError: it could not be written; the save must not begin.
        """
        if self._journal and self._path:
            labels = [label_of(file.path, self._path) for file in files]
            self._journal.append(Saving(dict(zip(labels, digests, strict=True))))

    def renew(self) -> None:
        """Files on disk are others now: write down anew what is unsaved, as it fits them.

        Where that fails, the old journal stays, whose edits can be merged with the files as they
        are; before anything more is confirmed, it is tried again.
        """
        if self._journal is None:
            return
        self._left_behind.append(self._journal)
        self._journal = None
        if not self._entries.unsaved and not self.history.undone:
            self._forget_left_behind()
            return
        with contextlib.suppress(JessyError):
            self.record()

    def clear(self) -> None:
        """All is saved: the journal can go."""
        if self._journal:
            self._journal.remove()
            self._journal = None
        if not self._blocked:
            self._forget_left_behind()
        self._remove_unused()

    def close(self) -> None:
        """Let the journal go; what is unsaved stays in it."""
        if self._journal and not self._entries.unsaved:
            self._journal.remove()
        elif self._journal:
            self._journal.release()
        self._journal = None
        for journal in self._left_behind:
            journal.release()
        self._left_behind = []
        self._remove_unused()

    def _remove_unused(self) -> None:
        """Texts of changes of very many rows that no journal names."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                remove_unused(self._path.parent)

    def _forget_left_behind(self) -> None:
        for journal in self._left_behind:
            journal.remove()
        self._left_behind = []
