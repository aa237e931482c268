"""A sweep in a process of its own, for a screen: `python -m ... FOLDER`, with the job on its input.

It writes how far it is to its output, a JSON array a line, and what it found into the folder.
"""

import sys
import time
from pathlib import Path

import msgspec

from jessy_tui.dataset.checks.sweep.kept import keep
from jessy_tui.dataset.checks.sweep.sweep import Stage, Sweep
from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.probes import load_probes
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings

_TELL_EVERY = 0.2


class Order(msgspec.Struct, frozen=True):
    """What is to be swept."""

    paths: list[str]
    settings: CheckSettings
    probes: str | None
    processes: int = 2


class Told(msgspec.Struct, frozen=True, array_like=True):
    """How far it is; at the end `stage` is "done", or "failed" with why."""

    stage: str
    done: int = 0
    total: int = 0
    why: str = ""


def main() -> None:
    """Sweep, and say how far it is."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    last = 0.0

    def say(told: Told) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()

    def tell(stage: Stage, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > _TELL_EVERY:
            last = time.monotonic()
            say(Told(stage, done, total))

    try:
        probes = load_probes(Path(order.probes)) if order.probes else None
    except ExampleFileError:
        probes = None  # it is told as a finding by whoever asked
    try:
        paths = [Path(path) for path in order.paths]
        with Sweep(paths, order.settings, probes, processes=order.processes) as sweep:
            sweep.run(tell)
            keep(sweep, Path(sys.argv[1]))
    except JessyError as error:
        say(Told("failed", why=str(error)))
    else:
        say(Told("done"))


if __name__ == "__main__":
    main()
