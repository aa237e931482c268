"""Files that are read row by row, in the hands of others."""

import random
from pathlib import Path

import pytest

import jessy_tui.dataset.merging.rows as rows_module
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.store import ExampleStore
from tests.conftest import example
from tests.dataset.conftest import UseLarge
from tests.dataset.merging.hands import (
    ROWS,
    answer,
    answered,
    crash,
    open_store,
    raws,
    take_in,
    text_of,
    write,
)

NEW = example("yeni soru", "yeni yanıt", "HIGH", 9, "chat")


@pytest.fixture
def path(tmp_path: Path, use_large: UseLarge) -> Path:
    use_large()
    path = tmp_path / "chat.jsonl"
    write(path, ROWS)
    return path


def found(store: ExampleStore, query: str) -> list[int]:
    return [place for chunk in store.select(parse(query)) for place in chunk]


def agrees(store: ExampleStore, rows: list[object]) -> None:
    """All ways to look at the store see the same rows."""
    assert raws(store) == rows
    examples = [Example(row) for row in rows]
    for query, wanted in (
        ("is:high", [n for n, one in enumerate(examples) if one.complexity == "HIGH"]),
        ("naber", [n for n, one in enumerate(examples) if "naber" in str(one.raw)]),
        ("category:fact", [n for n, one in enumerate(examples) if one.category == "fact"]),
    ):
        assert found(store, query) == wanted, query
    assert store.distributions().examples == len(rows)


def test_rows_that_a_script_appends_come_in_and_all_others_keep_their_ids(path: Path) -> None:
    store = open_store(path)
    ids = [entry.id for entry in store]
    mine = answer(store, 2, "benim")
    with path.open("a") as stream:
        stream.write(text_of([NEW, NEW], path))
    assert take_in(store).sentence == "chat.jsonl changed on disk: 2 examples added; merged."
    rows = [*ROWS[:2], answered(ROWS[2], "benim"), *ROWS[3:], NEW, NEW]
    agrees(store, rows)
    assert [entry.id for entry in store][:8] == ids
    assert store.entry(mine).edited
    store.save()
    assert path.read_text() == text_of(rows, path)
    assert not store.look()


def test_filters_and_figures_follow_a_merge_row_by_row(path: Path) -> None:
    store = open_store(path)
    chance = random.Random(7)
    rows = list(ROWS)
    for step in range(12):
        kind = chance.choice(["change", "insert", "delete", "move", "edit", "save"])
        at = chance.randrange(len(rows))
        if kind == "edit":
            answer(store, at, f"benim {step}")
            rows[at] = answered(rows[at], f"benim {step}")
            store.save()
        elif kind == "change":
            rows[at] = Example(rows[at]).with_metadata(category=f"c{step}", iterations=9).raw
        elif kind == "insert":
            rows.insert(at, example(f"soru {step} naber", "x", "HIGH", 7, "fact"))
        elif kind == "delete" and len(rows) > 3:
            del rows[at]
        elif kind == "move":
            rows.append(rows.pop(at))
        write(path, rows)
        take_in(store)
        agrees(store, rows)
        assert store.unsaved == 0
    store.insert(None, path, Example(NEW))
    store.save()
    assert path.read_text() == text_of([*rows, NEW], path)


def test_a_file_that_is_overwritten_in_place_is_opened_anew_with_the_edits(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "benim")
    answer(store, 1, "benim")
    store.delete(store[3].id)
    store.insert(None, path, Example(NEW))
    theirs = [ROWS[7], answered(ROWS[0], "onların"), *ROWS[1:6]]
    path.write_text(text_of(theirs, path))
    merge = take_in(store)
    assert merge.sentence == (
        "chat.jsonl is another file on disk: 7 examples, 4 edits carried over; "
        "1 conflict with your edits."
    )
    store.wait_indexed()
    rows = [ROWS[7], answered(ROWS[0], "benim"), answered(ROWS[1], "benim"), ROWS[2], *ROWS[4:6]]
    agrees(store, [*rows, NEW])
    [conflict] = store.conflicts
    assert conflict.theirs == Example(theirs[1])
    crash(store)
    again = open_store(path)
    assert (raws(again), len(again.conflicts)) == ([*rows, NEW], 1)
    change = again.undo()
    assert change is not None
    assert change.summary == "carried 4 edits over to chat.jsonl as it is on disk"
    agrees(again, theirs)
    again.redo()
    again.settle(again.conflicts[0].entry_id, conflict.mine)
    again.save()
    assert path.read_text() == text_of([*rows, NEW], path)


def test_a_file_of_which_too_much_differs_is_opened_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MOST_CHANGED", 3)
    store = open_store(path)
    answer(store, 7, "benim")
    theirs = [answered(row, "onların") for row in ROWS[:4]] + ROWS[4:]
    write(path, theirs)
    assert take_in(store).sentence == (
        "chat.jsonl is another file on disk: 8 examples, 1 edit carried over."
    )
    store.wait_indexed()
    agrees(store, [*theirs[:7], answered(ROWS[7], "benim")])
    store.save()
    assert path.read_text() == text_of([*theirs[:7], answered(ROWS[7], "benim")], path)


def test_a_settlement_goes_with_the_file_that_is_opened_anew(path: Path) -> None:
    store, theirs = open_store(path), list(ROWS)
    answer(store, 0, "benim")
    del theirs[0]
    write(path, theirs)
    take_in(store)
    [conflict] = store.conflicts
    store.settle(conflict.entry_id, conflict.mine)
    store.undo()
    store.undo()
    while theirs:
        del theirs[0]
        write(path, theirs)
        take_in(store)
    while store.undo():
        pass
    while store.redo():
        pass
    assert (raws(store), store.conflicts) == ([], ())


def test_line_ends_and_blank_lines_of_others_are_taken_over(path: Path) -> None:
    store = open_store(path)
    answer(store, 1, "benim")
    theirs = text_of(ROWS, path).replace("\n", "\r\n\n")
    path.with_suffix(".new").write_text(theirs, newline="")
    path.with_suffix(".new").replace(path)
    take_in(store)
    store.save()
    mine = theirs.replace(
        text_of(ROWS[1:2], path).strip(), text_of([answered(ROWS[1], "benim")], path).strip()
    )
    assert path.read_bytes().decode() == mine


def test_a_large_file_that_is_new_on_disk_is_opened(path: Path) -> None:
    store = open_store(path)
    other = path.with_name("z.jsonl")
    write(other, ROWS[:2])
    assert take_in(store, other).sentence == "z.jsonl is new on disk: 2 examples."
    store.wait_indexed()
    agrees(store, [*ROWS, *ROWS[:2]])
    answer(store, 9, "benim")
    store.save()
    assert other.read_text() == text_of([ROWS[0], answered(ROWS[1], "benim")], other)


def test_two_stores_on_one_large_file_take_turns(path: Path) -> None:
    one, two = open_store(path), open_store(path)
    for step in range(3):
        answer(one, step, f"bir {step}")
        answer(two, 7 - step, f"iki {step}")
        one.save()
        take_in(two)
        two.save()
        take_in(one)
        assert raws(one) == raws(two)
    assert path.read_text() == text_of(raws(one), path)
