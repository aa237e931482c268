"""Where entries stand, and where they are, however many come and go."""

from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.dataset.order import RowOrder

FIRST = 1 << 40
STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 50), st.booleans()), max_size=40)


@given(rows=st.integers(0, 6), steps=STEPS)
def test_an_order_of_rows_is_what_a_list_of_ids_is(
    rows: int, steps: list[tuple[bool, int, bool]]
) -> None:
    order, model = RowOrder(FIRST, rows), [FIRST + row for row in range(rows)]
    away: list[int] = []
    for number, (delete, place, back) in enumerate(steps):
        if delete and model:
            index = place % len(model)
            away.append(model.pop(index))
            del order[index]
        else:
            index = place % (len(model) + 1)
            entry_id = away.pop(place % len(away)) if back and away else number
            model.insert(index, entry_id)
            order.insert(index, entry_id)
        assert list(order) == model
        assert [order[index] for index in range(len(order))] == model
        assert [order.index(entry_id) for entry_id in model] == list(range(len(model)))


@given(rows=st.integers(0, 6), steps=STEPS)
def test_runs_are_rows_that_stand_together_in_both_orders(
    rows: int, steps: list[tuple[bool, int, bool]]
) -> None:
    order, saved = RowOrder(FIRST, rows), RowOrder(FIRST, rows)
    for number, (delete, place, save) in enumerate(steps):
        if delete and len(order):
            del order[place % len(order)]
        else:
            order.insert(place % (len(order) + 1), number)
        if save:
            saved = order.copy()
        ids = list(saved)
        for first, last in order.runs((), saved):
            run = [FIRST + row for row in range(first, last + 1)]
            at = ids.index(run[0]) if run and run[0] in ids else None
            assert not run or at is None or ids[at : at + len(run)] == run
