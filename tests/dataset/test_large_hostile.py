"""Large files that nobody would write on purpose: shown or refused, and never changed silently."""

import json
import os
from pathlib import Path

import pytest

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from tests.conftest import EXAMPLES, example
from tests.dataset.conftest import UseLarge

GOOD = json.dumps(example(*EXAMPLES[0]), ensure_ascii=False).encode()
DEEP = b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}"
BAD = [
    b'{"conversations": [',
    b'{"a": 1, "a": 2}',
    DEEP,
    b'{"a": NaN}',
    b'{"a": "\\ud800"}',
    b'{"a": "x\x00y"}',
    b"\x00\x00",
    b'{"a": 1} {"b": 2}',
    b'{"a": "\x1b[31m"}',
    b"\xef\xbb\xbf{}",
]


@pytest.fixture
def path(tmp_path: Path, use_large: UseLarge) -> Path:
    use_large()
    return tmp_path / "hostile.jsonl"


def opened(path: Path) -> ExampleStore:
    store = ExampleStore.open([path], journal=path.parent / "state" / "journal.jsonl")
    store.wait_indexed()
    assert store.problems == ()
    return store


def test_a_line_that_is_no_json_is_an_entry_that_says_so(path: Path) -> None:
    path.write_bytes(b"\n".join([GOOD, *BAD, GOOD]) + b"\n")
    content = path.read_bytes()
    store = opened(path)
    assert len(store) == len(BAD) + 2
    for entry in list(store)[1:-1]:
        assert isinstance(entry.example, Unreadable), entry
        assert entry.problem
        assert f"hostile.jsonl (example {entry.index + 1}): " in entry.problem
    assert store[0].problem is None
    assert [list(chunk) for chunk in store.select(parse("is:low"))] == [[0, len(BAD) + 1]]
    store.replace(store[0].id, store[0].example.with_answer("Sor."))
    store.save()
    assert path.read_bytes() == content.replace(GOOD, store_text(store, 0), 1)
    store.undo()
    store.save()
    assert path.read_bytes() == content


def store_text(store: ExampleStore, position: int) -> bytes:
    return json.dumps(store[position].example.raw, ensure_ascii=False).encode()


def test_such_a_line_can_be_mended_deleted_and_brought_back(path: Path) -> None:
    path.write_bytes(b"\n".join([GOOD, *BAD, GOOD]))
    content = path.read_bytes()
    store = opened(path)
    store.replace(store[1].id, Example(json.loads(GOOD)))
    for _ in BAD[1:]:
        store.delete(store[2].id)
    store.save()
    assert path.read_bytes() == b"\n".join([GOOD] * 3)
    for _ in BAD:
        store.undo()
    store._log._journal.release()  # as in a crash
    store._log._journal = None
    again = opened(path)
    assert again.problems == ()
    again.save()
    assert path.read_bytes() == content


def test_a_line_that_is_no_utf_8_is_shown_and_kept_but_not_edited(path: Path) -> None:
    bad = b'{"a": "\xff\xfe"}'
    for lines in ([bad, GOOD, GOOD], [GOOD, bad, GOOD], [GOOD, GOOD, bad]):
        path.write_bytes(b"\n".join(lines))
        store = opened(path)
        at = lines.index(bad)
        assert "is not UTF-8" in (store[at].problem or "")
        with pytest.raises(JessyError, match=r"is not UTF-8.*Nothing was changed"):
            store.delete(store[at].id)
        with pytest.raises(JessyError, match="Nothing was changed"):
            store.replace(store[at].id, Example({}))
        good = lines.index(GOOD)
        store.delete(store[good].id)
        store.save()
        assert path.read_bytes() == b"\n".join(lines[:good] + lines[good + 1 :])
        store.undo()
        store.save()
        assert path.read_bytes() == b"\n".join(lines)
        store.close()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_byte_order_mark_line_ends_and_blank_lines_stay(path: Path, end: bytes) -> None:
    rows = [b"\xef\xbb\xbf" + end + GOOD, GOOD + b" ", b"", b" \t", b" " + GOOD, b"", b""]
    path.write_bytes(end.join(rows))
    content = path.read_bytes()
    store = opened(path)
    assert [entry.problem for entry in store] == [None] * 3
    for position in (0, 0, 0):
        store.delete(store[position].id)
    store.save()
    assert len(opened(path)) == 0
    while store.undo():
        pass
    store.save()
    assert path.read_bytes() == content


def test_a_line_of_twenty_megabytes_and_ten_thousand_turns_are_examples(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    turns = [{"from": ("human", "jessy")[turn % 2], "value": str(turn)} for turn in range(10_000)]
    many = {"conversations": turns}
    long = example("soru", "uzun " * 4_000_000, "LOW", 1, "chat")
    path.write_text("".join(json.dumps(row) + "\n" for row in (many, long, many)))
    store = opened(path)
    assert len(store) == 3
    assert len(store[0].example.turns) == 10_000
    assert len(store[1].example.answer) == 20_000_000
    assert [list(chunk) for chunk in store.select(parse("len:>10000"))] == [[1]]
    assert [list(chunk) for chunk in store.select(parse("uzun turns:2"))] == [[1]]
    before = path.read_bytes()
    store.replace(store[1].id, store[1].example.with_metadata(iterations=2))
    store.save()
    assert path.read_bytes() == before.replace(b'"iterations": 1', b'"iterations": 2')
    store.close()


def test_a_file_cut_short_by_another_program_neither_crashes_nor_is_written_over(
    path: Path,
) -> None:
    path.write_bytes(b"\n".join([GOOD] * 200))
    store = opened(path)
    store.replace(store[0].id, store[0].example.with_answer("Sor."))
    os.truncate(path, 30)
    assert "another program has cut it short" in (store[150].problem or "")
    with pytest.raises(JessyError, match="Nothing was changed"):
        store.delete(store[150].id)
    for anyway in (False, True):
        with pytest.raises(JessyError, match="by another program"):
            store.save(anyway=anyway)
    assert path.stat().st_size == 30
    assert store.unsaved == 1
    assert [list(chunk) for chunk in store.select(parse("is:low"))] == [list(range(200))]


def test_progress_is_told_until_all_is_known_and_closing_stops_it(path: Path) -> None:
    path.write_bytes(b"\n".join([GOOD] * 500))
    store = ExampleStore.open([path])
    told: list[object] = []
    leave = store.subscribe_indexing(told.append)
    assert len(store) <= 500
    store.wait_indexed()
    assert store.indexing is None
    assert len(store) == 500
    leave()
    late: list[object] = []
    store.subscribe_indexing(late.append)
    assert late == [None]
    store.close()
    other = ExampleStore.open([path])
    other.close()
    assert len(other) <= 500
    assert other.indexing is None
