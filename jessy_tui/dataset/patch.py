"""Writing a changed example so that only what changed differs from the text it was read from.

Blank space, the order of keys, escapes and the spelling of numbers stay wherever the value did
not change; what is new follows its neighbours and the habits of the file.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from jessy_tui.dataset.jsontext import skip_whitespace
from jessy_tui.dataset.layout import Style, same_json, write


def rewrite(source: str, old: Any, new: Any, style: Style) -> str:
    """`source`, which is the JSON of `old`, changed into the JSON of `new`.

    Raises:
        ValueError: a number is no JSON number (NaN, Infinity).
        TypeError: something is no JSON value at all.
    """
    return _Patch(source, style).value(_parse(source, 0), old, new, 0)


def offset_of(source: str, path: Sequence[str | int]) -> int:
    """Where in the JSON `source` the key or the element that `path` names begins.

    Where the path leads further than the value goes, the offset of the last step there is.
    """
    node, offset = _parse(source, 0), 0
    for step in path:
        for place, member in enumerate(node.members):
            if step == (place if source[node.start] == "[" else _key_of(source, member)):
                node, offset = member.value, member.start
                break
        else:
            break
    return offset


def _key_of(source: str, member: "_Member") -> object:
    return json.loads(source[member.start : _key_end(source, member.start)])


@dataclass(slots=True)
class _Node:
    """One value in the text, with the members of an object or an array."""

    start: int
    end: int
    members: list["_Member"]


@dataclass(slots=True)
class _Member:
    start: int
    """Where its key begins, or its value in an array."""
    value: _Node


@dataclass(slots=True)
class _Written:
    """A member as it will stand, with the blank space around it; None for the habit."""

    text: str
    lead: str | None = None
    trail: str | None = None


_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_SCALAR = re.compile(r"[^ \t\r\n,\]}]+")


def _parse(text: str, start: int) -> _Node:
    """The spans of a text that is known to be JSON."""
    opening = text[start]
    if opening not in "{[":
        match = (_STRING if opening == '"' else _SCALAR).match(text, start)
        assert match  # noqa: S101
        return _Node(start, match.end(), [])
    members = []
    position = skip_whitespace(text, start + 1)
    while text[position] not in "}]":
        value_start = position
        if opening == "{":
            key = _STRING.match(text, position)
            assert key  # noqa: S101
            colon = skip_whitespace(text, key.end())
            value_start = skip_whitespace(text, colon + 1)
        value = _parse(text, value_start)
        members.append(_Member(position, value))
        position = skip_whitespace(text, value.end)
        if text[position] == ",":
            position = skip_whitespace(text, position + 1)
    return _Node(start, position + 1, members)


class _Patch:
    def __init__(self, source: str, style: Style) -> None:
        self.source, self.style = source, style

    def value(self, node: _Node, old: Any, new: Any, level: int) -> str:
        if same_json(old, new):
            return self.source[node.start : node.end]
        if old and new:
            if isinstance(old, dict) and isinstance(new, dict):
                return self._object(node, old, new, level)
            if isinstance(old, list) and isinstance(new, list):
                return self._array(node, old, new, level)
        return write(new, self.style, level)

    def _object(self, node: _Node, old: dict[str, Any], new: dict[str, Any], level: int) -> str:
        places = {key: place for place, key in enumerate(old)}
        first = node.members[0]
        colon = self.source[_key_end(self.source, first.start) : first.value.start]
        written = []
        for key, value in new.items():
            place = places.get(key)
            if place is None:
                name = write(key, self.style)
                written.append(_Written(name + colon + write(value, self.style, level + 1)))
            else:
                member = node.members[place]
                name = self.source[member.start : member.value.start]
                text = name + self.value(member.value, old[key], value, level + 1)
                written.append(self._spaced(node, place, text))
        return self._join(node, written)

    def _array(self, node: _Node, old: list[Any], new: list[Any], level: int) -> str:
        shortest = min(len(old), len(new))
        front = 0
        while front < shortest and same_json(old[front], new[front]):
            front += 1
        back = 0
        while back < shortest - front and same_json(old[-1 - back], new[-1 - back]):
            back += 1
        written = []
        for number, value in enumerate(new):
            place = number if number < len(new) - back else number - len(new) + len(old)
            if place >= len(old) - back and number < len(new) - back:
                written.append(_Written(write(value, self.style, level + 1)))
            else:
                text = self.value(node.members[place].value, old[place], value, level + 1)
                written.append(self._spaced(node, place, text))
        return self._join(node, written)

    def _spaced(self, node: _Node, place: int, text: str) -> _Written:
        """`text` with the blank space that member `place` has around it."""
        members, lead, trail = node.members, None, None
        if place:
            lead = self._gap(node, place)[1]
        if place + 1 < len(members):
            trail = self._gap(node, place + 1)[0]
        return _Written(text, lead, trail)

    def _gap(self, node: _Node, place: int) -> tuple[str, str]:
        """The blank space before and after the comma that precedes member `place`."""
        members = node.members
        gap = self.source[members[place - 1].value.end : members[place].start]
        before, _, after = gap.partition(",")
        return before, after

    def _join(self, node: _Node, written: list[_Written]) -> str:
        members = node.members
        opening = self.source[node.start : members[0].start]
        closing = self.source[members[-1].value.end : node.end]
        trail, lead = "", opening[1:]
        if len(members) > 1:
            trail, lead = self._gap(node, 1)
        elif "\n" not in lead and "\r" not in lead:
            lead = self.style.comma[1:]
        parts = [opening, written[0].text]
        for one, other in pairwise(written):
            parts.append(trail if one.trail is None else one.trail)
            parts.append(",")
            parts.append(lead if other.lead is None else other.lead)
            parts.append(other.text)
        parts.append(closing)
        return "".join(parts)


def _key_end(text: str, start: int) -> int:
    match = _STRING.match(text, start)
    assert match  # noqa: S101
    return match.end()
