"""The side of the process: it reads one order on stdin, and says on stdout how far it is.

When stdin closes or SIGTERM comes, the work ends: `CancelledError` is raised in the midst of it, so
that what was begun is removed on the way out.
"""

import contextlib
import errno
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import BinaryIO, Final, TypeVar

import msgspec

from jessy_tui.errands.stage import Stage, encode
from jessy_tui.errors import JessyError

T = TypeVar("T")

Say = Callable[[Stage], None]
_SECONDS_BETWEEN: Final = 0.1  # at the least, between two words about the same stage
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class CancelledError(BaseException):
    """Nobody wants it any more. Not an Exception: libraries must not swallow it."""


class Replies:
    """What is said on the pipe; what nobody hears is no error."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._said = ("", 0.0)

    def say(self, stage: Stage) -> None:
        """Say how far it is, unless that has just been said."""
        doing, when = self._said
        now = time.monotonic()
        if stage.doing == doing and now - when < _SECONDS_BETWEEN:
            return
        self._said = (stage.doing, now)
        self.send(stage)

    def send(self, message: msgspec.Struct) -> None:
        """Say anything else."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.write(encode(message))
            self._pipe.flush()


def answer(
    pipe: BinaryIO,
    order: T,
    make: Callable[[T, Say], msgspec.Struct],
    explain: Callable[[BaseException, T], str],
    refuse: Callable[[str], msgspec.Struct],
) -> int:
    """Carry out `order`, and say what came of it; returns the exit code.

    Args:
        pipe: where it is said.
        order: what to do.
        make: does it, and gives the last word.
        explain: why it could not, in a sentence, of anything but a JessyError.
        refuse: the last word with such a sentence.
    """
    replies = Replies(pipe)
    try:
        reply, code = make(order, replies.say), 0
    except JessyError as error:
        reply, code = refuse(str(error)), 1
    except (OSError, MemoryError, CancelledError) as error:
        reply, code = refuse(explain(error, order)), 1
    except Exception as error:  # noqa: BLE001  # a mistake of a library's or ours has a reason too
        traceback.print_exc()
        reply, code = refuse(explain(error, order)), 1
    replies.send(reply)
    return code


def disk_is_full(error: BaseException) -> bool:
    """Whether that is why something could not be written."""
    return isinstance(error, OSError) and error.errno in _FULL


def run(decoder: "msgspec.json.Decoder[T]", carry_out: Callable[[BinaryIO, T], int]) -> None:
    """Be the process: take the order on stdin, and end with the code of `carry_out`."""
    code = take_order(decoder, carry_out)
    sys.stderr.flush()
    os._exit(code)  # the thread that watches stdin must not hold up the end


def take_order(decoder: "msgspec.json.Decoder[T]", carry_out: Callable[[BinaryIO, T], int]) -> int:
    """Carry out the order that stands on stdin; returns the exit code."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print, in Python or in C, must not end up among the replies
    try:
        order = decoder.decode(sys.stdin.buffer.readline())
    except msgspec.DecodeError as error:
        print(f"not an order: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever ordered it hears it, and decides
    signal.signal(signal.SIGTERM, _cancel)
    threading.Thread(target=_watch, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        return carry_out(replies, order)
    except CancelledError:
        return 1  # in the moment before it began, or after it had said what came of it


def _watch(orders: BinaryIO) -> None:
    """End when nobody is at the other end of the pipe any more."""
    while orders.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough; what follows clears up
    raise CancelledError
