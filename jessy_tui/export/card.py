"""`README.md` of an export: what it is, what it was made of, how well it did, how to run it."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jessy_tui import __version__
from jessy_tui.bases.catalogue import NANO, PARROTS
from jessy_tui.bases.record import BaseRecord, read_record
from jessy_tui.export.order import QUESTION, Order, Way
from jessy_tui.training.record import RunRecord
from jessy_tui.training.record import read_record as read_run

NAME: Final = "README.md"


def write_card(
    folder: Path, order: Order, licence: str, commands: tuple[str, ...], scores: Mapping[str, str]
) -> None:
    """Write the card into the folder of an export.

    Args:
        folder: where it goes.
        order: what is exported.
        licence: the base's.
        commands: how to run it.
        scores: what an evaluation of the checkpoint found, in words.

    Raises:
        JessyError: the run's record is unreadable.
        OSError: it cannot be written.
    """
    run = read_run(Path(order.run))
    base = read_record(Path(order.base))
    (folder / NAME).write_text(_card(order, run, base, licence, commands, scores), "utf-8")


def _card(
    order: Order,
    run: RunRecord,
    base: BaseRecord | None,
    licence: str,
    commands: tuple[str, ...],
    scores: Mapping[str, str],
) -> str:
    recipe = run.recipe
    lines = [
        "---",
        f"base_model: {order.base_name}",
        f"license: {identifier_of(licence)}",
        "language: [tr, en]",
        "tags: [iteration-control]",
        "---",
        "",
        f"# {run.name}, checkpoint {order.checkpoint}",
        "",
        "A language model that says first how much thinking an answer deserves:",
        "",
        "    <think>LOW 1</think>",
        "    Sor kanka, dinliyorum.",
        "",
        f"This folder holds {order.way.words}{_type(order)}.",
        "",
        "## How to run it",
        "",
        *(f"    {command}" for command in commands),
        "",
        "LOW is 1-2 iterations, MEDIUM 3-5, HIGH 6-9. A program that shows no thinking hides the "
        "plan.",
        "",
        "## What it was made of",
        "",
        "| | |",
        "|---|---|",
        f"| base | {order.base_name}{_origin(base)} |",
        f"| base's fingerprint | `{run.base.fingerprint or 'unknown'}` |",
        f"| examples | {run.data.examples} (digest `{run.data.digest}`), {run.data.rows} rows an "
        f"epoch, {run.data.validation_rows} held out |",
        f"| recipe | {recipe.describe_method()}; {recipe.epochs:g} epochs of batches of "
        f"{recipe.batch_size}, learning rate {recipe.learning_rate:g} ({recipe.schedule}), "
        f"{recipe.optimizer}, seed {recipe.seed} |",
        f"| steps | {_steps(run, order)} |",
        f"| system prompt | {_code(run.data.system) if run.data.system else 'none'} |",
        f"| exported | {time.strftime('%Y-%m-%d', time.gmtime())} by Jessy {__version__}"
        f"{_versions(run)} |",
        "",
    ]
    lines += [f"- {change}" for change in (base.changes if base else ())]
    if order.base_name == NANO:
        lines.append(f"- {PARROTS}")
    lines += ["", "## How well it does", ""]
    if scores:
        lines += ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in scores.items())]
    else:
        lines.append("It has not been evaluated: `jessy eval --run " + run.name + "`.")
    lines += [
        "",
        "## Licences",
        "",
        f"- the base's weights: {licence}",
        f"- the examples: {order.data_licence or 'unknown; ask whoever wrote them'}",
        "",
    ]
    return "\n".join(lines)


def commands_for(order: Order, gguf: str, *, inside: bool = False) -> tuple[str, ...]:
    """What to type next, for the way it was exported.

    Args:
        order: what is exported.
        gguf: the name of the GGUF, where there is one.
        inside: whether it is typed in the export's folder, wherever that is by then.
    """
    place = Path() if inside else order.target
    folder = _quoted(str(place))
    base = order.base_name.upper() if inside else order.base
    match order.way:
        case Way.ADAPTER:
            return (
                f"mlx_lm.generate --model {_quoted(base)} --adapter-path {folder} "
                f'--prompt "{QUESTION}"',
            )
        case Way.FUSED:
            return (f'mlx_lm.generate --model {folder} --prompt "{QUESTION}"',)
        case Way.GGUF:
            path = _quoted(str(place / gguf))
            return (f'llama-cli -m {path} --jinja --temp 0 -p "{QUESTION}"',)
        case Way.OLLAMA:
            return (
                f"ollama create {order.name} -f {_quoted(str(place / 'Modelfile'))}",
                f'ollama run {order.name} "{QUESTION}"',
            )


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _type(order: Order) -> str:
    return f"; {order.quantization}, {order.quantization.words}" if order.way.has_gguf else ""


def _origin(base: BaseRecord | None) -> str:
    return f", from {base.origin}" if base and base.origin else ""


def _steps(run: RunRecord, order: Order) -> str:
    step = {"final": run.step, "best": run.best_step}.get(order.checkpoint, order.checkpoint)
    words = f"{step} of {run.steps}"
    if run.best_loss is not None and str(step) == str(run.best_step):
        words += f", validation loss {run.best_loss:.3f}, the lowest"
    return words


def _versions(run: RunRecord) -> str:
    names = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    return f"; trained with {names}" if names else ""


def _code(text: str) -> str:
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def identifier_of(licence: str) -> str:
    """The licence as model hubs write it."""
    known = {"apache-2.0": "apache-2.0", "mit": "mit", "cc by 4.0": "cc-by-4.0", "gemma": "gemma"}
    return known.get(licence.lower(), "other")
