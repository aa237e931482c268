"""The findings follow the edits, and are those of a fresh look whatever the edits were."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.checks import Checker, check_files, count_severities
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.probes import ProbeFile, load_probes
from jessy_tui.workspace import CheckSettings
from tests.conftest import example
from tests.dataset.checks.probe_files import OTHER, PROBE, write_probes

FILE = Path("a.json")


def one(question: str, answer: str, iterations: int = 1, **metadata: Any) -> Example:
    return Example(example(question, answer, "LOW", iterations, "chat", **metadata))


def checker(*examples: Example, probes: ProbeFile | None = None, **changes: Any) -> Checker:
    made = Checker(CheckSettings(**changes), probes, place_of=lambda entry_id: (FILE, entry_id))
    made.load(enumerate(examples))
    return made


def names(found: Checker) -> dict[int, list[str]]:
    """The checks that find something, by entry."""
    return {
        entry_id: [said.check for said in found.said_of(entry_id)]
        for entry_id in sorted(found.flagged())
    }


def test_an_edit_touches_what_it_makes_alike_and_what_it_no_longer_does() -> None:
    found = checker(one("naber", "1"), one("selam", "2"), one("günaydın", "3"))
    assert (names(found), found.counts()) == ({}, {"error": 0, "warning": 0, "note": 0})
    assert found.update(0, one("Selam!", "1")) == {0, 1}
    assert names(found) == {1: ["similar-question"]}
    assert found.findings_of(1)[0].message.startswith("Example 1 of a.json asks the same")
    assert found.findings_of(0) == []
    assert found.update(0, one("selam", "2")) == {0, 1}
    assert names(found) == {1: ["duplicate-question"]}
    assert found.counts() == {"error": 0, "warning": 1, "note": 0}
    assert found.update(0, one("iyi akşamlar", "1")) == {0, 1}
    assert names(found) == {}


def test_only_what_is_touched_is_named() -> None:
    found = checker(*(one(f"soru {word}", word) for word in ("bir", "iki", "elma", "kuş")))
    assert found.update(2, one("bambaşka", "x")) == {2}
    assert found.remove(3) == {3}
    assert found.remove(3) == set()
    assert len(found) == 3


def test_what_was_second_is_clean_once_the_first_is_gone_and_flagged_again_when_it_is_back() -> (
    None
):
    first = one("naber", "iyi")
    found = checker(first, one("naber", "iyi"), one("naber", "iyi"))
    assert names(found) == {1: ["duplicate-question"], 2: ["duplicate-question"]}
    assert found.remove(0) == {0, 1, 2}
    assert names(found) == {2: ["duplicate-question"]}
    assert found.findings_of(2)[0].message.startswith("Example 2 of")
    found.update(0, first)
    assert names(found) == {1: ["duplicate-question"], 2: ["duplicate-question"]}
    assert found.findings_of(2)[0].message.startswith("Example 1 of")


def test_near_questions_follow_edits_too() -> None:
    found = checker(
        one("how does the borrow checker work in rust", "1"), one("kahve mi çay mı", "2")
    )
    found.update(1, one("so how does the borrow checker work in rust", "2"))
    assert names(found) == {1: ["near-duplicate"]}
    assert "(9" in found.findings_of(1)[0].message
    found.update(0, one("bambaşka bir şey", "1"))
    assert names(found) == {}


def test_findings_say_where_things_stand_now() -> None:
    places = {0: (FILE, 0), 1: (FILE, 1)}
    found = Checker(place_of=places.__getitem__)
    found.load([(0, one("x", "1")), (1, one("x", "2"))])
    places[0], places[1] = (Path("data/b.json"), 6), (FILE, 0)
    [finding] = found.findings_of(1)
    assert (finding.file, finding.index) == (FILE, 0)
    assert finding.message.startswith("Example 7 of b.json has the same question")


def test_the_gravest_findings_come_first_and_all_are_counted() -> None:
    found = checker(one("x", "1"), one("x", "2\0", 7))
    assert [finding.check for finding in found.findings_of(1)] == [
        "band",
        "control-character",
        "two-answers",
    ]
    assert found.counts() == {"error": 1, "warning": 2, "note": 0}


def test_waived_and_turned_off_checks_are_silent() -> None:
    rows = [one("x", "1"), one("x", "2", waive={"two-answers": "on purpose"})]
    assert names(checker(*rows)) == {}
    rows[1] = one("x", "2")
    assert names(checker(*rows)) == {1: ["two-answers"]}
    assert names(checker(*rows, off=("two-answers",))) == {}


def test_an_entry_is_loaded_once() -> None:
    found = checker(one("x", "1"))
    with pytest.raises(ValueError, match="entry 0 is there already"):
        found.load([(0, one("y", "2"))])


def test_probes_are_known_to_it(tmp_path: Path) -> None:
    probes = load_probes(write_probes(tmp_path, PROBE, OTHER))
    found = checker(one("naber", "1"), probes=probes)
    found.update(0, one("bi sey sorabilir miyim acaba", "1"))
    assert (names(found), found.counts()["error"]) == ({0: ["probe-leak"]}, 1)
    found.update(0, one("naber", "1"))
    assert names(found) == {}


def test_what_would_be_said_of_a_draft_changes_nothing() -> None:
    found = checker(one("naber", "1"), one("selam", "2"))
    before = (names(found), found.counts())
    would = found.would_say(1, one("Naber!", "2 "), one("selam", "2"))
    assert [finding.check for finding in would] == ["whitespace", "similar-question"]
    new = found.would_say(-1, one("naber", "3"), None)
    assert [finding.check for finding in new] == ["two-answers"]
    assert new[0].message.startswith("Example 1 of a.json has the same question")
    assert (names(found), found.counts(), len(found)) == (*before, 2)


def test_what_others_say_is_kept_until_the_example_changes() -> None:
    from jessy_tui.dataset.checks.finding import Flaw
    from jessy_tui.dataset.checks.length import TOO_LONG

    found = checker(one("naber", "1"))
    found.say(0, [(TOO_LONG, Flaw((), "it is long."))])
    assert names(found) == {0: ["too-long"]}
    found.would_say(0, one("x", "2"), one("naber", "1"))
    assert names(found) == {0: ["too-long"]}
    found.update(0, one("naber", "2"))
    assert names(found) == {}
    found.say(7, [(TOO_LONG, Flaw((), "nobody is there."))])
    assert names(found) == {}


QUESTIONS = [
    "naber", "Naber?", "x", "how does a mutex work here", "how does the mutex work here",
    "so how does a mutex work here", "how does a mutex work here now", "",
]  # fmt: skip
ANSWERS = ["İyi.", "iyi", "Bence bu.", "Bence bu değil", "bence, bu o", "", "Sor.\0"]
EXAMPLES = st.builds(
    one, st.sampled_from(QUESTIONS), st.sampled_from(ANSWERS), st.sampled_from([1, 1, 1, 5])
)
STEPS = st.one_of(
    st.tuples(st.just("update"), st.integers(0, 12), EXAMPLES),
    st.tuples(st.just("remove"), st.integers(0, 12), EXAMPLES),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EXAMPLES, max_size=10), st.lists(STEPS, max_size=12))
def test_after_any_edits_the_findings_are_those_of_a_fresh_look(
    start: list[Example], steps: list[tuple[str, int, Example]]
) -> None:
    found = checker(*start)
    now = dict(enumerate(start))
    order = list(now)
    for what, entry_id, new in steps:
        before = {entry: found.said_of(entry) for entry in now}
        if what == "update":
            touched = found.update(entry_id, new)
            now[entry_id] = new
            if entry_id not in order:
                order.append(entry_id)
        else:
            touched = found.remove(entry_id)
            now.pop(entry_id, None)
        for entry in now.keys() - touched:
            assert found.said_of(entry) == before[entry]
    fresh = Checker(place_of=lambda entry_id: (FILE, entry_id))
    fresh.load((entry_id, now[entry_id]) for entry_id in order if entry_id in now)
    assert names(found) == names(fresh)
    assert found.counts() == fresh.counts()
    for entry_id in now:
        assert found.findings_of(entry_id) == fresh.findings_of(entry_id)


def test_it_says_what_check_files_says(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [("naber", "iyi"), ("naber", "iyi"), ("Naber", "kötü"), ("x", "iyi"), ("y", "\0")]
    path.write_bytes(b"[" + b",".join(_json(*row) for row in rows) + b"]")
    file = load_examples(path)
    found = Checker(place_of=lambda entry_id: (path, entry_id))
    found.load(enumerate(file.examples))
    findings = check_files([file])
    assert len(findings) == 5
    assert found.counts() == count_severities(findings)
    for at in range(len(rows)):
        assert [(one.check, one.message) for one in found.findings_of(at)] == [
            (one.check, one.message) for one in findings if one.index == at
        ]


def _json(question: str, answer: str) -> bytes:
    import orjson

    return orjson.dumps(example(question, answer, "LOW", 1, "chat"))
