"""The process that fetches or converts a base: `python -m jessy_tui.bases.maker`.

It carries out one order (`orders.py`). The base's folder appears whole or not at all; what a kill
leaves behind is removed by whoever makes that base next.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from jessy_tui.bases.holding import hold_base
from jessy_tui.bases.orders import ORDERS, Made, NotMade, Order
from jessy_tui.bases.record import write_record
from jessy_tui.errands.carrying_out import CancelledError, Say, answer, disk_is_full, run
from jessy_tui.errands.stage import Stage
from jessy_tui.folders import write_folder
from jessy_tui.training.blas import preload


def carry_out(replies: BinaryIO, order: Order) -> int:
    """Make the base of `order`; returns the exit code. What happened is said on the pipe."""
    return answer(replies, order, _make, _explain, lambda reason: NotMade(reason=reason))


def _make(order: Order, say: Say) -> Made:
    folder = Path(order.folder)
    with hold_base(folder):
        preload()
        from jessy_tui.bases.making import make_base  # only now: it imports mlx

        with _workplace(folder) as workplace, write_folder(folder) as fresh:
            record = make_base(order, workplace, fresh, say)
            write_record(fresh, record)
            say(Stage(doing="puts it in its place"))
        return Made(record=record)


@contextlib.contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder beside the base's for what is only needed meanwhile."""
    path = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _explain(error: BaseException, order: Order) -> str:
    # mlx says no more than "unable to write"
    if disk_is_full(error) or "unable to write" in str(error).lower():
        return f"The disk is full; make room for {order.name} and fetch it again."
    match error:
        case CancelledError():
            return f"Making {order.name} was cancelled; nothing of it is left."
        case MemoryError():
            return f"The memory is full; {order.name} does not fit this machine."
        case OSError():
            place = error.filename or order.folder
            return f"{place}: {error.strerror or error}; {order.name} was not made."
        case _:
            return f"{order.name} could not be made ({type(error).__name__}: {error})."


if __name__ == "__main__":
    run(ORDERS, carry_out)
