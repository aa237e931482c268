"""What can be known of an export before it begins: what it writes, how large, and what would fail.

Only the headers and the JSON of a base and a checkpoint are read, without mlx. Nothing that can be
said here is left to fail after minutes.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.bases.catalogue import read_record
from jessy_tui.bases.machine import free_disk
from jessy_tui.bases.words import describe_bytes
from jessy_tui.errors import JessyError
from jessy_tui.export.chat_format import ChatTemplate, Turns, find_turns
from jessy_tui.export.converter import SCRIPT
from jessy_tui.export.gguf import bytes_of, kind_of
from jessy_tui.export.gguf_plan import Plan, UnwritableError, plan_gguf
from jessy_tui.export.merge import WEIGHTS_NAME, Merged, read_config
from jessy_tui.export.ollama_models import ollama_here, ollama_models
from jessy_tui.export.order import Order, Quantization, Way

# Bytes of the base's weights that pass in a second, measured on two cores of a laptop's class.
_PACE: Final = {"merge": 250e6, "f16": 160e6, "q8_0": 200e6, "q4_0": 200e6}
# Beside the weights: tokenizer, configuration, card. In a GGUF the tokenizer is smaller.
_BESIDE: Final = 4_000_000
_QUANTIZES: Final = (Quantization.F16, Quantization.Q8_0)
"""What llama.cpp's converter writes by itself."""


