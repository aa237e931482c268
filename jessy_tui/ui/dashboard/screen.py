"""Tab 2: what is there against what there should be, as it is now, unsaved edits included."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, VerticalScroll
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from jessy_tui.dataset.figures import Figure, Overview, overview_of
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.words import SAMPLE, Use, Uses, sample_of, uses_of
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.dashboard.bar_panel import BarPanel
from jessy_tui.ui.dashboard.found import show_findings
from jessy_tui.ui.dashboard.gap_list import GapList
from jessy_tui.ui.dashboard.heat_map import HeatMap
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.dashboard.use_list import Item, UseList
from jessy_tui.ui.tab_screen import TabScreen

if TYPE_CHECKING:
    from jessy_tui.bases.lengths import TokenLengths

COUNTING = "Counting …"
_WORDS_AFTER = 0.4
"""Seconds of rest after an edit before words are counted anew."""


class DashboardScreen(TabScreen):
    """The figures, the heat map, the gaps, the words: every row is a filter."""

    TAB = "dashboard"
    CSS_PATH = "dashboard.tcss"
    ALLOW_IN_MAXIMIZED_VIEW = "TabBar, Footer"
    BINDINGS = [
        Binding("tab", "panel(1)", "Next panel", tooltip="The next panel"),
        Binding("shift+tab", "panel(-1)", "Panel before", show=False, tooltip="The panel before"),
        Binding("x", "app.findings", "Check", tooltip="What the checks find, to fix or to waive"),
        Binding("u", "undo", "Undo", show=False, tooltip="Undo the last change"),
        Binding("z", "enlarge", "Enlarge", tooltip="This panel on the whole screen, or all again"),
        Binding("escape", "shrink", "All panels", show=False, tooltip="All panels again"),
    ]

    _tokens_due = False
    _counting = False
    _count_again = False
    _words_timer: Timer | None = None
    _tokens: "TokenLengths | None" = None

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Reading the examples …", id="waiting", classes="empty-state")
            with VerticalScroll(id="panels", can_focus=False):
                with Container(classes="row", id="labels"):
                    yield BarPanel("category", "Category")
                    with Container(id="small"):
                        yield BarPanel("complexity", "Complexity")
                        yield BarPanel("language", "Language")
                    yield BarPanel("iterations", "Iterations")
                with Container(classes="row", id="cells"):
                    yield HeatMap()
                    yield GapList()
                with Container(classes="row", id="rest"):
                    yield BarPanel("file", "Files")
                    yield BarPanel("length", "Length of the answer")
                    yield UseList("Findings", id="findings")
                with Container(classes="row", id="texts"):
                    yield UseList("Words used most", id="words")
                    yield UseList("Answers begin with", id="openings")
                    with Container(id="counts"):
                        yield BarPanel("turns", "Messages")
                        yield BarPanel("tokens", "Tokens")
            yield Static(id="empty", classes="empty-state")

    # --- counting ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        for panel in ("words", "openings", "tokens"):
            self.query_one(f"#{panel}", Panel).notice = COUNTING

    def examples_changed(self) -> None:
        store = self.jessy.store
        if store is None:
            return
        body = self.query_one("#body", ContentSwitcher)
        if not len(store) and store.indexing is None:
            body.current = "empty"
            self.set_focus(None)
            self.query_one("#empty", Static).update(_empty_text(store))
            return
        self._recount(store)
        self._recount_words()

        self.findings_changed()

    def findings_changed(self) -> None:
        """The checks know more than before."""
        show_findings(self.jessy, self.query_one("#findings", UseList))

    def rows_arrived(self) -> None:
        if self.jessy.store is not None:
            self._recount(self.jessy.store)

    def _recount(self, store: ExampleStore) -> None:
        """Count, unless that is under way: then once more when it is over."""
        if self._counting:
            self._count_again = True
            return
        self._counting = True
        self._count(store)

    @work(thread=True, group="count")
    def _count(self, store: ExampleStore) -> None:
        overview = overview_of(store.census(), self.jessy.workspace.settings.targets)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._counted, overview)

    def _counted(self, overview: Overview) -> None:
        self._counting = False
        if not self.is_mounted:
            return
        self._show(overview)
        if self._count_again and self.jessy.store is not None:
            self._count_again = False
            self._recount(self.jessy.store)

    def _show(self, overview: Overview) -> None:
        body = self.query_one("#body", ContentSwitcher)
        first = body.current != "panels"
        body.current = "panels"
        store = self.jessy.store
        partly = store is not None and store.indexing is not None
        so_far = f"{overview.census.examples:,} so far" if partly else ""
        for panel in self.query(BarPanel):
            if panel.id in overview.figures:
                panel.show(overview.figures[panel.id], so_far)
        self.query_one(HeatMap).show(overview.grid)
        # What is missing is only known when all that is there is.
        self.query_one(GapList).show(() if partly else overview.grid.gaps, pending=partly)
        if first and self.is_current and self.focused is None:
            self.query_one("#category").focus()

    def _recount_words(self) -> None:
        if self._words_timer is not None:
            self._words_timer.stop()
        self._words_timer = self.set_timer(_WORDS_AFTER, self._begin_words)

    def _begin_words(self) -> None:
        store = self.jessy.store
        if store is not None and store.indexing is None:
            self._count_words(store)
            self._tokens_due = True
            self._count_tokens(store)

    @work(thread=True, exclusive=True, group="tokens")
    def _count_tokens(self, store: ExampleStore) -> None:
        from jessy_tui.bases.lengths import TokenLengths

        worker = get_current_worker()
        tokens = self._tokens = self._tokens or TokenLengths(self.jessy.workspace)
        try:
            figure = tokens.figure(store, lambda: worker.is_cancelled)
        except JessyError as error:
            figure = Figure("tokens", "Tokens", (), note=str(error))
        if figure is not None and not worker.is_cancelled:
            self.app.call_from_thread(self._show_tokens, figure)

    def _show_tokens(self, figure: Figure) -> None:
        self._tokens_due = False
        panel = self.query_one("#tokens", BarPanel)
        panel.border_title = figure.title
        panel.show(figure)

    def on_screen_suspend(self) -> None:
        """Nobody looks: let the process that counts tokens go."""
        self._let_tokens_go()

    def on_screen_resume(self) -> None:
        """Somebody looks again: count on where that was broken off."""
        if self._tokens_due:
            self._recount_words()

    def on_unmount(self) -> None:
        self._let_tokens_go()

    def _let_tokens_go(self) -> None:
        self.workers.cancel_group(self, "tokens")
        if self._tokens is not None:
            self._tokens.close()
            self._tokens = None

    @work(thread=True, exclusive=True, group="words")
    def _count_words(self, store: ExampleStore) -> None:
        worker = get_current_worker()
        total = len(store)
        uses = uses_of(sample_of(store), cancelled=lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_uses, uses, total)

    def _show_uses(self, uses: Uses, total: int) -> None:
        sample = uses.examined if total > SAMPLE else None
        subtitle = f"in {uses.examined:,} of {total:,} examples" if sample else "examples with each"
        for panel, found, nothing in (
            ("words", uses.words, "No word is in three examples or more."),
            ("openings", uses.openings, "No three answers begin with the same two words."),
        ):
            self.query_one(f"#{panel}", UseList).show(
                _items(found), subtitle=subtitle, nothing=nothing, sample=sample
            )

    # --- keys ----------------------------------------------------------------------------------

    @property
    def _panels(self) -> list[Panel]:
        """Those that can be gone to: none before there is something in them."""
        shown = self.query_one("#body", ContentSwitcher).current == "panels"
        return [panel for panel in self.query(Panel) if panel.display] if shown else []

    def action_panel(self, step: int) -> None:
        """Go to the panel after this one, or to that before it."""
        self._go(step)

    def _go(self, step: int) -> Panel | None:
        panels = self._panels
        if not panels:
            return None
        at = panels.index(self.focused) if isinstance(self.focused, Panel) else -1
        panel = panels[(at + step) % len(panels)]
        if self.maximized is not None:
            self.minimize()
            self.maximize(panel, container=False)
        # At once, not gliding: keys come faster than that.
        panel.focus(scroll_visible=False)
        self.query_one("#panels").scroll_to_widget(panel, animate=False)
        return panel

    @on(Panel.LeftAt)
    def _left_panel(self, message: Panel.LeftAt) -> None:
        if (panel := self._go(message.step)) is not None:
            panel.action_move_to(0 if message.step > 0 else -1)

    @on(Panel.Chosen)
    def _chosen(self, message: Panel.Chosen) -> None:
        if not message.count:
            self.notify("No example has that yet.")
        elif not message.query and message.panel == "findings":
            self.jessy.action_findings()
        elif not message.query:
            self.notify("No one filter shows exactly these.", severity="warning")
        else:
            self.jessy.show_examples(message.query)

    @on(HeatMap.Wanted)
    def _wanted(self, message: HeatMap.Wanted) -> None:
        self.jessy.write_example(
            complexity=Complexity.of(message.iterations),
            iterations=message.iterations,
            category=message.category,
        )

    def action_undo(self) -> None:
        """Take the last change back, such as an example that was written for a gap."""
        if self.jessy.store is None:
            return
        try:
            change = self.jessy.store.undo()
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
        else:
            self.notify(change.description if change else "Nothing to undo.", markup=False)

    def action_enlarge(self) -> None:
        """Show the panel in hand on the whole screen, or all of them again."""
        if self.maximized is not None:
            self.minimize()
        elif isinstance(self.focused, Panel):
            self.maximize(self.focused, container=False)

    def action_shrink(self) -> None:
        """Show all panels again."""
        if self.maximized is not None:
            self.minimize()


def _items(uses: Sequence[Use]) -> list[Item]:
    return [Item(use.words, use.count, use.query) for use in uses]


def _empty_text(store: ExampleStore) -> str:
    if store.problems:
        return "[b]No example could be read.[/b]\n\n" + "\n".join(
            problem.replace("[", r"\[") for problem in store.problems
        )
    return "[b]Nothing to count yet.[/b]\n\nPress [b]1[/b], then [b]a[/b] to write an example."
