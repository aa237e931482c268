"""A query, parsed: what the Examples tab filters by."""

from dataclasses import dataclass
from functools import cached_property

from jessy_tui.dataset.query.evaluation import Candidate, Seen, Test, needs_findings, test_of
from jessy_tui.dataset.query.nodes import Node
from jessy_tui.dataset.query.parser import parse_node


@dataclass(frozen=True)
class Query:
    """What to look for. Two queries are equal when they say the same in the same order."""

    node: Node

    def matches(self, candidate: Candidate) -> bool:
        """Whether an example is among those that are looked for."""
        return self._test(Seen(candidate))

    @cached_property
    def needs_findings(self) -> bool:
        """Whether `Candidate.findings` may be called."""
        return needs_findings(self.node)

    @cached_property
    def _test(self) -> Test:
        return test_of(self.node)

    def __str__(self) -> str:
        """The normal form, which parses to an equal query."""
        return str(self.node)


def parse(text: str) -> Query:
    """Read a query; an empty one matches everything.

    Raises:
        QueryError: it does not parse; the message says why, and the error where.
    """
    return Query(parse_node(text))
