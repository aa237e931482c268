"""The process that exports: `python -m jessy_tui.export.maker`.

It reads one order (`order.py`) on stdin and says on stdout how far it is. The export's folder
appears whole or not at all; when stdin closes or SIGTERM comes, the work ends and what was begun is
removed, and what a kill leaves behind is removed by whoever exports to that name next.
"""

import contextlib
import errno
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import BinaryIO, Final

import msgspec

from jessy_tui.bases.holding import hold_base
from jessy_tui.bases.orders import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.card import commands_for
from jessy_tui.export.order import (
    QUESTION,
    Exported,
    NotExported,
    Order,
    Reply,
    decode_order,
    encode,
)
from jessy_tui.export.preflight import Preflight, gguf_name, preflight
from jessy_tui.folders import write_folder

_SECONDS_BETWEEN: Final = 0.1  # at the least, between two words about the same stage


class _CancelledError(BaseException):
    """Nobody wants the export any more. Not an Exception: libraries must not swallow it."""


class Maker:
    """Makes one export."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._said = ("", 0.0)

    def make(self, order: Order) -> int:
        """Carry out the order; returns the exit code. What happened is said on the pipe."""
        try:
            reply: Reply = self._make(order)
        except JessyError as error:
            reply = NotExported(reason=str(error))
        except _CancelledError:
            reply = NotExported(
                reason=f"The export of {order.run_name} was cancelled; nothing of it is left."
            )
        except OSError as error:
            reply = NotExported(reason=_explain(error, order))
        except MemoryError:
            reply = NotExported(reason=f"The memory is full; {order.run_name} was not exported.")
        except Exception as error:  # noqa: BLE001  # a mistake of a library's or ours has a reason too
            traceback.print_exc()
            reply = NotExported(
                reason=f"{order.run_name} could not be exported ({type(error).__name__}: {error})."
            )
        self._send(reply)
        return 0 if isinstance(reply, Exported) else 1

    def say(self, stage: Stage) -> None:
        """Say how far it is, unless that has just been said."""
        doing, when = self._said
        now = time.monotonic()
        if stage.doing == doing and now - when < _SECONDS_BETWEEN:
            return
        self._said = (stage.doing, now)
        self._send(stage)

    def _make(self, order: Order) -> Exported:
        began = time.monotonic()
        known = preflight(order)
        if not known.ready:
            raise JessyError(known.problems[0])
        from jessy_tui.export.making import make_export

        target = order.target
        with (
            hold_base(target, wait=False),
            write_folder(target, replace=order.replace) as fresh,
        ):
            make_export(known, fresh, self.say)
            self.say(Stage(doing="puts it in its place"))
            # From here on it is whole: a cancel is heard when it stands in its place.
            signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
        notes = list(known.notes)
        created, answer = self._give_to_ollama(known, notes)
        commands = commands_for(order, gguf_name(order))
        return Exported(
            folder=order.folder,
            files={path.name: path.stat().st_size for path in sorted(target.iterdir())},
            commands=commands[1:] if created else commands,
            notes=tuple(notes),
            created=created,
            question=QUESTION if answer else "",
            answer=answer,
            seconds=time.monotonic() - began,
        )

    def _give_to_ollama(self, known: Preflight, notes: list[str]) -> tuple[bool, str]:
        """Let Ollama take the folder and answer a question; what goes wrong is noted, since the
        export itself is whole."""
        from jessy_tui.export import ollama

        order, created = known.order, False
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
            if not known.to_ollama:
                return False, ""
            ollama.create(order, self.say)
            created = True
            self.say(Stage(doing=f'asks {order.name} "{QUESTION}"'))
            return True, ollama.ask(order)
        except JessyError as error:
            notes.append(str(error))
            return created, ""
        except _CancelledError:
            notes.append("It was cancelled when the folder was whole already, so that is there.")
            return created, ""

    def _send(self, reply: Reply) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._replies.write(encode(reply))
            self._replies.flush()


def _explain(error: OSError, order: Order) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "The disk is full; make room and export it again. Nothing of it is left."
    if isinstance(error, FileExistsError):
        return f"{order.folder} is there already; export it under another name."
    place = error.filename or order.folder
    return f"{place}: {error.strerror or error}; {order.run_name} was not exported."


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
    Path(order.folder).parent.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever ordered it hears it, and decides
    signal.signal(signal.SIGTERM, _cancel)
    threading.Thread(target=_watch, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        return Maker(replies).make(order)
    except _CancelledError:
        return 1  # in the moment before it began, or after it had said what came of it


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # the thread that watches stdin must not hold up the end
