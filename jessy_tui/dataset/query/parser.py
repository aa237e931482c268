"""From the text of a query to its tree."""

from typing import Final

from jessy_tui.dataset.query.errors import QueryError
from jessy_tui.dataset.query.fields import field_node
from jessy_tui.dataset.query.lexer import Token, lex
from jessy_tui.dataset.query.nodes import And, Everything, Node, Not, Or, Regex, Text
from jessy_tui.dataset.query.regexes import RegexError, compile_regex

LONGEST: Final = 4096
"""Characters in a query."""
DEEPEST: Final = 30
"""Parentheses within parentheses."""


def parse_node(text: str) -> Node:
    """The tree of a query.

    Words side by side must all match; `or` binds weaker than that, so that `a b or c` is
    `(a b) or c`; `-` excludes the one thing it stands before.

    Raises:
        QueryError: it does not parse.
    """
    if len(text) > LONGEST:
        message = f"A query has {LONGEST:,} characters at the most, and this one {len(text):,}."
        raise QueryError(message, LONGEST, len(text))
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = lex(text)
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        if not self._tokens:
            return Everything()
        node = self._either()
        if token := self._peek():
            raise self._error('This ) closes nothing; to search for it, write ")".', token)
        return node

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, kind: str) -> Token | None:
        token = self._peek()
        if token is None or token.kind != kind:
            return None
        self._next += 1
        return token

    def _either(self) -> Node:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts: list[Node] = []
        while (token := self._peek()) and token.kind not in ("or", "close"):
            parts.append(self._one())
        if not parts:
            raise self._nothing()
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _nothing(self) -> QueryError:
        """Why there is nothing to match where something should be."""
        token = self._peek()
        before = self._tokens[self._next - 1] if self._next else None
        if before and before.kind == "or":
            return self._error("or wants something after it, such as is:low or is:high.", before)
        if before and before.kind == "open" and token and token.kind == "close":
            message = 'Nothing stands between the parentheses; to search for them, write "()".'
            return QueryError(message, before.start, token.end)
        if token and token.kind == "or":
            message = 'or wants something before it; to search for the word, write "or".'
            return self._error(message, token)
        if token:
            return self._error('This ) closes nothing; to search for it, write ")".', token)
        assert before is not None  # noqa: S101 - an empty query is no error
        return self._error("This ( is not closed; something and a ) is missing.", before)

    def _one(self) -> Node:
        if minus := self._take("minus"):
            token = self._peek()
            if token is None or token.start > minus.end or token.kind in ("or", "close"):
                message = '- excludes what follows at once: -rust, -is:low, -"or"; '
                raise self._error(message + 'to search for a dash, write "-".', minus)
            return Not(self._one())
        token = self._tokens[self._next]
        self._next += 1
        match token.kind:
            case "open":
                return self._group(token)
            case "regex":
                return self._regex(token)
            case "field":
                return field_node(token)
            case "phrase" if not token.closed:
                raise self._error('The closing " of this phrase is missing.', token)
        return Text(token.value)

    def _group(self, opened: Token) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            message = f"Parentheses go {DEEPEST} deep at the most."
            raise self._error(message, opened)
        node = self._either()
        if not self._take("close"):
            raise self._error("The ) of this ( is missing.", opened)
        self._depth -= 1
        return node

    def _regex(self, token: Token) -> Node:
        if not token.closed:
            message = "The closing / of this regex is missing; to search for a path, "
            raise self._error(message + 'put it in quotes: "/etc".', token)
        following = self._text[token.end : token.end + 1]
        if following and not following.isspace() and following != ")":
            message = "A regex ends with its second /, and a space follows; to search for "
            raise self._error(message + 'a path, put it in quotes: "/etc/hosts".', token)
        try:
            compile_regex(token.value)
        except RegexError as error:
            raise self._error(f"/{token.value}/ is no regex: {error}.", token) from None
        return Regex(token.value)

    def _error(self, message: str, token: Token) -> QueryError:
        return QueryError(message, token.start, token.end)
