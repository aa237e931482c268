"""Two processes on one workspace: both save all the time, and neither loses anything."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.saving import saving_in
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from tests.dataset.merging.hands import ROWS, answer, open_store, raws, take_in, write

_APP = """
import sys
from pathlib import Path
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.merging import looking
from jessy_tui.dataset.saving import ChangedOnDiskError
from jessy_tui.dataset.store import ExampleStore
looking.SETTLES = looking.GRACE = 0
path, name, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = ExampleStore.open([path], journal=path.parent / "state" / "journal.jsonl")
print("open", flush=True)
sys.stdin.readline()
for number in range(times):
    store.insert(None, path, Example({"app": name, "n": number}))
    while True:
        try:
            store.save()
            break
        except ChangedOnDiskError:
            store.take_in(store.look())
assert not store.unsaved
store.close()
"""


def test_two_processes_that_save_at_the_same_moments_lose_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    write(path, ROWS)
    apps = [
        subprocess.Popen(
            [sys.executable, "-c", _APP, str(path), name, "25"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]
    for app in apps:
        assert app.stdout is not None
        assert app.stdout.readline() == "open\n"
    for app in apps:
        assert app.stdin is not None
        app.stdin.write("go\n")
        app.stdin.flush()
    for app in apps:
        app.communicate()
        assert app.returncode == 0
    rows = orjson.loads(path.read_bytes())
    assert rows[: len(ROWS)] == ROWS
    for name in ("one", "two", "three"):
        assert [row["n"] for row in rows if row.get("app") == name] == list(range(25))
    assert len(rows) == len(ROWS) + 75
    assert list((tmp_path / "state").iterdir()) == []


def test_who_saves_waits_until_another_app_has_saved_and_then_looks_again(path: Path) -> None:
    store = open_store(path)
    answer(store, 0, "benim")
    waiting = []

    def other_hand() -> None:
        """What happens between the first look and the turn to write."""
        if not waiting:
            waiting.append(True)
            write(path, [*ROWS[:-1], {"onların": 1}])

    with pytest.MonkeyPatch.context() as patch:
        real = os.open

        def opening(name: object, *arguments: int, **more: int) -> int:
            if name == path.parent:
                other_hand()
            return real(name, *arguments, **more)  # type: ignore[arg-type]

        patch.setattr(os, "open", opening)
        with pytest.raises(JessyError, match="changed by another program"):
            store.save()
    assert waiting
    take_in(store)
    store.save()
    assert raws(open_store(path))[-1] == {"onların": 1}


def test_the_turn_ends_with_the_process_that_had_it(tmp_path: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from jessy_tui.dataset.saving import saving_in\n"
        "with saving_in([Path(sys.argv[1])]):\n    print('mine', flush=True)\n    os.abort()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "mine\n"
    with saving_in([tmp_path]):
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S607


def test_on_a_full_disk_nothing_is_lost_and_it_is_saved_once_there_is_room(
    small_disk: Path,
) -> None:
    path, filler = small_disk / "chat.json", small_disk / "filler"
    write(path, ROWS)
    store = ExampleStore.open([path], journal=small_disk / "state" / "journal.jsonl")
    answer(store, 0, "benim")
    before = path.read_bytes()
    _fill(filler)
    with pytest.raises(JessyError, match=r"could not be written \(No space left on device\)"):
        store.save()
    assert path.read_bytes() == before
    with pytest.raises(JessyError, match=r"Nothing was changed.*No space left on device"):
        _answer_again_and_again(store)  # the last page of the journal may have room for some
    edits = raws(store)
    assert [one.name for one in small_disk.iterdir() if one.name.startswith(".")] == []
    filler.unlink()
    assert store.unsaved
    store.save()
    assert raws(ExampleStore.open([path])) == edits


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 1024)
        except OSError:
            return


def _answer_again_and_again(store: ExampleStore) -> None:
    for number in range(9):
        answer(store, 1, f"{number} " * 900)


def test_on_a_disk_that_may_not_be_written_any_more_the_edits_stay(small_disk: Path) -> None:
    def remount(how: str) -> None:
        words = ["mount", "-o", f"remount,{how}", str(small_disk)]
        subprocess.run(words, check=True)

    path = small_disk / "chat.json"
    write(path, ROWS)
    store = ExampleStore.open([path], journal=small_disk.parent / "state" / "journal.jsonl")
    answer(store, 0, "benim")
    remount("ro")
    with pytest.raises(JessyError, match=r"could not be written \(Read-only file system\)"):
        store.save()
    answer(store, 1, "benim")
    assert store.unsaved == 2
    remount("rw")
    store.save()
    mine = [Example(row).with_answer("benim").raw for row in ROWS[:2]]
    assert raws(ExampleStore.open([path])) == [*mine, *ROWS[2:]]
