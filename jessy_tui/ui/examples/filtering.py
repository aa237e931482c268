"""Finding the examples of a query from a thread, the first of them at once."""

import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jessy_tui.dataset.store import ExampleStore

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Query
    from jessy_tui.dataset.sorting import Ordering

# The list is drawn anew this often while a filter runs, in seconds.
_TELL_EVERY = 0.1
# More are put in order only once all are found.
_MOST_ARRANGED = 50_000


@dataclass(frozen=True)
class Found:
    """What a filter has found so far, by id and in the order of the list."""

    query: "Query | None"
    ordering: "Ordering | None"
    ids: "array[int]"
    complete: bool


def find(
    store: ExampleStore,
    query: "Query | None",
    ordering: "Ordering | None",
    cancelled: Callable[[], bool],
) -> Iterator[Found]:
    """Go through the store: the first matches at once, then more now and then, then all."""
    if query is None:
        if ordering is not None:
            yield Found(None, ordering, store.arrange(ordering), complete=True)
        return
    ids = array("q")
    told = 0.0
    for chunk in store.select(query, cancelled=cancelled):
        ids.extend(store.ids_at(chunk))
        now = time.monotonic()
        if ids and now - told >= _TELL_EVERY and (ordering is None or len(ids) < _MOST_ARRANGED):
            told = now
            yield Found(query, ordering, _arranged(store, ordering, ids), complete=False)
    if not cancelled():
        yield Found(query, ordering, _arranged(store, ordering, ids), complete=True)


def _arranged(store: ExampleStore, ordering: "Ordering | None", ids: "array[int]") -> "array[int]":
    return ids[:] if ordering is None else store.arrange(ordering, ids)
