"""Rows with a column for the question and one for the answer: Alpaca, prompt and completion."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.formats.chat import LIST, ORIGIN
from jessy_tui.dataset.formats.format import BESIDE, Heard, RowError, kind_of, parsed
from jessy_tui.dataset.formats.spoken import LABEL_KEYS, completed, hear, label_value, say

_BETWEEN: Final = "\n\n"
"""What stands between a question and the text it is about."""
SEVERAL: Final = "several answers, of which the first is the answer"


@dataclass(frozen=True)
class Flat:
    """A question and an answer in columns, with what else such rows tend to have.

    Columns that are a key of the label by name are read as such where their values fit. All other
    columns stay as keys of the example.
    """

    name: str
    title: str
    question: str
    answer: str
    context: str | None = None
    """A text the question is about; it follows the question."""
    history: str | None = None
    """The turns before, as pairs of question and answer."""
    system: str | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    """Columns that are keys of the label under another name: key to column."""

    @property
    def columns(self) -> tuple[str, ...]:
        own = (self.question, self.context, self.answer, self.system, self.history)
        columns = dict.fromkeys(column for column in own if column)
        return (*columns, "complexity", "iterations", "category")

    # --- reading -------------------------------------------------------------------------------

    def read(self, row: dict[str, Any]) -> Heard:
        kept: list[str] = []
        noted: list[str] = []
        extra = dict(row)
        question = _text(extra.pop(self.question, None), self.question)
        if self.context and isinstance(context := extra.get(self.context), str):
            if context.strip():
                question = f"{question}{_BETWEEN}{context}" if question else context
            else:
                del extra[self.context]
        answers = parsed(extra.pop(self.answer, None))
        if isinstance(answers, list) and answers and isinstance(answers[0], str):
            answer = answers[0]
            extra[self.answer] = answers
            kept.append(SEVERAL)
        else:
            answer = _text(answers, self.answer)
        if not question.strip():
            raise RowError(f"`{self.question}` is empty; nobody asks in it")
        if not answer.strip():
            raise RowError(f"`{self.answer}` is empty; nobody answers in it")
        turns = self._before(extra)
        turns.append({"from": HUMAN, "value": question})
        metadata = self._label(extra)
        answer, said, remarkable = hear(answer, metadata)
        if remarkable:
            noted.append(remarkable)
        metadata = said
        if self.system and isinstance(system := extra.get(self.system), str):
            del extra[self.system]
            if system.strip():
                taken = [{"at": 0, "role": "system", "text": system}]
                metadata = {**(metadata or {}), ORIGIN: {"format": self.name, "taken_out": taken}}
                kept.append("system prompts")
        turn: dict[str, Any] = {"from": JESSY, "value": answer}
        if metadata:
            turn["metadata"] = metadata
        turns.append(turn)
        lost = []
        if LIST in extra:
            del extra[LIST]
            lost.append(f"column `{LIST}`")
        kept += [f"column `{key}`" for key in extra if key not in (self.context, self.answer)]
        return Heard({LIST: turns, **extra}, tuple(kept), tuple(lost), tuple(noted))

    def _before(self, extra: dict[str, Any]) -> list[dict[str, Any]]:
        """The turns of the history, which is taken out of `extra`."""
        if not self.history or self.history not in extra:
            return []
        pairs = parsed(extra.pop(self.history))
        if pairs in (None, ""):
            return []
        if not isinstance(pairs, list):
            raise RowError(f"`{self.history}` is {kind_of(pairs)}; a list of pairs is expected")
        turns: list[dict[str, Any]] = []
        for pair in pairs:
            if not (isinstance(pair, list) and len(pair) == 2):
                raise RowError(f"`{self.history}` has something that is no question and answer")
            question, answer = (_text(text, self.history) for text in pair)
            answer, metadata, _ = hear(answer, None)
            turns += [{"from": HUMAN, "value": question}, {"from": JESSY, "value": answer}]
            if metadata:
                turns[-1]["metadata"] = metadata
        return turns

    def _label(self, extra: dict[str, Any]) -> dict[str, Any] | None:
        """The label of the columns, which are taken out of `extra` where their values fit."""
        label: dict[str, Any] = {}
        for key in LABEL_KEYS:
            column = self.mapped.get(key, key)
            if column not in extra:
                continue
            value = label_value(key, extra[column])
            if value is not None:
                label[key] = value
            elif key not in self.mapped or extra[column] in (None, ""):
                continue
            else:
                label[key] = extra[column]  # somebody said it is the label: a check says more
            del extra[column]
        return completed(label) or None

    # --- writing -------------------------------------------------------------------------------

    def write(self, raw: dict[str, Any], *, plan: bool, bare: bool) -> dict[str, Any]:
        turns, extra = raw[LIST], {key: value for key, value in raw.items() if key != LIST}
        at = max(at for at, turn in enumerate(turns) if turn["from"] == JESSY)
        asked = next((place for place in range(at - 1, -1, -1) if turns[place]["from"] == HUMAN), 0)
        question = turns[asked]["value"]
        metadata = turns[at].get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        answer, left = say(turns[at]["value"], metadata, plan=plan)
        row: dict[str, Any] = {self.question: question}
        if self.context:
            context = extra.pop(self.context, None)
            row[self.context] = ""
            if isinstance(context, str) and context.strip():
                if question.endswith(_BETWEEN + context):
                    row[self.question] = question.removesuffix(_BETWEEN + context)
                    row[self.context] = context
                elif question == context:
                    row |= {self.question: "", self.context: context}
        several = extra.pop(self.answer, None)
        first = several[0] if isinstance(several, list) and several else None
        row[self.answer] = several if first == answer else answer
        if self.system and (system := _system_in(metadata)) is not None:
            row[self.system] = system
        if self.history and asked:
            row[self.history] = _pairs(turns[:asked], plan=plan)
        for key in ("complexity", "iterations", "category"):
            if not bare and left and label_value(key, left.get(key)) is not None:
                row[key] = left[key]
        if not bare:
            row |= {key: value for key, value in extra.items() if key not in row}
            restored = (ORIGIN,) if self.system in row else ()
            beside_label(row, left, (*restored, "complexity", "iterations", "category"))
        return row


def beside_label(row: dict[str, Any], left: Mapping[str, Any] | None, known: Sequence[str]) -> None:
    """Put beside a row what of the label it does not say; the `known` keys it says."""
    rest = {key: value for key, value in (left or {}).items() if key not in known or _odd(row, key)}
    if rest and BESIDE not in row:
        row[BESIDE] = {"metadata": rest}


def _odd(row: dict[str, Any], key: str) -> bool:
    """Whether a key of the label has a value that its column could not take."""
    return key != ORIGIN and key not in row


def _text(value: Any, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RowError(f"`{column}` is {kind_of(value)}; a text is expected")
    return value if isinstance(value, str) else str(value)


def _system_in(metadata: dict[str, Any]) -> str | None:
    """The system prompt that was taken out of the beginning, if that is all that was."""
    origin = metadata.get(ORIGIN)
    taken = origin.get("taken_out") if isinstance(origin, dict) else None
    if isinstance(taken, list) and len(taken) == 1 and isinstance(taken[0], dict):
        text = taken[0].get("text")
        if taken[0].get("role") in ("system", "developer") and isinstance(text, str):
            return text
    return None


def _pairs(turns: list[dict[str, Any]], *, plan: bool) -> list[list[str]]:
    """The exchanges of a conversation; a question that nobody answers is left out."""
    pairs = []
    for question, answer in itertools.pairwise(turns):
        if question["from"] == HUMAN and answer["from"] == JESSY:
            metadata = answer.get("metadata")
            metadata = metadata if isinstance(metadata, dict) else None
            pairs.append([question["value"], say(answer["value"], metadata, plan=plan)[0]])
    return pairs
