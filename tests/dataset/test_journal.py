"""Nothing that was confirmed is lost: crashes, torn lines, other apps, other hands."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jessy_tui.dataset.aside as aside_module
import jessy_tui.dataset.journal as journal_module
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from tests.conftest import EXAMPLES, example
from tests.dataset.conftest import Commit

FILE = "data/a.json"
BROKEN = b"\xff\xfe["
"""No file of examples."""


@pytest.fixture(autouse=True)
def either_backend(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same holds for a file that is read row by row."""
    if backend == "large":
        monkeypatch.setattr(sys.modules[__name__], "FILE", "data/a.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with one file of three examples."""
    root = tmp_path / "workspace"
    make(root)
    return root


def make(root: Path) -> None:
    (root / "data").mkdir(parents=True)
    rows = [example(*row) for row in EXAMPLES[:3]]
    if FILE.endswith(".jsonl"):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        text = json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    (root / FILE).write_text(text)


def state(folder: Path) -> Path:
    return folder / ".jessy"


def open_store(folder: Path) -> ExampleStore:
    # As a workspace does: what a killed save leaves half-written begins with a dot.
    paths = sorted(path for path in (folder / "data").iterdir() if path.name[0] != ".")
    store = ExampleStore.open(paths, journal=state(folder) / "journal.jsonl")
    store.wait_indexed()
    return store


def raws(store: ExampleStore) -> list[object]:
    return [entry.example.raw for entry in store]


def answer(store: ExampleStore, position: int, text: str) -> None:
    entry = store[position]
    store.replace(entry.id, entry.example.with_answer(text))


def crash(store: ExampleStore) -> None:
    """What the end of a process does to its locks."""
    log = store._log
    if log._journal is not None:
        log._journal.release()
        log._journal = None


def journals(folder: Path) -> list[str]:
    return sorted(path.name for path in state(folder).iterdir())


def test_a_pristine_workspace_gets_no_journal_until_something_is_edited(folder: Path) -> None:
    store = open_store(folder)
    assert not state(folder).exists()
    answer(store, 0, "x")
    assert journals(folder) == ["journal.jsonl"]
    store.save()
    assert journals(folder) == []


def test_edits_are_found_again_after_a_crash_with_their_undo(folder: Path) -> None:
    store = open_store(folder)
    original = raws(store)
    answer(store, 0, "ş\u2028\x7f")
    store.insert(store[0].id, folder / FILE, Example({"new": [1.5, None, {"ü": "\n"}]}))
    store.delete(store[3].id)
    store.undo()
    before = raws(store)
    crash(store)
    again = open_store(folder)
    assert (again.recovered, again.problems, again.unsaved) == (2, (), 2)
    assert raws(again) == before
    assert journals(folder) == ["journal-2.jsonl"]
    change = again.redo()
    assert change is not None
    assert change.description == f"Redone: deleted example 4 of {Path(FILE).name}."
    for _ in range(3):
        again.undo()
    assert raws(again) == original
    assert (again.unsaved, again.undo()) == (0, None)


def test_edits_survive_any_number_of_crashes(folder: Path) -> None:
    store = open_store(folder)
    for number in range(5):
        store.insert(None, folder / FILE, Example({"n": number}))
        before = raws(store)
        crash(store)
        store = open_store(folder)
        assert raws(store) == before
        assert store.recovered == number + 1
    assert len(journals(folder)) == 1
    store.save()
    assert raws(open_store(folder)) == before


def test_a_workspace_can_be_moved_between_the_crash_and_the_next_start(folder: Path) -> None:
    store = open_store(folder)
    answer(store, 1, "taşındı")
    before = raws(store)
    crash(store)
    moved = folder.rename(folder.with_name("moved"))
    assert raws(open_store(moved)) == before


def test_truncation_at_any_byte_gives_a_prefix_of_the_confirmed_edits(folder: Path) -> None:
    store = open_store(folder)
    states = [raws(store)]
    steps = [
        lambda: answer(store, 0, "ilk ş"),
        lambda: store.insert(store[1].id, folder / FILE, Example({"n": "ğ"})),
        lambda: store.delete(store[0].id),
        store.undo,
        lambda: answer(store, 3, "son"),
        store.redo,
        lambda: store.insert(None, folder / "data" / "new.jsonl", Example([1])),
    ]
    path = state(folder) / "journal.jsonl"
    ends = [0]
    for step in steps:
        step()
        size = path.stat().st_size
        if size > ends[-1]:  # redo after an edit has nothing to do
            ends.append(size)
            states.append(raws(store))
    content = path.read_bytes()
    crash(store)
    # Every byte around the lines' ends, and a sample of those inside.
    cuts = {cut for end in ends for cut in range(end - 3, end + 4)} | set(range(0, ends[-1], 7))
    for cut in sorted(cut for cut in cuts if 0 <= cut <= len(content)):
        shutil.rmtree(state(folder))
        state(folder).mkdir()
        path.write_bytes(content[:cut])
        again = open_store(folder)
        whole = sum(end <= cut for end in ends) - 1
        assert raws(again) == states[whole], cut
        assert again.problems == ()
        again.close()


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_prefix_of_the_journal_is_a_prefix_of_the_edits(
    tmp_path: Path, data: st.DataObject
) -> None:
    folder = tmp_path / "drawn"
    shutil.rmtree(folder, ignore_errors=True)
    make(folder)
    store = open_store(folder)
    states, ends = [raws(store)], [0]
    path = state(folder) / "journal.jsonl"
    for number in range(data.draw(st.integers(1, 8))):
        kind = data.draw(st.sampled_from(["insert", "insert", "delete", "undo", "redo", "save"]))
        place = data.draw(st.integers(0, max(0, len(store) - 1)))
        if kind == "save":
            store.save()
            states, ends = [raws(store)], [0]
            continue
        if kind == "insert" or (kind == "delete" and not len(store)):
            store.insert(None, folder / FILE, Example({"n": number}))
        elif kind == "delete":
            store.delete(store[place].id)
        elif (store.undo() if kind == "undo" else store.redo()) is None:
            continue
        ends.append(path.stat().st_size)
        states.append(raws(store))
    crash(store)
    if not path.exists():
        return
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:cut])
    again = open_store(folder)
    assert raws(again) == states[sum(end <= cut for end in ends) - 1]
    again.close()


