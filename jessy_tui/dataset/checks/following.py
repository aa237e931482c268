"""The findings of a store's examples, kept up to date by a thread of its own.

It loads the examples a few at a time, so that the screen's thread always has its turn, and then
follows every change. What is asked most, `said_of`, never waits for it.
"""

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.checks import balance
from jessy_tui.dataset.checks.alone import check_example
from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.checker import Checker, Place
from jessy_tui.dataset.checks.finding import SEVERITIES, Finding, Flaw, Said, Severity
from jessy_tui.dataset.checks.length import TOO_LONG, Measure, long_rows, too_long
from jessy_tui.dataset.checks.looking import Look
from jessy_tui.dataset.checks.sweep.kept import Kept
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.dataset.query import is_asked_for
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_FOLLOWED: Final = 20_000
"""Of more examples than this, the findings are not kept as they change, but made when asked."""

_CHUNK: Final = 16
"""So many examples are looked at before others have their turn: some ten milliseconds."""
_REST: Final = 0.001
_MEASURED: Final = 64
"""So many examples have their tokens counted at once."""
_FIRST: Final = 1_000
_NEW: Final = -1
"""The id of an entry that is being written."""
_TELL_EVERY: Final = 0.2
_PATIENCE: Final = 0.03
"""Seconds that somebody who asks for sentences waits for the thread."""


@dataclass(frozen=True, slots=True)
class Checking:
    """How far the checks are."""

    checked: int
    total: int
    comparing: bool = False
    """Whether all was looked at and is being compared; then these are steps."""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.checked / self.total if self.total else 1.0


