"""One example as the checks look at it, taken apart once for all of them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from jessy_tui.dataset.checks.code import without_code
from jessy_tui.dataset.checks.finding import FieldPath
from jessy_tui.dataset.example import HUMAN, JESSY, Example
from jessy_tui.dataset.turkish import fold, question_key
from jessy_tui.workspace import CheckSettings

_LONG: Final = 300
_PLAN_KEYS: Final = frozenset({"complexity", "iterations"})


class Subject:
    """An example, its messages and its labels, as far as they are there."""

    def __init__(self, example: Example, settings: CheckSettings) -> None:
        self.example: Final = example
        self.settings: Final = settings

    @cached_property
    def messages(self) -> list[tuple[int, dict[str, Any]]]:
        """The messages that are JSON objects, with their places."""
        raw = self.example.raw
        messages = raw.get("conversations") if isinstance(raw, dict) else None
        if not isinstance(messages, list):
            return []
        return [(at, message) for at, message in enumerate(messages) if isinstance(message, dict)]

    @cached_property
    def texts(self) -> list[tuple[FieldPath, str, bool]]:
        """The texts of the messages, where they stand, and whether each is an answer."""
        return [
            (("conversations", at, "value"), message["value"], message.get("from") == JESSY)
            for at, message in self.messages
            if isinstance(message.get("value"), str)
        ]

    @cached_property
    def folded(self) -> list[str]:
        """The `texts`, folded."""
        return [fold(text) for _, text, _ in self.texts]

    @cached_property
    def keys(self) -> dict[FieldPath, str]:
        """What is the same for texts that differ in case, dots, spacing or punctuation only.

        Long answers that differ in punctuation have keys of their own: nobody looks for those.
        """
        return {
            path: " ".join(folded.split())
            if is_answer and len(folded) > _LONG
            else question_key(folded)
            for (path, _, is_answer), folded in zip(self.texts, self.folded, strict=True)
        }

    @cached_property
    def plain(self) -> list[tuple[FieldPath, str, bool]]:
        """The `texts` without code, folded, their blank space made single."""
        return [
            (path, " ".join(without_code(folded).replace("’", "'").split()), is_answer)
            for (path, _, is_answer), folded in zip(self.texts, self.folded, strict=True)
        ]

    @cached_property
    def first_question(self) -> tuple[FieldPath, str] | None:
        """The text of the first question and where it stands."""
        for at, message in self.messages:
            if message.get("from") == HUMAN:
                text = message.get("value")
                return (("conversations", at, "value"), text) if isinstance(text, str) else None
        return None

    @cached_property
    def metadata(self) -> list[tuple[FieldPath, Any]]:
        """What stands as metadata of each answer that is to have a label, and where.

        That is the last answer, and each earlier one that has part of a label.
        """
        answers = [(at, message) for at, message in self.messages if message.get("from") == JESSY]
        found: list[tuple[FieldPath, Any]] = []
        for number, (at, message) in enumerate(answers, start=1):
            metadata = message.get("metadata")
            labelled = isinstance(metadata, dict) and not _PLAN_KEYS.isdisjoint(metadata)
            if number == len(answers) or labelled:
                found.append((("conversations", at, "metadata"), metadata))
        return found

    @cached_property
    def labels(self) -> list[tuple[FieldPath, Mapping[str, Any]]]:
        """Of the `metadata`, what is a JSON object."""
        return [(path, found) for path, found in self.metadata if isinstance(found, dict)]
