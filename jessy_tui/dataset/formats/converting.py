"""Examples into a file of another format, with what it has no place for kept beside or listed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.formats.carrying import to_raw, to_row
from jessy_tui.dataset.formats.detect import Detected
from jessy_tui.dataset.formats.format import Format, RowError
from jessy_tui.dataset.formats.importing import CancelledError
from jessy_tui.dataset.formats.report import Report
from jessy_tui.dataset.formats.targets import blocks, columns_of, kind_named, through
from jessy_tui.errors import JessyError
from jessy_tui.files import Staged

_TOLD_EVERY: Final = 200


@dataclass(frozen=True)
class Conversion:
    """How examples are to be written."""

    format: Format
    target: Path
    plan: bool = True
    """Answers say their plan first, as the model is trained to."""
    bare: bool = False
    """Only what the format itself has a place for."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Something that should be an example, and where it is."""

    place: str
    raw: Any
    problem: str | None = None


def convert(
    examples: Iterable[Placed],
    conversion: Conversion,
    report: Report,
    *,
    skip_bad: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
    progressed: Callable[[], object] = lambda: None,
) -> Staged:
    """Write `examples` as `conversion` says, under a temporary name until it is committed.

    `report` counts what there is, and what of it is lost.

    Raises:
        CancelledError: `cancelled` said so.
        JessyError: an example cannot be converted and `skip_bad` is false, the name of the target
            says no kind of file, or it cannot be written. Nothing was written.
    """
    target = conversion.target
    kind = kind_named(target)
    columns = columns_of(conversion.format, bare=conversion.bare)
    changed = through(kind, columns)

    def rows() -> Iterator[dict[str, Any]]:
        for one in examples:
            report.rows += 1
            if report.rows % _TOLD_EVERY == 0:
                if cancelled():
                    raise CancelledError
                progressed()
            if one.problem is not None:
                report.add_bad(one.place, one.problem)
                continue
            try:
                row, lost = to_row(
                    conversion.format,
                    one.raw,
                    plan=conversion.plan,
                    bare=conversion.bare,
                    through=changed,
                )
            except RowError as error:
                report.add_bad(one.place, str(error))
                continue
            report.examples += 1
            report.labelled += Example(one.raw).plan is not None
            report.count(report.lost, lost)
            if skip_bad or not report.bad_rows:
                yield row

    staged = Staged(target, blocks(kind, rows(), columns))
    if report.bad_rows and not skip_bad:
        staged.discard()
        first, number = report.bad[0], report.bad_rows
        more = f" and {number - 1:,} more are bad" if number > 1 else ""
        raise JessyError(
            f"Nothing was written, since {first.place}: {first.reason}{more}. Mend them, or leave "
            "them out (--skip-bad)."
        )
    if not report.examples:
        staged.discard()
        raise JessyError("There are no examples to convert; nothing was written.")
    return staged


def placed_rows(files: Sequence[Detected], report: Report) -> Iterator[Placed]:
    """The examples of files of any format, one by one; what is remarkable goes into `report`.

    Raises:
        ExampleFileError: a file cannot be read on.
    """
    for file in files:
        source = file.source
        for row in source.rows():
            place = f"{source.path}, {source.unit} {row.line}"
            if row.problem is not None:
                yield Placed(place, None, row.problem)
                continue
            try:
                heard = to_raw(file.format, row.value)
            except RowError as error:
                yield Placed(place, None, str(error))
                continue
            report.count(report.kept, heard.kept)
            report.count(report.lost, heard.lost)
            report.count(report.noted, heard.noted)
            yield Placed(place, heard.raw)


def placed_example(file: Path, index: int, example: Example) -> Placed:
    """An example of the store as it goes into `convert`."""
    place = f"{file}, example {index + 1}"
    if isinstance(example, Unreadable):
        return Placed(place, None, "it is no JSON that can be read")
    return Placed(place, example.raw)


def refuse_own_source(sources: Iterable[Path], target: Path) -> None:
    """Make sure that the target is none of the files that are read.

    Raises:
        ExampleFileError: it is.
    """
    resolved = target.resolve()
    if any(path.resolve() == resolved for path in sources):
        raise ExampleFileError(target, "it would be read and written at once; name another file")
