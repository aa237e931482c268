"""One folder a person works in: where its data, models, runs and settings are."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.iteration import Policy

EXAMPLE_SUFFIXES = (".json", ".jsonl")
PROBES_NAME = "probes.json"


class SplitSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[split]`: how examples are divided into training and validation."""

    validation: float = 0.1
    """The share of the questions that goes to validation, above 0 and below 1."""
    seed: int = 7
    """The same seed and the same examples give the same split."""
    system: str = ""
    """A system prompt for every row, or none. A checkpoint that was trained with one is asked with
    the same. It costs time at every question; a short one does."""


class AnswerLengths(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="upper"):
    """`[check.answer_length]`: the least and the greatest length of an answer, in characters."""

    low: tuple[int, int] = (1, 180)
    medium: tuple[int, int] = (300, 1200)
    high: tuple[int, int] = (600, 1500)

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            least, most = getattr(self, name)
            if not 0 <= least <= most:
                raise ValueError(f"{name.upper()} goes from {least} to {most}")


class CheckSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[check]`: what the checks look at."""

    off: tuple[str, ...] = ()
    """Names of checks that are not made."""
    near_duplicate: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.7
    """From this share of common character trigrams on (the Jaccard index, 0 to 1), two questions
    are nearly the same."""
    opening_share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.03
    """The share of the answers, 0 to 1, that may begin with the same two words."""
    answer_length: AnswerLengths = AnswerLengths()
    max_seq_length: Annotated[int, msgspec.Meta(ge=16)] = 1024
    """So many tokens an answer may have with all that stands before it, in the tokens and the
    template of the base; counted where a base is on this disk."""


Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class CategoryTarget(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[targets.categories.NAME]`: what one category should hold."""

    share: Share | None = None
    """Of all examples, 0 to 1; where it is not given, what the category has now will do."""
    iterations: tuple[Annotated[int, msgspec.Meta(ge=1, le=9)], ...] | None = None
    """The iterations it is written for; where they are not given, those between the fewest and
    the most it has in each band."""


class TargetSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[targets]`: how the examples should be distributed. Shares are of all examples, 0 to 1."""

    examples: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How many examples there should be: gaps are counted towards it. 0: as many as there are."""
    complexity: dict[str, tuple[float, float]] = msgspec.field(
        default_factory=lambda: {"LOW": (0.48, 0.52), "MEDIUM": (0.33, 0.38), "HIGH": (0.13, 0.18)}
    )
    """For each complexity the least and the greatest share."""
    aim: dict[str, Share] = msgspec.field(
        default_factory=lambda: {"LOW": 0.5, "MEDIUM": 0.37, "HIGH": 0.13}
    )
    """For each complexity the share that is aimed at within these; by default their middle."""
    iterations: float = 0.25
    """Every number of iterations has at least this part of its even share of its band."""
    category: int = 4
    """Every category has at least as many examples."""
    categories: dict[str, CategoryTarget] = {}
    """Categories that should have a share or iterations of their own."""
    files: dict[str, float] = msgspec.field(
        default_factory=lambda: {
            "jessy_turkish_*": 0.5,
            "jessy_technical_*": 0.25,
            "jessy_philosophical_*": 0.125,
            "jessy_iteration_control*": 0.125,
        }
    )
    """For patterns of file names, the share that the files together should have."""
    file_tolerance: float = 0.02
    """By how much the share of files, or of a category, may differ from its target."""

    def __post_init__(self) -> None:
        for name in (*self.complexity, *self.aim):
            if name not in ("LOW", "MEDIUM", "HIGH"):
                raise ValueError(f'"{name}" is no complexity: they are LOW, MEDIUM and HIGH')
        for name, (least, most) in self.complexity.items():
            if not 0 <= least <= most <= 1:
                raise ValueError(f"{name} goes from {least} to {most}: from less to more, 0 to 1")

    def aim_of(self, complexity: str) -> float:
        """The share of a complexity that is aimed at: always one that meets the target."""
        if complexity not in self.complexity:
            return self.aim.get(complexity, 0.0)
        least, most = self.complexity[complexity]
        return min(max(self.aim.get(complexity, (least + most) / 2), least), most)


class TrainingSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[training]`: the machine that trains."""

    blas: str = "auto"
    """The BLAS to preload on a Linux CPU: "auto", "none", or a path to a shared library."""
    base: str | None = None
    """The base to fine-tune unless another is named; by default smollm2-135m where it is on this
    disk, else nano."""
    notice: Literal["desktop", "bell", "none"] = "desktop"
    """How the app tells that a run has ended: the terminal's bell, with a notice of the desktop
    where the terminal can show one (OSC 9, OSC 777); only the bell; or neither."""


class ChatSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`[chat]`: how the Chat tab asks."""

    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.0
    """How surprising an answer may be; 0 takes the likeliest token each time."""
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    """Only the likeliest tokens that together have this probability; 1 means all."""
    min_p: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """Only tokens at least this share as probable as the likeliest one; 0 means all."""
    repetition_penalty: Annotated[float, msgspec.Meta(ge=0.1, le=10)] = 1.0
    """Makes the last tokens less likely to come again; 1 means none."""
    seed: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Of the random choices; without one each answer differs where the temperature is above 0."""
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 512
    """The longest answer of a pass, in tokens."""
    policy: str = "auto"
    """How many passes: auto (the plan decides), single, or fixed N."""
    max_seconds: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """An answer is stopped after so many seconds; without it, never."""
    system: str = ""
    """A system prompt instead of the one a run was trained with; empty means that one."""
    context: bool = True
    """Whether a question is asked after what was said before it in the talk, or on its own."""

    def __post_init__(self) -> None:
        Policy.parse(self.policy)


class ExportSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[export]`: what leaves the house."""

    converter: str = ""
    """llama.cpp's convert_hf_to_gguf.py, or the folder it is in; by default the one on the PATH. It
    makes a GGUF of the bases whose architecture is not written as one here."""
    data_licence: str = ""
    """Under which the examples may be used, for the card of an export; by default what
    data/README.md says."""


class EndpointSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[endpoints.NAME]`: an OpenAI-compatible endpoint that can be asked by this name."""

    url: str
    """Such as "http://localhost:11434/v1"."""
    model: str | None = None
    """As the endpoint calls it; by default the only one it has."""
    key_from: str | None = None
    """The variable of the environment that holds the key; by default JESSY_API_KEY."""
    key: str | None = None
    """The key itself, where no variable is wanted; keep such a file to yourself."""
    system: str = ""
    """A system prompt before every talk, or none."""
    seconds: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    """How long it may be silent, as it is while a model is being loaded."""

    def __repr__(self) -> str:
        return f"EndpointSettings({self.url!r}, model={self.model!r})"  # never the key


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`jessy.toml`, all of it optional."""

    split: SplitSettings = SplitSettings()
    check: CheckSettings = CheckSettings()
    targets: TargetSettings = TargetSettings()
    training: TrainingSettings = TrainingSettings()
    endpoints: dict[str, EndpointSettings] = {}
    chat: ChatSettings = ChatSettings()
    export: ExportSettings = ExportSettings()


@dataclass(frozen=True)
class Workspace:
    """The paths and the settings of the folder `root`."""

    root: Path

    @property
    def data(self) -> Path:
        """The example files and the probes."""
        return self.root / "data"

    @property
    def bases(self) -> Path:
        """The models that can be fine-tuned."""
        return self.root / "models" / "bases"

    @property
    def runs(self) -> Path:
        """One folder a fine-tune."""
        return self.root / "models" / "runs"

    @property
    def exports(self) -> Path:
        """One folder an export."""
        return self.root / "models" / "exports"

    @property
    def probes(self) -> Path:
        """The held-out questions."""
        return self.data / PROBES_NAME

    @property
    def chats(self) -> Path:
        """What was said to models, a file a session."""
        return self.root / "chats"

    @property
    def state(self) -> Path:
        """What the app remembers between two starts: unsaved edits, sessions."""
        return self.root / ".jessy"

    @cached_property
    def settings(self) -> Settings:
        """The settings of `jessy.toml`, or the defaults where there is none.

        Raises:
            JessyError: the file is not TOML, or a setting is unknown or of the wrong type.
        """
        path = self.root / "jessy.toml"
        try:
            return msgspec.toml.decode(path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, msgspec.DecodeError) as error:
            raise JessyError(f"{path}: {error}. Mend it, or move it away.") from error

    def example_files(self) -> list[Path]:
        """The example files of the workspace, by name. Probes are not examples."""
        if not self.data.is_dir():
            return []
        return sorted(
            path
            for path in self.data.iterdir()
            if path.suffix in EXAMPLE_SUFFIXES
            and path.name != PROBES_NAME
            and not path.name.startswith(".")
        )
