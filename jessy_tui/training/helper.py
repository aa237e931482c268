"""A process that helps to train a run which another one drives; it writes nothing.

Imported by the driver alone.
"""

import time
from typing import Any, Final

from jessy_tui.errors import JessyError
from jessy_tui.training.blas import preload, streams_for
from jessy_tui.training.requests import Asked
from jessy_tui.training.run import Run

# How long the driver may take until the base is ready, in seconds.
_PATIENCE: Final = 300.0
_LOOK_SECONDS: Final = 0.2


class Helper:
    """Does as the driver does, in silence."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def help(self) -> None:
        """Train with the others to the end.

        Raises:
            JessyError: the base is not ready in time, or cannot be loaded.
        """
        self._wait_for_base()
        recipe = self._run.recipe
        preload(streams_for(recipe.batch_size))
        from jessy_tui.training.material import Material
        from jessy_tui.training.session import Session

        material = Material(self._run.folder, self._run.base_folder, recipe)
        material.keep_lower_layers(lambda done, total: None)
        session = Session(self._run.folder, material, self)
        if self._run.record.resumed:
            session.resume(None)
        session.train()

    def _wait_for_base(self) -> None:
        end = time.monotonic() + _PATIENCE
        while self._run.record.base.fingerprint is None:
            if time.monotonic() > end:
                raise JessyError("The base is not ready; the driver may say why.")
            time.sleep(_LOOK_SECONDS)

    def tell(self, event: Any) -> None:
        """The driver tells it."""

    def made(self, step: int) -> None:
        """The driver counts."""

    def asked(self) -> Asked:
        """The driver says what is asked."""
        return Asked.NOTHING

    def answered(self, what: Asked) -> None:
        """The driver answers."""
