"""Rows into a file of any kind, and what becomes of a row in it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jessy_tui.dataset.formats.carrying import Through
from jessy_tui.dataset.formats.format import BESIDE, Format
from jessy_tui.dataset.formats.source import KINDS, SUFFIXES, Kind
from jessy_tui.errors import JessyError


def kind_named(path: Path) -> Kind:
    """The kind of file that a name asks for.

    Raises:
        JessyError: its ending is none of those that are known.
    """
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        endings = ", ".join(f".{known}" for known in KINDS)
        raise JessyError(f"{path}: its ending does not say what to write; use one of {endings}.")
    return kind


def columns_of(format_: Format, *, bare: bool) -> tuple[str, ...]:
    """The columns of a table in this format."""
    if not bare:
        return (*format_.columns, BESIDE)
    label = ("complexity", "iterations", "category")
    return tuple(column for column in format_.columns if column not in label)


def through(kind: Kind, columns: Sequence[str]) -> Through:
    """What becomes of a row in a file of this kind."""
    match kind:
        case "json" | "jsonl":
            return _unchanged
        case "parquet":
            from jessy_tui.dataset.formats.parquet_rows import through_parquet

            return partial(through_parquet, columns=columns)
    from jessy_tui.dataset.formats.table_rows import through_table

    return partial(through_table, columns=columns)


def _unchanged(row: dict[str, Any]) -> dict[str, Any]:
    return row


def blocks(kind: Kind, rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
    """The bytes of a file of this kind with these rows.

    Raises:
        JessyError: it is Parquet, and pyarrow is not installed.
    """
    match kind:
        case "json":
            from jessy_tui.dataset.formats.json_rows import array_blocks

            return array_blocks(rows)
        case "jsonl":
            from jessy_tui.dataset.formats.json_rows import lines_blocks

            return lines_blocks(rows)
        case "parquet":
            from jessy_tui.dataset.formats.parquet_rows import parquet_blocks

            return parquet_blocks(rows, columns)
    from jessy_tui.dataset.formats.table_rows import table_blocks

    return table_blocks(rows, columns, "\t" if kind == "tsv" else ",")
