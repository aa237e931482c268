"""Two columns side by side, by hand."""

from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.evaluation.comparison import Change, Column, compare
from tests.evaluation.making import answer, probe

PROBES = tuple(probe(name, query=f"soru {name}") for name in "abcd")
RIGHT, WRONG = ("LOW", 1), ("HIGH", 9)


def column(name: str, marks: str) -> Column:
    """One answer to each of the first probes: + is right, - is wrong."""
    answers = [
        answer(one.id, RIGHT if mark == "+" else WRONG)
        for one, mark in zip(PROBES, marks, strict=False)
    ]
    return Column(name=name, probes=PROBES, answers=tuple(answers))


def test_each_probe_is_fixed_regressed_preserved_or_persistent() -> None:
    found = compare(column("base", "-++-"), column("run", "+-+-"))
    assert [str(change.change) for change in found.changes] == [
        *("FIXED", "REGRESSED", "PRESERVED", "PERSISTENT"),
    ]
    assert found.counts == dict.fromkeys(Change, 1)
    assert found.p_value == 1
    assert not found.differ
    assert "1 probe right that base has wrong" in found.verdict
    assert "That is noise: with 4 probes" in found.verdict


def test_many_fixed_ones_tell_two_models_apart() -> None:
    probes = tuple(probe(str(number), query=f"soru {number}") for number in range(6))
    before = Column(name="base", probes=probes, answers=tuple(answer(p.id, None) for p in probes))
    after = Column(name="run", probes=probes, answers=tuple(answer(p.id, RIGHT) for p in probes))
    found = compare(before, after)
    assert found.p_value == 2 / 64
    assert found.verdict.endswith("run is better.")
    assert compare(after, before).verdict.endswith("run is better.")


def test_seeds_decide_by_their_majority() -> None:
    tie = Column(
        name="tie",
        probes=PROBES[:1],
        answers=(answer("a", RIGHT), answer("a", WRONG, seed=1)),
    )
    [change] = compare(tie, column("run", "+")).changes
    assert change.change is Change.FIXED
    assert len(change.before) == 2


def test_probes_that_only_one_has_or_that_changed_are_left_out_and_named() -> None:
    other = (probe("a", query="başka bir soru"), PROBES[1], probe("x"))
    after = Column(name="run", probes=other, answers=tuple(answer(one.id, RIGHT) for one in other))
    found = compare(column("base", "+++"), after)
    assert [change.probe.id for change in found.changes] == ["b"]
    assert found.left_out == ("a", "c", "d", "x")
    nothing = compare(column("base", ""), column("run", ""))
    assert nothing.verdict == "base and run have no probe in common."


marks = st.text("+-", min_size=4, max_size=4)


@given(marks, marks)
def test_turned_round_fixed_is_regressed(before: str, after: str) -> None:
    one = compare(column("a", before), column("b", after)).counts
    other = compare(column("b", after), column("a", before)).counts
    assert one[Change.FIXED] == other[Change.REGRESSED]
    assert one[Change.REGRESSED] == other[Change.FIXED]
    assert one[Change.PRESERVED] == other[Change.PRESERVED]
    assert sum(one.values()) == 4
