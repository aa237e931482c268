"""How a base is trained: the settings of a run, typed, bounded and explained.

A recipe says its length in epochs, so that it holds for 60 examples and for 400; the steps follow
from the rows (`Recipe.steps`) and are shown beside them.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from jessy_tui.errors import JessyError

Schedule = Literal["cosine", "linear", "constant"]


class Recipe(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The settings of a run. The defaults are those of `nano`."""

    epochs: Annotated[float, Meta(gt=0, le=10_000, description="How often each row is seen.")] = 7
    batch_size: Annotated[int, Meta(ge=1, le=1024, description="Rows a step learns from.")] = 4
    learning_rate: Annotated[
        float, Meta(gt=0, description="The highest learning rate, reached after the warm-up.")
    ] = 1e-3
    schedule: Annotated[
        Schedule,
        Meta(description="How the learning rate falls after the warm-up, to a tenth of itself."),
    ] = "cosine"
    warmup_steps: Annotated[
        int, Meta(ge=0, description="Steps over which the learning rate rises from nothing.")
    ] = 10
    weight_decay: Annotated[
        float, Meta(ge=0, le=1, description="Pulls the weights towards nothing (AdamW).")
    ] = 0.01
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
    checkpoint_every: Annotated[
        int, Meta(ge=0, description="Steps between two checkpoints; 0: only best and final.")
    ] = 100
    chosen: Annotated[
        Literal["best", "final"],
        Meta(description="The checkpoint the run is asked with unless another is named."),
    ] = "final"
    seed: Annotated[int, Meta(ge=0, lt=2**32, description="Of the order of the batches.")] = 7

    def steps_per_epoch(self, rows: int) -> int:
        """Steps in which every one of `rows` rows is seen once."""
        return max(1, math.ceil(rows / self.batch_size))

    def steps(self, rows: int) -> int:
        """Steps of the whole run."""
        return max(1, math.ceil(self.epochs * self.steps_per_epoch(rows)))

    def describe_length(self, rows: int) -> str:
        """The length in words: "12 epochs of 45 steps: 540 steps"."""
        an_epoch, all_of_them = self.steps_per_epoch(rows), self.steps(rows)
        return f"{self.epochs:g} epochs of {an_epoch} steps: {all_of_them} steps"


class RecipeField(msgspec.Struct, frozen=True):
    """One setting, for forms and for help."""

    name: str
    kind: Literal["whole number", "number", "choice"]
    allowed: str
    """What may be given, in words."""
    description: str
    choices: tuple[str, ...] = ()


PRESETS: Final[dict[str, Recipe]] = {"first look": Recipe()}
"""Recipes by name. `first look` is measured for nano on two CPU cores."""


def recipe_for(base: str) -> Recipe:
    """The recipe that suits the base of that name, before anything is set."""
    return PRESETS["first look"]


def recipe_fields() -> tuple[RecipeField, ...]:
    """Every setting of a recipe, in the order of importance."""
    info = msgspec.inspect.type_info(Recipe)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101
    return tuple(_field(field) for field in info.fields)


def with_settings(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """The recipe with settings of the form "key=value" made.

    Raises:
        JessyError: a key is unknown, or a value is not allowed; the sentence says what is.
    """
    fields = {field.name: field for field in recipe_fields()}
    changes: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip().replace("-", "_")
        if not equals:
            raise JessyError(f"{setting!r} is not a setting; write key=value, as in epochs=3.")
        if key not in fields:
            raise JessyError(
                f"{key!r} is no setting of a recipe; there are {_listed(sorted(fields))}."
            )
        changes[key] = _value(fields[key], text.strip())
    return msgspec.structs.replace(recipe, **changes)


def _value(field: RecipeField, text: str) -> Any:
    """The text as the field's type, checked against its bounds."""
    kind: Any = Recipe.__annotations__[field.name]
    try:
        value = msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise JessyError(f"{field.name} must be {field.allowed}, not {text!r}.") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise JessyError(f"{field.name} must be {field.allowed}, not {text!r}.")
    return value


def _field(field: msgspec.inspect.Field) -> RecipeField:
    meta = field.type
    assert isinstance(meta, msgspec.inspect.Metadata)  # noqa: S101
    description = (meta.extra_json_schema or {}).get("description", "")
    match meta.type:
        case msgspec.inspect.LiteralType(values=values):
            choices = tuple(str(value) for value in values)
            return RecipeField(field.name, "choice", _listed(choices, "or"), description, choices)
        case msgspec.inspect.IntType() as whole:
            allowed = _bounded("a whole number", whole)
            return RecipeField(field.name, "whole number", allowed, description)
        case msgspec.inspect.FloatType() as number:
            return RecipeField(field.name, "number", _bounded("a number", number), description)
    raise AssertionError(f"no way to describe the setting {field.name}")


def _bounded(noun: str, kind: msgspec.inspect.IntType | msgspec.inspect.FloatType) -> str:
    bounds = (("at least", kind.ge), ("above", kind.gt), ("at most", kind.le), ("below", kind.lt))
    words = [f"{word} {bound:,}" for word, bound in bounds if bound is not None]
    return ", ".join([noun, *words])


def _listed(words: Sequence[str], conjunction: str = "and") -> str:
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last
