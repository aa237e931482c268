"""The rows that a run was trained on, as an evaluation looks at them."""

from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.iteration import Plan, read_plan

TRAIN_NAME: Final = "train.jsonl"


class RowMessage(msgspec.Struct, frozen=True):
    """One message of a row."""

    role: str
    content: str


class TrainingRow(msgspec.Struct, frozen=True):
    """A row of `train.jsonl`: a conversation, the last message the answer that is trained."""

    messages: tuple[RowMessage, ...]

    @property
    def questions(self) -> list[str]:
        """What the user says in it."""
        return [message.content for message in self.messages if message.role == "user"]

    @property
    def question(self) -> str:
        """What the trained answer answers; empty where nobody asked."""
        return next(reversed(self.questions), "")

    @property
    def answer(self) -> str:
        """The trained answer, plan header included."""
        return self.messages[-1].content if self.messages else ""

    @property
    def plan(self) -> Plan | None:
        """The plan that is trained."""
        return read_plan(self.answer).plan


def read_training_rows(path: Path) -> list[TrainingRow]:
    """The rows of a `train.jsonl`; each as often as it stands there.

    Raises:
        JessyError: it cannot be read, or a line is no row; the sentence names the line.
    """
    decoder = msgspec.json.Decoder(TrainingRow)
    rows = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise JessyError(f"{path}, line {number}: this is no row ({error}).") from error
    return rows
