"""The language that examples are filtered with, as in `is:low category:rust -has:error sorcam`.

`parse` reads a query; `Query.matches` answers it for one example. Whoever answers it for a million
walks the nodes of `Query.node` with columns for the label, `message_pattern` and `lines_with` for
the words, and `line_regex` for regular expressions.
"""

from jessy_tui.dataset.query.completion import Completion, Vocabulary, complete
from jessy_tui.dataset.query.errors import QueryError
from jessy_tui.dataset.query.evaluation import Candidate, FindingsSource, Said, is_asked_for
from jessy_tui.dataset.query.highlights import highlights, sought
from jessy_tui.dataset.query.json_bytes import MessagePattern, byte_pattern, message_pattern
from jessy_tui.dataset.query.line_scan import lines_with
from jessy_tui.dataset.query.nodes import (
    And,
    Edited,
    Everything,
    Has,
    Is,
    Meta,
    MetaNumber,
    Name,
    Node,
    Not,
    Number,
    Or,
    Regex,
    Text,
)
from jessy_tui.dataset.query.query import Query, parse
from jessy_tui.dataset.query.regex_lines import (
    RESERVED,
    LineRegex,
    join_lines,
    line_of,
    line_regex,
    lines_of,
)

__all__ = [
    "RESERVED",
    "And",
    "Candidate",
    "Completion",
    "Edited",
    "Everything",
    "FindingsSource",
    "Has",
    "Is",
    "LineRegex",
    "MessagePattern",
    "Meta",
    "MetaNumber",
    "Name",
    "Node",
    "Not",
    "Number",
    "Or",
    "Query",
    "QueryError",
    "Regex",
    "Said",
    "Text",
    "Vocabulary",
    "byte_pattern",
    "complete",
    "highlights",
    "is_asked_for",
    "join_lines",
    "line_of",
    "line_regex",
    "lines_of",
    "lines_with",
    "message_pattern",
    "parse",
    "sought",
]
