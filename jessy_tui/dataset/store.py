"""The examples of a workspace while somebody works on them: browse, edit, undo, save.

The store knows nothing of the screen. Every entry has an id that stays the same while the store is
open, whatever comes or goes before it. A change counts as made once it is in the journal, where it
stays until it is saved; so a crash loses nothing that was confirmed.
"""

import contextlib
import threading
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jessy_tui.dataset.bulk import Bulk, Delete, Rule
from jessy_tui.dataset.bulk_making import BulkMaking
from jessy_tui.dataset.census import Census
from jessy_tui.dataset.changelog import ChangeLog
from jessy_tui.dataset.changes import Change, Edit, Settled, summarize
from jessy_tui.dataset.counting import census_of_entries, complexities_in
from jessy_tui.dataset.distribution import Distributions
from jessy_tui.dataset.entries import Entries, Entry
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.frame import new_version
from jessy_tui.dataset.history import History
from jessy_tui.dataset.large.indexing import Indexing, Progress
from jessy_tui.dataset.layout import same_json
from jessy_tui.dataset.merging.conflict import Conflict, conflict_of
from jessy_tui.dataset.merging.looking import Looked, Looking
from jessy_tui.dataset.merging.report import Merge
from jessy_tui.dataset.merging.taking import TakingIn
from jessy_tui.dataset.openfile import OpenFile, signature_of
from jessy_tui.dataset.saving import prepare, refuse_conflicts, refuse_if_changed, saving_in
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity

if TYPE_CHECKING:
    from jessy_tui.dataset.query import FindingsSource, Query
    from jessy_tui.dataset.sorting import Ordering
    from jessy_tui.dataset.sortkeys import SortField

__all__ = ["Change", "Conflict", "Edit", "Entry", "ExampleStore", "Merge", "Progress"]

JOURNAL_NAME = "journal.jsonl"
"""What the journal is called in the state folder of a workspace."""


