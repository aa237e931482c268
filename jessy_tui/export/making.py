"""What it takes to export, whichever the way. Imported only by the process that exports."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from jessy_tui.bases.catalogue import NANO
from jessy_tui.bases.record import read_record
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.card import commands_for, identifier_of, write_card
from jessy_tui.export.chat_format import ChatTemplate, find_turns
from jessy_tui.export.fuse import unpack, write_fused
from jessy_tui.export.gguf import write_gguf
from jessy_tui.export.gguf_plan import plan_gguf
from jessy_tui.export.held import held
from jessy_tui.export.merge import CONFIG_NAME, WEIGHTS_NAME, Merged, read_config
from jessy_tui.export.ollama import write_modelfile
from jessy_tui.export.order import Order, Way
from jessy_tui.export.preflight import Preflight, gguf_name
from jessy_tui.export.scores import scores_of

Say = Callable[[Stage], None]


def make_export(known: Preflight, fresh: Path, say: Say) -> None:
    """Write the export into the empty folder `fresh`.

    Args:
        known: what the preflight found.
        fresh: takes it.
        say: hears of the progress.

    Raises:
        JessyError: it cannot be done; the sentence says why.
        OSError: the disk is full, or a file cannot be read or written.
    """
    with held(Path(known.order.adapter), fresh) as adapter:
        order = msgspec.structs.replace(known.order, adapter=str(adapter))
        _make(order, fresh, say, by_converter=known.by_converter)
        scores = scores_of(order)
    say(Stage(doing="writes the card"))
    order = known.order
    commands = commands_for(order, gguf_name(order), inside=True)
    write_card(fresh, order, licence_of(order), commands, scores)


def _make(order: Order, fresh: Path, say: Say, *, by_converter: bool) -> None:
    base, adapter = Path(order.base), Path(order.adapter)
    match order.way:
        case Way.ADAPTER:
            say(Stage(doing="copies the adapter"))
            for name in (WEIGHTS_NAME, CONFIG_NAME):
                shutil.copyfile(adapter / name, fresh / name)
        case Way.FUSED:
            write_fused(base, adapter, fresh, say)
        case Way.GGUF | Way.OLLAMA if by_converter:
            _convert(order, fresh, say)
        case Way.GGUF | Way.OLLAMA:
            _write_gguf(order, fresh, licence_of(order), say)
    if order.way is Way.OLLAMA:
        _write_modelfile(order, fresh, licence_of(order))


def licence_of(order: Order) -> str:
    """Under which the base's weights may be used."""
    if order.base_name == NANO:
        return order.data_licence or "that of the examples"
    record = read_record(Path(order.base))
    return (record.licence if record else "") or "unknown"


def _write_gguf(order: Order, fresh: Path, licence: str, say: Say) -> None:
    base = Path(order.base)
    config = read_config(base)
    merged = Merged(base, Path(order.adapter), config, unpack)
    plan = plan_gguf(base, config, merged.shapes)
    about = {
        "name": f"{order.run_name} {order.checkpoint}",
        "basename": order.base_name,
        "finetune": order.run_name,
        "description": "Says first how much thinking an answer deserves: <think>LOW 1</think>",
        "license": identifier_of(licence),
    }
    write_gguf(fresh / gguf_name(order), plan, merged, order.quantization, about, say)


def _convert(order: Order, fresh: Path, say: Say) -> None:
    """Let llama.cpp's converter make the GGUF of a fused folder that is only needed meanwhile."""
    assert order.converter is not None  # noqa: S101  # the preflight found it
    with tempfile.TemporaryDirectory(dir=fresh, prefix=".fused-") as folder:
        write_fused(Path(order.base), Path(order.adapter), Path(folder), say)
        say(Stage(doing="llama.cpp's converter works"))
        ran = subprocess.run(
            [
                *_interpreter(order.converter),
                *(order.converter, folder),
                *("--outfile", str(fresh / gguf_name(order))),
                *("--outtype", str(order.quantization)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ran.returncode != 0:
            lines = ran.stdout.decode("utf-8", "replace").strip().splitlines()
            raise JessyError(
                f"llama.cpp's converter failed ({lines[-1] if lines else ran.returncode}); run it "
                f"yourself on a fused export: python {order.converter} FOLDER."
            )


def _interpreter(script: str) -> list[str]:
    """What runs the converter: itself, where it may, else the first python of the PATH, which the
    user has prepared for it; it wants torch, and this one has none."""
    if os.access(script, os.X_OK):
        return []
    return [shutil.which("python3") or shutil.which("python") or "python3"]


def _write_modelfile(order: Order, fresh: Path, licence: str) -> None:
    base = Path(order.base)
    template = ChatTemplate(base)
    turns = find_turns(template)
    assert turns is not None  # noqa: S101  # the preflight has found them
    record = read_record(base)
    write_modelfile(
        fresh,
        order,
        gguf_name(order),
        turns,
        bos_added=bool(template.beginning),
        context=record.context if record else None,
        licence=licence,
    )
