"""Several processes, here or on other machines, that train one run together.

Each makes its part of every batch, and their gradients are averaged. The first of them (rank 0)
drives the run: it alone writes into the run's folder and hears what the run is asked; the others
help it and do as it does.

Imported by the driver alone, after the BLAS.
"""

from typing import Any

import mlx.core as mx


class Machines:
    """This process among those that train the run."""

    def __init__(self) -> None:
        group = mx.distributed.init()
        self.rank: int = group.rank()
        self.size: int = group.size()

    @property
    def leads(self) -> bool:
        """Whether this process drives the run."""
        return self.rank == 0

    def agree(self, number: int) -> int:
        """The number that the first process gives, for all. All have to ask, in the same order."""
        if self.size == 1:
            return number
        said = mx.array(number if self.leads else 0, mx.int32)
        agreed: Any = mx.distributed.all_sum(said, stream=mx.cpu).item()
        return int(agreed)
