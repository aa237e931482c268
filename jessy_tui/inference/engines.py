"""The engine of whatever is to be asked: a worker with a base in it, or an endpoint.

The app, `jessy chat` and the evaluation all get theirs here. The two kinds share `generate`,
`cancel`, `close`, `busy`, `death`, `load_seconds`, `machine` and `warning`.
"""

from typing import TYPE_CHECKING

from jessy_tui.inference.client import Engine
from jessy_tui.inference.target import Target
from jessy_tui.training.blas import child_environment
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.inference.endpoint import Endpoint

    AnyEngine = Engine | Endpoint


async def start_engine(
    workspace: Workspace, target: Target, before: "AnyEngine | None" = None
) -> "AnyEngine":
    """What answers for `target`, with its adapter on it.

    Args:
        workspace: whose settings hold.
        target: what is to be asked.
        before: the engine that was asked until now. Where it can go on with this, it does: a base
            stays loaded, and as it was if the adapter cannot be put on. Otherwise it is closed.

    Raises:
        JessyError: it cannot be loaded or reached.
    """
    if before is not None:
        if _serves(before, target):
            if isinstance(before, Engine):
                await before.use_adapter(target.adapter)
            return before
        await before.close()
    if target.url is not None:
        from jessy_tui.inference.address import address_of
        from jessy_tui.inference.endpoint import Endpoint

        return await Endpoint.connect(address_of(workspace, target.url, target.base_name))
    environment = child_environment(workspace.settings.training.blas)
    engine = await Engine.start(target.base, environment=environment)
    try:
        if target.adapter is not None:
            await engine.use_adapter(target.adapter)
    except BaseException:
        await engine.close()
        raise
    return engine


def _serves(engine: "AnyEngine", target: Target) -> bool:
    """Whether `engine` can go on with `target`."""
    if engine.death is not None:
        return False
    if isinstance(engine, Engine):
        return target.url is None and engine.base == target.base
    return (engine.url, engine.model) == (target.url, target.base_name)
