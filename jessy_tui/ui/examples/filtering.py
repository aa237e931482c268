"""Finding the examples of a query from a thread, the first of them at once."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jessy_tui.dataset.store import ExampleStore

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Query

# The list is drawn anew this often while a filter runs, in seconds.
_TELL_EVERY = 0.1


@dataclass(frozen=True)
class Found:
    """What a filter has found so far: positions of the store, growing."""

    query: "Query"
    positions: list[int]
    complete: bool


def find(store: ExampleStore, query: "Query", cancelled: Callable[[], bool]) -> Iterator[Found]:
    """Go through the store: the first matches at once, then more now and then, then all."""
    positions: list[int] = []
    told = 0.0
    for chunk in store.select(query, cancelled=cancelled):
        positions.extend(int(position) for position in chunk)
        now = time.monotonic()
        if positions and now - told >= _TELL_EVERY:
            told = now
            yield Found(query, list(positions), complete=False)
    if not cancelled():
        yield Found(query, positions, complete=True)
