"""The findings follow a store, whatever is done to it and whoever asks meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.checks import Checker
from jessy_tui.dataset.checks.following import Following
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.large import file as large_file
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.workspace import CheckSettings, Settings
from tests.conftest import example
from tests.dataset.checks.probe_files import PROBE, write_probes

QUESTIONS = ["naber", "Naber?", "x", "so how does a mutex work here", "how does a mutex work here"]
ANSWERS = ["iyi", "İyi.", "bence bu", "sor.\0"]


def rows(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [example(question, answer, "LOW", 1, "chat") for question, answer in pairs]


@contextmanager
def followed(
    folder: Path,
    *pairs: tuple[str, str],
    name: str = "a.json",
    tell: Callable[[], None] = lambda: None,
    **keywords: Any,
) -> Iterator[tuple[ExampleStore, Following]]:
    found = rows(*pairs)
    content = (
        b"".join(orjson.dumps(row) + b"\n" for row in found)
        if name.endswith("l")
        else orjson.dumps(found)
    )
    (folder / name).write_bytes(content)
    store = ExampleStore.open([folder / name])
    following = Following(
        store, keywords.pop("settings", Settings()), folder / "probes.json", tell, **keywords
    )
    following.start()
    try:
        settle(following)
        yield store, following
    finally:
        following.close()
        store.close()


def settle(following: Following) -> None:
    time.sleep(0.02)
    for _ in range(3000):
        if following.settled:
            return
        time.sleep(0.01)
    raise AssertionError("the checks do not come to an end")


def names(store: ExampleStore, following: Following) -> list[list[str]]:
    return [[said.check for said in following.said_of(entry.id)] for entry in store]


def test_every_change_is_followed(tmp_path: Path) -> None:
    with followed(tmp_path, ("naber", "1"), ("selam", "2")) as (store, following):
        assert following.counts() == {"error": 0, "warning": 0, "note": 0}
        first, second = (entry.id for entry in store)
        store.replace(first, store.example(first).with_question("Selam!"))
        settle(following)
        assert names(store, following) == [[], ["similar-question"]]
        [finding] = following.findings_of(second)
        assert (finding.file, finding.index) == (tmp_path / "a.json", 1)
        assert finding.message.startswith("Example 1 of a.json asks the same")
        assert {said.check: n for said, n in following.by_check().items()} == {
            "similar-question": 1
        }
        assert following.flagged() == following.flagged("similar-question") == [second]
        store.undo()
        settle(following)
        assert following.counts()["warning"] == 0
        store.redo()
        store.delete(first)
        settle(following)
        assert names(store, following) == [[]]
        store.undo()
        settle(following)
        assert names(store, following) == [[], ["similar-question"]]


def test_a_search_finds_what_compares_examples(tmp_path: Path) -> None:
    pairs = [("how does a mutex work here", "1"), ("so how does a mutex work here", "2")]
    with followed(tmp_path, *pairs) as (store, following):
        assert select(store, "has:near-duplicate") == select(store, "has:warning") == [1]
        assert select(store, "-has:finding") == [0]
        following.close()


def test_a_search_of_a_large_file_finds_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_file, "LARGE", 1)
    pairs = [(f"soru {n} {chr(97 + n % 26)}", f"cevap {n} b") for n in range(300)]
    with followed(tmp_path, *pairs, ("soru 7 h", "başka"), name="a.jsonl") as (store, _):
        assert select(store, "has:two-answers") == [300]
        assert select(store, "-has:finding #>300") == []


def select(store: ExampleStore, query: str) -> list[int]:
    return [place for chunk in store.select(parse(query)) for place in chunk]


def test_files_that_cannot_be_read_and_probes_are_findings_about_files(tmp_path: Path) -> None:
    write_probes(tmp_path, PROBE, {**PROBE, "query": "bambaşka bir soru"})
    (tmp_path / "b.json").write_bytes(b"[")
    (tmp_path / "a.json").write_bytes(orjson.dumps(rows(("bi sey sorabilir miyim", "1"))))
    store = ExampleStore.open([tmp_path / "a.json", tmp_path / "b.json"])
    following = Following(store, Settings(), tmp_path / "probes.json", lambda: None)
    following.start()
    settle(following)
    assert [one.check for one in following.summary.about_files] == ["file", "probe-id"]
    assert names(store, following) == [["probe-leak"]]
    following.close()
    store.close()


def test_an_unknown_check_in_the_settings_is_said(tmp_path: Path) -> None:
    wrong = Settings(check=CheckSettings(off=("speling",)))
    with followed(tmp_path, ("naber", "1"), settings=wrong) as (_, following):
        assert following.failure is not None
        assert '"speling"' in following.failure


def test_more_examples_than_are_followed_are_said_to_be_too_many(tmp_path: Path) -> None:
    with followed(tmp_path, ("naber", "1"), ("naber", "1\0"), most=1) as (store, following):
        assert following.too_many
        assert following.said_of(store[1].id) == ()
        assert [one.check for one in following.findings_of(store[1].id)] == ["control-character"]
        assert select(store, "has:warning") == [1]


def test_changes_during_the_first_look_are_not_lost(tmp_path: Path) -> None:
    pairs = [(f"bir soru {chr(97 + n // 26)}{chr(97 + n % 26)}", str(n)) for n in range(600)]
    (tmp_path / "a.json").write_bytes(orjson.dumps(rows(*pairs)))
    store = ExampleStore.open([tmp_path / "a.json"])
    began = threading.Event()
    following = Following(store, Settings(), tmp_path / "probes.json", began.set)
    ids = store.ids()
    following.start()
    store.replace(ids[0], store.example(ids[0]).with_answer("a\0"))
    store.delete(ids[599])
    store.replace(ids[598], store.example(ids[598]).with_answer("b\0"))
    store.delete(ids[598])
    store.undo()
    settle(following)
    fresh = Checker(place_of=lambda entry_id: (Path("a"), entry_id))
    fresh.load((entry.id, entry.example) for entry in store)
    assert following.counts() == fresh.counts()
    assert sorted(following.flagged("control-character")) == [ids[0], ids[598]]
    following.close()
    store.close()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "undo", "redo", "together"]),
        st.integers(0, 8),
        st.sampled_from(QUESTIONS),
        st.sampled_from(ANSWERS),
    ),
    max_size=10,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_after_any_changes_it_says_what_a_fresh_look_says(
    tmp_path: Path, steps: list[tuple[str, int, str, str]]
) -> None:
    pairs = [("naber", "iyi"), ("x", "bence bu"), ("Naber?", "iyi")]
    with followed(tmp_path, *pairs) as (store, following):
        for step in steps:
            change(store, *step)
        settle(following)
        fresh = Checker(place_of=lambda entry_id: (Path("a"), entry_id))
        fresh.arrange(range(1000))
        fresh.load((entry.id, entry.example) for entry in store)
        assert following.counts() == fresh.counts()
        for entry in store:
            assert following.said_of(entry.id) == fresh.said_of(entry.id)
            assert [one.check for one in following.findings_of(entry.id)] == [
                one.check for one in fresh.findings_of(entry.id)
            ]


def change(store: ExampleStore, what: str, place: int, question: str, answer: str) -> None:
    new = Example(rows((question, answer))[0])
    there = store[place % len(store)] if len(store) else None
    match what:
        case "undo":
            store.undo()
        case "redo":
            store.redo()
        case "insert":
            store.insert(there.id if there else None, store.files[0], new)
        case "delete" if there:
            store.delete(there.id)
        case "replace" if there:
            store.replace(there.id, new)
        case "together" if there:
            with store.together("both"):
                store.replace(there.id, new)
                store.insert(there.id, store.files[0], new)
