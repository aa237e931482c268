"""The file of held-out questions as it was read, whatever it holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jessy_tui.dataset.files import read_bytes
from jessy_tui.dataset.jsontext import JsonTextError, read_value, skip_whitespace
from jessy_tui.dataset.patch import offset_of
from jessy_tui.dataset.reading import ExampleFileError

PROBES_KEY: Final = "probes"


@dataclass(frozen=True, eq=False)
class ProbeFile:
    """A file of probes; what stands in it may be no probe, and the checks say so."""

    path: Path
    raw: Any
    """The JSON value of the whole file."""
    _text: str = field(repr=False)
    _start: int = field(repr=False)

    @property
    def probes(self) -> list[Any]:
        """What stands in the list of probes; nothing where there is no list."""
        found = self.raw.get(PROBES_KEY) if isinstance(self.raw, dict) else None
        return found if isinstance(found, list) else []

    def queries(self) -> list[tuple[int, str]]:
        """The questions that are texts and not blank, with their places in the list."""
        return [
            (index, probe["query"])
            for index, probe in enumerate(self.probes)
            if isinstance(probe, dict)
            and isinstance(probe.get("query"), str)
            and probe["query"].strip()
        ]

    def name_of(self, index: int) -> str:
        """What people call a probe: its id, or its place from 1 where it has none."""
        probe = self.probes[index]
        name = probe.get("id") if isinstance(probe, dict) else None
        return f'probe "{name}"' if isinstance(name, str) and name.strip() else f"probe {index + 1}"

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line, from 1, of what `path` names in the file's value, or of what is nearest."""
        offset = offset_of(self._text[self._start :], path)
        return _line(self._text, self._start + offset)


def load_probes(path: Path) -> ProbeFile:
    """Read a file of probes.

    Raises:
        ExampleFileError: it cannot be read, is not UTF-8 or not JSON.
    """
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise ExampleFileError(path, reason, line=line) from error
    start = skip_whitespace(text, 0)
    if start == len(text):
        raise ExampleFileError(path, 'the file holds nothing; write {"probes": []} into it')
    try:
        value, end = read_value(text, start)
    except JsonTextError as refused:
        position = start if refused.position is None else refused.position
        raise ExampleFileError(path, refused.reason, line=_line(text, position)) from None
    rest = skip_whitespace(text, end)
    if rest < len(text):
        reason = "something follows the end of the value; take it out"
        raise ExampleFileError(path, reason, line=_line(text, rest))
    return ProbeFile(path, value, text, start)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
