"""One pass of an answer, with what it changed of the one before marked."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from jessy_tui.chats.changed_words import changed_words
from jessy_tui.inference.reply import Pass
from jessy_tui.ui.text import count_of, pips, visible


class PassReader(Static):
    """`[-taken out-]` and `{+put in+}`, as `git diff --word-diff` marks words: without colour."""

    def __init__(self) -> None:
        super().__init__(classes="pass-reader")
        self.number = 1

    def read(self, passes: Sequence[Pass], number: int) -> None:
        """Show a pass, counted from 1; what lies outside shows the first or the last."""
        self.number = min(max(number, 1), len(passes))
        record = passes[self.number - 1]
        before = passes[self.number - 2] if self.number > 1 else None
        self.update(Text.assemble(heading(record, len(passes)), "\n", drawn(before, record)))


def heading(record: Pass, passes: int) -> Text:
    """Which pass it is, and its figures."""
    words = [
        f"pass {record.number} of {passes}",
        record.phase,
        f"{record.seconds:.1f} s",
        count_of(record.tokens, "token"),
    ]
    if record.similarity is not None:
        words.append(f"{record.similarity:.0%} like pass {record.number - 1}")
    if record.reason != "stop":
        words.append("cut at the limit" if record.reason == "length" else "cancelled")
    text = Text.assemble((f"{pips(record.number)} ", "dim"), (" · ".join(words), "bold"))
    if passes > 1:
        text.append("   [ and ] turn, p closes", "dim")
    return text


def drawn(before: Pass | None, record: Pass) -> Text:
    """What a pass said: all of it for the first, for a later one what changed."""
    if before is None:
        return Text(visible(record.said.strip()) or "(nothing)")
    text = Text()
    for fate, piece in changed_words(before.text, record.text):
        shown = visible(piece)
        if fate == "kept":
            text.append(shown)
            continue
        words = shown.rstrip()
        blank = shown[len(words) :]
        if fate == "removed":
            text.append(f"[-{words}-]", "dim strike").append(blank)
        else:
            text.append(f"{{+{words}+}}", "bold underline").append(blank)
    return text if text.plain.strip() else Text("(nothing)")
