"""Making a base ready from outside mlx: the work is done in a process of its own."""

import subprocess
import sys

import msgspec

from jessy_tui.bases.catalogue import NANO, NANO_SEED, Base, find_base, texts_of
from jessy_tui.errors import JessyError
from jessy_tui.training.blas import child_environment
from jessy_tui.training.rows import all_examples
from jessy_tui.workspace import Workspace


def fetch_base(workspace: Workspace, name: str, *, rebuild: bool = False) -> Base:
    """The base of that name, made ready if it is not; takes seconds for one that is built here.

    Args:
        workspace: whose examples a base that is built here learns its words from.
        name: as in the catalogue.
        rebuild: build it anew though it is ready. Runs that were trained on the old one can no
            longer be asked or resumed, if the new one differs.

    Raises:
        JessyError: there is no such base, or it cannot be built.
    """
    base = find_base(workspace, name)
    if base.ready and not rebuild:
        return base
    if name != NANO:
        raise JessyError(f"The base {name} is {base.origin}; only {NANO} can be built here.")
    texts = texts_of(all_examples(workspace))
    options = ["--seed", str(NANO_SEED), *(["--rebuild"] if rebuild else [])]
    try:
        built = subprocess.run(
            [sys.executable, "-P", "-m", "jessy_tui.bases.nano", str(base.folder), *options],
            input=msgspec.json.encode(texts),
            capture_output=True,
            env=child_environment(workspace.settings.training.blas),
            check=False,
        )
    except OSError as error:
        raise JessyError(f"{name} could not be built: {error}.") from error
    if built.returncode != 0:
        said = built.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else f"its process ended with {built.returncode}"
        raise JessyError(f"{name} could not be built: {reason}")
    return find_base(workspace, name)
