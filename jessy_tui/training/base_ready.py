"""The base of a run, ready: built where it is one that is built here, and the one that is meant."""

from collections.abc import Callable
from pathlib import Path

from jessy_tui.bases.catalogue import NANO, NANO_SEED, fingerprint_of, read_record, texts_of
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace


def ready_base(
    workspace: Workspace,
    folder: Path,
    name: str,
    fingerprint: str | None,
    say: Callable[[str], None],
) -> str:
    """See to it that the base `name` is in `folder`; returns its fingerprint.

    Args:
        workspace: whose examples nano learns its tokenizer from.
        folder: the base's.
        name: of the base.
        fingerprint: that of the base that is meant; None: any will do, and nano may be built.
        say: told what takes long, in words.

    Raises:
        JessyError: it is not there, or is another than the one that is meant.
    """
    found = read_record(folder)
    if found is None and name == NANO and fingerprint is None:
        from jessy_tui.bases.nano import ensure_nano
        from jessy_tui.training.rows import all_examples

        say("building nano from the examples")
        found = ensure_nano(folder, texts_of(all_examples(workspace)), seed=NANO_SEED)
    if found is None:
        raise JessyError(
            f"The base {name} is not in {folder}; fetch it with: jessy bases fetch {name}."
        )
    if fingerprint not in (None, found.fingerprint):
        raise JessyError(
            f"The base {name} has been rebuilt since this run was made; make a new run."
        )
    if fingerprint_of(folder) != found.fingerprint:
        raise JessyError(
            f"The files in {folder} are not those its record tells of; build it anew with: "
            f"jessy bases fetch {name} --rebuild."
        )
    return found.fingerprint
