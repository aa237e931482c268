"""A repository of the Hugging Face hub, in the hub's own cache on this disk.

The user's settings hold: HF_ENDPOINT, HF_HOME, HF_HUB_OFFLINE, a token. A download that breaks off
goes on where it was the next time, since the hub's library keeps what it has. Imported only where a
base is made.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jessy_tui.bases.sources import FromHub
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError

# What mlx-lm takes, less other people's code, and what says under which terms it is given.
_WANTED: Final = (
    "*.json",
    "model*.safetensors",
    "tokenizer.model",
    "*.tiktoken",
    "*.txt",
    "*.jinja",
    "README.md",
    "LICENSE*",
)
_NO_HUB: Final = "smollm2-135m needs no hub: jessy bases fetch smollm2-135m."


def fetch_snapshot(
    source: FromHub, say: Callable[[Stage], None], make_room: Callable[[int], None]
) -> Path:
    """The folder of the repository's files on this disk.

    Args:
        source: which repository.
        say: hears of the progress.
        make_room: called with the bytes that will be fetched; raises where they do not fit.

    Raises:
        JessyError: there is no such repository, its terms have not been accepted, or the hub cannot
            be reached and the files are not in its cache.
    """
    from huggingface_hub import constants, errors, snapshot_download
    from huggingface_hub.errors import (
        DryRunError,
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name = source.repository
    asked: dict[str, Any] = {
        "repo_id": name,
        "revision": source.revision,
        "allow_patterns": list(_WANTED),
    }
    say(Stage(doing="asks the hub"))
    try:
        try:
            files = snapshot_download(**asked, dry_run=True)
        except DryRunError as error:
            cause = error.__cause__
            if isinstance(cause, RepositoryNotFoundError):
                raise cause from None
            files = []  # the hub is out of reach: perhaps the cache has it all
        make_room(sum(file.file_size for file in files if file.will_download))
        folder = snapshot_download(**asked, tqdm_class=_bar_that_says(say))
    except GatedRepoError as error:
        raise JessyError(
            f"{name} is given only to those who have accepted its terms: accept them on "
            f"{constants.ENDPOINT}/{name}, say who you are with: hf auth login (or HF_TOKEN), and "
            "fetch it again."
        ) from error
    except RepositoryNotFoundError as error:
        raise JessyError(
            f"There is no model {name} on {constants.ENDPOINT}, or it is private and you are not "
            "signed in (hf auth login, or HF_TOKEN)."
        ) from error
    except RevisionNotFoundError as error:
        raise JessyError(f"{name} has no revision {source.revision}.") from error
    except HFValidationError as error:
        raise JessyError(f"{name} cannot be the name of a model on the hub ({error}).") from error
    except LocalEntryNotFoundError as error:
        offline = constants.HF_HUB_OFFLINE
        why = "HF_HUB_OFFLINE is set" if offline else f"{constants.ENDPOINT} cannot be reached"
        raise JessyError(
            f"{name} is not in the hub's cache on this disk, and {why}; try again when the hub can "
            f"be reached. {_NO_HUB}"
        ) from error
    except errors.HTTPError as error:  # type: ignore[attr-defined]  # all that goes wrong on the way
        raise JessyError(
            f"The download of {name} broke off ({type(error).__name__}: {error}); fetch it again, "
            "and it goes on where it was."
        ) from error
    return Path(folder)


def card_of(folder: Path) -> tuple[str, tuple[str, ...]]:
    """The licence and the languages that a model's README names; empty where it names none."""
    from huggingface_hub import metadata_load

    path = folder / "README.md"
    try:
        card = metadata_load(path) if path.is_file() else None
    except (OSError, ValueError):
        card = None
    card = card or {}
    licence = card.get("license_name") or card.get("license") or ""
    languages = card.get("language") or ()
    if isinstance(languages, str):
        languages = (languages,)
    return str(licence), tuple(str(language) for language in languages)


def _bar_that_says(say: Callable[[Stage], None]) -> type:
    """A progress bar for the hub's library that draws nothing and says how many bytes are here."""
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]  # tqdm has no types
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)  # the hub's own
            self._bytes = options.get("unit") == "B"
            super().__init__(*args, **(options | {"disable": False, "file": _Nowhere()}))

        def update(self, n: float | None = 1) -> bool | None:
            shown: bool | None = super().update(n)
            if self._bytes and self.total:
                done, total = int(self.n), int(self.total)
                say(Stage(doing="downloads", done=min(done, total), total=total, unit="bytes"))
            return shown

    return Bar


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass
