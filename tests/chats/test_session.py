"""Talks on the disk: nothing that was written is lost, whatever happens to the app."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.chats.listing import found_in, list_sessions
from jessy_tui.chats.session import Session
from jessy_tui.errors import JessyError
from tests.chats.making import BASE, turn
from tests.conftest import REPOSITORY


def filled(folder: Path, *questions: str) -> Session:
    session = Session.new(folder)
    for question in questions:
        session.add(turn(question, "<think>LOW 1</think>\nSor."))
    return session


def questions(session: Session) -> list[str]:
    return [one.question for one in session.turns]


def test_a_talk_comes_back_as_it_was(tmp_path: Path) -> None:
    session = filled(tmp_path / "chats", "sana bisi sorucam", "İstanbul'da\nhava nasıl")
    session.add(turn("free will?", "Yes.", "No.", "Maybe.", target=BASE))
    session.rename("ilk konuşma")
    session.judge(session.turns[0], "accepted")
    again = Session.read(session.path)
    assert again.turns == session.turns
    assert again.title == "ilk konuşma"
    assert again.verdicts == {session.turns[0].id: "accepted"}
    assert again.problems == []


def test_a_talk_in_which_nothing_was_said_has_no_file(tmp_path: Path) -> None:
    session = Session.new(tmp_path / "chats")
    assert session.title == "new talk"
    assert session.catch_up() == []
    assert list_sessions(tmp_path / "chats") == []


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1))
def test_a_file_cut_anywhere_gives_back_every_whole_line_and_takes_more(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    session = filled(tmp_path_factory.mktemp("cut"), "bir", "iki", "üç")
    content = session.path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(content) if byte == 0x0A]
    cut = ends[0] + round(share * (len(content) - ends[0]))
    session.path.write_bytes(content[:cut])
    again = Session.read(session.path)
    whole = sum(end <= cut + 1 for end in ends) - 1  # a line end alone may be missing
    assert questions(again) == ["bir", "iki", "üç"][:whole]
    assert len(again.problems) == (cut not in ends and cut + 1 not in ends)
    again.add(turn("dört", "Dört."))
    last = Session.read(session.path)
    assert questions(last) == [*["bir", "iki", "üç"][:whole], "dört"]


def test_two_apps_in_one_talk_keep_what_the_other_one_said(tmp_path: Path) -> None:
    mine = filled(tmp_path, "mine")
    theirs = Session.read(mine.path)
    theirs.add(turn("theirs", "Evet."))
    mine.add(turn("mine again", "Hayır."))
    assert questions(mine) == ["mine", "theirs", "mine again"]
    assert [one.question for one in theirs.catch_up()] == ["mine again"]
    assert questions(Session.read(mine.path)) == ["mine", "theirs", "mine again"]


WRITE_MANY = """
import sys
from pathlib import Path
from jessy_tui.chats.session import Session
from tests.chats.making import turn
session = Session.read(Path(sys.argv[1]))
for number in range(20):
    session.add(turn(f"{sys.argv[2]} {number}", "Tamam. " * 500))
"""


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    session = filled(tmp_path, "başla")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_MANY, str(session.path), name], cwd=REPOSITORY
        )
        for name in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    again = Session.read(session.path)
    assert again.problems == []
    assert sorted(questions(again)) == sorted(
        ["başla", *(f"{name} {number}" for name in "ab" for number in range(20))]
    )


def test_a_talk_deleted_by_another_app_is_written_anew_by_what_is_said_next(
    tmp_path: Path,
) -> None:
    session = filled(tmp_path, "bir", "iki")
    Session.read(session.path).delete()
    session.add(turn("üç", "Üç."))
    assert questions(Session.read(session.path)) == ["bir", "iki", "üç"]


def test_a_talk_that_cannot_be_written_says_so_and_stays_on_the_screen(tmp_path: Path) -> None:
    (tmp_path / "chats").write_text("in the way")
    session = Session.new(tmp_path / "chats")
    with pytest.raises(JessyError, match="only on the screen"):
        session.add(turn("bir", "Bir."))
    assert questions(session) == ["bir"]


def test_a_line_that_is_none_is_left_out_and_said(tmp_path: Path) -> None:
    session = filled(tmp_path, "bir")
    with session.path.open("ab") as stream:
        stream.write(b'{"line":"turn"}\n\xff\n')
    session.add(turn("iki", "İki."))
    again = Session.read(session.path)
    assert questions(again) == ["bir", "iki"]
    assert [problem[:6] for problem in again.problems] == ["Line 3", "Line 4"]


def test_a_file_that_is_no_talk_is_listed_with_its_problem(tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_bytes(msgspec.json.encode({"a": 1}) + b"\n")
    (listed,) = list_sessions(tmp_path)
    assert listed.problem is not None
    assert "odd.jsonl holds no talk" in listed.problem


def test_talks_are_listed_newest_first_and_found_without_dots_and_case(tmp_path: Path) -> None:
    old = Session.new(tmp_path)
    old.add(turn("IŞIK mı hızlı ses mi", "Işık.", at=1_000.0))
    new = Session.new(tmp_path)
    new.add(turn("İzmir nerede", "Ege'de.", at=2_000.0, target=BASE))
    listed = list_sessions(tmp_path)
    assert [one.title for one in listed] == ["İzmir nerede", "IŞIK mı hızlı ses mi"]
    assert [one.title for one in found_in(listed, "isik HIZLI")] == ["IŞIK mı hızlı ses mi"]
    assert [one.title for one in found_in(listed, "izmır egede")] == []
    assert [one.title for one in found_in(listed, "ızmir ege")] == ["İzmir nerede"]
