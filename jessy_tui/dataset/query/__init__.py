"""The language that examples are filtered with, as in `is:low category:rust -has:error sorcam`.

`parse` reads a query; `Query.matches` answers it for one example. The nodes of `Query.node` are
there for whoever answers it for a million on columns, with `byte_pattern` for the words.
"""

from jessy_tui.dataset.query.completion import Completion, Vocabulary, complete
from jessy_tui.dataset.query.errors import QueryError
from jessy_tui.dataset.query.evaluation import Candidate
from jessy_tui.dataset.query.highlights import highlights, sought
from jessy_tui.dataset.query.json_bytes import byte_pattern
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

__all__ = [
    "And",
    "Candidate",
    "Completion",
    "Edited",
    "Everything",
    "Has",
    "Is",
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
    "Text",
    "Vocabulary",
    "byte_pattern",
    "complete",
    "highlights",
    "parse",
    "sought",
]
