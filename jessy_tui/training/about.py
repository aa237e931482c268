"""`about.json`: what people say of a run. The driver neither reads nor writes it."""

from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.json_files import read_json, write_json

ABOUT_NAME: Final = "about.json"


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The contents of `about.json`; a run without one has nothing said of it."""

    note: str = ""
    """Free text."""
    tags: tuple[str, ...] = ()
    """In the order they were given; a sweep gives its runs its own name as one."""
    place: float | None = None
    """Where the run waits in the queue, the lowest first; None: since it was made."""
    chosen: str | None = None
    """The checkpoint it is asked with, where a person has chosen one: a step, "best" or "final"."""


def read_about(folder: Path) -> About:
    """What is said of the run in `folder`.

    Raises:
        JessyError: its `about.json` cannot be read; the sentence names the file.
    """
    try:
        return read_json(folder / ABOUT_NAME, About, "move it away to go on without it")
    except FileNotFoundError:
        return About()


def write_about(folder: Path, about: About) -> None:
    """Replace what is said of the run in `folder`.

    Raises:
        JessyError: the folder cannot be written.
    """
    write_json(folder / ABOUT_NAME, about)


def tags_in(text: str) -> tuple[str, ...]:
    """The tags in a line of text: words between spaces or commas, each once."""
    return tuple(dict.fromkeys(word for word in text.replace(",", " ").split() if word))
