"""The settings of a recipe one by one: described for forms and help, and read from key=value."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import Recipe


class RecipeField(msgspec.Struct, frozen=True):
    """One setting, for forms and for help."""

    name: str
    kind: Literal["whole number", "number", "choice", "text"]
    allowed: str
    """What may be given, in words."""
    description: str
    choices: tuple[str, ...] = ()


_TEXTS: Final = {
    "repeat": "labels and how often, as LOW-1:2,HIGH:3, or nothing",
    "report_to": "wandb, swanlab, both with a comma between, or nothing",
}


def recipe_fields() -> tuple[RecipeField, ...]:
    """Every setting of a recipe, in the order of importance."""
    info = msgspec.inspect.type_info(Recipe)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101
    return tuple(_field(field) for field in info.fields)


def with_settings(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """The recipe with settings of the form "key=value" made.

    `alpha`, which is no field, sets the scale that comes to it with the rank.

    Raises:
        JessyError: a key is unknown, or a value is not allowed; the sentence says what is.
    """
    fields = {field.name: field for field in recipe_fields()}
    changes: dict[str, Any] = {}
    alpha: float | None = None
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip().replace("-", "_")
        if not equals:
            raise JessyError(f"{setting!r} is not a setting; write key=value, as in epochs=3.")
        if key == "alpha":
            alpha = _value(fields["scale"], text.strip(), name="alpha")
            continue
        if key not in fields:
            raise JessyError(
                f"{key!r} is no setting of a recipe; there are {_listed(sorted(fields))}."
            )
        changes[key] = _value(fields[key], text.strip())
    changed = msgspec.structs.replace(recipe, **changes)
    if alpha is not None:
        changed = msgspec.structs.replace(changed, scale=alpha / changed.rank)
    return changed


def _value(field: RecipeField, text: str, name: str | None = None) -> Any:
    """The text as the field's type, checked against its bounds."""
    kind: Any = Recipe.__annotations__[field.name]
    name = name or field.name
    try:
        value = msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise JessyError(f"{name} must be {field.allowed}, not {text!r}.") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise JessyError(f"{name} must be {field.allowed}, not {text!r}.")
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
        case msgspec.inspect.StrType():
            return RecipeField(field.name, "text", _TEXTS[field.name], description)
    raise AssertionError(f"no way to describe the setting {field.name}")


def _bounded(noun: str, kind: msgspec.inspect.IntType | msgspec.inspect.FloatType) -> str:
    bounds = (("at least", kind.ge), ("above", kind.gt), ("at most", kind.le), ("below", kind.lt))
    words = [f"{word} {bound:,}" for word, bound in bounds if bound is not None]
    return ", ".join([noun, *words])


def _listed(words: Sequence[str], conjunction: str = "and") -> str:
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last
