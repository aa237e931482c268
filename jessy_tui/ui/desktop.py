"""Telling a person who looks elsewhere: the bell, and a notice of the desktop by the terminal."""

import os
from collections.abc import Mapping
from typing import Any

from textual.app import App

from jessy_tui.ui.text import one_line

_LONGEST = 200


def tell_outside(app: App[Any], title: str, text: str, how: str) -> None:
    """Ring the bell and have the terminal show a notice, as far as the setting `how` lets it."""
    if how == "none":
        return
    app.bell()
    driver = app._driver
    if how == "desktop" and driver is not None and not app.is_headless:
        driver.write(notice(title, text, os.environ))
        driver.flush()


def notice(title: str, text: str, environment: Mapping[str, str]) -> str:
    """The sequence that asks the terminal for a notice of the desktop.

    OSC 777 for the terminals that know that one alone (urxvt, foot), OSC 9 for all others; those
    that know neither pass over it. In tmux it is handed through, which `allow-passthrough` permits.
    """
    title, text = (one_line(part, _LONGEST).rstrip().replace(";", ",") for part in (title, text))
    terminal = environment.get("TERM", "")
    if terminal.startswith(("rxvt", "foot")):
        sequence = f"\x1b]777;notify;{title};{text}\x07"
    else:
        sequence = f"\x1b]9;{title}: {text}\x07"
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence
