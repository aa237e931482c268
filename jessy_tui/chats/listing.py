"""The talks of a workspace, the newest first, and finding one by what was said in it."""

from dataclasses import dataclass
from pathlib import Path

from jessy_tui.chats.session import SUFFIX, Session
from jessy_tui.dataset.turkish import fold
from jessy_tui.errors import JessyError


@dataclass(frozen=True, slots=True)
class Listed:
    """A talk in a list."""

    path: Path
    title: str
    questions: int
    last: float
    """When something was last said in it, in seconds since 1970."""
    asked: str
    """Whom, in words."""
    problem: str | None
    folded: str
    """All that was said in it, folded for searching."""


def list_sessions(folder: Path) -> list[Listed]:
    """The talks in a folder, the one that was last spoken in first. Takes as long as they are."""
    if not folder.is_dir():
        return []
    found = [listed(path) for path in folder.iterdir() if path.suffix == SUFFIX]
    return sorted((one for one in found if one), key=lambda one: one.last, reverse=True)


def listed(path: Path) -> Listed | None:
    """A talk as it stands in the list, or None where it is gone by now."""
    try:
        changed = path.stat().st_mtime
        session = Session.read(path)
    except FileNotFoundError:
        return None
    except JessyError as error:
        return Listed(path, path.name, 0, 0.0, "", str(error), fold(path.name))
    names = dict.fromkeys(str(turn.target) for turn in session.turns)
    said = [session.title]
    for turn in session.turns:
        said += [turn.question, turn.reply.answer]
    return Listed(
        path=path,
        title=session.title,
        questions=len({turn.question_id for turn in session.turns}),
        last=max((turn.at for turn in session.turns), default=changed),
        asked=", ".join(names),
        problem=session.problems[0] if session.problems else None,
        folded=fold("\n".join(said)),
    )


def found_in(sessions: list[Listed], wanted: str) -> list[Listed]:
    """Those in which every word of `wanted` was said, whatever its case, dots and cedillas."""
    words = fold(wanted).split()
    return [one for one in sessions if all(word in one.folded for word in words)]