class ExampleStore:
    """The entries of all files, in the order of the files.

    Changes and saves may come from different threads, one at a time; who subscribes is called in
    the thread that made the change.
    """

    def __init__(self) -> None:
        """An empty store; `open` is what fills one."""
        self.problems: tuple[str, ...] = ()
        """A sentence for each file that could not be read, and for edits that no longer fit."""
        self.recovered = 0
        """How many changes of an earlier session were found unsaved and made again."""
        self.merged: tuple[str, ...] = ()
        """A sentence for each file that had changed on disk while those changes waited."""
        self._entries = Entries()
        self._indexing = Indexing(self._entries)
        self._log = ChangeLog(self._entries, None)
        self._batch: list[Edit] | None = None
        self.findings: FindingsSource | None = None
        """What all checks say, where somebody follows the store with them; a search for findings
        looks at the examples alone otherwise."""
        self._batch_settled: list[Settled] = []
        self._batch_bulks: list[Bulk] = []
        self._subscribers: list[Callable[[Change], None]] = []
        self._lock = threading.RLock()
        self._looking = Looking(self._entries, self._lock, lambda: self._history)

    @classmethod
    def open(
        cls, paths: Iterable[Path], *, journal: Path | None = None, patience: float = 0
    ) -> "ExampleStore":
        """Open example files; those that cannot be read are named in `problems`.

        `journal` is where unsaved changes are kept (by custom `JOURNAL_NAME` in the workspace's
        state folder), and where those of a session that crashed are found. While another app
        has that journal, one beside it is used. Without a journal, a crash loses what is unsaved.
        """
        store = cls()
        problems, tried = [], list(paths)
        for path in tried:
            try:
                store._entries.open(path)
            except JessyError as error:
                problems.append(str(error))
        store._indexing = Indexing(store._entries)
        store._indexing.start(patience)
        store._log = ChangeLog(store._entries, journal)
        problems += store._log.take_up(tried)
        store.recovered = len(store._history.done)
        store.merged = tuple(store._log.merged)
        store.problems = tuple(problems)
        return store

    @property
    def _history(self) -> History:
        return self._log.history

    # --- looking -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, position: int) -> Entry:
        """The entry at a position, from 0, over all files.

        Raises:
            IndexError: there is no such position.
        """
        return self._entries[position]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def entry(self, entry_id: int) -> Entry:
        """The entry of an id.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        return self._entries.entry(entry_id)

    def id_at(self, position: int) -> int:
        """The id at a position, without reading the entry.

        Raises:
            IndexError: there is no such position.
        """
        if not 0 <= position < len(self):
            raise IndexError(position)
        return self._entries.id_at(position)

    def position_of(self, entry_id: int) -> int:
        """Where an entry stands, from 0, over all files.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        return self._entries.position_of(entry_id)

    def example(self, entry_id: int) -> Example:
        """The example of an id, without the place where it stands.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        return self._entries.version(entry_id).example

    def ids(self) -> list[int]:
        """The ids of all entries as they stand at this moment, for any thread."""
        with self._lock:
            return [entry_id for file in self._entries.files for entry_id in file.order]

    def on_disk(self, entry_id: int) -> tuple[Path, int] | None:
        """The file of an entry and its place in that as it is on disk; None where it differs.

        Raises:
            KeyError: there never was such an entry.
        """
        if entry_id in self._entries.dirty:
            return None
        place = self._entries.place_on_disk(entry_id)
        return None if place is None else (self._entries.file_of(entry_id).path, place)

    def id_on_disk(self, path: Path, index: int) -> int | None:
        """The entry that stands at a place of a file as it is on disk, deleted or not."""
        file = self._entries.find(path)
        if file is None:
            return None
        if file.saved is not None:
            return file.saved[index] if index < len(file.saved) else None
        there = (*file.order, *file.gone)
        slots = self._entries.slots
        return next((one for one in there if slots[one].disk_index == index), None)

    def sizes(self) -> dict[Path, int]:
        """How many entries each file has, in the order of the files."""
        return {file.path: len(file.order) for file in tuple(self._entries.files)}

    def examples(self) -> Iterator[Example]:
        """All examples, in order."""
        return (entry.example for entry in self._entries)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are open, in order; among them those that the next save makes."""
        return tuple(file.path for file in self._entries.files)

    def spans(self) -> list[tuple[Path, int, int]]:
        """Each file with the position of its first entry, and how many it has; in order."""
        files = tuple(self._entries.files)
        return [(file.path, self._entries.start_of(file), len(file.order)) for file in files]

    def file_of(self, entry_id: int) -> Path:
        """The file of an entry, also of a deleted one.

        Raises:
            KeyError: there never was such an entry.
        """
        return self._entries.file_of(entry_id).path

    @property
    def unsaved(self) -> int:
        """How many entries differ from what is on disk; deleted ones count."""
        return self._entries.unsaved

    # --- indexing ------------------------------------------------------------------------------

    @property
    def indexing(self) -> Progress | None:
        """How far the large files are indexed; None once all is known, and `len` is final."""
        return self._indexing.progress

    def subscribe_indexing(self, callback: Callable[[Progress | None], None]) -> Callable[[], None]:
        """Call `callback` as rows arrive, with None at the end; returns the unsubscriber.

        It is called in another thread, some ten times a second; at once where all is known.
        """
        return self._indexing.subscribe(callback)

    def begin_indexing(self) -> None:
        """Index now, where `open` was asked to wait."""
        self._indexing.begin()

    def wait_indexed(self) -> None:
        """Return when all rows of all files are known; not for a thread that paints."""
        self._indexing.wait()

    # --- searching -----------------------------------------------------------------------------

    def select(
        self, query: "Query", *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator["array[int]"]:
        """The positions of the entries that a query matches, chunk by chunk, ascending.

        The first chunks are small and come soon. While labels are read, it waits for them. It
        ends early once `cancelled` says so, and what was edited meanwhile may be missed: begin
        again then. Not for a thread that paints.
        """
        from jessy_tui.dataset.selecting import Selecting

        return Selecting(self._entries, query, cancelled, self.findings).chunks()

    def ids_at(self, positions: "array[int]") -> "array[int]":
        """The ids of the entries at some positions."""
        from jessy_tui.dataset.sorting import ids_at

        return ids_at(self._entries, positions)

    def sort(
        self,
        field: "SortField",
        *,
        descending: bool = False,
        scores: Mapping[int, int] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[float], None] = lambda _: None,
    ) -> "Ordering":
        """All entries ordered by a field; see `sorting.Sorter`. Not for a thread that paints.

        Raises:
            SortCancelledError: `cancelled` said so, or the store was closed.
        """
        from jessy_tui.dataset.sorting import Sorter

        sorter = Sorter(self._entries, cancelled=cancelled, progress=progress)
        return sorter.sort(field, descending=descending, scores=scores)

    def arrange(self, ordering: "Ordering", ids: "array[int] | None" = None) -> "array[int]":
        """Some entries, or all, in the order that a sort gave them; by their ids."""
        import numpy as np

        from jessy_tui.dataset.sorting import all_ids

        wanted = np.frombuffer(ids, np.int64) if ids is not None else None
        return array("q", ordering.arranged(all_ids(self._entries), wanted).tobytes())

    def in_order(self, ids: Collection[int]) -> list[int]:
        """Those of some ids that are there, in the order of the files."""
        import numpy as np

        from jessy_tui.dataset.sorting import all_ids

        present = all_ids(self._entries)
        there: list[int] = present[np.isin(present, np.fromiter(ids, np.int64, len(ids)))].tolist()
        return there

    def complexities(self, ids: Sequence[int]) -> Counter[Complexity | None]:
        """How many of some entries have which complexity."""
        import numpy as np

        return complexities_in(self._entries, np.array(ids, np.int64))

    def distributions(self) -> Distributions:
        """How the labels of all entries are distributed, as far as they are read."""
        return self.census().distributions()

    def census(self) -> Census:
        """What all entries hold, counted; as far as they are read. From any thread.

        Of a million in a large file it takes tenths of a second.
        """
        return census_of_entries(self._entries)

    # --- changing ------------------------------------------------------------------------------

    def replace(self, entry_id: int, example: Example) -> None:
        """Put another example in the place of an entry's; the same JSON changes nothing.

        Raises:
            KeyError: there is no such entry, or it is deleted.
            JessyError: the example cannot be written as JSON, or the change not be journalled.
        """
        with self._lock:
            file, index, was = self._entries.to_edit(entry_id)
            now = self._entries.changed_to(entry_id, example)
            if now is not None:
                self._do(Edit(entry_id, file.path, index, was, now))

    def insert(self, after: int | None, file: Path, example: Example) -> int:
        """Add an example to a file and return its id.

        It stands behind the entry `after`, or at the end of the file where `after` is None. A
        file that is neither open nor on disk is made by the next `save`.

        Raises:
            KeyError: there is no entry `after`.
            JessyError: `after` is in another file, or the file exists but is not open; the
                example cannot be written as JSON, or the change not be journalled.
        """
        with self._lock:
            index = -1 if after is None else self._entries.index_of(after) + 1
            target = self._entries.file(file)
            version = new_version(target.frame, example)
            if after is None:
                index = len(target.order)
            elif self._entries.file_of(after) is not target:
                raise JessyError(f"{file}: the example to insert after is in another file.")
            entry_id = self._entries.new_id()
            self._do(Edit(entry_id, target.path, index, None, version))
            return entry_id

    def delete(self, entry_id: int) -> None:
        """Take an entry out.

        Raises:
            KeyError: there is no such entry, or it is deleted.
            JessyError: the change could not be journalled.
        """
        with self._lock:
            file, index, was = self._entries.to_edit(entry_id)
            self._do(Edit(entry_id, file.path, index, was, None))

    @contextlib.contextmanager
    def together(self, summary: str) -> Iterator[None]:
        """Make the changes inside the block one, undone in one go; `summary` says what was done.

        Those who subscribe are told once. If the block fails, nothing of it is changed.

        Raises:
            JessyError: the changes could not be journalled; none is made.
        """
        with self._lock:
            if self._batch is not None:
                raise RuntimeError("together() does not nest")
            edits = self._batch = []
            settled = self._batch_settled = []
            bulks = self._batch_bulks = []
            try:
                yield
                change = Change(0, "do", summary, tuple(edits), tuple(settled), tuple(bulks))
                if edits or settled or bulks:
                    change = replace(change, number=self._history.next_number())
                    self._log.record(change)
            except BaseException:
                self._entries.apply([edit.reversed() for edit in reversed(edits)])
                for bulk in reversed(bulks):
                    self._entries.put(bulk, back=True)
                self._entries.conflicts.update(settled)
                raise
            finally:
                self._batch = None
            if change.number:
                self._done(change)

    def change_many(
        self,
        ids: Sequence[int],
        rule: Rule,
        summary: str,
        *,
        tell: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Change entries by a rule, as one change; `summary` has {} for how many are others now.

        Very many rows of a large file take no memory for their texts, and can be undone until
        they are saved. `tell` is told how many are done; what it raises gives up, and nothing is
        changed. Returns how many are others now. Not for a thread that paints.

        Raises:
            KeyError: there is no such entry.
            JessyError: it could not be done or journalled; nothing is changed.
        """
        making = BulkMaking(self._entries, ids, rule, folder=self._log.folder, tell=tell)
        count = sum(len(bulk.rows) for bulk in making.bulks)
        changes: list[tuple[int, Example | None]] = []
        for entry_id in making.singly:
            if not len(changes) % 200:
                tell(count + len(changes))
            example = self.example(entry_id)
            if isinstance(rule, Delete):
                changes.append((entry_id, None))
            elif (new := rule.of(example)) is not None and not same_json(new.raw, example.raw):
                changes.append((entry_id, new))
        count += len(changes)
        if not count:
            return 0
        with self._lock:
            if not making.fits:
                raise JessyError(
                    "The examples were changed meanwhile, so nothing was changed; do it again."
                )
            with self.together(summary.format(f"{count:,} example{'s' if count != 1 else ''}")):
                for bulk in making.bulks:
                    self._entries.put(bulk)
                    self._batch_bulks.append(bulk)
                for entry_id, new in changes:
                    if new is None:
                        self.delete(entry_id)
                    else:
                        self.replace(entry_id, new)
        return count

    def undo(self) -> Change | None:
        """Take the last change back; None where there is none.

        Raises:
            JessyError: it could not be journalled; nothing is changed.
        """
        with self._lock:
            if not self._history.done:
                return None
            change = self._history.done[-1].as_("undo")
            self._log.record(change)
            self._entries.make(change)
            self._history.undone.append(self._history.done.pop())
            self._tell(change)
            return change

    def redo(self) -> Change | None:
        """Make the change again that was taken back last; None where there is none.

        Raises:
            JessyError: it could not be journalled; nothing is changed.
        """
        with self._lock:
            if not self._history.undone:
                return None
            change = self._history.undone[-1].as_("redo")
            self._log.record(change)
            self._entries.make(change)
            self._history.done.append(self._history.undone.pop())
            self._tell(change)
            return change

    def _do(self, edit: Edit) -> None:
        if self._batch is not None:
            self._entries.forget_agreed([edit])
            self._entries.apply([edit])
            self._batch.append(edit)
            return
        change = Change(self._history.next_number(), "do", summarize([edit]), (edit,))
        self._log.record(change)
        self._entries.make(change)
        self._done(change)

    def _done(self, change: Change) -> None:
        self._history.done.append(change)
        self._history.undone.clear()
        self._tell(change)

    # --- saving --------------------------------------------------------------------------------

    def save(self, *, anyway: bool = False) -> list[Path]:
        """Write the files that changed, and only those; returns them.

        `anyway` also writes over a file that another program has changed meanwhile.

        Raises:
            ConflictsError: entries are in conflict; nothing is written.
            ChangedOnDiskError: a file on disk is no longer the one that was read: `look` and
                `take_in`, then save again. Nothing is written.
            JessyError: a file could not be written; those before it are.
        """
        with self._lock:
            changed = self._entries.changed_files()
            if not anyway:
                refuse_conflicts(self._entries, changed)
                for file in changed:
                    refuse_if_changed(file)
            with contextlib.ExitStack() as cleanup:
                writings = []
                for file in changed:
                    writings.append(prepare(self._entries, file))
                    cleanup.callback(writings[-1].discard)
                cleanup.enter_context(saving_in({file.path.parent for file in changed}))
                if not anyway:
                    # Nobody who takes turns with us writes from here on.
                    for file in changed:
                        refuse_if_changed(file)
                if changed:
                    self._log.announce(changed, [writing.digest for writing in writings])
                try:
                    for file, writing in zip(changed, writings, strict=True):
                        writing.commit()
                        self._saved(file, writing.digest)
                except JessyError:
                    self._log.renew()  # some of them may be written
                    raise
            self._log.clear()
            paths = [file.path for file in changed]
            if paths:
                names = ", ".join(path.name for path in paths)
                self._tell(Change(self._history.next_number(), "save", f"saved {names}", ()))
            return paths

    def _saved(self, file: OpenFile, digest: str) -> None:
        self._entries.saved(file, digest)
        file.seen = signature_of(file.path)
        self._history.forget_settled(self._entries.touched(file))
        self._history.forget_bulks()

    # --- other hands ---------------------------------------------------------------------------

    def look(self, paths: Iterable[Path] = (), *, again: bool = False) -> Looked:
        """What other hands did to the open files, and to those that `paths` name besides.

        It changes nothing: `take_in` does. A file that cannot be read as it is is named once,
        until it changes; or `again`. Not for a thread that paints.
        """
        return self._looking.look(paths, again=again)

    def take_in(self, looked: Looked) -> Merge:
        """Merge what other hands did with the edits made here.

        Entries that were not edited become what they are on disk. Edited ones stay; those that
        other hands changed in another way are in conflict until they are settled. Entries that
        are the same keep their ids, and the history is fitted to them.
        """
        with self._lock:
            taking = TakingIn(self._entries, self._history, self._indexing, self._looking)
            merge = taking.take_in(looked)
            if merge.files:
                self._log.renew()
                edits = tuple(edit for file in merge.files for edit in file.edits)
                summary = merge.sentence.removesuffix(".")
                self._tell(Change(self._history.next_number(), "merge", summary, edits))
            return merge

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The entries that were changed here and by other hands, in order, until settled."""
        with self._lock:
            ids = self._entries.open_conflicts()
            return tuple(conflict_of(self._entries, entry_id) for entry_id in ids)

    def settle(self, entry_id: int, example: Example | None) -> None:
        """End a conflict: from now on the entry is `example`, or is deleted where that is None.

        Raises:
            KeyError: the entry is in no conflict.
            JessyError: the example cannot be written as JSON, or the change not be journalled.
        """
        with self._lock:
            if not self._entries.in_conflict(entry_id):
                raise KeyError(entry_id)
            settled = (entry_id, self._entries.conflicts[entry_id])
            edit = self._entries.edit_to(entry_id, example)
            if self._batch is not None:
                del self._entries.conflicts[entry_id]
                self._batch_settled.append(settled)
                if edit is not None:
                    self._entries.apply([edit])
                    self._batch.append(edit)
                return
            place = f"example {self._entries.place_of(entry_id) + 1} of "
            place += self._entries.file_of(entry_id).path.name
            number = self._history.next_number()
            edits = (edit,) if edit else ()
            change = Change(number, "do", f"settled {place}", edits, (settled,))
            self._log.record(change)
            self._entries.make(change)
            self._done(change)

    def close(self) -> None:
        """Let the journal go; what is unsaved stays in it and is found again at the next start."""
        self._indexing.close()
        with self._lock:
            self._log.close()

    # --- telling -------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call `callback` after each change, undo, redo and save; returns the unsubscriber."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    def _tell(self, change: Change) -> None:
        for callback in tuple(self._subscribers):
            callback(change)
