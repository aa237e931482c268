"""Exports made in the tests' own process, where it does not matter that the real one is another."""

from typing import Any

import msgspec

from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export import maker
from jessy_tui.export.order import REPLIES, Exported, NotExported, Order, Reply


class Replies:
    """The pipe that the maker writes to."""

    def __init__(self) -> None:
        self.said: list[Reply] = []

    def write(self, line: bytes) -> int:
        self.said.append(REPLIES.decode(line))
        return len(line)

    def flush(self) -> None:
        pass

    @property
    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.to_builtins(self.said[-1])
        return found


def made(order: Order, stages: list[Stage] | None = None) -> Exported:
    """Carry out the order, as the maker's process does.

    Raises:
        JessyError: it was not exported.
    """
    pipe = Replies()
    maker.carry_out(pipe, order)  # type: ignore[arg-type]
    for reply in pipe.said:
        if isinstance(reply, Stage) and stages is not None:
            stages.append(reply)
        if isinstance(reply, NotExported):
            raise JessyError(reply.reason)
    assert isinstance(pipe.said[-1], Exported)
    return pipe.said[-1]
