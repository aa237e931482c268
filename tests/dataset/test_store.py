"""Browsing, editing, undoing and saving."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.layout import same_json
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from tests.conftest import EXAMPLES, example
from tests.dataset.conftest import Commit
from tests.dataset.strategies import VALUES, array_files, lines_files

A, B = "a.json", "b.jsonl"

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files: an array of three examples and two lines."""
    rows = [example(*row) for row in EXAMPLES]
    (tmp_path / A).write_text(json.dumps(rows[:3], ensure_ascii=False, indent=2) + "\n")
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows[3:5])
    (tmp_path / B).write_text("".join(lines))
    return tmp_path


def open_store(folder: Path) -> ExampleStore:
    store = ExampleStore.open([folder / A, folder / B], journal=folder / "state" / "journal.jsonl")
    store.wait_indexed()
    return store


def questions(store: ExampleStore) -> list[str]:
    return [entry.example.question for entry in store]


def test_the_entries_of_all_files_stand_in_order(folder: Path) -> None:
    store = open_store(folder)
    assert len(store) == 5
    assert questions(store) == [row[0] for row in EXAMPLES[:5]]
    assert [(entry.file.name, entry.index) for entry in store] == [
        (A, 0),
        (A, 1),
        (A, 2),
        (B, 0),
        (B, 1),
    ]
    assert store[-1] == store[4]
    assert [store.position_of(entry.id) for entry in store] == list(range(5))
    with pytest.raises(IndexError):
        store[5]
    with pytest.raises(KeyError):
        store.position_of(99)


def test_an_edit_marks_the_entry_and_undo_takes_the_mark_away(folder: Path) -> None:
    store = open_store(folder)
    entry = store[1]
    store.replace(entry.id, entry.example.with_metadata(iterations=2))
    assert (store[1].edited, store[1].id, store.unsaved) == (True, entry.id, 1)
    assert store[1].example.iterations == 2
    change = store.undo()
    assert change is not None
    assert change.description == "Undone: edited example 2 of a.json: iterations 1 → 2."
    assert (store[1].edited, store.unsaved) == (False, 0)
    assert store[1].example is entry.example
    assert store.undo() is None
    again = store.redo()
    assert again is not None
    assert again.description == "Redone: edited example 2 of a.json: iterations 1 → 2."
    assert store[1].example.iterations == 2
    assert store.redo() is None


def test_the_same_json_is_no_change_and_other_json_that_python_calls_equal_is_one(
    folder: Path,
) -> None:
    store = open_store(folder)
    entry = store[0]
    store.replace(entry.id, Example(json.loads(json.dumps(entry.example.raw))))
    assert store.unsaved == 0
    store.replace(entry.id, entry.example.with_metadata(iterations=True))
    assert store.unsaved == 1
    store.replace(entry.id, entry.example.with_metadata(iterations=1))
    assert store.unsaved == 0  # back to what is on disk, without undo


def test_ids_stay_while_positions_shift(folder: Path) -> None:
    store = open_store(folder)
    ids = [entry.id for entry in store]
    new = store.insert(ids[0], folder / A, Example(example("yeni", "evet", "LOW", 1, "chat")))
    assert [entry.id for entry in store] == [ids[0], new, *ids[1:]]
    assert store.position_of(ids[3]) == 4
    store.delete(ids[0])
    assert store.position_of(ids[3]) == 3
    assert store.entry(new).index == 0
    with pytest.raises(KeyError):
        store.entry(ids[0])
    store.undo()
    assert [entry.id for entry in store] == [ids[0], new, *ids[1:]]
    store.undo()
    assert [entry.id for entry in store] == ids
    assert store.unsaved == 0


def test_without_an_entry_to_follow_an_example_goes_to_the_end_of_its_file(folder: Path) -> None:
    store = open_store(folder)
    new = store.insert(None, folder / A, Example(example("son", "evet", "LOW", 1, "chat")))
    assert store.position_of(new) == 3
    with pytest.raises(JessyError, match="in another file"):
        store.insert(new, folder / B, Example({}))


