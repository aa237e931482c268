"""The layers below those that are trained, computed once for all and kept.

When only the last layers of a base change, what the layers below make of a row is the same in
every epoch and in every validation. It is computed before the first step, for each row once, and
handed to the first trained layer from then on. In a CPU's hands that saves a third of a step.

The kept states are exact: rows that are computed alone or beside others differ by the rounding of
the last bit, which is why the groups they are computed in depend on the rows alone, so that a
resumed run sees the same bits as one that never stopped.

Imported by the driver alone, after the BLAS.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from jessy_tui.training.batches import Tokens
from jessy_tui.training.forward import Forward

# How many tokens are computed at a time.
_GROUP_TOKENS: Final = 2048
_SIMPLE: Final = (bool, int, float, str)


class _Stop(nn.Module):  # type: ignore[misc]  # mlx has no types
    """Stands in a layer's place: gives back what comes in, or something else that was put in."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        # Models ask their layers things, such as whether their attention slides.
        for name, value in vars(layer).items():
            if isinstance(value, _SIMPLE):
                object.__setattr__(self, name, value)
        self._held = _Held()

    @property
    def held(self) -> "_Held":
        """What is put in, or came in last."""
        return self._held

    def __call__(self, states: mx.array, *_: Any, **__: Any) -> mx.array:
        if self._held.given is not None:
            return self._held.given
        self._held.seen = states
        return states


class _Held:
    """Arrays that are no weights of the module that holds them."""

    given: mx.array | None = None
    seen: mx.array | None = None


class LowerLayers:
    """The first layers of a model, none of which changes."""

    def __init__(self, model: Any, forward: Forward, layers: int, sample: Tokens) -> None:
        """Look at how `model` is made, by running it on `sample`.

        Args:
            model: its first `layers` layers do not change; one at least.
            forward: how it computes logits.
            layers: how many.
            sample: any row.
        """
        self.layers = layers
        self.usable = False
        """Whether the model is one that can do without them once their states are kept."""
        self._model = model
        self._forward = forward
        self._width = 0
        self._dtype: Any = mx.float32
        if not forward.apart or not hasattr(model.model, "layers"):
            return
        self._whole = list(model.model.layers)
        try:
            states = self._states_of([sample])
        except (AttributeError, TypeError, ValueError):
            return
        self._width, self._dtype = int(states.shape[-1]), states.dtype
        self.usable = self._dtype in (mx.float32, mx.float16, mx.bfloat16)

    def bytes_needed(self, rows: Iterable[Tokens]) -> int:
        """How much room the states of these rows take."""
        return sum(len(row.ids) - 1 for row in set(rows)) * self._width * int(self._dtype.size)

    def keep(
        self,
        rows: Sequence[Tokens],
        *,
        path: Path | None = None,
        say: Callable[[int, int], None] = lambda done, total: None,
    ) -> "Frozen | None":
        """Compute the layers for `rows`, and let the model do without them from then on.

        Args:
            rows: every row that will ever be asked for.
            path: a file to keep the states in instead of memory; it goes with the process.
            say: told between two groups how many rows are done, of how many.

        Returns:
            What was kept; the model needs `Frozen.give` before each call now. None where it would
            not say the same with it; the model is unchanged then.

        Raises:
            OSError: there is no room on the disk.
        """
        wanted = self._logits(rows[0])
        frozen = Frozen(rows, self._width, self._dtype, path)
        total, done = len(set(rows)), 0
        for group in _groups(rows):
            states = self._states_of(group)
            raw = np.array(states if states.dtype == mx.float32 else states.view(mx.uint16))
            for number, row in enumerate(group):
                frozen.put(row, raw[number, : len(row.ids) - 1])
            done += len(group)
            say(done, total)
        stops = [_Stop(layer) for layer in self._whole[: self.layers]]
        frozen.held = stops[-1].held
        self._model.model.layers = [*stops, *self._whole[self.layers :]]
        frozen.give(frozen.array(frozen.of(rows[0])[None]))
        if mx.allclose(self._logits(rows[0]), wanted, 1e-3, 1e-3).item():
            return frozen
        self._model.model.layers = self._whole
        return None

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the model compute all of its layers while the block runs, for other rows than those
        that were kept."""
        layers = self._model.model.layers
        self._model.model.layers = self._whole
        try:
            yield
        finally:
            self._model.model.layers = layers

    def _states_of(self, group: Sequence[Tokens]) -> mx.array:
        """What the layers make of some rows (rows x longest x width)."""
        longest = max(len(row.ids) for row in group) - 1
        tokens = np.zeros((len(group), longest), np.int32)
        for number, row in enumerate(group):
            tokens[number, : len(row.ids) - 1] = row.ids[:-1]
        trunk = self._model.model
        stops = [_Stop(layer) for layer in self._whole[self.layers :]]
        trunk.layers = [*self._whole[: self.layers], *stops]
        try:
            trunk(mx.array(tokens))
        finally:
            trunk.layers = self._whole
        states = stops[0].held.seen
        if states is None:
            raise ValueError("the layers are not called one after another")
        mx.eval(states)
        return states

    def _logits(self, row: Tokens) -> mx.array:
        positions = mx.arange(row.prompt - 1, len(row.ids) - 1)
        logits = self._forward.logits(self._model, mx.array([row.ids[:-1]]), positions)
        mx.eval(logits)
        return logits


class Frozen:
    """The kept states of some rows, each (its tokens but the last) x (the model's width)."""

    def __init__(self, rows: Sequence[Tokens], width: int, dtype: Any, path: Path | None) -> None:
        self.width = width
        self.held = _Held()
        self._dtype = dtype
        self._places: dict[Tokens, int] = {}
        place = 0
        for row in rows:
            if row not in self._places:
                self._places[row] = place
                place += len(row.ids) - 1
        # numpy knows no bfloat16: halves are kept as the bits they are.
        kind, shape = np.float32 if dtype == mx.float32 else np.uint16, (place, width)
        if path is None:
            self._states: Any = np.empty(shape, kind)
        else:
            self._states = np.memmap(path, kind, "w+", shape=shape)
            path.unlink()  # the room is given back with the process, however that ends

    def put(self, row: Tokens, states: Any) -> None:
        """Keep the states of a row."""
        place = self._places[row]
        self._states[place : place + len(row.ids) - 1] = states

    def of(self, row: Tokens) -> Any:
        """The kept states of a row."""
        place = self._places[row]
        return self._states[place : place + len(row.ids) - 1]

    def padded(self, rows: Sequence[Tokens], width: int) -> Any:
        """The states of the rows of a batch (rows x `width` x the model's width)."""
        states = np.zeros((len(rows), width, self.width), self._states.dtype)
        for number, row in enumerate(rows):
            states[number, : len(row.ids) - 1] = self.of(row)
        return states

    def array(self, states: Any) -> mx.array:
        """Kept states as mlx's own numbers."""
        array = mx.array(states)
        return array if self._dtype == mx.float32 else array.view(self._dtype)

    def give(self, states: mx.array) -> None:
        """What the lower layers are to say the next time the model is called."""
        self.held.given = states


def _groups(rows: Sequence[Tokens]) -> Iterable[list[Tokens]]:
    """The different rows, those of like length together; the same rows give the same groups."""
    group: list[Tokens] = []
    for row in sorted(set(rows), key=lambda row: (len(row.ids), row.ids)):
        if group and (len(group) + 1) * (len(row.ids) - 1) > _GROUP_TOKENS:
            yield group
            group = []
        group.append(row)
    if group:
        yield group
