"""What is read of the machine."""

import os
from pathlib import Path

from jessy_tui.training.machine import MachineReader, _amd, parse_apple, parse_nvidia


def test_this_very_process_is_read_as_a_driver() -> None:
    reader = MachineReader()
    first, second = reader.read(os.getpid()), reader.read(os.getpid())
    assert first.driver_processors is None  # of nothing yet
    assert second.driver_processors is not None
    assert (second.driver_memory or 0) > 1_000_000
    assert 0 < second.memory_used < second.memory_total
    assert 0 <= second.processors <= 1
    assert second.cores >= 1


def test_a_driver_that_is_gone_has_no_figures() -> None:
    machine = MachineReader().read(2**22 + 1)
    assert (machine.driver_processors, machine.driver_memory) == (None, None)


def test_nvidias_words_are_read_card_by_card() -> None:
    assert parse_nvidia("3, 512\n97, 20480\n") == (0.97, 20992 << 20)
    assert parse_nvidia("No devices were found\n") == (None, None)


def test_apples_words_are_read() -> None:
    text = '"PerformanceStatistics" = {"In use system memory"=734003200,"Device Utilization %"=41}'
    assert parse_apple(text) == (0.41, 734003200)
    assert parse_apple("") == (None, None)


def test_amds_files_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert _amd(tmp_path) == (None, None)
    device = tmp_path / "card0" / "device"
    device.mkdir(parents=True)
    (device / "gpu_busy_percent").write_text("12\n")
    (device / "mem_info_vram_used").write_text("1048576\n")
    assert _amd(tmp_path) == (0.12, 1 << 20)
