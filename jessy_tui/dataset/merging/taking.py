"""Taking in what a look at the disk found, file by file."""

from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.history import History
from jessy_tui.dataset.large.indexing import Indexing
from jessy_tui.dataset.merging.looking import Looked, Looking, Seen
from jessy_tui.dataset.merging.merge import merge_file
from jessy_tui.dataset.merging.reopen import reopen
from jessy_tui.dataset.merging.report import FileMerge, Merge
from jessy_tui.dataset.openfile import OpenFile
from jessy_tui.errors import JessyError


class TakingIn:
    """The parts of a store that change when other hands have changed its files."""

    def __init__(
        self, entries: Entries, history: History, indexing: Indexing, looking: Looking
    ) -> None:
        self._entries, self._history = entries, history
        self._indexing, self._looking = indexing, looking

    def take_in(self, looked: Looked) -> Merge:
        """Merge all that was found; what cannot be read any more stays as it is here."""
        merge = Merge()
        for seen in looked.files:
            if seen.problem is not None:
                merge.problems.append(seen.problem)
                continue
            try:
                merged = self._file(seen)
            except JessyError as error:
                merge.problems.append(str(error))
            else:
                merge.files += [merged] if merged is not None else []
        return merge

    def _file(self, seen: Seen) -> FileMerge | None:
        entries, file = self._entries, seen.file or self._entries.find(seen.path)
        if file is not None and file in entries.files and seen.digest == file.digest:
            return None  # our own save, seen before it was over
        if file is None and seen.fresh is not None:
            return self._new_large(seen)
        if file is None:
            file = entries.add_empty(seen.path)
        elif file not in entries.files or file.depths is not None:
            return None  # closed since, or very many of its rows are being changed here
        if seen.file is not file or seen.changes != file.changes:
            seen.file = file
            self._looking.compare(seen)
        if file.large is not None and seen.rows is None:
            return self._reopen(file, seen)
        if seen.rows is not None:
            merged = seen.rows.make(entries, self._history)
            self._history.forget_bulks()
        else:
            assert seen.theirs is not None  # noqa: S101 - as of all files that are in memory
            assert seen.base is not None  # noqa: S101 - by compare
            merged = merge_file(entries, self._history, file, seen.theirs, seen.base, seen.places)
            if seen.theirs.digest is None and not entries.touched(file):
                entries.close(file)
        file.seen = seen.signature
        return merged

    def _new_large(self, seen: Seen) -> FileMerge:
        assert seen.fresh is not None  # noqa: S101 - by the caller
        file = self._entries.add_large(seen.fresh, self._entries.place_by_name(seen.path))
        self._indexing.add(file)
        file.seen = seen.signature
        return FileMerge(file.path, "new", added=len(file.order))

    def _reopen(self, file: OpenFile, seen: Seen) -> FileMerge:
        """Open a large file anew that is quite another now, or none, or a small one."""
        entries, place = self._entries, self._entries.files.index(file)
        assert seen.carried is not None  # noqa: S101 - by compare
        self._indexing.drop(file)
        if seen.fresh is not None:
            target = entries.add_large(seen.fresh, place + 1)
        else:
            assert seen.theirs is not None  # noqa: S101 - one of both is there
            target = entries.add_loaded(
                file.path, seen.theirs.frame, seen.theirs.digest, seen.theirs.versions, place + 1
            )
        gone = seen.theirs is not None and seen.theirs.digest is None
        merged = reopen(entries, self._history, file, target, seen.carried, gone=gone)
        self._history.forget_bulks()
        target.seen = seen.signature
        if seen.fresh is not None:
            self._indexing.add(target)
        elif gone and not entries.touched(target):
            entries.close(target)
        return merged
