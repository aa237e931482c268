"""What a large file has around its rows, and the habits of the first of them."""

from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.frame import Frame, Version, frame_of
from jessy_tui.dataset.jsontext import BLANK

_SAMPLE_ROWS: Final = 64
_SAMPLE_BYTES: Final = 1 << 20
_BLANK: Final = BLANK.encode()


class RowSource(Protocol):
    """A file whose rows are all found."""

    path: Path
    size: int

    @property
    def rows(self) -> int: ...
    def read(self, begin: int, end: int) -> bytes: ...
    def extent(self, row: int) -> tuple[int, int]: ...
    def version(self, row: int) -> Version: ...


def read_frame(file: RowSource) -> Frame:
    """The frame of a file, its habits learnt from the first rows that can be read."""
    if not file.rows:
        return frame_of(file.path, file.read(0, file.size).decode(), [], [])
    begin, end = file.extent(0)
    first = file.read(begin, end)
    blank = first[: len(first) - len(first.lstrip(_BLANK))]
    head = (file.read(0, begin) + blank).decode()
    begin, end = file.extent(file.rows - 1)
    last_end = begin + len(file.read(begin, end).rstrip(_BLANK))
    tail = file.read(last_end, file.size).decode()
    return replace(_sampled(file, head, first), head=head, tail=tail, empty=None)


def _sampled(file: RowSource, head: str, first: bytes) -> Frame:
    text, starts, ends = head, [], []
    for row in range(min(file.rows, _SAMPLE_ROWS)):
        begin, end = file.extent(row)
        if end - begin + len(text) > _SAMPLE_BYTES:
            break
        version = file.version(row)
        if not isinstance(version.example, Unreadable):
            text += version.piece.lead or ""
            starts.append(len(text))
            text += version.piece.source
            ends.append(len(text))
            text += (version.piece.trail or "") + "\n"
    if not starts:
        # Nothing to learn from but how lines end.
        text = head + ("null\r\n" if first.endswith(b"\r") else "null\n")
        starts, ends = [len(head)], [len(head) + len("null")]
    return frame_of(file.path, text, starts, ends)
