"""All entries in another order, whether their labels are in memory or in columns."""

import json
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jessy_tui.dataset.sorting as sorting_module
from jessy_tui.dataset.collation import KEY_SIZE, collation_key
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.moving import move
from jessy_tui.dataset.sorting import SortCancelledError
from jessy_tui.dataset.sortkeys import NAMES, NUMBERS, SORT_FIELDS, TEXTS, SortField
from jessy_tui.dataset.store import ExampleStore
from tests.conftest import EXAMPLES, example

pytestmark = pytest.mark.usefixtures("backend")

ODD: list[Any] = [
    {"conversations": [{"from": "human", "value": "only a question"}]},
    {"conversations": []},
    example("çay", "", "HIGH", 2, "", part="b", language="tr", weight=3),
    example("zor bir soru", "kısa", "LOW", 9, "şey", part="a", language="en"),
]


def files_in(folder: Path, rows: list[list[Any]]) -> list[Path]:
    paths = []
    for number, some in enumerate(rows):
        paths.append(folder / f"{'ba'[number % 2]}{number}.jsonl")
        paths[-1].write_text("\n".join(json.dumps(row) for row in some) + "\n", encoding="utf-8")
    return paths


def opened(folder: Path) -> ExampleStore:
    rows = [example(*row) for row in EXAMPLES]
    store = ExampleStore.open(files_in(folder, [[*rows[:5], *ODD], rows[5:]]))
    store.wait_indexed()
    return store


def value_of(store: ExampleStore, entry_id: int, field: SortField) -> Any:
    entry = store.entry(entry_id)
    match field:
        case "number":
            return store.position_of(entry_id)
        case "file":
            return collation_key(entry.file.name)
        case "edited":
            return entry.edited
        case "findings" | "tokens":
            return 0
    if field in NUMBERS:
        return NUMBERS[field](entry.example)
    read = NAMES[field] if field in NAMES else TEXTS[field]
    return collation_key(read(entry.example))


def sorted_ids(store: ExampleStore, field: SortField, *, descending: bool) -> list[int]:
    """The slow way, that of Python's own stable sort."""
    ids = [entry.id for entry in store]
    return sorted(ids, key=lambda one: value_of(store, one, field), reverse=descending)


@pytest.mark.parametrize("field", SORT_FIELDS)
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
def test_every_field_sorts_as_python_does(
    tmp_path: Path, field: SortField, descending: bool
) -> None:
    store = opened(tmp_path)
    edited = store[3].id
    store.replace(edited, store.entry(edited).example.with_answer("elbette, çok uzun bir cevap"))
    store.insert(store[1].id, store[1].file, Example(example("araya", "giren", "HIGH", 8, "new")))
    store.delete(store[6].id)
    ordering = store.sort(field, descending=descending)
    found = list(store.arrange(ordering))
    values = [value_of(store, entry_id, field) for entry_id in found]
    if field == "number" and descending:
        assert found == [entry.id for entry in store][::-1]
    elif descending:
        assert values == sorted(values, reverse=True)
        assert found == sorted_stably_down(store, field)
    else:
        assert found == sorted_ids(store, field, descending=False)
    store.close()


def sorted_stably_down(store: ExampleStore, field: SortField) -> list[int]:
    """From the greatest down; equal ones stay in the order of the files."""
    ids = [entry.id for entry in store]
    groups: dict[Any, list[int]] = {}
    for entry_id in ids:
        groups.setdefault(value_of(store, entry_id, field), []).append(entry_id)
    return [entry_id for value in sorted(groups, reverse=True) for entry_id in groups[value]]


def test_chosen_entries_keep_the_order_of_the_sort(tmp_path: Path) -> None:
    store = opened(tmp_path)
    ordering = store.sort("length", descending=True)
    chosen = store.ids_at(array("q", [0, 2, 4, 9]))
    whole = list(store.arrange(ordering))
    assert list(store.arrange(ordering, chosen)) == [one for one in whole if one in set(chosen)]
    store.close()


def test_the_ids_at_many_positions_are_those_at_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting_module, "_FEW", 0)
    store = opened(tmp_path)
    for _ in range(2):
        for chosen in ([], [0], [3, 4, 7, 11], list(range(len(store)))):
            expected = [store.id_at(position) for position in chosen]
            assert list(store.ids_at(array("q", chosen))) == expected
        store.insert(store[1].id, store[1].file, Example(example("q", "a", "LOW", 1, "x")))
        store.delete(store[5].id)
    store.close()


