"""What a training works on: the base made trainable, and the rows as tokens.

Imported by the driver alone, after the BLAS.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
import psutil
from mlx.utils import tree_flatten
from mlx_lm.utils import load

from jessy_tui.errors import JessyError
from jessy_tui.training.adapting import Adaptation, adapt, widen
from jessy_tui.training.batches import Tokens, encode_rows, make_batch, parts_of, read_rows
from jessy_tui.training.forward import Forward
from jessy_tui.training.frozen import Frozen, LowerLayers
from jessy_tui.training.recipe import Recipe

# Kept states may take this share of the memory that is free; beyond that they go to the disk, if
# twice as much is free there.
_SHARE_OF_MEMORY: Final = 0.25
_DISK_TIMES: Final = 2
_STATES_NAME: Final = ".states"
# Metal compiles a kernel for every new shape, so batches are padded to a few of them.
_METAL_MULTIPLE: Final = 32


class Material:
    """A base with what is trained of it, and its rows."""

    def __init__(self, folder: Path, base: Path, recipe: Recipe) -> None:
        """Load the base, make it trainable, and turn the rows into tokens.

        Args:
            folder: the run's; the rows are in its `data/`.
            base: the base's.
            recipe: what is trained, and how.

        Raises:
            JessyError: the base cannot be loaded or not be trained this way, or no row is short
                enough.
        """
        self.recipe = recipe
        self._folder = folder
        self.model, self.tokenizer = _load(base)
        tokenizer = self.tokenizer
        longest = recipe.max_seq_length
        self.train = encode_rows(read_rows(folder / "data" / "train.jsonl"), tokenizer, longest)
        self.validation = encode_rows(
            read_rows(folder / "data" / "valid.jsonl"), tokenizer, longest
        )
        if not self.train.rows:
            raise JessyError(
                f"No row is left to train on: every question is longer than {longest} tokens; "
                "set max_seq_length higher."
            )
        plans = tuple(row.plan_alone() for row in self.train.rows) * recipe.plan_repeat
        self.seen: tuple[Tokens, ...] = (*self.train.rows, *plans)
        """What an epoch goes through: the rows, and as often as the recipe says their plans."""
        self.parameters = _size(self.model.parameters())
        """Of the base."""
        self.widened = widen(self.model)
        """Whether the base came in half precision, which is slow on a CPU."""
        mx.random.seed(recipe.seed)
        self.adaptation: Adaptation = adapt(self.model, recipe)
        self.trainable = _size(self.model.trainable_parameters())
        """Parameters that change."""
        self.forward = Forward(self.model, self.train.rows[0].ids)
        self.frozen: Frozen | None = None
        self._lower: LowerLayers | None = None

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.recipe.steps(len(self.train.rows))

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which every row is seen once."""
        return self.recipe.steps_per_epoch(len(self.train.rows))

    @property
    def lower_layers(self) -> LowerLayers | None:
        """The layers that can be computed once for all, where there are any."""
        layers = len(self.model.layers) - self.adaptation.layers
        if not layers or self.recipe.frozen == "none":
            return None
        lower = LowerLayers(self.model, self.forward, layers, self.train.rows[0])
        return lower if lower.usable else None

    def keep_lower_layers(
        self, say: Callable[[int, int], None], of: Sequence[Tokens] | None = None
    ) -> str:
        """Compute once what the layers below the trained ones make of the rows.

        Args:
            say: told now and then how many rows are done, of how many.
            of: the rows that will be asked for; by default all.

        Returns:
            What was done, in words.

        Raises:
            OSError: there is no room on the disk.
        """
        lower = self.lower_layers
        if lower is None:
            return "every layer is computed in each step"
        rows = (*self.seen, *self.validation.rows)
        needed = lower.bytes_needed(rows)
        place = self._place_for(needed)
        if place is None:
            return (
                "every layer is computed in each step, since what the lower ones make of the rows "
                f"would take {needed / 1e9:.1f} GB"
            )
        path = self._folder / _STATES_NAME if place == "disk" else None
        self.frozen = lower.keep(of or rows, path=path, say=say)
        self._lower = lower
        if self.frozen is None:
            return "every layer is computed in each step, as this kind of base needs it"
        where = "on the disk" if path else "in memory"
        return (
            f"the first {lower.layers} layers are computed once, and kept {where} "
            f"({needed / 1e6:.0f} MB)"
        )

    def arrays(
        self, rows: Sequence[Tokens], *, machine: int = 0, machines: int = 1
    ) -> tuple[mx.array, ...]:
        """A batch for the device in use, its parts padded to few widths where kernels are compiled.

        See `batches.make_batch`.
        """
        multiple = 1 if mx.default_device() == mx.cpu else _METAL_MULTIPLE
        frozen = self.frozen
        states = frozen.padded if frozen else None
        arrays = make_batch(
            rows,
            parts=parts_of(self.recipe.batch_size),
            multiple=multiple,
            plan_weight=self.recipe.plan_weight,
            states=states,
            machine=machine,
            machines=machines,
        )
        return tuple(
            frozen.array(array) if frozen and number and number % 5 == 0 else mx.array(array)
            for number, array in enumerate(arrays)
        )

    @contextlib.contextmanager
    def whole_model(self) -> Iterator[Any]:
        """The model as it answers: all layers computed, nothing left out by chance.

        It is as it was before when the block ends, the state of chance too.
        """
        chance: Any = mx.random.state
        high, low = chance[0].tolist()
        self.model.eval()
        try:
            with self._lower.in_place() if self._lower else contextlib.nullcontext():
                yield self.model
        finally:
            self.model.train()
            mx.random.seed((high << 32) | low)

    def _place_for(self, needed: int) -> str | None:
        if self.recipe.frozen != "auto":
            return self.recipe.frozen
        if needed < _SHARE_OF_MEMORY * psutil.virtual_memory().available:
            return "memory"
        roomy = shutil.disk_usage(self._folder).free > _DISK_TIMES * needed
        return "disk" if roomy else None


def _load(base: Path) -> tuple[Any, Any]:
    try:
        model, tokenizer, *_ = load(str(base))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise JessyError(
            f"The base in {base} cannot be loaded ({error}); make it anew with: jessy bases fetch."
        ) from error
    return model, tokenizer


def _size(parameters: Any) -> int:
    return sum(int(weight.size) for _, weight in tree_flatten(parameters))
