"""What is to be exported, and what the process that does it says meanwhile.

One order as a line of JSON on its stdin, replies as lines of JSON on its stdout.
"""

from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.inference.target import Target, target_of_run
from jessy_tui.training.names import check_name
from jessy_tui.workspace import Workspace

QUESTION: Final = "sana bisi sorucam"
"""What a model that Ollama was given is asked to prove it."""
OLLAMA_NAME: Final = "jessy"


class Way(StrEnum):
    """What a checkpoint is exported as."""

    ADAPTER = "adapter"
    FUSED = "fused"
    GGUF = "gguf"
    OLLAMA = "ollama"

    @property
    def words(self) -> str:
        """What it is, in a few words."""
        return _WORDS[self]

    @property
    def has_gguf(self) -> bool:
        """Whether a GGUF is among what is written."""
        return self in (Way.GGUF, Way.OLLAMA)


_WORDS: Final = {
    Way.ADAPTER: "the small matrices alone, for mlx-lm beside the base",
    Way.FUSED: "a whole model, for mlx-lm and transformers",
    Way.GGUF: "one file, for llama.cpp, LM Studio and the like",
    Way.OLLAMA: "a GGUF with a Modelfile, for ollama run",
}


class Quantization(StrEnum):
    """How the weights of a GGUF are kept."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"

    @property
    def words(self) -> str:
        """What it is, in a few words."""
        return _QUANTIZATIONS[self]


_QUANTIZATIONS: Final = {
    Quantization.F16: "16 bits a weight: answers as the checkpoint does",
    Quantization.Q8_0: "8.5 bits a weight: hardly any answer differs",
    Quantization.Q4_0: "4.5 bits a weight: small; answers differ",
}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An export."""

    way: Way
    run: str
    """The run's folder."""
    checkpoint: str
    """A step, "best" or "final"."""
    adapter: str
    """The checkpoint's folder."""
    base: str
    """The base's folder."""
    base_name: str
    folder: str
    """Where it goes."""
    quantization: Quantization = Quantization.Q8_0
    system: str = ""
    """The system prompt the run's rows begin with."""
    replace: bool = False
    """Whether what stands under that name goes, when the new one is whole."""
    name: str = OLLAMA_NAME
    """What Ollama is to call it."""
    create: bool = True
    """Whether Ollama is given the model, where it is on this machine."""
    converter: str | None = None
    """llama.cpp's convert_hf_to_gguf.py, where the user has it."""
    data_licence: str = ""
    """Under which the examples may be used."""

    @property
    def run_name(self) -> str:
        """The run's name."""
        return Path(self.run).name

    @property
    def target(self) -> Path:
        """Where it goes."""
        return Path(self.folder)


class Exported(msgspec.Struct, frozen=True, kw_only=True, tag="exported"):
    """It is on this disk, whole."""

    folder: str
    files: dict[str, int]
    """The files in it, with their bytes."""
    commands: tuple[str, ...]
    """What to type next."""
    notes: tuple[str, ...] = ()
    """What there is to know of it, a sentence each."""
    created: bool = False
    """Whether Ollama has it."""
    question: str = ""
    answer: str = ""
    """What Ollama answered the question, where it was asked."""
    seconds: float = 0.0


class NotExported(msgspec.Struct, frozen=True, kw_only=True, tag="not exported"):
    """It is not, and nothing of it is left."""

    reason: str


Reply: TypeAlias = Stage | Exported | NotExported

ORDERS: Final = msgspec.json.Decoder(Order)
REPLIES: "Final[msgspec.json.Decoder[Reply]]" = msgspec.json.Decoder(Reply)


def order_for(
    workspace: Workspace,
    *,
    run: str | None = None,
    checkpoint: str | None = None,
    way: Way,
    quantization: Quantization = Quantization.Q8_0,
    out: Path | None = None,
    name: str = OLLAMA_NAME,
    replace: bool = False,
    create: bool = True,
) -> Order:
    """The order for a checkpoint of a run.

    Args:
        workspace: where the run is, and by default the export goes.
        run: its name; by default the newest that has a final or a best checkpoint.
        checkpoint: a step, "best" or "final"; by default the one its recipe chooses.
        way: what it is exported as.
        quantization: of a GGUF.
        out: the folder that is written; by default one under `models/exports`.
        name: what Ollama is to call it.
        replace: what stands there already.
        create: whether Ollama is given the model.

    Raises:
        JessyError: there is no such run or checkpoint, its base is gone, or the name is none.
    """
    from jessy_tui.export.converter import find_converter
    from jessy_tui.export.licences import data_licence

    target = target_of_run(workspace, run, checkpoint)
    assert target.run is not None  # noqa: S101  # it is one of a run
    assert target.checkpoint is not None  # noqa: S101
    assert target.adapter is not None  # noqa: S101
    folder = out or workspace.exports / folder_name(target, way, quantization)
    return Order(
        way=way,
        run=str(workspace.runs / target.run),
        checkpoint=target.checkpoint,
        adapter=str(target.adapter),
        base=str(target.base),
        base_name=target.base_name,
        folder=str(folder.absolute()),
        quantization=quantization,
        system=target.system,
        replace=replace,
        name=check_ollama_name(name),
        create=create,
        converter=find_converter(workspace),
        data_licence=data_licence(workspace),
    )


def folder_name(target: Target, way: Way, quantization: Quantization) -> str:
    """What an export is called unless it is said otherwise: run, checkpoint and way."""
    parts = [str(target.run), str(target.checkpoint), str(way)]
    return "-".join([*parts, str(quantization)] if way.has_gguf else parts)


def check_ollama_name(name: str) -> str:
    """The name, if Ollama takes it: "jessy", "jessy:0.1" or "somebody/jessy".

    Raises:
        JessyError: it does not; the sentence says what may stand in a name.
    """
    owner, slash, rest = name.rpartition("/")
    model, colon, tag = rest.partition(":")
    try:
        for part in (model, *([owner] if slash else []), *([tag] if colon else [])):
            check_name(part)
    except JessyError:
        raise JessyError(
            f"{name!r} is no name for Ollama: it has letters a-z, digits, '-', '_' or '.', and "
            "may have an owner before it (OWNER/NAME) and a tag after it (NAME:TAG)."
        ) from None
    return name