def test_an_order_outlives_edits_and_takes_in_what_is_new_behind_what_it_follows(
    tmp_path: Path,
) -> None:
    store = opened(tmp_path)
    ordering = store.sort("iterations", descending=True)
    before = list(store.arrange(ordering))
    anchor = before[3]
    label = {"complexity": "HIGH", "iterations": 9}
    store.replace(before[5], store.entry(before[5]).example.with_metadata(**label))
    assert list(store.arrange(ordering)) == before
    new = store.insert(anchor, store.file_of(anchor), Example(example("q", "a", "LOW", 1, "x")))
    store.delete(before[0])
    now = list(store.arrange(ordering))
    assert now == [*before[1:4], new, *before[4:]]
    store.undo()
    store.undo()
    assert list(store.arrange(ordering)) == before
    store.close()


def test_a_sort_is_given_up_when_nobody_wants_it(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(SortCancelledError):
        store.sort("question", cancelled=lambda: True)
    with pytest.raises(SortCancelledError):
        store.sort("length", cancelled=lambda: True)
    store.close()


def test_an_empty_store_sorts_to_nothing() -> None:
    store = ExampleStore.open([])
    for field in SORT_FIELDS:
        assert list(store.arrange(store.sort(field))) == []
    store.close()


def test_texts_stand_in_the_order_of_a_turkish_dictionary_whatever_their_case() -> None:
    words = ["cuma", "çay", "Çorba", "dal", "gün", "Ğ", "hız", "ısı", "Işık", "ilk", "İyi", "jel",
             "oz", "öz", "sol", "şal", "uç", "üç", "vay"]  # fmt: skip
    assert sorted(sorted(words), key=collation_key) == words
    assert collation_key("  Aa\n b ") == collation_key("aa b")
    assert collation_key("café") == collation_key("CAFE")


@given(st.text())
def test_a_key_has_its_size_whatever_the_text(text: str) -> None:
    assert len(collation_key(text)) == KEY_SIZE


FIELDS = st.sampled_from(SORT_FIELDS)
MOVES = st.lists(
    st.tuples(st.lists(st.integers(0, 11), min_size=1, max_size=4, unique=True), st.integers(0, 3)),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FIELDS, st.booleans(), MOVES, st.integers(0, 4))
def test_moving_while_sorted_and_then_undoing_all_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    field: SortField,
    descending: bool,
    moves: list[tuple[list[int], int]],
    saved_after: int,
) -> None:
    folder = tmp_path_factory.mktemp("moved")
    store = opened(folder)
    contents = {path: path.read_bytes() for path in store.files}
    questions = [entry.example.raw for entry in store]
    targets = [*store.files, folder / "new.jsonl", folder / "new.json"]
    ordering = store.sort(field, descending=descending)
    for number, (rows, target) in enumerate(moves):
        shown = store.arrange(ordering)
        ids = [shown[row] for row in rows if row < len(shown)]
        move(store, ids, targets[target], "moved")
        assert sorted(map(str, (entry.example.raw for entry in store))) == sorted(
            map(str, questions)
        )
        if number == saved_after:
            store.save()
    while store.undo():
        pass
    assert [entry.example.raw for entry in store] == questions
    store.save()
    assert {path: path.read_bytes() for path in contents} == contents
    store.close()


def test_a_move_keeps_unknown_keys_and_is_undone_in_one_go(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.jsonl"
    row = example("q", "a", "LOW", 1, "x", mood="fine") | {"source": {"page": 3}}
    first.write_text(json.dumps([row, example("r", "b", "LOW", 2, "y")]), encoding="utf-8")
    second.write_text(json.dumps(example("s", "c", "HIGH", 7, "z")) + "\n", encoding="utf-8")
    contents = first.read_bytes(), second.read_bytes()
    store = ExampleStore.open([first, second])
    moved = move(store, [store[0].id], second, "moved 1 example to b.jsonl")
    assert moved.stayed == []
    assert store.entry(moved.ids[0]).file == second
    store.save()
    assert json.loads(second.read_text(encoding="utf-8").splitlines()[-1]) == row
    assert store.undo() is not None
    store.save()
    assert (first.read_bytes(), second.read_bytes()) == contents
    store.close()
