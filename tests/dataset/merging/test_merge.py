"""What other hands did to a file, merged with what was edited here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.merging.looking import Looked
from jessy_tui.dataset.saving import ChangedOnDiskError, ConflictsError
from jessy_tui.dataset.store import ExampleStore
from tests.conftest import example
from tests.dataset.conftest import Commit
from tests.dataset.merging.hands import (
    ROWS,
    answer,
    answered,
    crash,
    open_store,
    questions,
    raws,
    take_in,
    text_of,
    write,
)

NEW = example("yeni soru", "yeni yanıt", "LOW", 1, "chat")


def test_what_nobody_changed_is_nothing_to_look_at(path: Path) -> None:
    store = open_store(path)
    assert not store.look()
    answer(store, 0, "benim")
    store.save()
    assert not store.look()
    path.touch()
    assert not store.look()


def test_entries_that_were_not_edited_become_what_they_are_on_disk(path: Path) -> None:
    store = open_store(path)
    ids = [entry.id for entry in store]
    theirs = [NEW, *ROWS[:2], answered(ROWS[2], "İstanbul değil, Ankara."), *ROWS[4:]]
    write(path, theirs)
    merge = take_in(store)
    assert merge.sentence == (
        f"{path.name} changed on disk: 1 example changed, 1 added, 1 gone; merged."
    )
    assert raws(store) == theirs
    assert (store.unsaved, store.conflicts) == (0, ())
    # Who is the same has the same id, so that the cursor, the marks and undo stay with them.
    assert [entry.id for entry in store][1:] == [*ids[:3], *ids[4:]]
    assert [store.position_of(entry.id) for entry in store] == list(range(len(theirs)))
    before = path.read_bytes()
    answer(store, 0, "x")
    store.undo()
    assert store.save() == []
    assert path.read_bytes() == before


def test_edits_stay_where_other_hands_changed_other_entries(path: Path) -> None:
    store = open_store(path)
    mine = answer(store, 1, "benim")
    added = store.insert(store[4].id, path, Example(NEW))
    gone = store[7].id
    store.delete(gone)
    theirs = [*ROWS[4:], answered(ROWS[0], "onların"), *ROWS[1:4]]
    write(path, theirs)
    merge = take_in(store)
    assert merge.conflicts == 0
    expected = [ROWS[4], NEW, ROWS[5], ROWS[7], answered(ROWS[0], "onların")]
    expected += [answered(ROWS[1], "benim"), *ROWS[2:4]]
    assert raws(store) == expected
    assert store.unsaved == 3
    assert store.entry(mine).edited
    assert store.position_of(added) == 1
    store.save()
    assert path.read_text() == text_of(expected, path)
    while store.undo():
        pass
    assert raws(store) == theirs
    store.save()
    assert path.read_text() == text_of(theirs, path)


def test_the_same_change_on_both_sides_is_no_conflict(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "aynı")
    store.delete(store[3].id)
    added = store.insert(None, path, Example(NEW))
    theirs = [answered(ROWS[0], "aynı"), *ROWS[1:3], *ROWS[4:], NEW]
    write(path, theirs)
    merge = take_in(store)
    assert (merge.conflicts, store.unsaved) == (0, 0)
    assert raws(store) == theirs
    assert store.position_of(added) == len(theirs) - 1
    for _ in range(3):
        assert store.undo()
    assert raws(store) == ROWS
    assert store.unsaved == 3


def test_an_entry_that_both_sides_changed_is_in_conflict_until_it_is_settled(path: Path) -> None:
    store = open_store(path)
    mine = answer(store, 2, "benim")
    theirs = [NEW, *ROWS[:2], answered(ROWS[2], "onların"), *ROWS[3:]]
    write(path, theirs)
    merge = take_in(store)
    assert merge.sentence == (
        f"{path.name} changed on disk: 1 example changed, 1 added; merged; "
        "1 conflict with your edits."
    )
    [conflict] = store.conflicts
    assert (conflict.entry_id, conflict.file, conflict.index) == (mine, path, 3)
    assert conflict.base is not None
    assert conflict.mine is not None
    assert conflict.theirs is not None
    answers = (conflict.base.answer, conflict.mine.answer, conflict.theirs.answer)
    assert answers == ("Ankara.", "benim", "onların")
    assert store[3].conflict
    with pytest.raises(ConflictsError, match=r"An example of chat\.jsonl? was changed here and"):
        store.save()
    assert path.read_text() == text_of(theirs, path)

    store.settle(mine, conflict.mine.with_answer("ikisi de"))
    assert store.conflicts == ()
    assert not store[3].conflict
    change = store.undo()
    assert change is not None
    assert change.description == f"Undone: settled example 4 of {path.name}."
    assert [one.entry_id for one in store.conflicts] == [mine]
    store.redo()
    store.save()
    assert path.read_text() == text_of(
        [*theirs[:3], answered(ROWS[2], "ikisi de"), *theirs[4:]], path
    )
    store.undo()
    assert store.conflicts == ()  # what is on disk now is no other hand's


def test_taking_mine_is_a_change_and_taking_theirs_leaves_nothing_unsaved(path: Path) -> None:
    store = open_store(path)
    one, other = answer(store, 0, "benim"), answer(store, 1, "benim")
    write(path, [answered(ROWS[0], "onların"), answered(ROWS[1], "onların"), *ROWS[2:]])
    take_in(store)
    with store.together("settled two conflicts"):
        for conflict in store.conflicts:
            store.settle(
                conflict.entry_id,
                conflict.mine if conflict.entry_id == one else conflict.theirs,
            )
    assert (store.conflicts, store.unsaved) == ((), 1)
    assert store.entry(one).example.answer == "benim"
    assert store.entry(other).example.answer == "onların"
    store.undo()
    assert len(store.conflicts) == 2
    store.redo()
    store.save()
    assert not store.look()


def test_what_is_deleted_on_one_side_and_changed_on_the_other_is_in_conflict(path: Path) -> None:
    store = open_store(path)
    kept = answer(store, 0, "benim")
    deleted = store[3].id
    store.delete(deleted)
    write(path, [*ROWS[1:3], answered(ROWS[3], "onların"), *ROWS[4:]])
    merge = take_in(store)
    assert merge.conflicts == 2
    assert questions(store) == [row["conversations"][0]["value"] for row in [*ROWS[:3], *ROWS[4:]]]
    one, other = store.conflicts
    assert (one.entry_id, one.theirs, other.entry_id, other.mine) == (kept, None, deleted, None)
    assert other.index == 3
    store.settle(kept, None)
    store.settle(deleted, other.theirs)
    assert raws(store) == [*ROWS[1:3], answered(ROWS[3], "onların"), *ROWS[4:]]
    assert (store.unsaved, store.conflicts) == (0, ())
    store.undo()
    store.undo()
    assert len(store.conflicts) == 2
    store.settle(deleted, None)
    store.settle(kept, one.mine)
    store.save()
    expected = [answered(ROWS[0], "benim"), *ROWS[1:3], *ROWS[4:]]
    assert path.read_text() == text_of(expected, path)


def test_undoing_an_edit_in_conflict_gives_what_the_other_hands_wrote(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "bir")
    answer(store, 0, "iki")
    write(path, [answered(ROWS[0], "onların"), *ROWS[1:]])
    take_in(store)
    assert len(store.conflicts) == 1
    store.undo()
    assert (store[0].example.answer, len(store.conflicts)) == ("bir", 1)
    store.undo()
    assert (store[0].example.answer, store.unsaved, store.conflicts) == ("onların", 0, ())
    store.redo()
    assert len(store.conflicts) == 1
    store.undo()
    answer(store, 0, "başka")  # made with theirs in view
    assert store.conflicts == ()


def test_what_other_hands_changed_since_it_was_saved_cannot_be_undone(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "bir")
    with store.together("two"):
        answer(store, 1, "iki")
        answer(store, 2, "iki")
    store.save()
    saved = [answered(ROWS[0], "bir"), *(answered(row, "iki") for row in ROWS[1:3]), *ROWS[3:]]
    theirs = [answered(saved[0], "onların"), answered(saved[1], "onların"), *saved[2:]]
    write(path, theirs)
    merge = take_in(store)
    assert "2 undo steps no longer fit and left out" in merge.sentence
    change = store.undo()
    assert change is not None
    assert change.summary == "two"
    assert raws(store) == [*theirs[:2], *ROWS[2:]]
    assert store.undo() is None


def test_a_second_merge_keeps_an_open_conflict_and_forgets_one_that_was_put_back(
    path: Path,
) -> None:
    store = open_store(path)
    answer(store, 0, "benim")
    write(path, [answered(ROWS[0], "onların"), *ROWS[1:]])
    take_in(store)
    write(path, [answered(ROWS[0], "onların, yine"), *ROWS[1:]])
    assert take_in(store).conflicts == 1
    [conflict] = store.conflicts
    assert conflict.base is not None
    assert conflict.theirs is not None
    assert (conflict.base.answer, conflict.theirs.answer) == (
        "Sor kanka, dinliyorum.",
        "onların, yine",
    )
    write(path, ROWS)
    take_in(store)
    assert (store.conflicts, store.unsaved) == ((), 1)


def test_a_file_written_in_another_way_is_taken_over_and_edits_follow_its_style(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chat.json"
    write(path, ROWS)
    store = open_store(path)
    answer(store, 0, "benim")
    write(path, ROWS, indent=None)
    assert take_in(store).sentence == "chat.json changed on disk, but no example did; merged."
    assert store.unsaved == 1
    store.save()
    assert path.read_text() == text_of([answered(ROWS[0], "benim"), *ROWS[1:]], path, None)
    store.undo()
    store.save()
    assert path.read_text() == text_of(ROWS, path, None)


def test_a_new_file_is_opened_in_its_place_and_a_mended_one_too(path: Path) -> None:
    store = open_store(path)
    before, after = path.with_name("a.json"), path.with_name("z.json")
    write(before, [NEW])
    after.write_text("[{")
    merge = take_in(store, before, after)
    assert merge.sentence == "a.json is new on disk: 1 example."
    assert len(merge.problems) == 1
    assert "z.json" in merge.problems[0]
    assert store.files == (before, path)
    assert raws(store) == [NEW, *ROWS]
    assert not store.look([before, after])  # said once
    write(after, [NEW, NEW])
    take_in(store, before, after)
    assert raws(store) == [NEW, *ROWS, NEW, NEW]


def test_a_file_that_cannot_be_read_any_more_stays_as_it_is_here(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "benim")
    if path.suffix == ".json":
        path.write_text(text_of(ROWS, path)[:-20])
    else:
        path.write_bytes(text_of(ROWS, path).encode("utf-16"))
    merge = take_in(store)
    assert [path.name in problem for problem in merge.problems] == [True]
    assert raws(store) == [answered(ROWS[0], "benim"), *ROWS[1:]]
    with pytest.raises(ChangedOnDiskError):
        store.save()
    assert not store.look()
    write(path, [*ROWS, NEW])
    assert take_in(store).problems == []
    assert raws(store) == [answered(ROWS[0], "benim"), *ROWS[1:], NEW]


def test_a_file_that_is_gone_leaves_only_what_was_edited(path: Path) -> None:
    store = open_store(path)
    path.unlink()
    assert take_in(store).sentence == f"{path.name} is gone from the disk: 8 examples gone."
    assert (len(store), store.files, store.save()) == (0, (), [])
    write(path, ROWS)
    take_in(store, path)
    answer(store, 5, "benim")
    store.insert(None, path, Example(NEW))
    path.unlink()
    merge = take_in(store)
    assert merge.sentence == (
        f"{path.name} is gone from the disk: 8 examples gone; 1 conflict with your edits."
    )
    assert raws(store) == [answered(ROWS[5], "benim"), NEW]
    [conflict] = store.conflicts
    assert (conflict.base, conflict.theirs) == (Example(ROWS[5]), None)
    store.settle(conflict.entry_id, conflict.mine)
    store.save()
    assert path.read_text() == text_of([answered(ROWS[5], "benim"), NEW], path)


def test_a_file_that_was_to_be_made_and_that_other_hands_made_is_merged(path: Path) -> None:
    store = open_store(path)
    new = path.with_name("new.json")
    store.insert(None, new, Example(NEW))
    store.insert(None, new, Example(ROWS[0]))
    write(new, [ROWS[1], NEW])
    with pytest.raises(ChangedOnDiskError, match="made by another program"):
        store.save()
    assert take_in(store).conflicts == 0
    assert raws(store)[-3:] == [ROWS[1], NEW, ROWS[0]]
    store.save()
    assert new.read_text() == text_of([ROWS[1], NEW, ROWS[0]], new)


def test_edits_made_while_the_disk_was_looked_at_are_merged_too(path: Path) -> None:
    store = open_store(path)
    write(path, [answered(ROWS[0], "onların"), *ROWS[1:]])
    looked = store.look()
    answer(store, 0, "benim")
    answer(store, 3, "benim")
    merge = store.take_in(looked)
    assert merge.conflicts == 1
    assert (store[0].example.answer, store[3].example.answer) == ("benim", "benim")


def test_who_subscribes_hears_what_became_of_the_entries(path: Path) -> None:
    store = open_store(path)
    told: list[Change] = []
    store.subscribe(told.append)
    ids = [entry.id for entry in store]
    answer(store, 7, "benim")
    write(path, [NEW, answered(ROWS[0], "onların"), *ROWS[2:]])
    take_in(store)
    change = told[-1]
    assert (change.how, change.structural) == ("merge", True)
    assert change.description.endswith("1 example changed, 1 added, 1 gone; merged.")
    seen = {edit.entry_id: (edit.before, edit.after) for edit in change.edits}
    assert set(seen) == {store[0].id, ids[0], ids[1]}
    assert seen[ids[0]][1] == Example(answered(ROWS[0], "onların"))
    assert seen[ids[1]] == (Example(ROWS[1]), None)


def test_an_error_in_the_saving_is_said_and_a_second_try_saves(path: Path) -> None:
    one, two = open_store(path), open_store(path)
    answer(one, 0, "bir")
    answer(two, 1, "iki")
    one.save()
    with pytest.raises(ChangedOnDiskError, match="changed by another program"):
        two.save()
    take_in(two)
    two.save()
    take_in(one)
    expected = [answered(ROWS[0], "bir"), answered(ROWS[1], "iki"), *ROWS[2:]]
    assert raws(one) == raws(two) == expected
    assert path.read_text() == text_of(expected, path)
    assert one.unsaved == two.unsaved == 0


def test_a_crash_after_a_merge_loses_neither_edits_nor_conflicts(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "benim")
    answer(store, 5, "benim")
    store.insert(store[5].id, path, Example(NEW))
    store.delete(store[3].id)
    write(path, [NEW, answered(ROWS[0], "onların"), *ROWS[1:]])
    take_in(store)
    answer(store, 7, "sonra")
    before = raws(store), [one.entry_id is not None for one in store.conflicts], store.unsaved
    crash(store)
    again = open_store(path)
    assert (again.problems, again.merged) == ((), ())
    assert (raws(again), [True] * len(again.conflicts), again.unsaved) == before
    [conflict] = again.conflicts
    assert conflict.base is not None
    assert conflict.base.raw == ROWS[0]
    while again.undo():
        pass
    assert raws(again) == [NEW, answered(ROWS[0], "onların"), *ROWS[1:]]
    assert (again.unsaved, again.conflicts) == (0, ())


def test_conflicts_of_deleted_examples_come_in_the_order_of_the_disk_after_a_crash_too(
    path: Path,
) -> None:
    store, theirs = open_store(path), list(ROWS)
    for place in (1, 0):
        store.delete(store[place].id)
        theirs[place] = answered(ROWS[place], "onların")
        write(path, theirs)
        take_in(store)
    asked = [conflict.theirs and conflict.theirs.question for conflict in store.conflicts]
    assert asked == [Example(row).question for row in ROWS[:2]]
    crash(store)
    again = open_store(path).conflicts
    assert [conflict.theirs and conflict.theirs.question for conflict in again] == asked


def test_a_settlement_that_is_undone_after_a_crash_is_open_after_the_next(path: Path) -> None:
    store = open_store(path)
    store.delete(store[0].id)
    crash(store)
    write(path, [NEW, answered(ROWS[0], "onların"), *ROWS[1:]])
    store = open_store(path)
    [conflict] = store.conflicts
    store.settle(conflict.entry_id, conflict.theirs)
    crash(store)
    store = open_store(path)
    assert (store.conflicts, store.unsaved) == ((), 0)
    store.undo()
    assert (len(store.conflicts), store.unsaved) == (1, 1)
    crash(store)
    store = open_store(path)
    assert (len(store.conflicts), store.unsaved) == (1, 1)
    with pytest.raises(ConflictsError):
        store.save()


def test_a_settled_conflict_is_settled_after_a_crash_and_can_be_opened_again(path: Path) -> None:
    store = open_store(path)
    mine = answer(store, 0, "benim")
    write(path, [answered(ROWS[0], "onların"), *ROWS[1:]])
    take_in(store)
    store.settle(mine, store.conflicts[0].mine)
    crash(store)
    again = open_store(path)
    assert (again.conflicts, again.unsaved) == ((), 1)
    again.undo()
    assert len(again.conflicts) == 1


def _contents(store: ExampleStore) -> tuple[list[object], int]:
    return raws(store), len(store.conflicts)


def test_edits_of_a_file_that_changed_while_the_app_was_away_are_merged(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "bir")
    answer(store, 0, "benim")
    answer(store, 5, "benim")
    answer(store, 6, "benim")
    store.undo()
    store.insert(None, path, Example(NEW))
    store.delete(store[3].id)
    crash(store)
    theirs = [example("en başta", "x", "LOW", 1, "chat"), answered(ROWS[0], "onların"), *ROWS[1:]]
    write(path, theirs)
    again = open_store(path)
    assert again.problems == ()
    assert again.merged == (
        f"{path.name} changed on disk while unsaved edits waited; merged; "
        "1 conflict with your edits.",
    )
    got = raws(again)
    assert NEW in got
    got.remove(NEW)
    assert got == [
        theirs[0],
        answered(ROWS[0], "benim"),
        *ROWS[1:3],
        ROWS[4],
        answered(ROWS[5], "benim"),
        *ROWS[6:],
    ]
    assert [one.theirs and one.theirs.answer for one in again.conflicts] == ["onların"]
    before = _contents(again)
    crash(again)
    last = open_store(path)
    assert (_contents(last), last.merged) == (before, ())
    while last.undo():
        pass
    assert raws(last) == theirs
    last.save()
    assert path.read_text() == text_of(theirs, path)


def test_a_conflict_that_was_open_stays_open_when_the_file_changes_while_the_app_is_away(
    path: Path,
) -> None:
    store = open_store(path)
    answer(store, 0, "benim")
    answer(store, 1, "benim")
    answer(store, 2, "benim")
    theirs = [answered(row, "onların") for row in ROWS[:3]] + ROWS[3:]
    write(path, theirs)
    take_in(store)
    store.settle(store[1].id, store[1].example)
    crash(store)
    write(path, [NEW, theirs[0], theirs[1], ROWS[2], *ROWS[3:]])
    again = open_store(path)
    # One is open as it was, one is settled, and of one they took their change back.
    [conflict] = again.conflicts
    assert (conflict.base, conflict.theirs) == (Example(ROWS[0]), Example(theirs[0]))
    assert [entry.example.answer for entry in again][1:4] == ["benim"] * 3
    assert again.unsaved == 3


def test_our_own_save_that_is_seen_before_it_is_over_is_no_news(
    path: Path, at_commit: Callable[[Commit], None]
) -> None:
    store = open_store(path)
    new = path.with_name("new.json")
    answer(store, 0, "benim")
    store.insert(None, new, Example(NEW))
    looked: list[Looked] = []

    def look(_: Path, commit: Callable[[], None]) -> None:
        commit()
        looked.append(store.look([path, new]))

    at_commit(look)
    store.save()
    assert any(looked)
    for one in looked:
        merge = store.take_in(one)
        assert (merge.files, merge.problems) == ([], [])
    assert store.unsaved == 0


def test_a_settled_entry_that_goes_for_good_takes_its_settling_along(path: Path) -> None:
    store = open_store(path)
    mine = answer(store, 0, "benim")
    write(path, [answered(ROWS[0], "onların"), *ROWS[1:]])
    take_in(store)
    store.settle(mine, store.conflicts[0].theirs)
    write(path, ROWS[1:])
    take_in(store)
    while store.undo():
        pass
    assert raws(store) == ROWS[1:]
    assert (store.unsaved, store.conflicts) == (0, ())
