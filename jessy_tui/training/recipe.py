"""How a base is trained: the settings of a run, typed, bounded and explained.

A recipe says its length in epochs, so that it holds for 60 examples and for 400; the steps follow
from the rows (`Recipe.steps`) and are shown beside them. A step is one batch; with an accumulation
of four, every fourth step changes the weights.
"""

import math
import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

Schedule = Literal["cosine", "linear", "constant"]
FineTuneType = Literal["lora", "dora", "full"]
Keys = Literal["attention", "all"]
Optimizer = Literal["adam", "adamw"]
Frozen = Literal["auto", "memory", "disk", "none"]

_LABEL: Final = r"(?:LOW|MEDIUM|HIGH)(?:-[1-9])?"
_REPEAT: Final = rf"^(?:{_LABEL}:[1-9][0-9]?(?:,{_LABEL}:[1-9][0-9]?)*)?$"


class Recipe(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The settings of a run. The defaults are those of `nano`."""

    epochs: Annotated[float, Meta(gt=0, le=10_000, description="How often each row is seen.")] = 10
    batch_size: Annotated[int, Meta(ge=1, le=1024, description="Rows a step learns from.")] = 4
    learning_rate: Annotated[
        float, Meta(gt=0, description="The highest learning rate, reached after the warm-up.")
    ] = 1e-3
    fine_tune_type: Annotated[
        FineTuneType,
        Meta(
            description="lora and dora train small matrices beside the base's own; full trains "
            "the base itself."
        ),
    ] = "full"
    layers: Annotated[
        int, Meta(ge=0, le=1000, description="How many of the last layers are trained; 0: all.")
    ] = 0
    rank: Annotated[
        int, Meta(ge=1, le=1024, description="The narrow side of lora's and dora's matrices.")
    ] = 8
    scale: Annotated[
        float,
        Meta(
            gt=0,
            le=1000,
            description="By how much lora and dora multiply what they add: alpha / rank.",
        ),
    ] = 20.0
    dropout: Annotated[
        float,
        Meta(ge=0, lt=1, description="The share of inputs that lora and dora leave out at random."),
    ] = 0.0
    keys: Annotated[
        Keys,
        Meta(
            description="Which of a layer's matrices lora and dora sit on: those of the attention "
            "(q, k, v, o), or all."
        ),
    ] = "all"
    optimizer: Annotated[
        Optimizer, Meta(description="adamw also pulls the weights towards nothing.")
    ] = "adamw"
    schedule: Annotated[
        Schedule,
        Meta(description="How the learning rate falls after the warm-up, to a tenth of itself."),
    ] = "cosine"
    warmup_steps: Annotated[
        int, Meta(ge=0, description="Steps over which the learning rate rises from nothing.")
    ] = 10
    weight_decay: Annotated[
        float, Meta(ge=0, le=1, description="Pulls the weights towards nothing (adamw only).")
    ] = 0.01
    accumulation: Annotated[
        int, Meta(ge=1, le=1024, description="Steps whose gradients make one change together.")
    ] = 1
    repeat: Annotated[
        str,
        Meta(
            pattern=_REPEAT,
            description="Labels whose rows count several times, as LOW-1:2,HIGH:3; times the "
            "example's own weight.",
        ),
    ] = ""
    plan_weight: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            description="The part of the loss that the plans have together, whatever the length of "
            "the answers; 0: every token counts the same.",
        ),
    ] = 0.0
    plan_repeat: Annotated[
        int,
        Meta(
            ge=0,
            le=99,
            description="How many times more an epoch shows each row cut after its plan: a plan is "
            "a few tokens, so to learn it often costs little.",
        ),
    ] = 0
    max_seq_length: Annotated[
        int,
        Meta(
            ge=16,
            le=131_072,
            description="Tokens of a row; a longer one ends after the last sentence that fits.",
        ),
    ] = 128
    report_every: Annotated[
        int, Meta(ge=1, description="Steps between two reports of the training loss.")
    ] = 5
    validate_every: Annotated[
        int, Meta(ge=0, description="Steps between two validations; 0: once an epoch.")
    ] = 0
    probe_every: Annotated[
        int,
        Meta(
            ge=0,
            description="Steps between two askings of some probes, whose plans are scored while it "
            "trains; 0: none are asked.",
        ),
    ] = 0
    probe_count: Annotated[
        int,
        Meta(ge=1, le=1000, description="How many probes are asked then, spread over the bands."),
    ] = 24
    checkpoint_every: Annotated[
        int, Meta(ge=0, description="Steps between two checkpoints; 0: only best and final.")
    ] = 100
    keep_checkpoints: Annotated[
        int,
        Meta(
            ge=0,
            description="How many of the latest checkpoints stay, besides best and final; 0: all.",
        ),
    ] = 5
    patience: Annotated[
        int,
        Meta(ge=0, description="Steps without a better validation that end the run; 0: none do."),
    ] = 0
    min_delta: Annotated[
        float,
        Meta(ge=0, le=100, description="By how many nats a validation must be lower to be better."),
    ] = 0.0
    frozen: Annotated[
        Frozen,
        Meta(
            description="Where what the layers below the trained ones make of the rows is kept: "
            "auto, memory, disk, or none to compute it anew each step."
        ),
    ] = "auto"
    report_to: Annotated[
        str,
        Meta(
            pattern=r"^(?:wandb|swanlab|wandb,swanlab|swanlab,wandb)?$",
            description="Services that are sent the figures too: wandb, swanlab, or both with a "
            "comma between; their packages are installed by hand.",
        ),
    ] = ""
    chosen: Annotated[
        Literal["best", "final"],
        Meta(description="The checkpoint the run is asked with unless another is named."),
    ] = "final"
    seed: Annotated[
        int, Meta(ge=0, lt=2**32, description="Of the order of the batches and of chance.")
    ] = 7

    @property
    def alpha(self) -> float:
        """What other tools call alpha: `scale` times `rank`."""
        return self.scale * self.rank

    @property
    def reports(self) -> tuple[str, ...]:
        """`report_to` taken apart."""
        return tuple(self.report_to.split(",")) if self.report_to else ()

    @property
    def rows_per_update(self) -> int:
        """Rows that one change of the weights learns from."""
        return self.batch_size * self.accumulation

    def repeats(self) -> dict[tuple[str, int | None], int]:
        """`repeat` taken apart: (complexity, iterations or None for all) -> how often."""
        found: dict[tuple[str, int | None], int] = {}
        for label, times in re.findall(rf"({_LABEL}):(\d+)", self.repeat):
            complexity, _, iterations = label.partition("-")
            found[complexity, int(iterations) if iterations else None] = int(times)
        return found

    def steps_per_epoch(self, rows: int) -> int:
        """Steps that show each of `rows` rows once, and its plan `plan_repeat` times more."""
        return max(1, math.ceil(rows * (1 + self.plan_repeat) / self.batch_size))

    def steps(self, rows: int) -> int:
        """Steps of the whole run; so many that the last of them changes the weights."""
        steps = max(1, math.ceil(self.epochs * self.steps_per_epoch(rows)))
        return math.ceil(steps / self.accumulation) * self.accumulation

    def describe_length(self, rows: int) -> str:
        """The length in words: "12 epochs of 45 steps: 540 steps"."""
        an_epoch, all_of_them = self.steps_per_epoch(rows), self.steps(rows)
        words = f"{self.epochs:g} epochs of {an_epoch} steps: {all_of_them} steps"
        if self.accumulation > 1:
            words += f", {all_of_them // self.accumulation} changes of the weights"
        return words

    def describe_method(self) -> str:
        """What is trained: "lora of rank 8 on the last 16 layers, scale 20, alpha 160"."""
        where = f"the last {self.layers} layers" if self.layers else "all layers"
        if self.fine_tune_type == "full":
            return f"full, {where}" if self.layers else "full, all weights"
        which = "" if self.keys == "all" else ", attention only"
        return (
            f"{self.fine_tune_type} of rank {self.rank} on {where}{which}, scale {self.scale:g}, "
            f"alpha {self.alpha:g}"
        )