def test_only_files_that_changed_are_written(folder: Path) -> None:
    store = open_store(folder)
    before = {name: (folder / name).stat().st_mtime_ns for name in (A, B)}
    store.replace(store[4].id, store[4].example.with_answer("başka"))
    assert store.save() == [folder / B]
    assert (folder / A).stat().st_mtime_ns == before[A]
    assert store.unsaved == 0
    assert not store[4].edited
    assert store.save() == []
    assert questions(open_store(folder)) == questions(store)
    assert open_store(folder)[4].example.answer == "başka"


def test_undo_reaches_back_beyond_a_save_to_the_very_bytes(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in (A, B)}
    store = open_store(folder)
    store.delete(store[0].id)
    store.replace(store[0].id, Example({"gone": "all of it"}))
    store.insert(None, folder / B, Example([]))
    store.save()
    assert (folder / A).read_bytes() != before[A]
    while store.undo():
        pass
    assert store.unsaved == 3
    assert store.save() == [folder / A, folder / B]
    assert {name: (folder / name).read_bytes() for name in (A, B)} == before


def test_a_file_that_changed_on_disk_is_not_overwritten(folder: Path) -> None:
    store = open_store(folder)
    store.replace(store[0].id, store[0].example.with_answer("benim"))
    store.replace(store[4].id, store[4].example.with_answer("benim"))
    before = (folder / A).read_bytes()
    (folder / B).unlink()
    (folder / B).write_bytes(b"{}\n")
    with pytest.raises(JessyError, match=r"b\.jsonl was changed by another program"):
        store.save()
    assert (folder / A).read_bytes() == before
    assert (folder / B).read_bytes() == b"{}\n"
    assert store.unsaved == 2
    (folder / B).unlink()
    with pytest.raises(JessyError, match=r"no such file.* Nothing was saved\.$"):
        store.save()
    (folder / B).write_bytes(b"{}\n")
    assert store.save(anyway=True) == [folder / A, folder / B]
    assert open_store(folder)[4].example.answer == "benim"


def test_a_save_that_fails_half_way_keeps_what_was_not_written(
    folder: Path, at_commit: Callable[[Commit], None]
) -> None:
    def fail_on_b(path: Path, commit: Callable[[], None]) -> None:
        if path.name == B:
            raise JessyError("the disk is full")
        commit()

    store = open_store(folder)
    store.replace(store[0].id, store[0].example.with_answer("a"))
    store.delete(store[3].id)
    at_commit(fail_on_b)
    with pytest.raises(JessyError, match="the disk is full"):
        store.save()
    assert store.unsaved == 1
    store.replace(store[1].id, store[1].example.with_answer("b"))
    store.close()
    again = open_store(folder)
    assert [entry.example for entry in again] == [entry.example for entry in store]
    assert again.problems == ()
    assert again.unsaved == 2


def test_a_new_file_is_made_by_the_next_save(folder: Path) -> None:
    store = open_store(folder)
    path = folder / "new" / "c.json"
    store.insert(None, path, Example(example("ilk", "evet", "LOW", 1, "chat")))
    assert store.files == (folder / A, folder / B, path)
    assert not path.exists()
    assert store.save() == [path]
    assert json.loads(path.read_text()) == [example("ilk", "evet", "LOW", 1, "chat")]
    assert path.read_text().startswith('[\n  {\n    "conversations": [\n')


def test_a_file_that_is_there_but_not_open_takes_no_example(folder: Path) -> None:
    (folder / "bad.json").write_text("{")
    store = ExampleStore.open([folder / A, folder / "bad.json"])
    assert len(store) == 3
    assert len(store.problems) == 1
    assert "bad.json, line 1" in store.problems[0]
    with pytest.raises(JessyError, match="is not open here"):
        store.insert(None, folder / "bad.json", Example({}))
    assert (folder / "bad.json").read_text() == "{"


def test_a_file_named_twice_is_opened_once(folder: Path) -> None:
    (folder / "link.json").symlink_to(folder / A)
    store = ExampleStore.open([folder / A, folder / "link.json", folder / "." / A])
    assert len(store) == 3


