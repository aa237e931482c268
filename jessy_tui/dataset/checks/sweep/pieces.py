"""Cutting files into pieces of whole examples, without reading any of them whole."""

import os
import re
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from jessy_tui.dataset.frame import holds_lines
from jessy_tui.dataset.reading import ExampleFileError

SIZE: Final = 1 << 18
"""A piece has about so many bytes."""
_BLOCK: Final = 1 << 22
_BLANK: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"
# A whole text, or the beginning of one that the block cuts off; or what has a meaning outside.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[\[\]{},]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some examples of a file that follow each other."""

    file: int
    """Which of the files."""
    begin: int
    end: int
    """Where they stand in it, in bytes; what is between them is theirs too."""
    lines: bool
    """Whether each stands on a line of its own; or else they are parted by commas."""


def pieces_of(path: Path, number: int) -> Iterator[Piece]:
    """The pieces of a file, which is the file `number`.

    Raises:
        ExampleFileError: it cannot be read, or it is no array from one end to the other; the
            pieces before that were given.
    """
    with _opened(path) as stream:
        first = stream.read(4)
        if not first:
            raise ExampleFileError(path, "the file is empty; write [] into it for no examples")
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ExampleFileError(path, "it is UTF-16, not UTF-8; save it as UTF-8", line=1)
        start = len(_BOM) if first.startswith(_BOM) else 0
        stream.seek(start)
        cut = _in_lines(stream, start) if holds_lines(path) else _Array(path, stream, start).cut()
        for begin, end in cut:
            yield Piece(number, begin, end, holds_lines(path))


def _opened(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ExampleFileError(path, "it is a folder; name the example files in it")
        if not stat.S_ISREG(mode):
            raise ExampleFileError(path, "it is no regular file; copy its content into one")
        return path.open("rb")
    except FileNotFoundError as error:
        raise ExampleFileError(path, "there is no such file; check the name") from error
    except PermissionError as error:
        raise ExampleFileError(path, "you may not read it; give yourself the permission") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExampleFileError(path, f"it could not be read ({reason})") from error


def _in_lines(stream: BinaryIO, begin: int) -> Iterator[tuple[int, int]]:
    size = os.fstat(stream.fileno()).st_size
    while begin < size:
        stream.seek(begin + SIZE)
        stream.readline()
        end = min(stream.tell(), size)
        yield begin, end
        begin = end


class _Array:
    """Where the elements of a JSON array stand."""

    def __init__(self, path: Path, stream: BinaryIO, start: int) -> None:
        self._path, self._stream = path, stream
        self._place = start
        """Where the bytes in hand begin in the file."""
        self._line = 1
        self._depth = 0
        self._begin = start
        self._opened = self._closed = False

    def cut(self) -> Iterator[tuple[int, int]]:
        """Where each piece begins and ends, so that it holds whole elements."""
        rest = b""
        while block := self._stream.read(_BLOCK):
            content = rest + block
            done = yield from self._feed(content)
            self._line += content.count(b"\n", 0, done)
            self._place += done
            rest = content[done:]
        yield from self._finish(rest)

    def _feed(self, content: bytes) -> Generator[tuple[int, int], None, int]:
        """The pieces that end in `content`; returns how much of it is done with."""
        if not self._opened:
            bare = content.lstrip(_BLANK)
            if bare:
                at = len(content) - len(bare)
                if bare[:1] != b"[":
                    raise self._no_array(content, at)
                self._opened = True
        done = 0
        for token in _TOKEN.finditer(content):
            sign = token[0]
            if sign[:1] == b'"':
                if not token[1]:
                    done = token.start()  # the rest of the text is in the next block
                    break
            elif self._closed:
                break
            elif sign in b"[{":
                self._depth += 1
                if self._depth == 1:
                    self._begin = self._place + token.end()
            elif sign in b"]}":
                self._depth -= 1
                if not self._depth:
                    self._closed = True
                    yield self._begin, self._place + token.start()
                    self._refuse_more(content, token.end())
            elif self._depth == 1 and self._place + token.start() - self._begin >= SIZE:
                yield self._begin, self._place + token.start()
                self._begin = self._place + token.end()
            done = token.end()
        else:
            done = len(content)
        if self._closed:
            self._refuse_more(content, done)
            done = len(content)
        return done

    def _no_array(self, content: bytes, at: int) -> ExampleFileError:
        sign = content[at : at + 4].decode(errors="replace")[:1]
        return self._error(
            content,
            at,
            f"a JSON array of examples begins with [, not with {sign!r}; "
            "if it holds one example a line, name it *.jsonl",
        )

    def _refuse_more(self, content: bytes, at: int) -> None:
        rest = content[at:].lstrip(_BLANK)
        if rest:
            reason = "something follows the closing ] of the array; take it out"
            raise self._error(content, len(content) - len(rest), reason)

    def _finish(self, rest: bytes) -> Iterator[tuple[int, int]]:
        if not self._opened:
            raise ExampleFileError(
                self._path, "the file holds only blank space; write [] into it for no examples"
            )
        if not self._closed:
            # Read as far as it goes: whoever reads the piece finds what is wrong in it.
            yield self._begin, self._place + len(rest)
            raise self._error(
                rest,
                len(rest),
                "the file ends before the array is closed; restore the rest from a copy, "
                "or close it with ]",
            )

    def _error(self, content: bytes, at: int, reason: str) -> ExampleFileError:
        line = self._line + content.count(b"\n", 0, at)
        return ExampleFileError(self._path, reason, line=line)
