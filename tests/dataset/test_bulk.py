"""Changing very many rows at once does what changing them one by one does."""

import json
import random
from pathlib import Path

import pytest

import jessy_tui.dataset.bulk_making as making_module
from jessy_tui.dataset.bulk import Delete, Rule, SetLabel
from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from tests.conftest import EXAMPLES, example
from tests.dataset.conftest import UseLarge
from tests.dataset.test_large_hostile import BAD

LABELS: list[Rule] = [
    SetLabel({"complexity": "HIGH", "iterations": 8}),
    SetLabel({"category": 'Türkçe "x"'}),
    SetLabel({"language": None, "weight": 2}),
]
RULES = [*LABELS, Delete()]


def content(*, end: str = "\n", spread: bool = False) -> bytes:
    rows = [example(*row) for row in EXAMPLES]
    rows += [example(*row, language="tr", value="x", weight=2) for row in EXAMPLES[:3]]
    odd = [
        {"conversations": [{"from": "jessy", "value": "a"}]},
        {"conversations": [{"from": "jessy", "value": "a", "metadata": {}}]},
        {"conversations": [{"from": "human", "value": "a"}]},
        {"conversations": [{"from": "jessy", "value": "", "metadata": {"iterations": 1}}]},
        {"conversations": [], "x": 1},
        [1],
    ]
    separators = (", ", ": ") if spread else (",", ":")
    lines = [json.dumps(row, ensure_ascii=False, separators=separators) for row in (*rows, *odd)]
    lines += [json.dumps(row, ensure_ascii=True) for row in rows[:3]]
    lines[2] = "  \n" + lines[2]
    return (end.join(lines) + end).encode()


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch, use_large: UseLarge) -> None:
    use_large()
    monkeypatch.setattr(making_module, "MANY", 1)


def opened(path: Path) -> ExampleStore:
    store = ExampleStore.open([path], journal=path.parent / "state" / "journal.jsonl")
    store.wait_indexed()
    assert store.problems == ()
    return store


def kill(store: ExampleStore) -> None:
    """As a process ends that is killed."""
    journal = store._log._journal
    if journal is not None:
        journal.release()
    store._log._journal = None
    store._indexing.close()


def texts(store: ExampleStore) -> list[object]:
    return [entry.example.raw for entry in store]


def one_by_one(store: ExampleStore, ids: list[int], rule: Rule) -> None:
    for entry_id in ids:
        if isinstance(rule, Delete):
            store.delete(entry_id)
        else:
            old = store.example(entry_id)
            new = None if isinstance(old, Unreadable) else rule.of(old)
            if new is not None:
                store.replace(entry_id, new)


def seen(store: ExampleStore) -> list[object]:
    """All that can be asked of a store."""
    queries = ["is:high", "isik", "category:turkce", "edited:yes", "edited:no", "weight:2", "/ı/"]
    found = [[list(chunk) for chunk in store.select(parse(query))] for query in queries]
    flat = [[place for chunk in chunks for place in chunk] for chunks in found]
    edited = [entry.edited for entry in store]
    return [texts(store), flat, edited, store.unsaved, store.distributions(), len(store)]


@pytest.mark.parametrize("spread", [False, True], ids=["compact", "spread"])
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_it_is_what_edits_one_by_one_are(tmp_path: Path, rule: Rule, *, spread: bool) -> None:
    for name in ("one", "many"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_bytes(content(spread=spread))
    one, many = opened(tmp_path / "one" / "a.jsonl"), opened(tmp_path / "many" / "a.jsonl")
    before = seen(many)
    for store in (one, many):
        store.replace(store[1].id, store[1].example.with_metadata(part="first"))
    ids = [many[place].id for place in range(1, len(many) - 1)]
    random.Random(1).shuffle(ids)
    one_by_one(one, ids, rule)
    count = many.change_many(ids, rule, "changed {}")
    assert count > 5
    assert seen(many) == seen(one)
    many.undo()
    many.undo()
    assert seen(many) == before
    assert not many.unsaved
    many.redo()
    many.redo()
    assert seen(many) == seen(one)
    one.save()
    many.save()
    saved = (tmp_path / "one" / "a.jsonl").read_bytes()
    assert (tmp_path / "many" / "a.jsonl").read_bytes() == saved
    assert not many.unsaved
    assert seen(many) == seen(one)
    assert [path.name for path in (tmp_path / "many" / "state").iterdir()] == []
    again = opened(tmp_path / "many" / "a.jsonl")
    assert texts(again) == texts(many)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_what_was_confirmed_survives_a_crash_and_can_be_undone(tmp_path: Path, rule: Rule) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content())
    store = opened(path)
    first = texts(store)
    store.change_many([entry.id for entry in store][2:], rule, "changed {}")
    store.replace(store[0].id, store[0].example.with_answer("Sor."))
    store.change_many([entry.id for entry in store][:2], LABELS[0], "changed {}")
    after = texts(store)
    for _ in range(2):
        kill(store)
        store = opened(path)
        assert store.recovered == 3
        assert texts(store) == after
    store.undo()
    store.undo()
    between = texts(store)
    kill(store)
    store = opened(path)
    assert texts(store) == between
    store.undo()
    assert texts(store) == first
    for _ in range(3):
        store.redo()
    assert texts(store) == after
    store.save()
    assert texts(opened(path)) == after
    assert store.undo() is None or store.unsaved  # what many rows were is on disk now


def test_giving_up_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content())
    store = opened(path)
    before = seen(store)

    def give_up(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.change_many([entry.id for entry in store], LABELS[0], "changed {}", tell=give_up)
    assert seen(store) == before
    assert store.undo() is None
    store.close()
    assert not list(tmp_path.glob("state/*"))


def test_what_cannot_be_read_stays_and_what_is_no_utf_8_is_not_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps(example(*EXAMPLES[0])).encode()
    bad = b'{"a": "\xff"}'
    path.write_bytes(b"\n".join([good, *BAD, bad, good]) + b"\n")
    before = path.read_bytes()
    store = opened(path)
    ids = [entry.id for entry in store]
    assert store.change_many(ids, LABELS[0], "changed {}") == 2
    store.save()
    lines = path.read_bytes().split(b"\n")
    assert lines[1:-2] == before.split(b"\n")[1:-2]
    with pytest.raises(JessyError, match="Nothing was changed"):
        store.change_many(ids, Delete(), "deleted {}")
    assert not store.unsaved


def test_a_file_whose_journal_is_gone_has_no_leftovers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content())
    store = opened(path)
    store.change_many([entry.id for entry in store], LABELS[1], "changed {}")
    assert len(list(tmp_path.glob("state/bulk-*"))) == 1
    store.undo()
    store.close()
    assert not list(tmp_path.glob("state/bulk-*"))


def test_what_other_hands_did_meanwhile_waits_until_that_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content())
    store = opened(path)
    store.change_many([entry.id for entry in store], LABELS[0], "changed {}")
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes().replace(b"Ankara.", b"Ankara!"))
    other.replace(path)
    merge = store.take_in(store.look())
    assert "very many of its examples" in merge.problems[0]
    assert store.take_in(store.look()).problems == []
    with pytest.raises(JessyError):
        store.save()
    store.undo()
    assert store.take_in(store.look()).problems == []
    assert store[2].example.answer == "Ankara!"
    assert store.redo() is None
