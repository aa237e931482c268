"""What a format is: rows of another tool, turned into the JSON of examples and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from jessy_tui.dataset.example import HUMAN, JESSY

ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("human", "user", "prompter", "person", "insan", "kullanıcı"), HUMAN),
    **dict.fromkeys(
        ("jessy", "gpt", "assistant", "bot", "chatgpt", "bing", "bard", "model", "asistan"), JESSY
    ),
}
"""How tools call the two who speak in an example."""
SYSTEM_ROLES: Final = ("system", "developer")


BESIDE: Final = "jessy"
"""The key of a row under which stands what the format has no place for (`carrying.py`)."""


class RowError(ValueError):
    """A row that is no example. The message is half a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A row as an example, and what is remarkable about it."""

    raw: dict[str, Any]
    """The JSON of the example."""
    kept: tuple[str, ...] = ()
    """Names of what an example has no place for and is kept beside it: "system prompts"."""
    lost: tuple[str, ...] = ()
    """Names of what could not even be kept."""
    noted: tuple[str, ...] = ()
    """Names of what somebody may want to know: "labels read from a plan header"."""


class Format(Protocol):
    """Rows of one shape."""

    @property
    def name(self) -> str:
        """What `--to` and `--from` call it."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What a table of such rows has as columns, in order."""

    def read(self, row: dict[str, Any]) -> Heard:
        """One row as an example.

        Raises:
            RowError: it is none.
        """

    def write(self, raw: dict[str, Any], *, plan: bool, bare: bool) -> dict[str, Any]:
        """An example as a row.

        Args:
            raw: the JSON of an example whose messages all have a speaker and a text.
            plan: whether answers say their plan first.
            bare: only what the format itself has a place for.
        """


def parsed(value: Any) -> Any:
    """A value of a table: text that is a JSON array or object is one."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        from jessy_tui.dataset.jsontext import JsonTextError, read_value, skip_whitespace

        try:
            found, end = read_value(value, 0)
        except JsonTextError:
            return value
        return found if skip_whitespace(value, end) == len(value) else value
    return value


def kind_of(value: Any) -> str:
    """A JSON value's kind, as people say it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON; the order of keys does not count, 1 and true differ."""
    match one:
        case dict():
            return (
                isinstance(other, dict)
                and one.keys() == other.keys()
                and all(same(value, other[key]) for key, value in one.items())
            )
        case list():
            return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)
