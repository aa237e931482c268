"""What a query selects from a store, whether its rows are in memory or searched where they lie."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jessy_tui.dataset.large.workers as workers_module
import jessy_tui.dataset.selecting as selecting_module
from jessy_tui.dataset.distribution import distributions_of
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.selecting import _Candidate
from jessy_tui.dataset.store import ExampleStore
from tests.conftest import EXAMPLES, example

pytestmark = pytest.mark.usefixtures("backend")
HELPERS = True

QUERIES = [
    "",
    "is:low",
    "-is:low",
    "iterations:>=4",
    "iterations:<=2 category:fact",
    "category:tech",
    "lang:tr",
    "part:a or is:high",
    "category:=fact",
    "category:=fac or lang:=tr",
    'part:="" -category:=""',
    "file:=b.json",
    "file:=b",
    "opening:isik",
    "-opening:ankara is:low",
    'word:"isik mi" or word:nedir',
    "-word:sorucam",
    "len:>30",
    "turns:2",
    "turns:>2",
    "weight:>1",
    "has:label",
    "-has:label",
    "has:code",
    "has:error",
    "file:b",
    "file:zz or isik",
    "#3",
    "#>=4 isik or naber",
    "isik",
    "ISIK hizli",
    "-isik",
    "naber or dinliyorum",
    "is:low -naber",
    "is:low naber",
    "is:high or ankara",
    '"Işık, hem"',
    "/i[kş]i/",
    "/^naber/ or is:high",
    "-/[aı]/ is:low",
    "/nedir\\?$/ -isik /./",
    "/(?m)^i/",
    "value",
    "complexity",
    "technology",
    "meta.origin:mail",
    "meta.origin:MAIL or isik",
    "-meta.origin:mail",
    "meta.weight:3",
    "meta.iterations:true",
    'meta.origin:""',
    "meta.weight:>=2 is:low",
    "edited:yes",
    "edited:no is:low",
    "-(is:low or isik)",
    "(is:low or api) (ankara or isik or nedir)",
    "\u0301",
]
ODD: list[Any] = [
    {"conversations": []},
    {"conversations": [{"from": "human", "value": "ışık"}]},
    {"no": "conversations", "value": "naber"},
    [1, "naber"],
    "naber",
    {"conversations": [{"from": "jessy", "value": "naber", "metadata": {"value": "ışık"}}]},
    {
        "conversations": [
            {"from": "human", "value": 'say "value": naber'},
            {"from": "jessy", "value": "x", "metadata": {"complexity": "low", "iterations": True}},
            {"from": "human", "value": "again"},
            {"from": "jessy", "value": "", "metadata": {"weight": 3, "origin": "mailbox"}},
        ]
    },
]


def rows() -> list[Any]:
    plain = [example(*row) for row in EXAMPLES]
    more = [example(*row, language="tr", part="ab", weight=2) for row in EXAMPLES[:4]]
    return [*plain, *ODD, *more]


def lines(values: list[Any], *, escaped: bool = False) -> str:
    return "".join(json.dumps(value, ensure_ascii=escaped) + "\n" for value in values)


def expected(store: ExampleStore, query: str) -> list[int]:
    parsed = parse(query)
    return [
        position
        for position, entry in enumerate(store)
        if parsed.matches(_Candidate(entry, position + 1))
    ]


def selected(store: ExampleStore, query: str) -> list[int]:
    chunks = [list(chunk) for chunk in store.select(parse(query))]
    assert all(chunks)
    return [position for chunk in chunks for position in chunk]


@pytest.fixture(autouse=True, params=[0, 100])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 0, all that the columns leave open is searched by other processes."""
    monkeypatch.setattr(selecting_module, "_FEW", request.param)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExampleStore]:
    (tmp_path / "a.jsonl").write_text(lines(rows()) + "\n\n" + lines(rows(), escaped=True))
    (tmp_path / "b.json").write_text(json.dumps(rows()[:5]))
    (tmp_path / "c.jsonl").write_text("\n" + lines(rows()[4:8]).rstrip("\n"))
    store = ExampleStore.open([tmp_path / name for name in ("a.jsonl", "b.json", "c.jsonl")])
    store.wait_indexed()
    yield store
    store.close()


def test_every_query_selects_what_it_matches_one_by_one(store: ExampleStore) -> None:
    for query in QUERIES:
        assert selected(store, query) == expected(store, query), query


def test_edits_moves_and_saves_are_seen(store: ExampleStore) -> None:
    path = store.files[0]
    store.replace(store[0].id, Example(example("ışık var mı", "Var.", "HIGH", 8, "fact")))
    store.delete(store[3].id)
    store.insert(store[5].id, path, Example(example("naber ışık", "İyi.", "LOW", 2, "chat")))
    store.insert(None, path, Example(example("son", "Ankara", "LOW", 1, "fact")))
    for _ in range(2):
        for query in QUERIES:
            assert selected(store, query) == expected(store, query), query
        assert store.distributions() == distributions_of(store.examples())
        store.save()
        store.delete(store[9].id)
        store.replace(store[12].id, store[0].example)
    while store.undo():
        pass
    for query in QUERIES:
        assert selected(store, query) == expected(store, query), query


def test_the_distributions_are_those_of_all_examples(store: ExampleStore) -> None:
    assert store.distributions() == distributions_of(store.examples())


def test_a_filter_that_is_cancelled_ends(store: ExampleStore) -> None:
    assert list(store.select(parse("is:low"), cancelled=lambda: True)) == []


def test_workers_that_are_killed_are_replaced_and_what_they_owe_is_done(
    store: ExampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = selected(store, "-isik")
    for file in store._entries.files:
        for process in file.large.workers._all if file.large else ():
            process.kill()
            process.wait()
    assert selected(store, "-isik") == before
    monkeypatch.setattr(workers_module.sys, "executable", "/nowhere/python")
    assert selected(store, "-isik") == before


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_rows_and_edits_are_selected_as_they_are(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.jsonl"
    values = st.sampled_from(rows())
    path.write_text(lines(data.draw(st.lists(values, min_size=1, max_size=12))))
    store = ExampleStore.open([path])
    store.wait_indexed()  # what is drawn depends on how many there are
    try:
        for _ in range(data.draw(st.integers(0, 5))):
            kind = data.draw(st.sampled_from(["replace", "insert", "delete", "save", "undo"]))
            place = data.draw(st.integers(0, 20))
            if kind == "insert":
                after = store[place].id if place < len(store) else None
                store.insert(after, path, Example(data.draw(values)))
            elif kind == "undo":
                store.undo()
            elif kind == "save":
                store.save()
            elif len(store):
                entry = store[place % len(store)]
                if kind == "replace":
                    store.replace(entry.id, Example(data.draw(values)))
                else:
                    store.delete(entry.id)
        for query in data.draw(st.lists(st.sampled_from(QUERIES), min_size=3, max_size=3)):
            assert selected(store, query) == expected(store, query), query
        assert store.distributions() == distributions_of(store.examples())
    finally:
        store.close()
