"""Rows of a foreign file into example files of ours: looked at first, then written whole or not.

detected = detect(path)
job = Import(detected)
job.preview(5)                        # the first rows as examples
staged = job.write(target)            # read through, written under a temporary name
job.report                            # what there was
staged.commit()                       # or staged.discard()
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFileError, load_examples, render
from jessy_tui.dataset.formats.carrying import to_raw
from jessy_tui.dataset.formats.detect import Detected
from jessy_tui.dataset.formats.format import RowError
from jessy_tui.dataset.formats.json_rows import array_blocks, lines_blocks
from jessy_tui.dataset.formats.report import Report
from jessy_tui.dataset.formats.source import SourceRow, open_binary
from jessy_tui.dataset.frame import holds_lines
from jessy_tui.errors import JessyError
from jessy_tui.files import Staged

_TOLD_EVERY: Final = 200
"""Rows between two looks at whether somebody has lost patience."""
_COPIED_AT_ONCE: Final = 1 << 20


class CancelledError(JessyError):
    """Somebody stopped it; nothing was written."""

    def __init__(self) -> None:
        super().__init__("It was stopped; nothing was written.")


@dataclass(frozen=True, slots=True)
class Previewed:
    """One of the first rows."""

    place: str
    example: Example | None
    problem: str | None


class Import:
    """One file on its way to examples."""

    def __init__(self, detected: Detected) -> None:
        self.detected = detected
        self.report = Report()

    @property
    def source(self) -> Path:
        """The file that is read."""
        return self.detected.source.path

    def preview(self, number: int) -> list[Previewed]:
        """The first rows as examples, or why they are none.

        Raises:
            ExampleFileError: the file cannot be read so far.
        """
        found = []
        for row in islice(self.detected.source.rows(), number):
            try:
                raw = self._raw(row, Report())
                found.append(Previewed(self.place_of(row), Example(raw), None))
            except RowError as error:
                found.append(Previewed(self.place_of(row), None, str(error)))
        return found

    def place_of(self, row: SourceRow) -> str:
        """File and line, as people say it."""
        source = self.detected.source
        return f"{source.path}, {source.unit} {row.line}"

    def raws(
        self,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        progressed: Callable[[float], object] = lambda share: None,
    ) -> Iterator[dict[str, Any]]:
        """The examples' JSON, one by one; bad rows are passed over and counted in `report`.

        Raises:
            CancelledError: `cancelled` said so.
            ExampleFileError: the file cannot be read on.
        """
        report = self.report = Report()
        for row in self.detected.source.rows():
            report.rows += 1
            if report.rows % _TOLD_EVERY == 0:
                if cancelled():
                    raise CancelledError
                progressed(self.detected.source.share)
            try:
                raw = self._raw(row, report)
            except RowError as error:
                report.add_bad(self.place_of(row), str(error))
                continue
            report.examples += 1
            report.labelled += Example(raw).plan is not None
            yield raw
        progressed(1.0)

    def _raw(self, row: SourceRow, report: Report) -> dict[str, Any]:
        if row.problem is not None:
            raise RowError(row.problem)
        heard = to_raw(self.detected.format, row.value)
        report.count(report.kept, heard.kept)
        report.count(report.lost, heard.lost)
        report.count(report.noted, heard.noted)
        return heard.raw

    def write(
        self,
        target: Path,
        *,
        append: bool = False,
        skip_bad: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
        progressed: Callable[[float], object] = lambda share: None,
    ) -> Staged:
        """Read all rows and write the examples, under a temporary name until it is committed.

        Args:
            target: an example file, `*.json` or `*.jsonl`.
            append: put them behind the examples that are in `target`.
            skip_bad: leave bad rows out; otherwise one is enough to write nothing.
            cancelled: asked now and then whether to stop.
            progressed: told now and then how far it is, 0 to 1.

        Raises:
            CancelledError: `cancelled` said so.
            JessyError: rows are bad, or a file cannot be read or written. Nothing was written.
        """
        refuse_target(target)

        def good() -> Iterator[dict[str, Any]]:
            for raw in self.raws(cancelled=cancelled, progressed=progressed):
                if skip_bad or not self.report.bad_rows:
                    yield raw

        staged = Staged(target, _blocks(target, good(), append=append and target.exists()))
        if self.report.bad_rows and not skip_bad:
            staged.discard()
            raise JessyError(self.why_bad())
        if not self.report.examples:
            staged.discard()
            raise ExampleFileError(self.source, "none of its rows is an example")
        return staged

    def why_bad(self) -> str:
        """Why nothing was written, as a sentence."""
        first, number = self.report.bad[0], self.report.bad_rows
        more = f" and {number - 1:,} more rows are bad" if number > 1 else ""
        return (
            f"Nothing was written, since {first.place}: {first.reason}{more}. Mend the file, or "
            "leave bad rows out (--skip-bad)."
        )


def refuse_target(target: Path) -> None:
    """Make sure that a name is one of an example file.

    Raises:
        JessyError: its ending is neither .json nor .jsonl.
    """
    if target.suffix.lower() != ".json" and not holds_lines(target):
        raise JessyError(f"{target}: examples are kept in *.json or *.jsonl; name it so.")


def _blocks(target: Path, raws: Iterator[dict[str, Any]], *, append: bool) -> Iterator[bytes]:
    """The bytes of the target with the examples in it."""
    if not append:
        return lines_blocks(raws) if holds_lines(target) else array_blocks(raws)
    if holds_lines(target):
        return _appended_lines(target, raws)
    return _appended_array(target, raws)


def _appended_lines(target: Path, raws: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    last = b"\n"
    with open_binary(target) as stream:
        while block := stream.read(_COPIED_AT_ONCE):
            last = block[-1:]
            yield block
    if last != b"\n":
        yield b"\n"
    yield from lines_blocks(raws)


def _appended_array(target: Path, raws: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    file = load_examples(target)
    yield render(file, [*file.examples, *(Example(raw) for raw in raws)])
