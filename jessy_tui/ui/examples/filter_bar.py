"""Where the filter is typed: it completes what can be completed, and says what does not parse."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.dataset.query import Completion, Query, QueryError, Vocabulary, complete, parse

_MOST_SHOWN = 8


class FilterInput(Input):
    """The line itself; the keys that belong to the completions go to the bar."""

    PLACE: ClassVar[str] = "Filter"
    BINDINGS = [
        Binding("tab", "accept", "Complete", tooltip="Take the completion"),
        Binding("down", "choose(1)", "Next", show=False, tooltip="The next completion"),
        Binding("up", "choose(-1)", "Previous", show=False, tooltip="The completion before"),
        Binding("escape", "leave", "Clear", tooltip="Clear the filter and go back to the list"),
    ]

    def _bar(self) -> "FilterBar":
        bar = self.parent
        assert isinstance(bar, FilterBar)  # noqa: S101
        return bar

    def action_accept(self) -> None:
        """Take the highlighted completion."""
        self._bar().accept()

    def action_choose(self, rows: int) -> None:
        """Highlight another completion."""
        self._bar().choose(rows)

    def action_leave(self) -> None:
        """Clear the filter and go back to the list."""
        self._bar().clear()
        self._bar().post_message(FilterBar.Left())


class FilterBar(VerticalGroup):
    """Tells on every key what is to be shown; with enter the list has the word."""

    @dataclass
    class Changed(Message):
        """Another query; None while what is typed does not parse."""

        query: Query | None

    class Left(Message):
        """The list is to have the focus."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.vocabulary = Vocabulary()
        self.query_text = ""
        self._completions: list[Completion] = []

    def compose(self) -> ComposeResult:
        yield FilterInput(
            placeholder="sorcam  is:low  iterations:>=6  category:rust  -has:error  /regex/",
            compact=True,
            select_on_focus=False,
            id="filter-input",
        )
        yield Static(id="filter-problem")
        yield OptionList(id="filter-completions")

    def on_mount(self) -> None:
        self.border_title = "/"
        self._show_completions([])

    @property
    def _input(self) -> FilterInput:
        return self.query_one(FilterInput)

    def open(self) -> None:
        """Show the bar and type into it."""
        self.display = True
        self._input.focus()

    def put(self, text: str) -> None:
        """Filter by `text`, as if it had been typed."""
        self.display = bool(text) or self._input.has_focus
        self._input.value = text

    def clear(self) -> None:
        """Show everything again."""
        self._input.value = ""
        self.display = False

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self.query_text = message.value
        try:
            query = parse(message.value)
        except QueryError as error:
            self._show_problem(error)
            self.post_message(self.Changed(None))
        else:
            self._show_problem(None)
            self.post_message(self.Changed(query))
        self._offer()

    def _show_problem(self, error: QueryError | None) -> None:
        problem = self.query_one("#filter-problem", Static)
        problem.display = error is not None
        self.set_class(error is not None, "-refused")
        if error is not None:
            # The mark stands under the part that does not parse, as far as the line shows it.
            start = max(0, error.start - int(self._input.scroll_x))
            mark = "^" * max(1, error.end - error.start)
            problem.update(Text(f"{' ' * start}{mark}\n{error}"))

    @on(events.Key)
    def _moved(self, event: events.Key) -> None:
        if event.key in ("left", "right", "home", "end"):
            self.call_after_refresh(self._offer)

    def _offer(self) -> None:
        text = self._input.value
        at_end = self._input.cursor_position
        self._show_completions(complete(text, at_end, self.vocabulary) if text else [])

    def _show_completions(self, completions: list[Completion]) -> None:
        self._completions = completions[:_MOST_SHOWN]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Text.assemble((f"{one.text:<24} ", "bold"), (one.description, "dim")))
            for one in self._completions
        )
        options.display = bool(self._completions) and self._input.has_focus

    def choose(self, rows: int) -> None:
        """Highlight another completion."""
        options = self.query_one(OptionList)
        if options.option_count:
            at = options.highlighted
            options.highlighted = (
                (0 if rows > 0 else options.option_count - 1)
                if at is None
                else (at + rows) % options.option_count
            )

    def accept(self) -> None:
        """Put the highlighted completion, or the first, into the line."""
        if not self._completions:
            return
        one = self._completions[self.query_one(OptionList).highlighted or 0]
        value = self._input.value
        # A value is finished; a key such as `category:` waits for its value.
        space = "" if one.text.endswith(":") or value[one.end : one.end + 1] == " " else " "
        self._input.value = value[: one.start] + one.text + space + value[one.end :]
        self._input.cursor_position = one.start + len(one.text) + len(space)

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._show_completions([])
        if not message.value:
            self.display = False
        self.post_message(self.Left())

    @on(Input.Blurred)
    def _blurred(self, _: Input.Blurred) -> None:
        self.query_one(OptionList).display = False

    @on(OptionList.OptionSelected)
    def _picked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.accept()
        self._input.focus()
