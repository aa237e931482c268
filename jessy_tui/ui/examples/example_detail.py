"""One example in full: what was asked, the label, the answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.timer import Timer

from jessy_tui.dataset.example import HUMAN, JESSY, Turn, complexity_in, iterations_in
from jessy_tui.dataset.rows import training_rows
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.banner import banner, is_large
from jessy_tui.ui.examples.picked import Picked
from jessy_tui.ui.text import count_of, pips, visible
from jessy_tui.ui.themes import band_colour
from jessy_tui.ui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from jessy_tui.dataset.checks import Finding
    from jessy_tui.dataset.query import Query

# Beyond this, drawing Markdown takes longer than anybody wants to wait.
_LONGEST_MARKDOWN = 20_000
_LONGEST_TEXT = 40_000
"""So many characters of a conversation are drawn."""
_AT_ONCE = 5_000
"""So many of them are drawn before the next key is answered; the rest after a pause."""
_PAUSE = 0.15
_MOST_TURNS = 60
_RESTS = 0.4
"""Seconds after which the cursor rests on an example."""


class ExampleDetail(VerticalScroll, can_focus=True):
    """The conversation under the list's cursor."""

    PLACE: ClassVar[str] = "Example"
    COMPONENT_CLASSES = {"example-detail--match"}
    BINDINGS = [
        Binding("j,down", "scroll_down", "Scroll down", show=False, id="detail.down"),
        Binding("k,up", "scroll_up", "Scroll up", show=False, id="detail.up"),
        Binding("g,home", "scroll_home", "Top", show=False, id="detail.top"),
        Binding("G,end", "scroll_end", "Bottom", show=False, id="detail.bottom"),
        Binding("ctrl+d", "page_down", "A page down", show=False, id="detail.page_down"),
        Binding("ctrl+u", "page_up", "A page up", show=False, id="detail.page_up"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.findings_of: Callable[[int], list[Finding]] = lambda _: []
        """What the checks say of an example, by its id."""
        self._findings: list[Finding] = []
        self.verbatim = False
        """Whether to show what the model is trained on in place of the conversation."""
        self._query: Query | None = None
        self._shown: Entry | None = None
        self._due = False
        """Whether what is to be shown will be drawn in a moment."""
        self._rest: Timer | None = None
        self._resting: Timer | None = None
        self._rested = False
        self.tokens_of: Callable[[Entry], str] = lambda _: ""
        """How many tokens an example has, in words, as far as it is known."""

    def compose(self) -> ComposeResult:
        yield Drawn(id="banner")
        yield Drawn(id="conversation")

    @property
    def _variables(self) -> dict[str, str]:
        return self.app.theme_variables

    def on_resize(self) -> None:
        self._draw_banner()

    def _draw_banner(self) -> None:
        """The label, on top also while the conversation is scrolled."""
        label = self.query_one("#banner", Drawn)
        entry = self._shown
        label.display = entry is not None and not self.verbatim
        if entry is not None:
            large = is_large(self.size.width, self.size.height)
            label.update(banner(entry.example, self._variables, large=large))

    def show(self, entry: Entry | None, query: "Query | None" = None) -> None:
        """Draw `entry`, from its top, with what `query` looks for picked out.

        The list is painted first: while keys come quickly, examples that were passed are not drawn.
        """
        self._query = query
        self._shown, self._findings = entry, []
        if not self._due:
            self._due = True
            self.call_after_refresh(self._show)

    def _show(self) -> None:
        self._due = False
        entry = self._shown
        if entry is None:
            self.border_title, self.border_subtitle = "No example", ""
            self._conversation.update("")
            self._draw_banner()
            return
        self.border_title = f"{entry.file.name} #{entry.index + 1}"
        self.border_subtitle = ""
        self._draw_banner()
        self._redraw(_AT_ONCE)
        self.scroll_home(animate=False)
        # The conversation is on the screen before the checks are made.
        self.call_after_refresh(self._check, entry)
        for timer in (self._rest, self._resting):
            if timer is not None:
                timer.stop()
        self._rest = None
        if sum(len(turn.text or "") for turn in entry.example.turns[:_MOST_TURNS]) > _AT_ONCE:
            self._rest = self.set_timer(_PAUSE, self._redraw)
        # Only where the cursor rests, tokens are asked for.
        self._rested = False
        self._resting = self.set_timer(_RESTS, self._rest_on_it)

    def _redraw(self, most: int = _LONGEST_TEXT) -> None:
        if self._shown is not None:
            self._conversation.update(
                self._draw_rows(self._shown, most)
                if self.verbatim
                else self._draw(self._shown, self._findings, most)
            )

    @property
    def _conversation(self) -> Drawn:
        return self.query_one("#conversation", Drawn)

    def _check(self, entry: Entry) -> None:
        """Add what the checks say of `entry`, if it is still the one that is shown."""
        if entry is self._shown:
            self.draw_findings()

    def draw_findings(self) -> None:
        """Show what the checks say of the example now, where that has changed."""
        entry = self._shown
        findings = [] if entry is None else self.findings_of(entry.id)
        if entry is None or findings == self._findings:
            return
        self._findings = findings
        self.draw_border()
        if not self.verbatim:
            self._redraw()

    def _rest_on_it(self) -> None:
        self._rested = True
        self.draw_border()

    def draw_border(self) -> None:
        """What stands below: the tokens, where they are wanted and known, and the findings."""
        entry = self._shown
        words = [self.tokens_of(entry)] if entry is not None and self._rested else []
        if self._findings:
            words.append(count_of(len(self._findings), "finding"))
        self.border_subtitle = " · ".join(word for word in words if word)

    def _draw_rows(self, entry: Entry, most: int) -> RenderableType:
        """The rows of mlx-lm's chat form that the example becomes, to the letter."""
        try:
            rows = list(training_rows([entry.example], weighted=False))
        except JessyError as error:
            return Text(str(error), "italic")
        parts: list[RenderableType] = [
            Text(
                f"What the model is trained on, {count_of(len(rows), 'row')} "
                f"({count_of(entry.example.weight, 'time')}); m shows the conversation",
                "dim italic",
            ),
        ]
        for message in (message for row in rows for message in row["messages"]):
            if most <= 0:
                parts.append(Text("… and more", style="dim italic"))
                break
            parts.append(Text(message["role"], "bold"))
            parts.append(Padding(_cut(message["content"], most), (0, 0, 1, 2)))
            most -= len(message["content"])
        return Group(*parts)

    def _draw(self, entry: Entry, findings: "list[Finding]", most: int) -> RenderableType:
        turns = entry.example.turns
        parts: list[RenderableType] = []
        drawn = 0
        last = max((at for at, turn in enumerate(turns) if turn.role == JESSY), default=-1)
        for at, turn in enumerate(turns[:_MOST_TURNS]):
            if most <= 0:
                break
            parts.append(self._heading(turn, labelled=at == last))
            parts.append(Padding(self._body(turn, most), (0, 0, 1, 2)))
            most -= len(turn.text or "")
            drawn += 1
        if drawn < len(turns):
            more = count_of(len(turns) - drawn, "more message")
            parts.append(Text(f"… and {more}", style="dim italic"))
        if not turns:
            parts.append(Text("This entry holds no conversation.", style="italic"))
        if findings:
            parts.append(Text("── findings " + "─" * 24, style="dim"))
            parts.extend(
                Text(f"{finding.severity}: {finding.message}", style="bold") for finding in findings
            )
        return Group(*parts)

    def _heading(self, turn: Turn, *, labelled: bool) -> Text:
        """Who says a message; the label of an answer where it is not the one on top."""
        if turn.role != JESSY:
            return Text(turn.role if turn.role == HUMAN else f"{turn.role!r}: unknown role", "bold")
        text = Text("jessy", "bold")
        if labelled:
            return text
        complexity, iterations = complexity_in(turn.metadata), iterations_in(turn.metadata)
        if complexity is None and iterations is None:
            return text.append("  no label", "dim")
        style = f"bold {band_colour(complexity, self._variables)}" if complexity else "bold"
        text.append(f"  {complexity or '?'} {iterations or '?'} ", style)
        text.append(pips(iterations), style)
        rest = [
            f"{key} {value}" if key not in ("category", "language") else str(value)
            for key, value in turn.metadata.items()
            if key not in ("complexity", "iterations")
        ]
        return text.append("  " + visible(" · ".join(rest)), "dim")

    def _body(self, turn: Turn, most: int) -> RenderableType:
        if turn.text is None:
            return Text("no text", style="italic")
        if len(turn.text) > most:
            return _cut(turn.text, most)
        text = visible(turn.text)
        spans = self._spans(text)
        match = self.get_component_rich_style("example-detail--match")
        if turn.role == JESSY and len(text) <= _LONGEST_MARKDOWN:
            # Imported when first drawn: the list is on screen before the parser is read.
            from rich.markdown import Markdown

            drawn = Markdown(text, code_theme="ansi_dark")
            return Picked(drawn, self._spans, match) if spans else drawn
        picked = Text(text)
        for start, end in spans:
            picked.stylize(match, start, end)
        return picked

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where what the query looks for stands in `text`."""
        if self._query is None:
            return []
        from jessy_tui.dataset.query import highlights

        return highlights(self._query, text)


def _cut(text: str, most: int) -> Text:
    """So many characters of a text, with a word on the rest."""
    shown = visible(text[:most])
    if len(text) <= most:
        return Text(shown)
    return Text(f"{shown}\n… and {count_of(len(text) - most, 'more character')}")
