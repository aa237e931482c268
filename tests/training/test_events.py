"""The events of a run, written by one process and read by another."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.training.events import (
    AnyEvent,
    EventLog,
    EventReader,
    Failed,
    Heartbeat,
    Trained,
    Warned,
    finite,
    last_events,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def write(path: Path, *written: AnyEvent) -> None:
    with EventLog(path, clock=lambda: 5.0) as log:
        for event in written:
            log.write(event)


def trained(step: int, loss: float = 1.0) -> Trained:
    return Trained(
        step=step,
        epoch=1.0,
        loss=finite(loss),
        learning_rate=1e-3,
        steps_per_second=1.0,
        tokens_per_second=1.0,
        trained_tokens=1,
        peak_memory=1,
        seconds=1.0,
    )


def test_an_event_is_one_json_object_a_line_with_its_time(path: Path) -> None:
    write(path, Heartbeat(step=3), Failed(step=3, reason="ığdır", checkpoint=None))
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert lines == [
        {"event": "heartbeat", "time": 5.0, "step": 3},
        {"event": "failed", "time": 5.0, "step": 3, "reason": "ığdır", "checkpoint": None},
    ]


def test_a_loss_that_is_no_number_is_written_as_null(path: Path) -> None:
    write(path, trained(1, float("nan")), trained(2, float("inf")))
    assert [event.loss for event in EventReader(path).all() if isinstance(event, Trained)] == [
        None,
        None,
    ]


def test_a_reader_sees_each_event_once_as_it_comes(path: Path) -> None:
    reader = EventReader(path)
    assert reader.poll() == []
    with EventLog(path) as log:
        log.write(Heartbeat(step=1))
        assert [event.step for event in reader.poll() if isinstance(event, Heartbeat)] == [1]
        assert reader.poll() == []
        log.write(Heartbeat(step=2))
        assert [event.step for event in reader.poll() if isinstance(event, Heartbeat)] == [2]


def test_a_half_written_last_line_waits_for_its_end(path: Path) -> None:
    write(path, Heartbeat(step=1), Heartbeat(step=2))
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    reader = EventReader(path)
    assert len(reader.poll()) == 1
    path.write_bytes(content)
    assert len(reader.poll()) == 1
    assert reader.skipped == 0


def test_a_line_torn_by_a_kill_is_passed_over_and_the_next_writer_begins_a_new_one(
    path: Path,
) -> None:
    write(path, Heartbeat(step=1), Heartbeat(step=2))
    path.write_bytes(path.read_bytes()[:-5])
    write(path, Heartbeat(step=3))
    reader = EventReader(path)
    assert [event.step for event in reader.all() if isinstance(event, Heartbeat)] == [1, 3]
    assert reader.skipped == 1


def test_events_of_a_later_version_are_passed_over(path: Path) -> None:
    path.write_bytes(b'{"event":"dreamt","time":1}\n\xff\xfe\n[]\n')
    write(path, Warned(message="still here"))
    reader = EventReader(path)
    assert [type(event) for event in reader.poll()] == [Warned]
    assert reader.skipped == 3


def test_reading_is_bounded(path: Path) -> None:
    write(path, *(Heartbeat(step=step) for step in range(10)))
    reader = EventReader(path)
    assert [len(reader.poll(4)) for _ in range(4)] == [4, 4, 2, 0]


def test_a_file_that_was_replaced_by_a_shorter_one_is_read_anew(path: Path) -> None:
    write(path, Heartbeat(step=1), Heartbeat(step=2))
    reader = EventReader(path)
    reader.all()
    path.unlink()
    write(path, Heartbeat(step=7))
    assert len(reader.poll()) == 1


def test_the_last_events_are_found_without_reading_all(path: Path) -> None:
    assert last_events(path) == []
    write(path, *(trained(step) for step in range(500)))
    found = last_events(path, size=2000)
    assert 2 < len(found) < 20
    assert found[-1] == EventReader(path).all()[-1]


@given(st.lists(st.integers(0, 10**9)), st.lists(st.integers(0, 400), max_size=5))
def test_any_way_of_cutting_the_stream_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("events")
    write(folder / "whole", *(Heartbeat(step=step) for step in steps))
    content = (folder / "whole").read_bytes()
    reader = EventReader(folder / "growing")
    seen: list[AnyEvent] = []
    for end in [*sorted(cuts), len(content)]:
        (folder / "growing").write_bytes(content[:end])
        seen += reader.poll()
    assert seen == EventReader(folder / "whole").all()
    assert len(seen) == len(steps)
