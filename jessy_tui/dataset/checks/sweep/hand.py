"""A process that looks at pieces for a sweep: it is told the job, then one piece after the other.

Each message is its length in eight bytes and a pickle; the two processes are one program. It ends
with its input, so that it outlives no sweep, however that one was ended.
"""

import gc
import os
import pickle
import signal
import struct
import sys
from typing import Any, BinaryIO, Final

from jessy_tui.dataset.checks.sweep.examine import examine

_LENGTH: Final = struct.Struct("<Q")


def send(stream: BinaryIO, value: object) -> None:
    """Write a message.

    Raises:
        OSError: nobody reads it any more.
    """
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """The next message.

    Raises:
        EOFError: there is none, or not all of it.
    """
    length = stream.read(_LENGTH.size)
    if len(length) == _LENGTH.size:
        content = stream.read(*_LENGTH.unpack(length))
        if len(content) == _LENGTH.unpack(length)[0]:
            return pickle.loads(content)  # noqa: S301 - from the process that is the other half
    raise EOFError


def main() -> None:
    """Look at pieces until there are no more; ctrl+c is for the process that began this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(1)
    gc.set_threshold(200_000)  # nearly everything made here is a tree
    try:
        job = receive(sys.stdin.buffer)
        while True:
            send(sys.stdout.buffer, examine(job, receive(sys.stdin.buffer)))
    except (EOFError, BrokenPipeError):
        os._exit(0)  # not even a buffer is to be flushed to whoever is gone


if __name__ == "__main__":
    main()
