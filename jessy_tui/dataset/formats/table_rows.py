"""Rows of CSV and TSV: the first has the names of the columns; fields may hold line ends."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.formats.json_rows import as_json
from jessy_tui.dataset.formats.source import Source, SourceRow

DELIMITERS: Final = (",", ";", "\t", "|")
_WRITTEN_AT: Final = 1 << 16


def read_table(source: Source) -> Iterator[SourceRow]:
    """The rows below the names of the columns; empty fields are left out."""
    csv.field_size_limit(sys.maxsize)
    with source.open() as stream, source.text(stream) as text:
        reader = csv.reader(text, delimiter=source.delimiter, strict=True)
        line = 1
        try:
            names = _names(source, next(reader, []))
            line = reader.line_num + 1
            for fields in reader:
                source.place = stream.tell() if not stream.closed else source.size
                if fields and fields != [""]:
                    yield _row(line, names, fields)
                line = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise source.undecodable(error, line) from None
        except csv.Error as error:
            reason = f"it is no CSV from here on ({error}); mend the quotes of this row"
            raise ExampleFileError(source.path, reason, line=line) from None


def _names(source: Source, names: list[str]) -> list[str]:
    if not any(names):
        reason = "its first line has no names of columns; write them there"
        raise ExampleFileError(source.path, reason, line=1)
    stripped = [name.strip() for name in names]
    for name in stripped:
        if stripped.count(name) > 1:
            what = f"the column `{name}` is there twice" if name else "two columns have no name"
            raise ExampleFileError(source.path, f"{what}; give each a name of its own", line=1)
    return stripped


def _row(line: int, names: list[str], fields: list[str]) -> SourceRow:
    if len(fields) != len(names):
        have = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
        return SourceRow(line, None, f"it has {have} where the first line has {len(names)}")
    return SourceRow(
        line, {name: field for name, field in zip(names, fields, strict=True) if field}
    )


def cell(value: Any) -> str:
    """A value as the text of a field: text as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else as_json(value).decode()


def through_table(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """What is read of a row that was written."""
    return {name: text for name in columns if (text := cell(row.get(name)))}


def table_blocks(
    rows: Iterable[dict[str, Any]], columns: Sequence[str], delimiter: str
) -> Iterator[bytes]:
    """Rows as CSV with these columns, in UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(name)) for name in columns])
        if buffer.tell() > _WRITTEN_AT:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
