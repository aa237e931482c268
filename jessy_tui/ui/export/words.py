"""What is known of an export, how far it is and what came of it, as text for the dialog."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.text import Text

from jessy_tui.bases.words import describe_bytes, describe_parameters, describe_stage
from jessy_tui.export.client import ExportCancelledError
from jessy_tui.export.order import Way
from jessy_tui.export.preflight import Preflight
from jessy_tui.export.words import describe_seconds
from jessy_tui.ui.export.exports import Job
from jessy_tui.ui.text import visible

_BAR: Final = 60


def problems_text(problems: Sequence[str]) -> Text:
    """What stands against it."""
    return Text("\n".join(f"✗ {visible(problem)}" for problem in problems))


def known_text(known: Preflight, root: Path) -> Text:
    """What would be done; paths are seen from `root`."""
    text = Text()
    if known.architecture:
        facts = [
            (
                "base",
                f"{known.order.base_name}: {known.architecture}, "
                f"{describe_parameters(known.parameters)} in {known.precision}",
            ),
            ("writes", f"{', '.join(known.files)}; about {describe_bytes(known.disk)}"),
            ("to", visible(_seen_from(root, known.order.target))),
            (
                "takes",
                f"about {describe_seconds(known.seconds)}; {describe_bytes(known.disk_free)} of "
                "disk are free",
            ),
        ]
        for name, words in facts:
            text.append(f"{name:<7}", "dim").append(f"{words}\n")
    for note in known.notes:
        text.append(f"· {visible(note)}\n", "dim")
    text.rstrip()
    return text


def _seen_from(root: Path, path: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def job_text(job: Job) -> Text:
    """What is exported, and as what."""
    order = job.order
    kind = f" in {order.quantization}" if order.way.has_gguf else ""
    return Text(f"{order.run_name}, checkpoint {order.checkpoint}, as {order.way}{kind}")


def stage_text(job: Job) -> Text:
    """How far it is, with a bar where that is known."""
    stage = job.stage
    words = describe_stage(stage)
    if stage.share is None:
        return Text(f"… {words}")
    full = round(_BAR * stage.share)
    return Text(f"{words}\n{'━' * full}{'╌' * (_BAR - full)} {stage.share:>4.0%}")


def outcome_text(job: Job) -> Text:
    """What came of it, and what to type next."""
    if job.reason is not None:
        mark = "–" if isinstance(job.reason, ExportCancelledError) else "✗"
        return Text(f"{mark} {visible(str(job.reason))}", "bold")
    done = job.exported
    assert done is not None  # noqa: S101  # it has ended
    text = Text()
    total = describe_bytes(sum(done.files.values()))
    text.append(f"✓ {visible(done.folder)}\n", "bold")
    text.append(f"  {', '.join(done.files)}; {total} in {describe_seconds(done.seconds)}\n", "dim")
    for note in done.notes:
        text.append(f"· {visible(note)}\n", "dim")
    if done.answer:
        text.append(f"\nOllama was asked: {done.question}\n", "dim")
        text.append(f"{visible(done.answer)}\n")
    text.append("\nWhat to type next (y copies it):\n", "dim")
    for command in done.commands:
        text.append(f"  {visible(command)}\n")
    text.rstrip()
    return text


def way_text(way: Way, *, chosen: bool) -> Text:
    """A way as a row of the list."""
    mark = "▸" if chosen else " "
    return Text.assemble(f"{mark} ", (f"{way:<9}", "bold"), (way.words, "dim"))
