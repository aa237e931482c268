"""The process that fetches or converts a base: `python -m jessy_tui.bases.maker`.

It reads one order (`orders.py`) on stdin and says on stdout how far it is. The base's folder
appears whole or not at all; when stdin closes or SIGTERM comes, the work ends and what was begun is
removed, and what a kill leaves behind is removed by whoever makes that base next.
"""

import contextlib
import errno
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import BinaryIO, Final

import msgspec

from jessy_tui.bases.holding import hold_base
from jessy_tui.bases.orders import (
    Made,
    NotMade,
    Order,
    Reply,
    Stage,
    decode_order,
    encode,
)
from jessy_tui.bases.record import BaseRecord, write_record
from jessy_tui.errors import JessyError
from jessy_tui.folders import write_folder
from jessy_tui.training.blas import preload

_FULL: Final = "The disk is full; make room for {} and fetch it again."
_SECONDS_BETWEEN: Final = 0.1  # at the least, between two words about the same stage


class _CancelledError(BaseException):
    """Nobody wants the base any more. Not an Exception: libraries must not swallow it."""


class Maker:
    """Makes one base."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._said = ("", 0.0)

    def make(self, order: Order) -> int:
        """Make the base of `order`; returns the exit code. What happened is said on the pipe."""
        try:
            reply: Reply = Made(record=self._make(order))
        except JessyError as error:
            reply = NotMade(reason=str(error))
        except _CancelledError:
            reply = NotMade(reason=f"Making {order.name} was cancelled; nothing of it is left.")
        except OSError as error:
            reply = NotMade(reason=_explain(error, order))
        except MemoryError:
            reply = NotMade(reason=f"The memory is full; {order.name} does not fit this machine.")
        except Exception as error:  # noqa: BLE001  # a mistake of a library's or ours has a reason too
            traceback.print_exc()
            reply = NotMade(reason=_explain_mistake(error, order))
        self._send(reply)
        return 0 if isinstance(reply, Made) else 1

    def say(self, stage: Stage) -> None:
        """Say how far it is, unless that has just been said."""
        doing, when = self._said
        now = time.monotonic()
        if stage.doing == doing and now - when < _SECONDS_BETWEEN:
            return
        self._said = (stage.doing, now)
        self._send(stage)

    def _make(self, order: Order) -> BaseRecord:
        folder = Path(order.folder)
        with hold_base(folder):
            preload()
            from jessy_tui.bases.making import make_base  # only now: it imports mlx

            with _workplace(folder) as workplace, write_folder(folder) as fresh:
                record = make_base(order, workplace, fresh, self.say)
                write_record(fresh, record)
                self.say(Stage(doing="puts it in its place"))
            return record

    def _send(self, reply: Reply) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._replies.write(encode(reply))
            self._replies.flush()


@contextlib.contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder beside the base's for what is only needed meanwhile."""
    path = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _explain(error: OSError, order: Order) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _FULL.format(order.name)
    place = error.filename or order.folder
    return f"{place}: {error.strerror or error}; {order.name} was not made."


def _explain_mistake(error: Exception, order: Order) -> str:
    if "unable to write" in str(error).lower():  # mlx says no more than that
        return _FULL.format(order.name)
    return f"{order.name} could not be made ({type(error).__name__}: {error})."


def _watch(orders: BinaryIO) -> None:
    """End when nobody is at the other end of the pipe any more."""
    while orders.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough; what follows clears up
    raise _CancelledError


def main() -> int:
    """Carry out the order on stdin; returns the exit code."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print, in Python or in C, must not end up among the replies
    try:
        order = decode_order(sys.stdin.buffer.readline())
    except msgspec.DecodeError as error:
        print(f"not an order: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever ordered it hears it, and decides
    signal.signal(signal.SIGTERM, _cancel)
    threading.Thread(target=_watch, args=(sys.stdin.buffer,), daemon=True).start()
    return Maker(replies).make(order)


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # the thread that watches stdin must not hold up the end
