"""One question and what came back: the plan, the passes as nine pips, the seconds, the answer."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from jessy_tui.inference.reply import PassEnded, PlanKnown, Reply
from jessy_tui.iteration import Plan
from jessy_tui.ui.text import pips, visible
from jessy_tui.ui.themes import band_colour


class Exchange(VerticalGroup):
    """Grows while the answer streams in."""

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question
        self._stream: MarkdownStream | None = None
        self._passes = 0
        self._drafting = 1
        self._plan: Plan | None = None
        self._problem: str | None = None

    def compose(self) -> ComposeResult:
        yield Static(Text(visible(self.question)), classes="question")
        yield Static(Text("thinking …", "dim"), classes="verdict")
        yield Markdown(classes="answer")

    @property
    def verdict(self) -> Static:
        """The line with plan, pips and seconds."""
        return self.query_one(".verdict", Static)

    @property
    def _answer(self) -> Markdown:
        return self.query_one(".answer", Markdown)

    def plan_known(self, event: PlanKnown) -> None:
        """Show the plan the model declared, or that it declared none."""
        self._plan = event.plan
        self._problem = event.problem
        self.verdict.update(self._describe(f"plan after {event.seconds:.1f} s"))

    async def write(self, pass_number: int, piece: str) -> None:
        """Append a piece of a pass's draft; a further pass writes the answer anew."""
        if pass_number != self._drafting:
            self._drafting = pass_number
            await self._end_stream()
            await self._answer.update("")
        if self._stream is None:
            self._stream = Markdown.get_stream(self._answer)
        await self._stream.write(visible(piece))

    def pass_ended(self, event: PassEnded) -> None:
        """Count a pass."""
        self._passes += 1
        seconds = f"{event.record.seconds:.1f} s"
        self.verdict.update(self._describe(f"pass {self._passes} took {seconds}"))

    async def finish(self, reply: Reply) -> None:
        """Show the answer as it stands, with all its figures."""
        await self._end_stream()
        await self._answer.update(visible(reply.answer) or "*an empty answer*")
        self._passes = len(reply.passes)
        budget = ""
        if reply.plan is not None:
            limit = reply.plan.complexity.budget_seconds
            mark = "within" if reply.seconds <= limit else "over"
            budget = f" {mark} {limit:.0f} s"
        first = reply.first_token_seconds
        figures = [f"{reply.seconds:.1f} s{budget}", f"{reply.tokens:,} tokens"]
        if reply.tokens_per_second:
            figures.append(f"{reply.tokens_per_second:,.0f} tokens/s")
        if first is not None:
            figures.append(f"first after {first:.2f} s")
        self.verdict.update(self._describe(" · ".join(figures), reply.ended_why))

    async def give_up(self, reason: str) -> None:
        """Say why there is no answer; what came so far stays."""
        await self._end_stream()
        self.verdict.update(Text(visible(reason), "bold"))

    def _describe(self, figures: str, *notes: str) -> Text:
        plan = self._plan
        style = f"bold {band_colour(plan.complexity, self.app.theme_variables)}" if plan else "bold"
        text = Text()
        text.append(str(plan) if plan else "no plan", style).append("  ")
        text.append(pips(self._passes), style)
        text.append(f" {self._passes} pass{'' if self._passes == 1 else 'es'}  ", style)
        text.append(figures, "dim")
        if self._problem:
            notes = (f"{self._problem[0].upper()}{self._problem[1:]}.", *notes)
        if notes:
            text.append("\n" + " ".join(notes), "dim italic")
        return text

    async def _end_stream(self) -> None:
        if self._stream is not None:
            await self._stream.stop()
            self._stream = None
