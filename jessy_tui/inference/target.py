"""What can be asked: a checkpoint of a run on its base, a base as it is, or an endpoint."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from jessy_tui.bases.catalogue import find_base, read_record
from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Message
from jessy_tui.training.run import Run
from jessy_tui.training.runs import find_run, list_runs
from jessy_tui.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A base, and the checkpoint on it, if any; or the model of an endpoint."""

    base_name: str
    """Of an endpoint, what it calls its model."""
    base: Path = Path()
    """The base's folder; of an endpoint, none."""
    run: str | None = None
    checkpoint: str | None = None
    """A step, "best" or "final"."""
    adapter: Path | None = None
    """The checkpoint's folder."""
    system: str = ""
    """The system prompt that the run's rows begin with; the checkpoint is asked with the same."""
    url: str | None = None
    """The root of the endpoint's API."""

    @property
    def opening(self) -> tuple[Message, ...]:
        """What stands before the first question: the history that `think` begins with."""
        return (Message("system", self.system),) if self.system else ()

    def __str__(self) -> str:
        if self.url is not None:
            return f"model {self.base_name} at {self.url}"
        if self.run is None:
            return f"base {self.base_name} as it is"
        return f"run {self.run}, checkpoint {self.checkpoint}, on the base {self.base_name}"


def target_of_base(workspace: Workspace, name: str) -> Target:
    """The base of that name, untrained.

    Raises:
        JessyError: there is none, or it is not on this disk.
    """
    base = find_base(workspace, name)
    if not base.ready:
        raise JessyError(
            f"The base {name} is not on this disk yet; make it ready with: jessy bases fetch "
            f"{name}."
        )
    return Target(base_name=name, base=base.folder)


def served(workspace: Workspace, url: str, model: str) -> Target:
    """A model of an endpoint, with what jessy.toml says of it; nobody is asked whether it is there.

    Raises:
        JessyError: it is no address, or the environment lacks the key that the settings name.
    """
    from jessy_tui.inference.address import address_of

    address = address_of(workspace, url, model)
    return Target(base_name=model, system=address.system, url=address.url)


def target_of_url(workspace: Workspace, url: str, model: str | None = None) -> Target:
    """The model of an endpoint. It is asked which models it has, for some seconds at the most: call
    this in a thread where nobody may wait.

    Args:
        workspace: whose settings hold.
        url: its address, or its name in jessy.toml.
        model: as the endpoint calls it; by default the one in jessy.toml, or the only one it has.

    Raises:
        JessyError: nothing answers there, it wants a key, or it has no such model.
    """
    from jessy_tui.inference.address import address_of
    from jessy_tui.inference.endpoint import Endpoint

    address = address_of(workspace, url, model)

    async def ask() -> str:
        async with await Endpoint.connect(address) as endpoint:
            return endpoint.model or ""

    name = asyncio.run(ask())
    return Target(base_name=name, system=address.system, url=address.url)


def target_of_run(workspace: Workspace, name: str | None, checkpoint: str | None) -> Target:
    """A checkpoint of a run.

    Args:
        workspace: where the runs are.
        name: of the run; by default the newest that has a final or a best checkpoint.
        checkpoint: a step, "best" or "final"; by default the one `Run.checkpoint` chooses.

    Raises:
        JessyError: there is no such run or checkpoint, or its base is gone or was rebuilt since.
    """
    run = newest_run(workspace) if name is None else find_run(workspace, name)
    adapter = run.checkpoint(checkpoint)
    trained_on, base = run.record.base, read_record(run.base_folder)
    if base is None:
        raise JessyError(
            f"The base {trained_on.name} that the run {run.name} was trained on is not on this "
            f"disk any more; make it ready with: jessy bases fetch {trained_on.name}."
        )
    if trained_on.fingerprint not in (None, base.fingerprint):
        raise JessyError(
            f"The base {trained_on.name} has been rebuilt since the run {run.name} was trained on "
            "it, so its checkpoints do not fit any more; train a new run with: jessy train."
        )
    return Target(
        base_name=trained_on.name,
        base=run.base_folder,
        run=run.name,
        checkpoint=adapter.name,
        adapter=adapter,
        system=run.record.data.system,
    )


def newest_run(workspace: Workspace) -> Run:
    """The newest run that has a final or a best checkpoint.

    Raises:
        JessyError: there is none; the sentence lists the runs there are.
    """
    runs = list_runs(workspace)
    for run in runs:
        if not {"best", "final"}.isdisjoint(run.checkpoints()):
            return run
    if not runs:
        raise JessyError(
            "There is no run to talk to yet; train one with: jessy train, or ask a base as it is "
            "with --base NAME."
        )
    names = ", ".join(f"{run.name} ({run.state})" for run in runs)
    raise JessyError(
        f"No run has a final or a best checkpoint yet; there are: {names}. Name one with --run, or "
        "see how far they are with: jessy runs."
    )
