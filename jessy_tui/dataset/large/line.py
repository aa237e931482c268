"""One line of a large file, read so that nothing is lost and nothing is refused."""

from collections.abc import Callable

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.jsontext import JsonTextError, read_value


def read_example(source: str, problem: Callable[[str], str]) -> Example:
    """The example of one line; where it is none, an `Unreadable` one with its `problem`."""
    try:
        value, stop = read_value(source, 0, len(source))
    except JsonTextError as refused:
        return Unreadable(source, problem(refused.reason))
    if stop < len(source):
        reason = "one example a line is expected, but more follows; put it on its own"
        return Unreadable(source, problem(reason))
    return Example(value)
