"""The examples of several files as one sequence, of which only small files are in memory."""

import bisect
import itertools
import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFileError, load_examples
from jessy_tui.dataset.jsontext import BLANK, JsonTextError, read_value
from jessy_tui.dataset.large.file import is_large

_TOLD_EVERY = 20_000


class JoinedExamples(Sequence[Example]):
    """Examples by their position over all files, those of large JSONL files read when asked for."""

    def __init__(self, paths: Sequence[Path], told: Callable[[float], object] = lambda _: None):
        """Find the examples of all files; `told` is how far it is, 0 to 1.

        Raises:
            ExampleFileError: a file cannot be read.
        """
        self._parts: list[Sequence[Example]] = [
            _Lines(path, told) if is_large(path) else load_examples(path).examples for path in paths
        ]
        self._ends = list(itertools.accumulate(map(len, self._parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Example]:
        return itertools.chain.from_iterable(self._parts)

    @overload
    def __getitem__(self, position: int) -> Example: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Example]: ...
    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[at] for at in range(*position.indices(len(self)))]
        if not -len(self) <= position < len(self):
            raise IndexError(position)
        position %= len(self)
        part = bisect.bisect_right(self._ends, position)
        return self._parts[part][position - (self._ends[part - 1] if part else 0)]


class _Lines(Sequence[Example]):
    """The rows of a large JSONL file; where each begins is remembered, and nothing else."""

    def __init__(self, path: Path, told: Callable[[float], object]) -> None:
        self._path = path
        self._begins, self._numbers = array("q"), array("q")
        try:
            self._stream = path.open("rb")
            size, place = os.fstat(self._stream.fileno()).st_size, 0
            for number, line in enumerate(self._stream, start=1):
                if line.strip():
                    self._begins.append(place)
                    self._numbers.append(number)
                place += len(line)
                if number % _TOLD_EVERY == 0:
                    told(place / size)
        except OSError as error:
            reason = f"it could not be read ({error.strerror or error})"
            raise ExampleFileError(path, reason) from error

    def __len__(self) -> int:
        return len(self._begins)

    @overload
    def __getitem__(self, position: int) -> Example: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Example]: ...
    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[at] for at in range(*position.indices(len(self)))]
        self._stream.seek(self._begins[position])
        return self._example(position, self._stream.readline())

    def __iter__(self) -> Iterator[Example]:
        return (self[position] for position in range(len(self)))

    def _example(self, position: int, line: bytes) -> Example:
        number = self._numbers[position]
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip(BLANK)
            value, end = read_value(text, 0, len(text))
        except UnicodeDecodeError as error:
            byte = f"0x{line[error.start]:02x}"
            reason = f"byte {byte} is not UTF-8; save the file as UTF-8"
            raise ExampleFileError(self._path, reason, line=number) from None
        except JsonTextError as refused:
            raise ExampleFileError(self._path, refused.reason, line=number) from None
        if end < len(text):
            reason = "one example a line is expected, but more follows; put it on its own"
            raise ExampleFileError(self._path, reason, line=number)
        return Example(value)
