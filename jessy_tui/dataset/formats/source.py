"""The rows of a file, one by one, whatever its kind; what is wrong with a row is said with it."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from jessy_tui.dataset.files import ExampleFileError

Kind = Literal["json", "jsonl", "csv", "tsv", "parquet"]
KINDS: Final[dict[Kind, str]] = {
    "json": "JSON",
    "jsonl": "JSONL",
    "csv": "CSV",
    "tsv": "TSV",
    "parquet": "Parquet",
}
"""The kinds of files, and what people call them."""
SUFFIXES: Final[dict[str, Kind]] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
UTF8: Final = "utf-8-sig"
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a file."""

    line: int
    """Where it begins, from 1; in a Parquet file its number."""
    value: Any = None
    problem: str | None = None
    """Why it could not be read, as half a sentence; then there is no value."""


@dataclass
class Source:
    """A file of rows, read anew each time `rows` is called."""

    path: Path
    kind: Kind
    encoding: str = UTF8
    """As Python calls it; of no meaning for Parquet."""
    delimiter: str = ","
    """Between the columns of a CSV file."""
    place: int = 0
    """How far it is read, in bytes (in Parquet in rows), for whoever shows progress."""
    size: int = 0
    """Where `place` ends."""

    @property
    def share(self) -> float:
        """How much of it is read, 0 to 1."""
        return min(1.0, self.place / self.size) if self.size else 1.0

    @property
    def unit(self) -> str:
        """What `SourceRow.line` counts."""
        return "row" if self.kind == "parquet" else "line"

    def rows(self) -> Iterator[SourceRow]:
        """The rows, in order.

        Raises:
            ExampleFileError: the file cannot be read, or not on from some place.
        """
        self.place = 0
        match self.kind:
            case "jsonl":
                from jessy_tui.dataset.formats.json_rows import read_lines

                return read_lines(self)
            case "json":
                from jessy_tui.dataset.formats.json_rows import read_array

                return read_array(self)
            case "parquet":
                from jessy_tui.dataset.formats.parquet_rows import read_parquet

                return read_parquet(self)
        from jessy_tui.dataset.formats.table_rows import read_table

        return read_table(self)

    def open(self) -> BinaryIO:
        """The file, for reading.

        Raises:
            ExampleFileError: it cannot be opened.
        """
        return open_binary(self.path)

    def text(self, stream: BinaryIO) -> io.TextIOWrapper:
        """The text of the open file, its line ends as they are."""
        return io.TextIOWrapper(stream, self.encoding, newline="")

    def undecodable(self, error: UnicodeDecodeError, line: int) -> ExampleFileError:
        """What to say of bytes that are no text in the encoding."""
        return ExampleFileError(self.path, why_undecodable(error, self.encoding), line=line)


def open_binary(path: Path) -> BinaryIO:
    """A regular file, for reading.

    Raises:
        ExampleFileError: it cannot be opened.
    """
    try:
        if path.is_dir():
            raise ExampleFileError(path, "it is a folder; name a file in it")
        if path.exists() and not path.is_file():
            raise ExampleFileError(path, "it is no regular file; copy its content into one")
        return path.open("rb")
    except FileNotFoundError:
        raise ExampleFileError(path, "there is no such file; check the name") from None
    except OSError as error:
        raise ExampleFileError(path, f"it could not be read ({error.strerror or error})") from error


def encoding_of(beginning: bytes) -> str:
    """The encoding that a byte order mark tells, UTF-8 without one."""
    return next((name for mark, name in _BOMS if beginning.startswith(mark)), UTF8)


def why_undecodable(error: UnicodeDecodeError, encoding: str) -> str:
    """What is wrong with bytes that are no text, and what to do."""
    byte = f"0x{error.object[error.start]:02x}"
    if encoding == UTF8:
        return (
            f"byte {byte} is not UTF-8; save the file as UTF-8, or name its encoding "
            "(cp1254 is that of older Turkish Windows files)"
        )
    return f"byte {byte} is not {encoding}; name another encoding"
