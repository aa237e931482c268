"""A report as JSON, and back: so two reports, made on two days or two machines, can compare."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.report.data import FORMAT, Report, ReportColumn

SCRIPT_ID: Final = "jessy-report"
_SCRIPT: Final = re.compile(
    rb'<script type="application/json" id="jessy-report">(.*?)</script>', re.DOTALL
)


class _Read(msgspec.Struct):
    """What is read back of a report; everything else is computed anew."""

    format: int
    columns: tuple[ReportColumn, ...]


def object_of(report: Report) -> dict[str, Any]:
    """The report for programs: columns with their scores and answers, and what comes of them."""
    columns = [
        {**msgspec.to_builtins(column), "scores": msgspec.to_builtins(scores)}
        for column, scores in zip(report.columns, report.scores, strict=True)
    ]
    return {
        "format": FORMAT,
        "created": report.created,
        "verdicts": report.verdicts,
        "notes": report.notes,
        "columns": columns,
        "baselines": [
            {
                "name": one.baseline.name,
                "title": one.baseline.title,
                "meaning": one.baseline.meaning,
                "run": one.run,
                "scores": msgspec.to_builtins(one.scores),
            }
            for one in report.baselines
        ],
        "comparisons": [
            {
                "before": one.before,
                "after": one.after,
                "measure": one.measure,
                "counts": {str(change): number for change, number in one.counts.items()},
                "p_value": one.p_value,
                "probes": {change.probe.id: str(change.change) for change in one.changes},
                "left_out": one.left_out,
            }
            for one in report.comparisons
        ],
        "checkpoints": msgspec.to_builtins(report.curves),
    }


def columns_in(path: Path) -> list[ReportColumn]:
    """The columns of a report that was written as JSON or as a page.

    Raises:
        JessyError: the file cannot be read, or is no report.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
    if (script := _SCRIPT.search(content)) is not None:
        content = script[1]
    try:
        read = msgspec.json.decode(content, type=_Read)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JessyError(
            f"{path} is no report ({error}); name a file that jessy eval wrote with --json or "
            "--html."
        ) from error
    if read.format != FORMAT:
        raise JessyError(f"{path} is of a later version; update Jessy to read it.")
    return list(read.columns)
