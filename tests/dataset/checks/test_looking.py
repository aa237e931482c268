"""Very many examples are looked at once, when asked, and what is kept of it is little."""

from pathlib import Path

import pytest

from jessy_tui.dataset.checks import check_files
from jessy_tui.dataset.checks.following import Following
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.large import file as large_file
from tests.dataset.checks.test_following import followed, names, select, settle

PAIRS = [
    ("naber", "iyi"), ("selam", "selam \0"), ("naber", "kötü"), ("Naber!", "olur"),
    ("how does a mutex work here", "It locks."), ("so how does a mutex work here", "iyi"),
]  # fmt: skip
FOUND = [
    [], ["control-character"], ["two-answers"], ["similar-question"], [],
    ["near-duplicate", "duplicate-answer"],
]  # fmt: skip


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_all_is_looked_at_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(large_file, "LARGE", 1)
    with followed(tmp_path, *PAIRS, name=name, most=1) as (store, following):
        assert following.too_many
        assert not following.checked_all
        look(following)
        assert following.failure is None
        assert names(store, following) == FOUND
        assert following.counts() == {"error": 0, "warning": 5, "note": 0}
        assert select(store, "has:near-duplicate") == select(store, "has:duplicate-answer") == [5]
        assert select(store, "has:warning") == [1, 2, 3, 5]
        assert following.flagged("two-answers") == [store[2].id]
        assert following.flagged_count("two-answers") == 1
        wanted = check_files([load_examples(tmp_path / name)])
        for place, entry in enumerate(store):
            assert sorted(one.message for one in following.findings_of(entry.id)) == sorted(
                one.message for one in wanted if one.index == place
            )
        # What is edited since is looked at alone; what is saved is no longer what was looked at.
        store.replace(store[2].id, store[2].example.with_answer("kötü "))
        assert [one.check for one in following.findings_of(store[2].id)] == ["whitespace"]
        assert select(store, "has:two-answers") == []
        assert select(store, "has:whitespace") == [2]
        store.save()
        settle(following)
        assert not following.checked_all
        assert names(store, following) == [[]] * len(PAIRS)
        look(following)
        assert following.said_of(store[2].id)[0].check == "whitespace"


def look(following: Following) -> None:
    following.check_all()
    for _ in range(20):
        settle(following)
        if following.look is not None and following.look.progress is None:
            return
    raise AssertionError("the look does not come to an end")


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with followed(tmp_path, *PAIRS, most=1) as (_, following):
        (tmp_path / "a.json").unlink()
        (tmp_path / "a.json").mkdir()
        look(following)
        assert following.counts()["warning"] == 0


def test_it_ends_with_the_following(tmp_path: Path) -> None:
    with followed(tmp_path, *PAIRS, most=1) as (_, following):
        following.check_all()
        following.check_all()
        following.close()
        assert following.look is not None
        assert not following.checked_all
