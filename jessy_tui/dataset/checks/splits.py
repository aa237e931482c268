"""The check of a split that is on disk: what is trained on cannot validate.

The files are mlx-lm's: a chat a row, or a prompt with its completion, or a text.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import FieldPath, Finding, Flaw, finding_of
from jessy_tui.dataset.jsontext import BLANK, JsonTextError, read_value
from jessy_tui.dataset.neartexts import NearTexts
from jessy_tui.dataset.reading import ExampleFileError
from jessy_tui.dataset.turkish import question_key
from jessy_tui.workspace import CheckSettings

LEAK: Final = Check(
    "split-leak", "error", "A question of valid.jsonl that is in train.jsonl too, or nearly."
)
TRAIN: Final = "train.jsonl"
VALID: Final = "valid.jsonl"

_ASKED: Final = ("prompt", "text")


def is_split(folder: Path) -> bool:
    """Whether a folder holds both sides of a split."""
    return (folder / TRAIN).is_file() and (folder / VALID).is_file()


def check_split(folder: Path, settings: CheckSettings) -> tuple[int, list[Finding]]:
    """How many rows a split has, and which of those that validate are trained on.

    Raises:
        ExampleFileError: a side cannot be read, or a row is no JSON.
    """
    train, valid = folder / TRAIN, folder / VALID
    trained: dict[str, int] = {}
    rows = 0
    for rows, (_, _, key) in enumerate(_questions(train), start=1):
        trained.setdefault(key, rows)
    known = list(trained)
    near = NearTexts(settings.near_duplicate)
    near.add(known)
    asked = list(_questions(valid))
    alike: dict[str, tuple[float, str]] = {}
    new = list(dict.fromkeys(key for _, _, key in asked if key and key not in trained))
    near.add(new)
    for one, other, score in near.pairs():
        if one < len(known) <= other:
            best = alike.get(new[other - len(known)], (0.0, ""))
            alike[new[other - len(known)]] = max(best, (score, known[one]))
    found = []
    for index, (line, path, key) in enumerate(asked):
        score, twin = (1.0, key) if key in trained else alike.get(key, (0.0, ""))
        if key and score and LEAK.name not in settings.off:
            how = "is" if score == 1 and twin == key else f"is nearly ({score:.0%} alike)"
            reason = (
                f"the question {how} that of row {trained[twin]} of {TRAIN}; what is trained on "
                "cannot validate: split again with jessy split."
            )
            found.append(finding_of(LEAK, Flaw(path, reason), file=valid, index=index, line=line))
    return rows + len(asked), found


def _questions(path: Path) -> Iterator[tuple[int, FieldPath, str]]:
    """The line of each row, and its first question, folded, with its place; "" where none is."""
    try:
        with path.open("rb") as stream:
            for line, content in enumerate(stream, start=1):
                if content.strip(BLANK.encode()):
                    yield (line, *_question(_read(path, line, content)))
    except OSError as error:
        raise ExampleFileError(path, f"it could not be read ({error.strerror or error})") from error


def _read(path: Path, line: int, content: bytes) -> Any:
    try:
        text = content.decode().strip(BLANK)
        value, stop = read_value(text, 0, len(text))
    except UnicodeDecodeError as error:
        reason = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise ExampleFileError(path, reason, line=line) from error
    except JsonTextError as error:
        raise ExampleFileError(path, error.reason, line=line) from error
    if stop < len(text):
        reason = "one row a line is expected, but more follows; put it on its own"
        raise ExampleFileError(path, reason, line=line)
    return value


def _question(row: Any) -> tuple[FieldPath, str]:
    if not isinstance(row, dict):
        return (), ""
    messages = row.get("messages")
    for place, message in enumerate(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == "user":
            text = message.get("content")
            return ("messages", place, "content"), question_key(text) if isinstance(
                text, str
            ) else ""
    for name in _ASKED:
        if isinstance(row.get(name), str):
            return (name,), question_key(row[name])
    return (), ""