class Preflight(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an export."""

    order: Order
    architecture: str = ""
    precision: str = ""
    """The type most of the base's weights are kept in."""
    parameters: int = 0
    base_bytes: int = 0
    """Of the base's weights."""
    adapter_kind: str = ""
    files: tuple[str, ...] = ()
    """What will be written, as names in the folder."""
    disk: int = 0
    """Bytes that will be written, about."""
    disk_on_the_way: int = 0
    """Bytes that are needed meanwhile, those included."""
    disk_free: int = 0
    seconds: float = 0.0
    """How long it takes, about."""
    by_converter: bool = False
    """Whether llama.cpp's converter makes the GGUF."""
    to_ollama: bool = False
    """Whether Ollama is here and is given the model."""
    notes: tuple[str, ...] = ()
    """What this way can and cannot do for this base, a sentence each."""
    problems: tuple[str, ...] = ()
    """What would stop it, a sentence each, with what works instead."""

    @property
    def ready(self) -> bool:
        """Whether nothing is known that would stop it."""
        return not self.problems


def preflight(order: Order) -> Preflight:
    """What is known of an export; nothing is written, and nothing is raised for what would stop it.

    It reads a tokenizer's JSON where a GGUF is wanted, some tenths of a second: no work for a
    screen's own thread.
    """
    try:
        return _Looking(order).look()
    except (JessyError, OSError) as error:
        return Preflight(order=order, problems=(str(error), *_problems_of_place(order, 0)))


def gguf_name(order: Order) -> str:
    """What the GGUF is called: run, checkpoint and type."""
    return f"{order.run_name}-{order.checkpoint}-{order.quantization}.gguf"


class _Looking:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.base = Path(order.base)
        self.notes: list[str] = []
        self.problems: list[str] = []
        self.by_converter = False
        self.to_ollama = False

    def look(self) -> Preflight:
        order = self.order
        config = read_config(self.base)
        merged = Merged(self.base, Path(order.adapter), config)
        record = read_record(self.base)
        self.architecture = str(config.get("model_type", "unknown"))
        plan = self._plan(config, merged) if order.way.has_gguf else None
        turns = self._turns() if order.way is Way.OLLAMA else None
        self._say_of_the_way(merged)
        if order.way is Way.OLLAMA:
            self._say_of_ollama(turns)
        written = self._bytes(merged, plan)
        meanwhile = written + (merged.nbytes if self.by_converter else 0)
        self.problems += _problems_of_place(order, meanwhile)
        return Preflight(
            order=order,
            architecture=self.architecture,
            precision=record.precision if record else str(config.get("torch_dtype", "")),
            parameters=merged.parameters,
            base_bytes=merged.nbytes,
            adapter_kind=merged.kind,
            files=self._files(),
            disk=written,
            disk_on_the_way=meanwhile,
            disk_free=free_disk(order.target),
            seconds=self._seconds(merged),
            by_converter=self.by_converter,
            to_ollama=self.to_ollama,
            notes=tuple(self.notes),
            problems=tuple(self.problems),
        )

    def _plan(self, config: dict[str, object], merged: Merged) -> Plan | None:
        try:
            plan = plan_gguf(self.base, config, merged.shapes)
        except UnwritableError as error:
            self._leave_to_the_converter(str(error))
            return None
        if plan.tokenizer.composed:
            self.notes.append(
                "llama.cpp does not compose letters as this base's tokenizer does: text whose "
                "accents are typed apart (NFD) is read otherwise than in training."
            )
        return plan

    def _leave_to_the_converter(self, why: str) -> None:
        order = self.order
        wanted = order.quantization if order.quantization in _QUANTIZES else Quantization.F16
        if order.converter is not None and order.quantization in _QUANTIZES:
            self.by_converter = True
            self.notes.append(
                f"llama.cpp's converter makes the GGUF, since {why}: {order.converter}."
            )
            return
        fused = f"jessy export --run {order.run_name} --checkpoint {order.checkpoint} --to fused"
        folder = _from_here(order.target.parent / f"{order.run_name}-{order.checkpoint}-fused")
        command = f"python {order.converter or SCRIPT} {folder} --outtype {wanted}"
        if order.converter is None:
            self.problems.append(
                f"{order.base_name} cannot be written as a GGUF here, since {why}; with "
                f"llama.cpp's converter it can: {fused}, then: {command}. Set [export] converter "
                "in jessy.toml to have it done from here."
            )
        else:
            self.problems.append(
                f"{order.base_name} cannot be written in {order.quantization} here, since {why}, "
                "and llama.cpp's converter does not write it either; use --quantize q8_0."
            )

    def _turns(self) -> Turns | None:
        template = ChatTemplate(self.base)
        turns = find_turns(template)
        if turns is None or "{{" in turns.write([]) or '"""' in template.text:
            self.problems.append(
                f"The chat template of {self.order.base_name} writes a turn by what stands around "
                "it, which Ollama's template language cannot repeat exactly; export it with --to "
                "gguf, for llama.cpp or LM Studio, which use the template itself."
            )
            return None
        return turns

    def _say_of_the_way(self, merged: Merged) -> None:
        order = self.order
        if order.way is Way.ADAPTER:
            self.notes.append(
                f"It is of use beside the very base it was trained on, {order.base_name}, with "
                "mlx-lm. Ollama and llama.cpp do not take it: for them, export --to gguf or ollama."
            )
            return
        template = ChatTemplate(self.base)
        if template.text != template.written:
            self.notes.append(
                "The chat template is written plainly, as the rows were trained: without the "
                "system prompt and the tools of the base's own."
            )
        if merged.quantized and order.way is Way.FUSED:
            self.notes.append(
                f"The base is quantized; its weights are taken apart, so the model takes "
                f"{describe_bytes(merged.nbytes)}."
            )
        if order.way.has_gguf and order.quantization is Quantization.Q4_0:
            self.notes.append(
                "Four bits a weight change what a small model says; q8_0 hardly does. Look at the "
                "plans before you ship it."
            )

    def _say_of_ollama(self, turns: Turns | None) -> None:
        order = self.order
        if order.system and turns is not None and "system" not in turns.around:
            self.problems.append(
                "The run was trained with a system prompt, and this base's template knows none."
            )
        if '"""' in order.system:
            self.problems.append(
                'The system prompt holds """, which a Modelfile cannot; train without it.'
            )
        if not order.system:
            self.notes.append(
                "The run was trained without a system prompt, so the Modelfile has none either: "
                "one would ask it otherwise than it was trained."
            )
        if not ollama_here():
            self.notes.append(
                "There is no ollama on the PATH: the folder is written, with the command that "
                "makes the model of it."
            )
        elif order.create and (models := ollama_models()) is None:
            self.notes.append(
                "Ollama does not answer (ollama serve starts it): the folder is written, with the "
                "command that makes the model of it."
            )
        elif order.create:
            self.to_ollama = True
            known = order.name if ":" in order.name else f"{order.name}:latest"
            there = " in the place of the one it has" if known in (models or ()) else ""
            self.notes.append(f"Ollama is given the model as {order.name}{there}.")

    def _bytes(self, merged: Merged, plan: Plan | None) -> int:
        order = self.order
        match order.way:
            case Way.ADAPTER:
                return (Path(order.adapter) / WEIGHTS_NAME).stat().st_size + 20_000
            case Way.FUSED:
                return merged.nbytes + _BESIDE
        if plan is None:
            return int(merged.parameters * (2 if order.quantization is Quantization.F16 else 1.07))
        shapes = merged.shapes
        return _BESIDE + sum(
            bytes_of(shapes[ours], kind_of(shapes[ours], theirs, order.quantization))
            for ours, theirs in plan.names.items()
        )

    def _files(self) -> tuple[str, ...]:
        order = self.order
        match order.way:
            case Way.ADAPTER:
                names = [WEIGHTS_NAME, "adapter_config.json"]
            case Way.FUSED:
                names = ["model.safetensors", "config.json", "the tokenizer with its chat template"]
            case Way.GGUF:
                names = [gguf_name(order)]
            case Way.OLLAMA:
                names = [gguf_name(order), "Modelfile"]
        return (*names, "README.md")

    def _seconds(self, merged: Merged) -> float:
        order = self.order
        if order.way is Way.ADAPTER:
            return 1.0
        seconds = 1.0
        if order.way is Way.FUSED or self.by_converter:
            seconds += merged.nbytes / _PACE["merge"]
        if order.way.has_gguf:
            # What is packed counts by the number of its weights, in whatever type they come.
            seconds += 4 * merged.parameters / _PACE[order.quantization]
        return seconds


def _from_here(path: Path) -> Path:
    """The path as it is typed here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _problems_of_place(order: Order, needed: int) -> list[str]:
    """What is wrong with where it goes."""
    target = order.target
    if target.exists() and not target.is_dir():
        return [f"{target} is a file; give another folder with --out."]
    if target.is_dir() and any(target.iterdir()) and not order.replace:
        return [
            f"{target} is there already; give another folder with --out, or replace it with "
            "--replace."
        ]
    above = target.parent
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        return [f"{above} is a file, so nothing can be put under it; give another folder."]
    if not os.access(above, os.W_OK | os.X_OK):
        return [f"{above} cannot be written; give another folder with --out."]
    free = free_disk(target)
    if needed > free:
        return [
            f"It needs {describe_bytes(needed)} of disk, and {above} has {describe_bytes(free)} "
            "free; make room, or export another way."
        ]
    return []
