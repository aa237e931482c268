"""The part of Go's text/template that Ollama's templates are written in, and how Ollama feeds it.

Text, `{{ .Field }}`, `{{ range .Messages }}`, `{{ if }}` with `{{ else if }}` and `{{ else }}`,
`eq`, and `{{-` `-}}` that eat blanks. What it does not know it refuses. `collate` is that of
Ollama's `template.go`: messages of one role that follow each other become one.
"""

import re
from collections.abc import Iterator
from typing import Any

_ACTION = re.compile(r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", re.DOTALL)
Node = tuple[Any, ...]


def render(template: str, messages: list[dict[str, str]]) -> str:
    """What Ollama asks the model for these messages."""
    nodes, rest = _parse(_tokens(template))
    assert rest == "eof", rest
    return _write(nodes, {"Messages": collate(messages)})


def collate(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Messages as Ollama's templates see them: `Role`, `Content`, `Thinking`."""
    found: list[dict[str, str]] = []
    for message in messages:
        seen = {"Role": message["role"], "Content": message["content"]}
        seen["Thinking"] = message.get("thinking", "")
        if found and found[-1]["Role"] == seen["Role"]:
            found[-1]["Content"] += "\n\n" + seen["Content"]
        else:
            found.append(seen)
    return found


def thinking_tags(template: str) -> tuple[str, str]:
    """Where Ollama looks for thinking (`thinking/template.go`).

    In a range over .Messages, the texts at the two ends of the list `.Thinking` is written in.
    """
    nodes, _ = _parse(_tokens(template))
    found = ("", "")
    for kind, *inside in nodes:
        if kind == "range" and inside[0] == ".Messages":
            found = _tags_in(inside[1]) or found
    return found


def _tags_in(nodes: list[Node]) -> tuple[str, str] | None:
    for node in nodes:
        if node[0] == "if":
            for _, body in node[1]:
                if tags := _tags_in(body):
                    return tags
        if node == ("field", ".Thinking"):
            ends = [each[1].strip() if each[0] == "text" else "" for each in (nodes[0], nodes[-1])]
            return ends[0], ends[1]
    return None


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    place, eat = 0, False
    for found in _ACTION.finditer(template):
        text = template[place : found.start()]
        text = text.lstrip() if eat else text
        yield "text", text.rstrip() if found.group(1) else text
        yield "action", found.group(2)
        place, eat = found.end(), bool(found.group(3))
    yield "text", template[place:].lstrip() if eat else template[place:]


def _parse(tokens: Iterator[tuple[str, str]]) -> tuple[list[Node], str]:
    """The nodes up to what ends them: "end", "else ..." or "eof"."""
    nodes: list[Node] = []
    for kind, text in tokens:
        if kind == "text":
            if text:
                nodes.append(("text", text))
        elif text == "end" or text.startswith("else"):
            return nodes, text
        elif text.startswith("range "):
            body, ending = _parse(tokens)
            assert ending == "end"
            nodes.append(("range", text.removeprefix("range ").strip(), body))
        elif text.startswith("if "):
            branches = []
            condition, ending = text.removeprefix("if ").strip(), ""
            while ending != "end":
                body, ending = _parse(tokens)
                branches.append((condition, body))
                condition = ending.removeprefix("else").strip().removeprefix("if ").strip()
            nodes.append(("if", branches))
        else:
            assert re.fullmatch(r"\.[A-Z][A-Za-z]*", text), text
            nodes.append(("field", text))
    return nodes, "eof"


def _write(nodes: list[Node], dot: dict[str, Any]) -> str:
    said = []
    for kind, *inside in nodes:
        if kind == "text":
            said.append(inside[0])
        elif kind == "field":
            said.append(dot[inside[0][1:]])
        elif kind == "range":
            said += [_write(inside[1], each) for each in dot[inside[0][1:]]]
        else:
            for condition, body in inside[0]:
                if not condition or _holds(condition, dot):
                    said.append(_write(body, dot))
                    break
    return "".join(said)


def _holds(condition: str, dot: dict[str, Any]) -> bool:
    if found := re.fullmatch(r'eq \.(\w+) "(\w+)"', condition):
        return bool(dot[found.group(1)] == found.group(2))
    assert re.fullmatch(r"\.\w+", condition), condition
    return bool(dot[condition[1:]])
