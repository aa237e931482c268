"""What the machine and the driver on it are doing: memory, processors and, where it can be read
without being root, the graphics processor."""

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_PATIENCE: Final = 2.0
"""Seconds that a program may take to tell of the graphics processor."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One reading. Shares are 0 to 1; None is what cannot be read here."""

    processors: float
    """Share of all processors in use since the reading before."""
    cores: int
    memory_used: int
    """In bytes."""
    memory_total: int
    driver_processors: float | None = None
    """Of one processor: 2.0 is two of them, busy. None while no driver is at work."""
    driver_memory: int | None = None
    """Resident, in bytes."""
    graphics: float | None = None
    graphics_memory: int | None = None
    """In bytes."""


class MachineReader:
    """Reads the machine now and then; for one thread."""

    def __init__(self) -> None:
        self._driver: psutil.Process | None = None
        psutil.cpu_percent()  # the first reading is of nothing

    def read(self, pid: int | None) -> Machine:
        """The machine, and the driver `pid` where there is one."""
        memory = psutil.virtual_memory()
        driver_processors, driver_memory = self._read_driver(pid)
        graphics, graphics_memory = read_graphics()
        return Machine(
            processors=psutil.cpu_percent() / 100,
            cores=psutil.cpu_count() or 1,
            memory_used=memory.total - memory.available,
            memory_total=memory.total,
            driver_processors=driver_processors,
            driver_memory=driver_memory,
            graphics=graphics,
            graphics_memory=graphics_memory,
        )

    def _read_driver(self, pid: int | None) -> tuple[float | None, int | None]:
        if pid is None:
            self._driver = None
            return None, None
        try:
            if self._driver is None or self._driver.pid != pid:
                self._driver = psutil.Process(pid)
                self._driver.cpu_percent()
                return None, self._driver.memory_info().rss
            return self._driver.cpu_percent() / 100, self._driver.memory_info().rss
        except psutil.Error:
            return None, None


def read_graphics() -> tuple[float | None, int | None]:
    """How busy the graphics processor is, 0 to 1, and its memory in use, in bytes."""
    if platform.system() == "Darwin":
        return _apple()
    if shutil.which("nvidia-smi"):
        return _nvidia()
    return _amd(Path("/sys/class/drm"))


def _nvidia() -> tuple[float | None, int | None]:
    text = _output(
        *("nvidia-smi", "--query-gpu=utilization.gpu,memory.used"),
        "--format=csv,noheader,nounits",
    )
    return parse_nvidia(text)


def parse_nvidia(text: str) -> tuple[float | None, int | None]:
    """What `nvidia-smi` prints, a line a card "percent, MiB": the busiest card, all memory."""
    cards = re.findall(r"^\s*(\d+)\s*,\s*(\d+)\s*$", text, re.MULTILINE)
    if not cards:
        return None, None
    return max(int(busy) for busy, _ in cards) / 100, sum(int(used) for _, used in cards) << 20


def _apple() -> tuple[float | None, int | None]:
    return parse_apple(_output("ioreg", "-r", "-d", "1", "-c", "IOAccelerator"))


def parse_apple(text: str) -> tuple[float | None, int | None]:
    """What `ioreg` prints of a Mac's accelerator."""
    busy = re.search(r'"Device Utilization %"=(\d+)', text)
    used = re.search(r'"In use system memory"=(\d+)', text)
    return int(busy[1]) / 100 if busy else None, int(used[1]) if used else None


def _amd(cards: Path) -> tuple[float | None, int | None]:
    """What Linux tells of AMD's cards; the busiest one, all memory."""
    busy = [_number(path) for path in cards.glob("card*/device/gpu_busy_percent")]
    used = [_number(path) for path in cards.glob("card*/device/mem_info_vram_used")]
    known, memory = [b for b in busy if b is not None], [u for u in used if u is not None]
    return max(known) / 100 if known else None, sum(memory) if memory else None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _output(*command: str) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
