"""What is wrong with a query, and where."""

from collections.abc import Iterable, Sequence

from jessy_tui.dataset.turkish import fold
from jessy_tui.errors import JessyError

_ALIKE = 60.0
"""How alike two words must be, of 100, for one to be taken for a slip of the other."""


class QueryError(JessyError):
    """A query that does not parse: one sentence, and the part of the text it is about."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        """Where the part begins, in characters from 0."""
        self.end = end
        """Where it ends, exclusive."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is probably meant to be, if any."""
    from rapidfuzz import fuzz, process  # for a quick start

    found = process.extractOne(fold(word), known, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that has refused `word`: a full stop, or a question."""
    meant = nearest(word, known)
    return f"; did you mean {meant}?" if meant else "."


def any_of(words: Sequence[str]) -> str:
    """ "low, medium or high"."""
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else "".join(words)
