"""Find and replace in the texts of examples: hits first, so that each can be looked at."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import re2  # type: ignore[import-untyped] # google-re2 ships no types

from jessy_tui.dataset.example import HUMAN, JESSY, Example
from jessy_tui.dataset.query.folded import FoldedText
from jessy_tui.dataset.query.regexes import RegexError, compile_regex
from jessy_tui.dataset.turkish import fold
from jessy_tui.errors import JessyError

Where = Literal["both", "questions", "answers"]
WHERE: Final[tuple[Where, ...]] = ("both", "questions", "answers")


@dataclass(frozen=True, slots=True)
class Search:
    """What is to be found, where, and what is to stand there instead."""

    wanted: str
    replacement: str = ""
    regex: bool = False
    folding: bool = True
    """Case is ignored, in Turkish and in English; for a plain text dots and accents too."""
    where: Where = "both"


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in one message, and what would stand there."""

    turn: int
    """The message, from 0."""
    start: int
    end: int
    found: str
    replacement: str


class Replacer:
    """A search that is ready to be used."""

    def __init__(self, search: Search) -> None:
        """Prepare a search.

        Raises:
            JessyError: there is nothing to find, or the regular expression or the replacement is
                none, with the reason and the remedy.
        """
        self.search: Final = search
        self._roles = {"both": (HUMAN, JESSY), "questions": (HUMAN,), "answers": (JESSY,)}[
            search.where
        ]
        self._regex: Any = None
        self._folded = ""
        self._template: list[str | int] = []
        if not search.wanted:
            raise JessyError("Write what is to be found.")
        if search.regex:
            self._regex = _compile(search)
            self._template = list(_template(search.replacement, self._regex))
        elif search.folding:
            self._folded = fold(search.wanted)
            if not self._folded:
                raise JessyError("What is to be found is an accent alone; switch folding off.")

    def hits(self, example: Example) -> list[Hit]:
        """Where the search hits and would change something, in order."""
        return [
            Hit(place, start, end, turn.text[start:end], replacement)
            for place, turn in enumerate(example.turns)
            if turn.text and turn.role in self._roles
            for start, end, replacement in self._spans(turn.text)
            if start < end and turn.text[start:end] != replacement
        ]

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._regex is not None:
            yield from self._regex_spans(text)
            return
        wanted, new = self.search.wanted, self.search.replacement
        if not self.search.folding:
            start = text.find(wanted)
            while start >= 0:
                end = start + len(wanted)
                yield start, end, new
                start = text.find(wanted, end)
            return
        folded = FoldedText(text)
        place, last = folded.folded.find(self._folded), 0
        while place >= 0:
            start, end = folded.span(place, place + len(self._folded))
            if start >= last:
                yield start, end, new
                last = end
            place = folded.folded.find(self._folded, place + len(self._folded))

    def _regex_spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        # Each reading has as many letters as the text, so places in one are places in the other.
        readings = [text]
        if self.search.folding:
            readings = [text.replace("İ", "i")]
            if "I" in text:
                readings.append(text.replace("İ", "i").replace("I", "ı"))
        found: dict[int, Any] = {}
        for reading in readings:
            for match in self._regex.finditer(reading):
                found.setdefault(match.start(), match)
        last = 0
        for start in sorted(found):
            match = found[start]
            if start >= last and match.end() > start:
                yield start, match.end(), self._expanded(match, text)
                last = match.end()

    def _expanded(self, match: Any, text: str) -> str:
        parts = []
        for part in self._template:
            if isinstance(part, str):
                parts.append(part)
            else:
                start, end = match.span(part)
                parts.append(text[start:end] if start >= 0 else "")
        return "".join(parts)


def replaced(example: Example, hits: Iterable[Hit]) -> Example:
    """The example with these of its hits replaced."""
    by_turn: dict[int, list[Hit]] = {}
    for hit in hits:
        by_turn.setdefault(hit.turn, []).append(hit)
    for turn, its_hits in by_turn.items():
        text = example.turns[turn].text or ""
        parts, last = [], 0
        for hit in sorted(its_hits, key=lambda hit: hit.start):
            parts += [text[last : hit.start], hit.replacement]
            last = hit.end
        example = example.with_text(turn, "".join([*parts, text[last:]]))
    return example


def _compile(search: Search) -> Any:
    try:
        compile_regex(search.wanted)  # says readably what is wrong
        options = re2.Options()
        options.case_sensitive = not search.folding
        options.log_errors = False
        pattern = search.wanted.replace("İ", "i") if search.folding else search.wanted
        return re2.compile(pattern, options)
    except RegexError as error:
        raise JessyError(f"That is no regular expression: {error}.") from None


_ESCAPE: Final = re.compile(r"\\(?:([0-9])|g<(\w+)>|([nt\\])|(.|$))", re.DOTALL)


def _template(replacement: str, regex: Any) -> Iterator[str | int]:
    r"""The replacement in pieces: texts, and the numbers of groups (`\1`, `\g<name>`)."""
    last = 0
    for match in _ESCAPE.finditer(replacement):
        yield replacement[last : match.start()]
        last = match.end()
        number, name, letter, other = match.groups()
        if letter:
            yield {"n": "\n", "t": "\t", "\\": "\\"}[letter]
        elif other is not None:
            raise JessyError(
                rf"{match[0]} means nothing in a replacement; write \1 for a group, \n for a line "
                r"end, \\ for a backslash."
            )
        else:
            group = (
                regex.groupindex.get(name, -1)
                if name and not name.isdigit()
                else int(name or number)
            )
            if not 0 <= group <= regex.groups:
                raise JessyError(
                    f"The replacement names the group {match[0]}, which the regular expression "
                    "does not have; put ( ) around what it stands for."
                )
            yield group
    yield replacement[last:]
