"""The rows a run is trained on: the workspace's examples, checked, split and written down."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jessy_tui.dataset.checks import Finding, check_files
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile, load_examples
from jessy_tui.dataset.probes import load_probes
from jessy_tui.dataset.split import divide, group_examples, write_division
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.probe import read_probe_set
from jessy_tui.iteration import Plan
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import DataReference
from jessy_tui.workspace import PROBES_NAME, Workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """The example files of a workspace, and what the checks say of them."""

    files: list[ExampleFile]
    findings: list[Finding]


def read_checked(workspace: Workspace) -> Checked:
    """Every example file of the workspace, checked.

    Raises:
        JessyError: a file cannot be read, or there is no example in any.
    """
    files = read_example_files(workspace)
    probes = load_probes(workspace.probes) if workspace.probes.is_file() else None
    return Checked(files, list(check_files(files, workspace.settings.check, probes)))


def write_rows(
    workspace: Workspace, folder: Path, recipe: Recipe, checked: Checked | None = None
) -> DataReference:
    """Write `train.jsonl`, `valid.jsonl` and the split's manifest into `folder`, which is made.

    Training rows whose labels the recipe repeats are there as often as it says.

    A recipe that asks probes has a copy of them beside the rows.

    Raises:
        JessyError: there are no examples, or they have errors, a probe among them for one; or
            probes are to be asked, and there are none, or they have errors.
    """
    checked = checked or read_checked(workspace)
    _refuse_errors(checked.findings)
    examples = [example for file in checked.files for example in file.examples]
    settings = workspace.settings.split
    grouping = group_examples(examples, near=workspace.settings.check.near_duplicate)
    division = divide(grouping, validation=settings.validation, seed=settings.seed)
    manifest = write_division(
        division, examples, folder, system=settings.system, times=times_of(recipe)
    )
    if recipe.probe_every:
        (folder / PROBES_NAME).write_bytes(read_probe_set(workspace.probes).content)
    return DataReference(
        digest=manifest.digest,
        examples=manifest.examples,
        rows=manifest.train.rows,
        validation_rows=manifest.validation.rows,
        system=manifest.system,
    )


def times_of(recipe: Recipe) -> Callable[[Plan], int]:
    """How often the recipe has a row of a label; the more exact of two entries holds."""
    repeats = recipe.repeats()

    def times(plan: Plan) -> int:
        of_all = repeats.get((plan.complexity, None), 1)
        return repeats.get((plan.complexity, plan.iterations), of_all)

    return times


def _refuse_errors(findings: list[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        return
    first, others = errors[0], len(errors) - 1
    place = first.file.name if first.file else "an example"
    if first.index is not None:
        place += f" (example {first.index + 1})"
    more = f" There are {others} more." if others else ""
    raise JessyError(
        f"No run was made, since the examples have errors: {place}: {first.message}{more} "
        "See them all with: jessy check."
    )


def read_example_files(workspace: Workspace) -> list[ExampleFile]:
    """Every example file of the workspace.

    Raises:
        JessyError: a file cannot be read, or there is no example in any.
    """
    files = [load_examples(path) for path in workspace.example_files()]
    if not any(file.examples for file in files):
        raise JessyError(
            f"There are no examples in {workspace.data}; put example files (*.json, *.jsonl) there."
        )
    return files


def all_examples(workspace: Workspace) -> list[Example]:
    """Every example of the workspace; see `read_example_files`."""
    return [example for file in read_example_files(workspace) for example in file.examples]
