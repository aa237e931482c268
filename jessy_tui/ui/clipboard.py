"""Copying out of the app, also over ssh: the terminal itself is asked to do it (OSC 52)."""

from typing import Any, Final

from textual.app import App

from jessy_tui.ui.text import count_of, one_line

LONGEST: Final = 74_000
"""In bytes. Terminals and tmux drop longer ones without a word (100,000 once they are encoded)."""


def copy_text(app: App[Any], text: str, what: str) -> bool:
    """Copy `text` and say so; whether the terminal was asked. `what` is "the answer" or the like.

    Nothing tells whether the terminal did it: some have to be allowed to.
    """
    if not text:
        app.notify(f"There is nothing to copy: {what} is empty.", severity="warning", markup=False)
        return False
    size = len(text.encode("utf-8", "replace"))
    if size > LONGEST:
        app.notify(
            f"{what[:1].upper()}{what[1:]} has {count_of(size, 'byte')}; terminals copy "
            f"{LONGEST:,} at most. Nothing was copied.",
            severity="warning",
            markup=False,
        )
        return False
    app.copy_to_clipboard(text)
    beginning = one_line(text, 40).rstrip()
    app.notify(f"{beginning}", title=f"Copied {what}", markup=False)
    return True
