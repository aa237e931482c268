"""Rows of Parquet, by pyarrow, which is an extra of its own: `pip install 'jessy-tui[parquet]'`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.formats.format import parsed
from jessy_tui.dataset.formats.source import Source, SourceRow
from jessy_tui.errors import JessyError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH: Final = 500
_GROUP: Final = 5000
_MISSING: Final = (
    "Parquet files need pyarrow, which is not installed; install it with: "
    "pip install 'jessy-tui[parquet]'."
)
BYTES: Final = "[bytes]"


def _arrow() -> Any:
    """pyarrow with its Parquet half.

    Raises:
        JessyError: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise JessyError(_MISSING) from None
    return pyarrow


def read_parquet(source: Source) -> Iterator[SourceRow]:
    """The rows, batch by batch; what is null is left out."""
    pyarrow = _arrow()
    with source.open() as stream:
        try:
            file = pyarrow.parquet.ParquetFile(stream)
            source.size, number = file.metadata.num_rows, 0
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    source.place = number
                    yield SourceRow(number, _plain(row))
        except (pyarrow.ArrowException, OSError) as error:
            reason = f"it is no Parquet file that can be read ({str(error).splitlines()[0]})"
            raise ExampleFileError(source.path, reason) from None


def _plain(value: Any) -> Any:
    """A value of a column as JSON has it, without nulls in objects."""
    match value:
        case dict():
            found = {key: _plain(item) for key, item in value.items() if item is not None}
            if isinstance(text := found.get("metadata"), str):
                found["metadata"] = parsed(text)
            return found
        case list():
            return [_plain(item) for item in value]
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else str(value)
        case bytes():
            return BYTES
    return str(value)


def message_keys(columns: Sequence[str]) -> tuple[str, str] | None:
    """The keys of messages where a column is a list of them."""
    keys = {"messages": ("role", "content"), "conversations": ("from", "value")}
    return next((keys[name] for name in columns if name in keys), None)


def encoded(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """A row as the values of typed columns; what has no place in them is left out."""
    keys = message_keys(columns)
    found: dict[str, Any] = {}
    for name in columns:
        value = row.get(name)
        if name in ("messages", "conversations") and isinstance(value, list) and keys:
            found[name] = [_encoded_message(message, keys) for message in value]
        elif name == "iterations":
            found[name] = value if isinstance(value, int) else None
        else:
            found[name] = value if isinstance(value, str) or value is None else _json(value)
    return found


def _encoded_message(message: dict[str, Any], keys: tuple[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in keys:
        value = message.get(key)
        found[key] = value if isinstance(value, str) else None
    label = message.get("metadata")
    found["metadata"] = _json(label) if isinstance(label, dict) else None
    return found


def _json(value: Any) -> str:
    from jessy_tui.dataset.formats.json_rows import as_json

    return as_json(value).decode()


def through_parquet(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """What is read of a row that was written."""
    found: dict[str, Any] = _plain(encoded(row, columns))
    return found


def _schema(columns: Sequence[str]) -> "pa.Schema":
    import pyarrow as pa

    keys = message_keys(columns)
    fields = []
    for name in columns:
        kind: pa.DataType = pa.int64() if name == "iterations" else pa.string()
        if keys and name in ("messages", "conversations"):
            kind = pa.list_(pa.struct([(key, pa.string()) for key in (*keys, "metadata")]))
        fields.append(pa.field(name, kind))
    return pa.schema(fields)


def parquet_blocks(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
    """Rows as a Parquet file.

    Raises:
        JessyError: pyarrow is not installed.
    """
    pyarrow = _arrow()
    schema, sink, rest = _schema(columns), _Sink(), iter(rows)
    writer = pyarrow.parquet.ParquetWriter(pyarrow.PythonFile(sink, mode="w"), schema)
    while chunk := list(islice(rest, _GROUP)):
        values = [encoded(row, columns) for row in chunk]
        writer.write_table(pyarrow.Table.from_pylist(values, schema=schema))
        yield sink.take()
    writer.close()
    yield sink.take()


class _Sink:
    """What pyarrow writes into, handed on in blocks."""

    closed = False

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._size = 0

    def write(self, block: Any) -> int:
        self._blocks.append(bytes(block))
        self._size += len(self._blocks[-1])
        return len(self._blocks[-1])

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is to be closed."""

    def take(self) -> bytes:
        """What has been written since the last time."""
        block = b"".join(self._blocks)
        self._blocks.clear()
        return block
