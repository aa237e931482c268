"""What the checks say of the examples, for all tabs: `app.findings`."""

from typing import TYPE_CHECKING

from jessy_tui.dataset.store import ExampleStore
from jessy_tui.ui.findings.counting import words_of

if TYPE_CHECKING:
    from jessy_tui.bases.token_client import TokenCounter
    from jessy_tui.dataset.checks import Finding, Said, Severity
    from jessy_tui.dataset.checks.following import Checking, Following
    from jessy_tui.dataset.checks.length import Measure
    from jessy_tui.dataset.example import Example
    from jessy_tui.ui.keeping import Keeping

_AFTER = 0.1
"""Seconds after the examples are there: they are on the screen before the checks are read."""


class FindingsService:
    """Follows the store with the checks, and publishes `app.findings_changed`.

    It may be asked at any time. What is not known yet is not there yet: whoever shows findings
    draws anew when the signal comes.
    """

    def __init__(self, app: "Keeping") -> None:
        self._app = app
        self._store: ExampleStore | None = None
        self._following: Following | None = None
        self._counter: TokenCounter | None = None

    def follow(self, store: ExampleStore) -> None:
        """Check the examples of `store` from now on."""
        self.close()
        self._store = store
        self._app.set_timer(_AFTER, self._begin)

    def check_anew(self) -> None:
        """Look at everything again, the settings and the probes as they are now."""
        if self._store is not None:
            self.close()
            self._begin()

    def _begin(self) -> None:
        if self._store is None or self._following is not None:
            return
        # Imported here: the first paint waits for no check.
        from jessy_tui.dataset.checks.following import Following

        workspace = self._app.workspace
        self._following = following = Following(
            self._store,
            workspace.settings,
            workspace.probes,
            lambda: self._told(following),
            measure=self._measure,
        )
        following.start()

    def _measure(self) -> "Measure | None":
        """How long answers may be in the tokens of the base; called in the thread of the checks."""
        from jessy_tui.bases.catalogue import chosen
        from jessy_tui.bases.token_client import TokenCounter
        from jessy_tui.dataset.checks.length import Measure

        base = chosen(self._app.workspace)
        if base is None or not base.ready:
            return None
        self._counter = TokenCounter(base.folder)
        most = self._app.workspace.settings.check.max_seq_length
        return Measure(self._counter.count, base.name, most)

    def _told(self, following: "Following") -> None:
        """Called in the thread of the checks."""
        from jessy_tui.ui.messages import FindingsChanged

        if following is self._following:
            self._app.post_message(FindingsChanged())

    def check_all(self) -> None:
        """Look once at examples that are too many to be followed, in a process of its own."""
        if self._following is not None:
            self._following.check_all()

    def close(self) -> None:
        """Follow no more."""
        if self._following is not None:
            self._following.close()
            self._following = None
        if self._counter is not None:
            self._counter.close()
            self._counter = None

    # --- asking --------------------------------------------------------------------------------

    @property
    def progress(self) -> "Checking | None":
        """How far the first look at all examples is; None when it is over or has not begun."""
        return self._following.progress if self._following else None

    @property
    def settled(self) -> bool:
        """Whether all there is has been looked at, as it is now."""
        return self._following is not None and self._following.settled

    @property
    def too_many(self) -> bool:
        """Whether there are more examples than are checked as they change; see `check_all`."""
        return self._following is not None and self._following.too_many

    @property
    def checked_all(self) -> bool:
        """Whether those that are too many were looked at as they are saved."""
        return self._following is not None and self._following.checked_all

    @property
    def unmeasured(self) -> str | None:
        """Why no tokens are counted, in a sentence, where that was tried."""
        return self._following.unmeasured if self._following else None

    @property
    def failure(self) -> str | None:
        """Why nothing is checked, in a sentence; None where all is well."""
        return self._following.failure if self._following else None

    def counts(self) -> "dict[Severity, int]":
        """How many findings of examples there are of each severity; empty where none is known."""
        return self._following.counts() if self._following else {}

    def by_check(self) -> "dict[Said, int]":
        """How many findings of examples each check has that finds something."""
        return self._following.by_check() if self._following else {}

    def about_files(self) -> "tuple[Finding, ...]":
        """Findings about no one example: unreadable files, the probes, the balance."""
        return self._following.summary.about_files if self._following else ()

    def said_of(self, entry_id: int) -> "tuple[Said, ...]":
        """Which checks found something in an entry, as far as is known; never waits."""
        return self._following.said_of(entry_id) if self._following else ()

    def findings_of(self, entry_id: int) -> "list[Finding]":
        """What the checks say of an entry, the gravest first, in sentences."""
        return self._following.findings_of(entry_id) if self._following else []

    def findings_if(self, entry_id: int | None, example: "Example") -> "list[Finding]":
        """What the checks would say if an entry, or a new one, held this example."""
        return self._following.findings_if(entry_id, example) if self._following else []

    def flagged(self, check: str | None = None) -> list[int]:
        """The ids of the entries of which a check finds something, or any check; in no order."""
        return self._following.flagged(check) if self._following else []

    def flagged_count(self, check: str) -> int:
        """How many entries a check finds something in."""
        return self._following.flagged_count(check) if self._following else 0

    @property
    def words(self) -> str:
        """All findings in a few words: "2 errors, 7 warnings"; "" where there are none.

        Of a workspace that is too large it says so, until all is checked.
        """
        if self.too_many and not self.checked_all:
            progress = self.progress
            return "not checked" if progress is None else f"checking {progress.share:.0%}"
        return words_of(self.by_check())