_EDITOR = """
import sys
from collections.abc import Callable
from pathlib import Path
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore
folder = Path(sys.argv[1])
store = ExampleStore.open([folder / "data/a.json"], journal=folder / ".jessy/journal.jsonl")
number = 0
while True:
    store.insert(None, folder / "data/a.json", Example({"n": number}))
    number += 1
    print(number, flush=True)
    if number % 7 == 0:
        print("saving", flush=True)
        store.save()
        print("saved", flush=True)
"""


@pytest.mark.parametrize("lines_before", [1, 5, 8, 9, 30])
def test_kill_minus_nine_loses_no_confirmed_edit(folder: Path, lines_before: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _EDITOR, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    confirmed = 0
    for _ in range(lines_before):
        line = process.stdout.readline().strip()
        confirmed = int(line) if line.isdigit() else confirmed
    process.send_signal(signal.SIGKILL)
    for line in process.stdout.read().split():
        confirmed = int(line) if line.isdigit() else confirmed
    process.wait()
    store = open_store(folder)
    numbers = [entry.example.raw["n"] for entry in store if "n" in entry.example.raw]
    assert store.problems == ()
    # One more may have been journalled and not yet been said.
    assert numbers in (list(range(confirmed)), list(range(confirmed + 1)))


def test_two_apps_on_one_workspace_keep_their_edits_apart(folder: Path) -> None:
    one, two = open_store(folder), open_store(folder)
    answer(one, 0, "bir")
    answer(two, 1, "iki")
    assert journals(folder) == ["journal-2.jsonl", "journal.jsonl"]
    three = open_store(folder)
    assert (three.recovered, three.unsaved) == (0, 0)
    crash(two)
    # The edits of the one that died are taken up, those of the living one are not.
    four = open_store(folder)
    assert (four.recovered, four[0].edited, four[1].edited) == (1, False, True)
    answer(one, 0, "bir daha")
    crash(one)
    crash(four)
    last = open_store(folder)
    assert (last.recovered, last.unsaved) == (3, 2)
    assert (last[0].example.answer, last[1].example.answer) == ("bir daha", "iki")
    assert len(journals(folder)) == 1


def test_the_second_app_is_not_allowed_to_save_over_the_first(folder: Path) -> None:
    one, two = open_store(folder), open_store(folder)
    answer(one, 0, "bir")
    answer(two, 1, "iki")
    one.save()
    with pytest.raises(JessyError, match="changed by another program"):
        two.save()
    assert open_store(folder)[0].example.answer == "bir"
    assert two.unsaved == 1


def test_two_crashed_apps_that_contradict_each_other_lose_nothing(folder: Path) -> None:
    one, two = open_store(folder), open_store(folder)
    one.delete(one[1].id)
    answer(two, 1, "iki")
    crash(one)
    crash(two)
    again = open_store(folder)
    assert len(again) == 2
    assert len(again.problems) == 1
    assert "no longer fit" in again.problems[0]
    [aside] = [name for name in journals(folder) if name.endswith(".aside")]
    assert "iki" in (state(folder) / aside).read_text()


def test_a_journal_whose_file_broke_is_kept_aside_and_can_be_brought_back(folder: Path) -> None:
    store = open_store(folder)
    answer(store, 0, "kaybolmaz")
    store.insert(None, folder / "data" / "other.json", Example({"other": 1}))
    before = raws(store)
    crash(store)
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(BROKEN)

    again = open_store(folder)
    assert raws(again) == [{"other": 1}]  # what fits is taken up
    problem = again.problems[-1]
    assert f"{Path(FILE).name} changed on disk after unsaved edits were made" in problem
    [aside] = [name for name in journals(folder) if name.endswith(".aside")]
    assert aside in problem
    again.undo()
    again.close()

    (folder / FILE).write_bytes(content)
    restored = (state(folder) / aside).with_suffix(".jsonl")
    assert f"rename the journal to {restored.name}" in problem
    (state(folder) / aside).rename(restored)
    last = open_store(folder)
    assert last.problems == ()
    assert raws(last) == before[:3]


def test_where_a_journal_cannot_be_kept_aside_nothing_is_edited_until_it_can(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(folder)
    answer(store, 0, "kaybolmaz")
    store.insert(None, folder / "data" / "other.json", Example({"other": 1}))
    crash(store)
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(BROKEN)

    def disk_full(path: Path, content: bytes) -> None:
        raise JessyError(f"{path} could not be written (No space left on device)")

    with monkeypatch.context() as patch:
        patch.setattr(aside_module, "write_atomically", disk_full)
        again = open_store(folder)
        assert raws(again) == [{"other": 1}]
        with pytest.raises(JessyError, match=r"Nothing was changed.*No space left"):
            again.undo()
        again.close()
    (folder / FILE).write_bytes(content)
    last = open_store(folder)
    assert (last.recovered, last.problems) == (2, ())


def test_edits_of_a_file_that_is_gone_wait_in_conflict_for_a_decision(folder: Path) -> None:
    store = open_store(folder)
    answer(store, 0, "kaybolmaz")
    store.delete(store[1].id)
    store.insert(None, folder / FILE, Example({"n": 1}))
    crash(store)
    (folder / FILE).unlink()
    again = open_store(folder)
    assert again.problems == ()
    assert [entry.example.answer or entry.example.raw for entry in again] == [
        "kaybolmaz",
        {"n": 1},
    ]
    [conflict] = again.conflicts
    assert conflict.theirs is None
    again.settle(conflict.entry_id, conflict.mine)
    again.save()
    assert (open_store(folder))[0].example.answer == "kaybolmaz"


def test_a_file_that_is_not_opened_leaves_its_edits_waiting(folder: Path) -> None:
    (folder / "data" / "b.json").write_text("[]\n")
    store = open_store(folder)
    answer(store, 0, "bekler")
    crash(store)
    other = ExampleStore.open([folder / "data" / "b.json"], journal=state(folder) / "journal.jsonl")
    assert (other.recovered, other.problems) == (0, ())
    other.insert(None, folder / "data" / "b.json", Example({}))
    crash(other)
    again = open_store(folder)
    assert again.recovered == 2
    assert again[0].example.answer == "bekler"


def test_a_damaged_line_keeps_the_whole_journal_aside(folder: Path) -> None:
    store = open_store(folder)
    answer(store, 0, "önce")
    answer(store, 1, "sonra")
    crash(store)
    path = state(folder) / "journal.jsonl"
    lines = path.read_bytes().split(b"\n")
    content = b"\n".join([*lines[:2], b"\xff\xfe garbage", *lines[2:]])
    path.write_bytes(content)
    again = open_store(folder)
    assert (again.recovered, again[0].example.answer) == (1, "önce")
    [problem] = again.problems
    assert "is damaged after 2 lines" in problem
    [aside] = [name for name in journals(folder) if name.endswith(".aside")]
    assert (state(folder) / aside).read_bytes() == content


@pytest.mark.parametrize("written", [False, True])
def test_a_crash_in_the_middle_of_a_save_neither_loses_nor_doubles_edits(
    folder: Path, at_commit: Callable[[Commit], None], *, written: bool
) -> None:
    class PowerCutError(BaseException):
        pass

    def cut(path: Path, commit: Callable[[], None]) -> None:
        if written:
            commit()
        raise PowerCutError

    store = open_store(folder)
    store.insert(None, folder / FILE, Example({"n": 1}))
    answer(store, 0, "x")
    before = raws(store)
    at_commit(cut)
    with pytest.raises(PowerCutError):
        store.save()
    crash(store)
    again = open_store(folder)
    assert raws(again) == before
    assert (again.recovered, again.unsaved) == ((0, 0) if written else (2, 2))


def test_a_crash_while_edits_are_taken_up_does_not_double_them(folder: Path) -> None:
    store = open_store(folder)
    store.insert(None, folder / FILE, Example({"n": 1}))
    before = raws(store)
    crash(store)
    old = (state(folder) / "journal.jsonl").read_bytes()
    again = open_store(folder)
    crash(again)
    # As if it had died after writing its own journal and before removing the other.
    (state(folder) / "journal.jsonl").write_bytes(old)
    last = open_store(folder)
    assert raws(last) == before
    assert len(journals(folder)) == 1


def test_an_edit_that_cannot_be_journalled_is_not_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(folder)
    answer(store, 0, "ilk")
    before = raws(store)
    size = (state(folder) / "journal.jsonl").stat().st_size
    real = os.write

    def disk_full(descriptor: int, content: bytes) -> int:
        if len(content) < 20:
            raise OSError(28, "No space left on device")
        return real(descriptor, content[: len(content) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(journal_module.os, "write", disk_full)
        for change in (
            lambda: answer(store, 1, "ikinci"),
            lambda: store.delete(store[0].id),
            store.undo,
            store.save,
        ):
            with pytest.raises(JessyError, match=r"Nothing was changed.*No space left on device"):
                change()
            assert raws(store) == before
    assert (state(folder) / "journal.jsonl").stat().st_size == size
    answer(store, 1, "üçüncü")
    before = raws(store)
    crash(store)
    assert raws(open_store(folder)) == before


def test_without_a_place_for_the_journal_nothing_is_edited(folder: Path) -> None:
    state(folder).write_text("a file where the folder should be")
    store = open_store(folder)
    assert len(store) == 3
    with pytest.raises(JessyError, match="Nothing was changed"):
        answer(store, 0, "x")
    assert store.unsaved == 0


def test_undoing_what_was_saved_is_itself_recovered(folder: Path) -> None:
    store = open_store(folder)
    original = raws(store)
    store.delete(store[0].id)
    answer(store, 0, "kaydedildi")
    store.save()
    answer(store, 1, "sonra")
    for _ in range(3):
        store.undo()
    assert raws(store) == original
    store.redo()
    before = raws(store)
    crash(store)
    again = open_store(folder)
    assert raws(again) == before
    again.save()
    assert raws(open_store(folder)) == before


def test_closing_keeps_unsaved_edits_for_the_next_start(folder: Path) -> None:
    store = open_store(folder)
    answer(store, 0, "kalır")
    store.close()
    again = open_store(folder)
    assert again.recovered == 1
    again.undo()
    again.close()
    assert journals(folder) == []


def test_undoing_a_change_that_was_saved_only_in_part_is_recovered(
    folder: Path, at_commit: Callable[[Commit], None]
) -> None:
    other = (folder / FILE).with_stem("b")
    other.write_bytes((folder / FILE).read_bytes())
    store = open_store(folder)
    original = raws(store)
    with store.together("answered twice"):
        answer(store, 0, "a")
        answer(store, 3, "b")
    both = raws(store)

    def fail_on_other(path: Path, commit: Callable[[], None]) -> None:
        if path == other:
            raise JessyError("the disk is full")
        commit()

    at_commit(fail_on_other)
    with pytest.raises(JessyError, match="the disk is full"):
        store.save()
    for step, expected in ((store.undo, original), (store.redo, both), (store.undo, original)):
        step()
        assert raws(store) == expected
        copy = folder.with_name("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)  # what a crash at this moment would leave
        again = open_store(copy)
        assert (raws(again), again.problems) == (expected, ())
        again.close()
