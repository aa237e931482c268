"""Exporting from outside mlx: the work is done in a process of its own."""

from jessy_tui.errands.errand import Errand, Told
from jessy_tui.errors import JessyError
from jessy_tui.export.order import REPLIES, Exported, NotExported, Order
from jessy_tui.training.blas import child_environment


class ExportCancelledError(JessyError):
    """It was cancelled; nothing of the export is left."""


class Export(Errand):
    """An export that is being made. `run` blocks; `cancel` may come from any thread."""

    def __init__(self, order: Order, blas: str = "auto") -> None:
        """Prepare it; nothing is started yet.

        Args:
            order: what is exported.
            blas: the workspace's setting.
        """
        super().__init__()
        self.order = order
        self._blas = blas

    def run(self, told: Told) -> Exported:
        """Make it, telling how far it is.

        Raises:
            ExportCancelledError: it was cancelled.
            JessyError: it cannot be made; the sentence says why.
        """
        name = self.order.run_name
        environment = child_environment(self._blas)
        try:
            outcome = self.send("jessy_tui.export.maker", self.order, REPLIES, told, environment)
        except OSError as error:
            raise JessyError(f"The export could not be started: {error}.") from error
        if isinstance(outcome, Exported):
            return outcome
        if self.cancelled:
            raise ExportCancelledError(
                f"The export of {name} was cancelled; nothing of it is left."
            )
        if isinstance(outcome, NotExported):
            raise JessyError(outcome.reason)
        raise JessyError(f"{name} was not exported: {self.obituary()}; export it again.")
