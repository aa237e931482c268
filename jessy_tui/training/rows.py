"""The rows a run is trained on: the workspace's examples, checked, split and written down."""

from pathlib import Path

from jessy_tui.dataset.checks import check_files
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile, load_examples
from jessy_tui.dataset.split import split_examples, training_rows, write_split
from jessy_tui.errors import JessyError
from jessy_tui.training.record import DataReference
from jessy_tui.workspace import Workspace


def write_rows(workspace: Workspace, folder: Path) -> DataReference:
    """Write `train.jsonl`, `valid.jsonl` and the split's manifest into `folder`, which is made.

    Raises:
        JessyError: there are no examples, or they have errors.
    """
    files = read_example_files(workspace)
    errors = [
        finding
        for finding in check_files(files, workspace.settings.check)
        if finding.severity == "error"
    ]
    if errors:
        first = errors[0]
        more = f" and {len(errors) - 1} more errors" if len(errors) > 1 else ""
        raise JessyError(
            f"The examples have errors, so no run was made: {first.file.name} "
            f"(example {first.index + 1}): {first.message}{more}; see: jessy check."
        )
    examples = [example for file in files for example in file.examples]
    settings = workspace.settings.split
    split = split_examples(examples, validation=settings.validation, seed=settings.seed)
    folder.mkdir()
    manifest = write_split(split, folder)
    return DataReference(
        digest=manifest.digest,
        examples=len(examples),
        rows=sum(1 for _ in training_rows(split.train)),
        validation_rows=sum(1 for _ in training_rows(split.validation, weighted=False)),
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
