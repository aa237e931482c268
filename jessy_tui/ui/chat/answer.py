"""One answer: its figures, the text as it streams, and its passes to be read one by one."""

from time import monotonic

from rich.text import Text as Styled
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widgets import Markdown, Static

from jessy_tui.chats.turn import Turn, Verdict
from jessy_tui.inference.reply import Event, Reply, Text
from jessy_tui.ui.chat.pass_reader import PassReader
from jessy_tui.ui.chat.progress import Progress
from jessy_tui.ui.chat.verdict import describe
from jessy_tui.ui.text import visible


class Answer(VerticalGroup):
    """Grows while the answer streams in."""

    def __init__(self, name: str, turn: Turn | None = None, verdict: Verdict | None = None) -> None:
        """An answer of the target called `name`; one that was kept has a `turn`."""
        super().__init__()
        self.target_name = name
        self.turn = turn
        """The answer as it is kept, once it is over."""
        self.progress = Progress.of(turn, verdict) if turn else Progress()
        self._drafting = 1
        self._streamed = ""
        self._unpainted = ""
        self._lines = 0

    def compose(self) -> ComposeResult:
        text = visible(self.turn.reply.answer) or _EMPTY if self.turn else ""
        yield Static(classes="verdict")
        yield Markdown(text, classes="answer")

    def on_mount(self) -> None:
        self.hold(in_hand=False)
        self._show()

    def hold(self, *, in_hand: bool) -> None:
        """Mark it as the one that keys are about, or not."""
        self.set_class(in_hand, "-in-hand")
        self.border_title = Styled(f"{'▸ ' if in_hand else ''}{visible(self.target_name)}")

    # --- while it comes ------------------------------------------------------------------------

    def wait(self, words: str) -> None:
        """Say what is waited for."""
        self.progress.waiting = words
        self._show()

    def begin(self) -> None:
        """The question goes to the model."""
        self.progress.begin(monotonic())
        self._show()

    async def take(self, event: Event) -> None:
        """Show what has happened."""
        self.progress.take(event)
        if isinstance(event, Text):
            await self._write(event.pass_number, event.piece)
            return
        if isinstance(event, Reply):
            await self._finish(event)
        self._show()

    async def fail(self, sentence: str) -> None:
        """Say why there is no answer; what came so far stays."""
        await self.paint()
        self.progress.fail(sentence)
        self._show()

    def judge(self, verdict: Verdict) -> None:
        """Show what became of it."""
        self.progress.verdict = verdict
        self._show()

    async def _write(self, pass_number: int, piece: str) -> None:
        """Append a piece of a pass's draft; a further pass writes the answer anew."""
        if pass_number != self._drafting:
            self._drafting = pass_number
            self._unpainted = self._streamed = ""
            await self._answer.update("")
        self._unpainted += piece
        self._streamed += piece
        if self._streamed == piece:
            await self.paint()

    async def paint(self) -> None:
        """Show what has come since the last time."""
        piece, self._unpainted = self._unpainted, ""
        if piece:
            await self._answer.append(visible(piece))
        self._show()

    async def _finish(self, reply: Reply) -> None:
        await self.paint()
        if self._streamed.strip() != reply.answer or not reply.answer:
            await self._answer.update(visible(reply.answer) or _EMPTY)

    @property
    def _answer(self) -> Markdown:
        return self.query_one(".answer", Markdown)

    def _show(self) -> None:
        text = describe(self.progress, monotonic(), self.app.theme_variables)
        # Running seconds move nothing: only more or fewer lines are laid out anew.
        width = self.content_size.width
        lines = len(text.wrap(self.app.console, width)) if width else 0
        self.query_one(".verdict", Static).update(text, layout=lines != self._lines or not lines)
        self._lines = lines

    # --- its passes ----------------------------------------------------------------------------

    @property
    def unfolded(self) -> bool:
        """Whether its passes are being read."""
        return bool(self.query(PassReader))

    async def unfold(self) -> None:
        """Show its passes one by one, the last one first, or its answer again."""
        readers = self.query(PassReader)
        if readers:
            await readers.remove()
            self._answer.display = True
        elif self.progress.passes:
            reader = PassReader()
            await self.mount(reader)
            self._answer.display = False
            reader.read(self.progress.passes, len(self.progress.passes))

    def turn_page(self, by: int) -> None:
        """Read another pass."""
        for reader in self.query(PassReader):
            reader.read(self.progress.passes, reader.number + by)


_EMPTY = "*an empty answer*"
