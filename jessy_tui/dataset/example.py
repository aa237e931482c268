"""One labelled conversation.

An `Example` wraps the JSON value it was read from and never changes it: an edit gives a new
example. Keys nobody here knows are carried along, in their order. Since the value comes from
people, every reader of it is tolerant: what is missing or of the wrong type reads as `None`, and
the checks say so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity, Plan

HUMAN: Final = "human"
JESSY: Final = "jessy"
Role = Literal["human", "jessy"]
LabelField = Literal["complexity", "iterations", "category"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation, as far as it is well-formed."""

    role: str | None
    text: str | None
    metadata: Mapping[str, Any]


class Example:
    """One conversation of the dataset with its label, which is that of its last answer."""

    def __init__(self, raw: Any) -> None:
        self.raw: Final = raw
        """The JSON value, not to be changed in place."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Example) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash((self.question, self.answer))

    def __repr__(self) -> str:
        return f"Example({self.question!r})"

    @classmethod
    def of(
        cls,
        question: str,
        answer: str,
        *,
        complexity: Complexity,
        iterations: int,
        category: str,
        **metadata: Any,
    ) -> "Example":
        """A new single-turn example."""
        label = {"complexity": str(complexity), "iterations": iterations, "category": category}
        return cls(
            {
                "conversations": [
                    {"from": HUMAN, "value": question},
                    {"from": JESSY, "value": answer, "metadata": label | metadata},
                ]
            }
        )

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The messages, in order; those that are no JSON object read as empty turns."""
        return tuple(_turn(message) for message in self._messages)

    @property
    def _messages(self) -> list[Any]:
        messages = self.raw.get("conversations") if isinstance(self.raw, dict) else None
        return messages if isinstance(messages, list) else []

    @property
    def question(self) -> str:
        """The first question, or "" where there is none."""
        return next((turn.text for turn in self.turns if turn.role == HUMAN and turn.text), "")

    @property
    def answer(self) -> str:
        """The last answer, or "" where there is none."""
        answers = (turn.text for turn in reversed(self.turns) if turn.role == JESSY)
        return next((text for text in answers if text), "")

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The label and all that stands beside it, in the last answer."""
        turns = reversed(self.turns)
        return next((turn.metadata for turn in turns if turn.role == JESSY), {})

    @property
    def complexity(self) -> Complexity | None:
        """The label's complexity, or None where it is missing or no complexity."""
        return complexity_in(self.metadata)

    @property
    def iterations(self) -> int | None:
        """The label's iterations, or None where they are missing or not 1 to 9."""
        return iterations_in(self.metadata)

    @property
    def category(self) -> str | None:
        """The label's category, or None where it is missing or empty."""
        category = self.metadata.get("category")
        return category if isinstance(category, str) and category else None

    @property
    def language(self) -> str | None:
        """`tr`, `en` or `mixed`, where somebody has said so."""
        language = self.metadata.get("language")
        return language if isinstance(language, str) else None

    @property
    def weight(self) -> int:
        """How many times the example counts in training; 1 unless it says otherwise."""
        weight = self.metadata.get("weight", 1)
        return weight if isinstance(weight, int) and weight >= 1 else 1

    @property
    def plan(self) -> Plan | None:
        """The plan the last answer is trained with, or None where the label is not whole."""
        return plan_in(self.metadata)

    def exchanges(self) -> Iterator[tuple[tuple[Turn, ...], Turn]]:
        """Every answer that has text, with all that was said before it."""
        for position, turn in enumerate(self.turns):
            if turn.role == JESSY and turn.text:
                yield self.turns[:position], turn

    def with_text(self, turn: int, text: str) -> "Example":
        """The same example with the text of message `turn` (from 0) replaced.

        Raises:
            IndexError: there is no such message.
        """
        return self._with_message(turn, {**self._messages[turn], "value": text})

    def with_metadata(self, **changes: Any) -> "Example":
        """The same example with keys of its label set; a value of None takes the key out.

        Raises:
            IndexError: there is no answer that could carry a label.
        """
        turn = self._last_answer()
        message = self._messages[turn]
        metadata = dict(self.turns[turn].metadata)
        for key, value in changes.items():
            if value is None:
                metadata.pop(key, None)
            else:
                metadata[key] = value
        return self._with_message(turn, {**message, "metadata": metadata})

    def with_question(self, text: str) -> "Example":
        """The same example with its first question replaced.

        Raises:
            IndexError: there is no question.
        """
        return self.with_text(self._position_of(HUMAN), text)

    def with_answer(self, text: str) -> "Example":
        """The same example with its last answer replaced.

        Raises:
            IndexError: there is no answer.
        """
        return self.with_text(self._last_answer(), text)

    def _position_of(self, role: Role) -> int:
        for position, turn in enumerate(self.turns):
            if turn.role == role:
                return position
        raise IndexError(f"the conversation has no message from {role}")

    def _last_answer(self) -> int:
        for position in range(len(self.turns) - 1, -1, -1):
            if self.turns[position].role == JESSY:
                return position
        raise IndexError("the conversation has no answer")

    def _with_message(self, turn: int, message: dict[str, Any]) -> "Example":
        messages = [*self._messages]
        messages[turn] = message
        return Example({**self.raw, "conversations": messages})


class Unreadable(Example):
    """A line of a large file that is no JSON, or JSON that would lose something.

    It reads as a text and as no conversation, is written back byte for byte, and can be deleted
    or replaced as a whole.
    """

    def __init__(self, text: str, problem: str, *, exact: bool = True) -> None:
        super().__init__(text)
        self.problem: Final = problem
        """A sentence with the file, the place and the remedy."""
        self.exact: Final = exact
        """Whether `raw` is all of the line; otherwise it is not UTF-8, and cannot be edited."""


def complexity_in(metadata: Mapping[str, Any]) -> Complexity | None:
    """The complexity of a label, or None where it is missing or none of the three."""
    value = metadata.get("complexity")
    return Complexity.__members__.get(value) if isinstance(value, str) else None


def iterations_in(metadata: Mapping[str, Any]) -> int | None:
    """The iterations of a label, or None where they are missing or not 1 to 9."""
    value = metadata.get("iterations")
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if MIN_ITERATIONS <= value <= MAX_ITERATIONS else None


def plan_in(metadata: Mapping[str, Any]) -> Plan | None:
    """The plan a label asks for, or None where the label is not whole."""
    complexity, iterations = complexity_in(metadata), iterations_in(metadata)
    if complexity is None or iterations is None:
        return None
    return Plan(complexity, iterations)


def _turn(message: Any) -> Turn:
    if not isinstance(message, dict):
        return Turn(None, None, {})
    role, text, metadata = message.get("from"), message.get("value"), message.get("metadata")
    return Turn(
        role if isinstance(role, str) else None,
        text if isinstance(text, str) else None,
        metadata if isinstance(metadata, dict) else {},
    )