@dataclass(frozen=True)
class Summary:
    """What the checks say of all there is, at one moment."""

    by_check: dict[Said, int] = field(default_factory=dict)
    """How many findings each check that finds something has."""
    about_files: tuple[Finding, ...] = ()
    """Findings about no one example: unreadable files, the probes, the balance."""

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, also of those there are none of."""
        counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
        for said, count in self.by_check.items():
            counts[said.severity] += count
        return counts


class Following:
    """All checks over a store, from `start` to `close`. Any thread may ask."""

    def __init__(
        self,
        store: ExampleStore,
        settings: Settings,
        probes: Path,
        tell: Callable[[], None],
        *,
        most: int | None = None,
        measure: Callable[[], Measure | None] = lambda: None,
    ) -> None:
        """`tell` is called in the thread whenever the findings or the progress may have changed.

        `probes` is where the probes are, if there are any. `measure` is asked in the thread, once,
        how long answers may be.
        """
        self._measure_of = measure
        self._measure: Measure | None = None
        self._measuring = True
        self._store, self._settings, self._probes, self._tell = store, settings, probes, tell
        self._most = MOST_FOLLOWED if most is None else most
        self._checker: Checker | None = None
        self._lock = threading.Lock()
        """Held while the checker changes, a few milliseconds at a time."""
        self._changes: queue.Queue[tuple[int, Change] | None] = queue.Queue()
        self._numbers = itertools.count()
        self._awaited: dict[int, int] = {}
        """The entries whose last change has not been looked at, and the number of that change."""
        self._seen: set[int] = set()
        """The entries that changes have been about; what was there at the start is not loaded."""
        self._closed = threading.Event()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="checks", daemon=True)
        self.summary = Summary()
        self.progress: Checking | None = Checking(0, 0)
        """How far the first look is; None once it is done, or where there are too many."""
        self.too_many = False
        """Whether there are more examples than are followed; `check_all` looks at them once."""
        self.look: Look | None = None
        """The look that is under way, or was the last."""
        self._kept: Kept | None = None
        self.unmeasured: str | None = None
        """Why no tokens are counted, in a sentence, where that was tried."""
        self.failure: str | None = None
        """Why nothing is checked, in a sentence; None where all is well."""

    # --- its life ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, and follow the store from here on."""
        self._unsubscribe = self._store.subscribe(self._changed)
        self._store.findings = self
        self._thread.start()

    def close(self) -> None:
        """Follow no more; returns without waiting."""
        self._unsubscribe()
        self._closed.set()
        self._changes.put(None)
        if self.look is not None:
            self.look.cancel()

    def check_all(self) -> None:
        """Look at all examples as they are on disk, in a process of its own; once more if need be.

        For those that are too many to be followed.
        """
        if not self.too_many or (self.look is not None and self.look.progress is not None):
            return
        probes = self._probes if self._probes.exists() else None
        paths = [path for path in self._store.files if path.exists()]
        self.look = Look(paths, self._settings.check, probes, self._looked)
        self.progress = Checking(0, 1)
        self.look.start()

    def _looked(self) -> None:
        look = self.look
        if look is not None and look.progress is not None:
            told = look.progress
            self.progress = Checking(told.done, told.total, comparing=told.stage == "comparing")
        elif look is not None:
            self._kept, self.progress, self.failure = look.kept, None, look.failure
            self._summarize()
        if not self._closed.is_set():
            self._tell()

    @property
    def checked_all(self) -> bool:
        """Whether all examples that are too many to be followed were looked at, as saved."""
        return self._kept is not None

    @property
    def settled(self) -> bool:
        """Whether all that has happened is looked at."""
        busy = self.progress is not None or self._measuring
        return not busy and not self._changes.unfinished_tasks

    def _changed(self, change: Change) -> None:
        """Called in whatever thread made the change, one at a time."""
        if self.too_many:
            if change.how in ("save", "merge") and self._kept is not None:
                # The places on disk are others now: what was found is about what was there.
                self._kept = None
                self._summarize()
                self._tell()
        elif change.edits:
            number = next(self._numbers)
            self._awaited.update(dict.fromkeys(change.entry_ids, number))
            self._changes.put((number, change))

    # --- asking --------------------------------------------------------------------------------

    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, also of those there are none of."""
        return self.summary.counts

    def by_check(self) -> dict[Said, int]:
        """How many findings each check has that finds something."""
        return self.summary.by_check

    def said_of(self, entry_id: int) -> tuple[Said, ...]:
        """Which checks found something in an entry, as far as is known. Never waits."""
        if self._kept is not None:
            return self.known_of(entry_id) or ()
        return () if self._checker is None else self._checker.said_of(entry_id)

    def known_of(self, entry_id: int) -> tuple[Said, ...] | None:
        """The same; None where it is not known."""
        if self._kept is not None:
            place = self._on_disk(entry_id)
            return self._kept.said_at(place) if place is not None else None
        checker = self._checker
        if checker is None or entry_id not in checker or entry_id in self._awaited:
            return None
        return checker.said_of(entry_id)

    def having(self, what: str, ids: range) -> "NDArray[np.bool_] | None":
        """Which of some entries have a finding that `has:what` asks for; None where not known."""
        import numpy as np

        if self._kept is not None and len(ids):
            first, last = self._on_disk(ids[0]), self._on_disk(ids[-1])
            together = first is not None and last is not None and first[0] == last[0]
            if first and last and together and last[1] - first[1] == len(ids) - 1:
                return self._kept.having(lambda one: is_asked_for(one, what), first, len(ids))
        said = [self.known_of(entry_id) for entry_id in ids]
        if None in said:
            return None
        found = (any(is_asked_for(one, what) for one in known or ()) for known in said)
        return np.fromiter(found, bool, len(said))

    def findings_of(self, entry_id: int) -> list[Finding]:
        """What the checks say of an entry, the gravest first.

        Where that is not known yet, what they say of the example alone.
        """
        if self._kept is not None:
            return self._kept_findings(self._kept, entry_id)
        if self.known_of(entry_id) is not None and self._lock.acquire(timeout=_PATIENCE):
            try:
                assert self._checker is not None  # noqa: S101 - by known_of
                return self._checker.findings_of(entry_id)
            except KeyError:
                pass  # what it is like was deleted a moment ago
            finally:
                self._lock.release()
        with contextlib.suppress(KeyError):
            return check_example(self._store.example(entry_id), self._settings.check)
        return []

    def _kept_findings(self, kept: Kept, entry_id: int) -> list[Finding]:
        try:
            entry, place = self._store.entry(entry_id), self._on_disk(entry_id)
        except KeyError:
            return []
        if place is None:
            found = check_example(entry.example, self._settings.check)
        else:
            found = kept.findings_at(place, entry.example)
        return [replace(one, file=entry.file, index=entry.index) for one in found]

    def _on_disk(self, entry_id: int) -> Place | None:
        try:
            return self._store.on_disk(entry_id)
        except KeyError:
            return None

    def findings_if(self, entry_id: int | None, example: Example) -> list[Finding]:
        """What the checks would say if an entry, or a new one, held this example."""
        known = entry_id is None or self.known_of(entry_id) is not None
        if self._checker is not None and known and self._lock.acquire(timeout=_PATIENCE):
            try:
                was = None if entry_id is None else self._store.example(entry_id)
                key = _NEW if entry_id is None else entry_id
                return self._checker.would_say(key, example, was)
            except KeyError:
                pass  # it was deleted a moment ago
            finally:
                self._lock.release()
        return check_example(example, self._settings.check)

    def flagged(self, check: str | None = None) -> list[int]:
        """The entries of which a check finds something, or any check, in no order.

        Of those that are too many to be followed, only the first.
        """
        if self._kept is not None:
            places = self._kept.places(lambda said: check in (None, said.check))
            ids = (self._store.id_on_disk(*place) for place in places)
            return list(islice((one for one in ids if one is not None), _FIRST))
        if self._checker is None:
            return []
        with self._lock:
            return [
                entry_id
                for entry_id in self._checker.flagged()
                if check is None or any(s.check == check for s in self._checker.said_of(entry_id))
            ]

    def flagged_count(self, check: str) -> int:
        """How many entries a check finds something in."""
        if self._kept is not None:
            return self._kept.flagged_count(check)
        return len(self.flagged(check))

    # --- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._load()
        except JessyError as error:
            self.failure = str(error)
            self.progress, self._measuring = None, False
            self._tell()
            return
        try:
            self._measure_all()
        except JessyError as error:
            self._measure, self.unmeasured = None, str(error)
        self._measuring = False
        self._tell()
        while not self._closed.is_set():
            changes = [self._changes.get()]
            with contextlib.suppress(queue.Empty):
                while True:
                    changes.append(self._changes.get_nowait())
            for item in changes:
                if item is not None and not self._closed.is_set():
                    self._follow(*item)
            if not self._closed.is_set():
                self._summarize(balanced=True)
            # Settled is what is summed up, too; whoever is told finds it so.
            for _ in changes:
                self._changes.task_done()
            if not self._closed.is_set():
                self._tell()

    def _load(self) -> None:
        from jessy_tui.dataset.checks import refuse_unknown

        settings = self._settings.check
        refuse_unknown(settings.off)
        probe_file, about_files = self._look_at_files()
        self.summary = Summary({}, tuple(about_files))
        self._store.wait_indexed()
        if len(self._store) > self._most:
            self.too_many = True
            self.progress = None
            self._summarize(balanced=True)
            self._tell()
            return
        checker = Checker(settings, probe_file, place_of=self._place_of)
        ids = self._store.ids()
        checker.arrange(ids)
        self._checker = checker
        self.progress = Checking(0, len(ids))
        told = time.monotonic()
        for start in range(0, len(ids), _CHUNK):
            if self._closed.is_set():
                return
            self._take_up_changes()
            chunk = list(self._examples(ids[start : start + _CHUNK]))
            with self._lock:
                checker.load(chunk)
            self.progress = Checking(start + len(chunk), len(ids))
            if time.monotonic() - told > _TELL_EVERY:
                told = time.monotonic()
                self._summarize()
                self._tell()
            time.sleep(_REST)
        self._summarize(balanced=True)
        self.progress = None
        self._tell()

    def _look_at_files(self) -> tuple[ProbeFile | None, list[Finding]]:
        from jessy_tui.dataset.checks import check_probes, unreadable_file
        from jessy_tui.dataset.files import ExampleFileError
        from jessy_tui.dataset.probes import load_probes

        found = [
            Finding("file", "error", None, None, None, None, problem, None)
            for problem in self._store.problems
        ]
        if not self._probes.exists():
            return None, found
        try:
            probes = load_probes(self._probes)
        except ExampleFileError as error:
            return None, [*found, unreadable_file(error)]
        return probes, [*found, *check_probes(probes, self._settings.check)]

    def _examples(self, ids: Iterable[int]) -> Iterator[tuple[int, Example]]:
        for entry_id in ids:
            if entry_id not in self._seen:
                with contextlib.suppress(KeyError):  # deleted; its change is on the way
                    yield entry_id, self._store.example(entry_id)

    def _measure_all(self) -> None:
        """Count the tokens of the answers that may be too long, with the lock free meanwhile."""
        if self._checker is None or TOO_LONG.name in self._settings.check.off:
            return
        self._measure = self._measure_of()
        if self._measure is None:
            return
        for start in range(0, len(ids := self._store.ids()), _MEASURED):
            if self._closed.is_set():
                return
            self._take_up_changes()
            self._measure_some(self._examples(ids[start : start + _MEASURED]))
        self._summarize()

    def _measure_some(self, examples: Iterable[tuple[int, Example]]) -> None:
        measure, checker = self._measure, self._checker
        if measure is None or checker is None:
            return
        rows = [
            (entry_id, row)
            for entry_id, example in examples
            for row in long_rows(example, measure.most)
        ]
        found: dict[int, list[tuple[Check, Flaw]]] = {}
        flaws = too_long([row for _, row in rows], measure)
        for (entry_id, _), flaw in zip(rows, flaws, strict=True):
            found.setdefault(entry_id, []).extend([(TOO_LONG, flaw)] if flaw else [])
        with self._lock:
            for entry_id, said in found.items():
                checker.say(entry_id, said)

    def _take_up_changes(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                item = self._changes.get_nowait()
                if item is not None:
                    self._follow(*item)
                self._changes.task_done()

    def _follow(self, number: int, change: Change) -> None:
        if self._checker is not None:
            now: dict[int, Example | None] = {}
            for edit in change.steps():
                now[edit.entry_id] = edit.after
            for entry_id, example in now.items():
                self._seen.add(entry_id)
                with self._lock:
                    if example is None:
                        self._checker.remove(entry_id)
                    else:
                        self._checker.update(entry_id, example)
            self._measure_again(now)
        for entry_id in change.entry_ids:
            if self._awaited.get(entry_id) == number:
                self._awaited.pop(entry_id, None)

    def _measure_again(self, now: dict[int, Example | None]) -> None:
        try:
            self._measure_some((key, example) for key, example in now.items() if example)
        except JessyError as error:
            self._measure, self.unmeasured = None, str(error)

    def _summarize(self, *, balanced: bool = False) -> None:
        by_check = {} if self._checker is None else self._checker.by_check()
        if self._kept is not None:
            by_check = self._kept.by_check
        about_files = self.summary.about_files
        if balanced and balance.BALANCE.name not in self._settings.check.off:
            others = (one for one in about_files if one.check != balance.BALANCE.name)
            missed = balance.find(self._store.census(), self._settings.targets)
            about_files = (*others, *missed)
        self.summary = Summary(by_check, about_files)

    def _place_of(self, entry_id: int) -> Place:
        entry = self._store.entry(entry_id)
        return entry.file, entry.index
