"""Tab 2: what is there, as it is now, unsaved edits included."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, VerticalGroup, VerticalScroll
from textual.widgets import ContentSwitcher, Static

from jessy_tui.dataset.distribution import Distribution
from jessy_tui.iteration import Complexity
from jessy_tui.ui.tab_screen import TabScreen
from jessy_tui.ui.text import count_of
from jessy_tui.ui.themes import band_colour
from jessy_tui.ui.widgets.bars import Bar, Bars


class DistributionPanel(VerticalGroup):
    """One distribution in its frame; the frame tells how many values there are."""

    def __init__(self, title: str, panel_id: str) -> None:
        super().__init__(id=panel_id, classes="panel")
        self.border_title = title

    def compose(self) -> ComposeResult:
        yield Bars()

    def show(self, distribution: Distribution, colours: dict[str, str]) -> None:
        """Draw `distribution`, its bars in the colours of their names."""
        self.query_one(Bars).show(
            [
                Bar(
                    count.value,
                    count.count,
                    count.share,
                    colours.get(count.value, self.app.theme_variables["primary"]),
                )
                for count in distribution.counts
            ]
        )


class DashboardScreen(TabScreen):
    """The three distributions of the labels."""

    TAB = "dashboard"
    CSS_PATH = "dashboard.tcss"
    AUTO_FOCUS = "#panels"
    BINDINGS = [
        Binding("j,down", "scroll(1)", "Scroll down", show=False, id="dashboard.down"),
        Binding("k,up", "scroll(-1)", "Scroll up", show=False, id="dashboard.up"),
    ]

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Reading the examples …", id="waiting", classes="empty-state")
            with VerticalScroll(id="panels"), Container(id="columns"):
                with VerticalGroup():
                    yield DistributionPanel("Complexity", "complexity")
                    yield DistributionPanel("Iterations", "iterations")
                with VerticalGroup():
                    yield DistributionPanel("Category", "category")
            yield Static(
                "[b]Nothing to count yet.[/b]\n\n"
                "Press [b]1[/b], then [b]a[/b] to write an example.",
                id="empty",
                classes="empty-state",
            )

    def examples_changed(self) -> None:
        store = self.jessy.store
        body = self.query_one("#body", ContentSwitcher)
        if store is None:
            return
        if not len(store):
            body.current = "empty"
            return
        body.current = "panels"
        found = store.distributions()
        variables = self.app.theme_variables
        bands = {str(band): band_colour(band, variables) for band in Complexity}
        colours = {
            "complexity": bands,
            "iterations": {
                str(iterations): bands[band] for band in Complexity for iterations in band.band
            },
            "category": {},
        }
        for name, distribution in (
            ("complexity", found.complexity),
            ("iterations", found.iterations),
            ("category", found.category),
        ):
            panel = self.query_one(f"#{name}", DistributionPanel)
            panel.show(distribution, colours[name])
            panel.border_subtitle = count_of(len(store), "example")

    def action_scroll(self, lines: int) -> None:
        """Scroll the panels."""
        self.query_one("#panels").scroll_relative(y=lines, animate=False)