def test_changes_made_together_are_undone_together(folder: Path) -> None:
    store = open_store(folder)
    told: list[Change] = []
    store.subscribe(told.append)
    with store.together("relabelled 3 examples"):
        for entry in list(store)[:3]:
            store.replace(entry.id, entry.example.with_metadata(category="chat"))
    assert [change.description for change in told] == ["Relabelled 3 examples."]
    assert store.unsaved == 3
    store.undo()
    assert store.unsaved == 0
    store.redo()
    assert [entry.example.category for entry in store][:3] == ["chat"] * 3


def test_changes_that_fail_together_leave_nothing_behind(folder: Path) -> None:
    store = open_store(folder)
    before = [entry.example for entry in store]

    def fail() -> None:
        with store.together("will fail"):
            store.delete(store[0].id)
            store.insert(None, folder / A, Example({}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [entry.example for entry in store] == before
    assert store.unsaved == 0
    assert store.undo() is None
    assert open_store(folder).recovered == 0


def test_subscribers_hear_of_every_change_until_they_leave(folder: Path) -> None:
    store = open_store(folder)
    told: list[str] = []
    leave = store.subscribe(lambda change: told.append(change.how))
    store.delete(store[0].id)
    store.undo()
    store.redo()
    store.save()
    leave()
    leave()
    store.undo()
    assert told == ["do", "undo", "redo", "save"]


def test_a_change_says_what_it_was(folder: Path) -> None:
    store = open_store(folder)
    told: list[Change] = []
    store.subscribe(told.append)
    entry = store[0]
    store.replace(entry.id, entry.example.with_question("x").with_answer("y"))
    store.replace(entry.id, store[0].example.with_metadata(part="p"))
    store.replace(entry.id, store[0].example.with_metadata(part=None))
    new = store.insert(None, folder / B, Example({}))
    store.delete(new)
    assert [change.description for change in told] == [
        "Edited example 1 of a.json: the question, the answer.",
        "Edited example 1 of a.json: part p.",
        "Edited example 1 of a.json: without part.",
        "Added example 3 of b.jsonl.",
        "Deleted example 3 of b.jsonl.",
    ]
    assert [change.structural for change in told] == [False, False, False, True, True]
    assert told[0].entry_ids == (entry.id,)
    assert told[3].edits[0].before is None
    assert told[4].edits[0].after is None


def test_an_example_that_json_cannot_hold_is_refused_before_anything_changes(
    folder: Path,
) -> None:
    store = open_store(folder)
    with pytest.raises(JessyError, match="cannot be written as JSON"):
        store.replace(store[0].id, Example({"x": float("nan")}))
    with pytest.raises(JessyError, match="cannot be written as JSON"):
        store.insert(None, folder / A, Example({"x": "\udc00"}))
    assert (store.unsaved, len(store), store.undo()) == (0, 5, None)


class StoreMachine(RuleBasedStateMachine):
    """Any sequence of changes, saves and crashes; a plain list of values is what must come out."""

    folders: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = self.folders / str(id(self))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        rows = [example(*row) for row in EXAMPLES[:3]]
        (self.folder / A).write_text(json.dumps(rows, indent=1))
        lines = "".join(f' {{"n":{number} }}\r\n\n' for number in range(6))
        (self.folder / B).write_text('{"x": 1.10}\r\n\r\n' + lines + '{"y" :[ ]}')
        self.original = self._bytes()
        self.store = open_store(self.folder)
        self.model: list[list[Any]] = [
            rows,
            [{"x": 1.1}, *({"n": number} for number in range(6)), {"y": []}],
        ]
        self.done: list[list[list[Any]]] = []
        self.undone: list[list[list[Any]]] = []
        self.reopened_since_saved = self.saved = False

    def _bytes(self) -> list[bytes]:
        return [(self.folder / name).read_bytes() for name in (A, B)]

    def _copy(self) -> list[list[Any]]:
        return [list(rows) for rows in self.model]

    def _change(self) -> None:
        self.done.append(self._copy())
        self.undone.clear()

    @rule(place=st.integers(0, 20), value=VALUES)
    @precondition(lambda self: len(self.store))
    def replace(self, place: int, value: Any) -> None:
        entry = self.store[place % len(self.store)]
        if same_json(entry.example.raw, value):
            return
        self._change()
        self.store.replace(entry.id, Example(value))
        self.model[entry.file.name == B][entry.index] = value

    @rule(place=st.integers(0, 20), value=VALUES)
    def insert(self, place: int, value: Any) -> None:
        self._change()
        file = place % 2
        after = None
        if place < len(self.store):
            entry = self.store[place]
            file, after = int(entry.file.name == B), entry.id
            self.model[file].insert(entry.index + 1, value)
        else:
            self.model[file].append(value)
        self.store.insert(after, self.folder / (A, B)[file], Example(value))

    @rule(place=st.integers(0, 20))
    @precondition(lambda self: len(self.store))
    def delete(self, place: int) -> None:
        self._change()
        entry = self.store[place % len(self.store)]
        self.store.delete(entry.id)
        del self.model[entry.file.name == B][entry.index]

    @rule(value=VALUES)
    @precondition(lambda self: len(self.store) > 1)
    def several(self, value: Any) -> None:
        first, last = self.store[0], self.store[-1]
        self._change()
        with self.store.together("several"):
            self.store.delete(first.id)
            self.store.insert(None, last.file, Example(value))
        del self.model[first.file.name == B][0]
        self.model[last.file.name == B].append(value)

    @rule()
    def undo(self) -> None:
        change = self.store.undo()
        assert (change is not None) == bool(self.done)
        if change:
            self.undone.append(self._copy())
            self.model = self.done.pop()

    @rule()
    def redo(self) -> None:
        change = self.store.redo()
        assert (change is not None) == bool(self.undone)
        if change:
            self.done.append(self._copy())
            self.model = self.undone.pop()

    @rule()
    def save(self) -> None:
        self.store.save()
        self.saved = True
        assert self.store.unsaved == 0

    @rule()
    def crash(self) -> None:
        """All that was confirmed is found again; what was saved can no longer be undone."""
        self.store.close()
        before = self.store
        self.store = open_store(self.folder)
        assert self.store.problems == ()
        assert bool(self.store.unsaved) == bool(before.unsaved)
        if self.saved:
            # How far back undo reaches depends on what was saved: only the state is compared.
            self.done, self.undone = [], []
            self.store.save()
            self.store = open_store(self.folder)
            self.reopened_since_saved = True
        elif not before.unsaved:
            self.done, self.undone = [], []  # nothing was worth a journal

    @invariant()
    def the_store_is_what_was_meant(self) -> None:
        got: list[list[Any]] = [[], []]
        for position, entry in enumerate(self.store):
            assert self.store.position_of(entry.id) == position
            got[entry.file.name == B].append(entry.example.raw)
        assert same_json(json.loads(json.dumps(got)), json.loads(json.dumps(self.model)))

    def teardown(self) -> None:
        if not self.reopened_since_saved:
            while self.store.undo():
                pass
            self.store.save()
            assert self._bytes() == self.original
        self.store.close()
        shutil.rmtree(self.folder)


def test_any_sequence_of_changes_saves_and_crashes_keeps_the_state(tmp_path: Path) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    StoreMachine.folders = tmp_path
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            deadline=None,
            max_examples=40,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    array=array_files(), lines=lines_files(), values=st.lists(VALUES, min_size=1), data=st.data()
)
def test_any_edits_and_all_undos_give_byte_identical_files(
    tmp_path: Path, array: bytes, lines: bytes, values: list[Any], data: st.DataObject
) -> None:
    paths = [tmp_path / A, tmp_path / B]
    for path, content in zip(paths, (array, lines), strict=True):
        path.write_bytes(content)
    store = ExampleStore.open(paths)
    store.wait_indexed()
    for value in values:
        kind = data.draw(st.sampled_from(["replace", "insert", "delete", "save"]))
        if kind == "insert" or not len(store):
            store.insert(None, data.draw(st.sampled_from(paths)), Example(value))
        elif kind == "save":
            store.save()
        else:
            entry = store[data.draw(st.integers(0, len(store) - 1))]
            if kind == "replace":
                store.replace(entry.id, Example(value))
            else:
                store.delete(entry.id)
    while store.undo():
        pass
    store.save()
    assert [path.read_bytes() for path in paths] == [array, lines]
