"""What a run will need, estimated from the base's configuration before anything is loaded."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jessy_tui.training.recipe import Recipe

_WIDE = 4
"""Bytes of a number while it is trained on a CPU; half of that on a GPU."""
_BESIDE = 300_000_000
"""What the program itself takes, in bytes: Python, mlx, the tokenizer."""
_STATES = 3
"""A checkpoint holds the weights that change, and two moments of the optimizer for each."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a base, as its `config.json` gives it."""

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    heads: int
    keys: int
    """Heads of keys and values."""
    vocabulary: int

    def trained(self, recipe: Recipe) -> int:
        """How many weights change."""
        layers = min(recipe.layers or self.layers, self.layers)
        head = self.hidden // self.heads
        attention = [
            *[(self.hidden, self.hidden)] * 2,
            *[(self.hidden, self.keys * head)] * 2,
        ]
        mlp = [(self.hidden, self.intermediate)] * 3
        if recipe.fine_tune_type == "full":
            if not recipe.layers:
                return self.parameters
            return layers * sum(into * out for into, out in (*attention, *mlp))
        pairs = attention if recipe.keys == "attention" else (*attention, *mlp)
        return layers * sum(recipe.rank * (into + out) for into, out in pairs)

    def memory(self, recipe: Recipe, *, gpu: bool) -> int:
        """Bytes that the step with the longest rows takes, roughly.

        Counted are the weights, gradients and moments, what each trained layer keeps for the way
        back (about ten vectors of the model's width and five of the inner one a token, and the
        attention's weights), and the logits with their softmax and gradient.
        """
        size = _WIDE // 2 if gpu else _WIDE
        layers = min(recipe.layers or self.layers, self.layers)
        tokens = recipe.batch_size * recipe.max_seq_length
        kept = 10 * self.hidden + 5 * self.intermediate + self.heads * recipe.max_seq_length
        return (
            _BESIDE
            + self.parameters * size
            + 3 * self.trained(recipe) * size
            + tokens * layers * kept * size
            + 3 * tokens * self.vocabulary * size
        )

    def disk(self, recipe: Recipe, steps: int) -> int:
        """Bytes that the run's checkpoints take at the most."""
        every = recipe.checkpoint_every
        made = steps // every if every else 0
        kept = min(made, recipe.keep_checkpoints) if recipe.keep_checkpoints else made
        # One more is written before the oldest goes; `best` and `final` stand beside.
        return (kept + 3) * _STATES * self.trained(recipe) * _WIDE


def shape_of(base: Path) -> Shape | None:
    """The size of the base in this folder; None where its configuration does not say."""
    try:
        config: dict[str, Any] = json.loads((base / "config.json").read_bytes())
        heads = int(config["num_attention_heads"])
        layers, hidden = int(config["num_hidden_layers"]), int(config["hidden_size"])
        intermediate, vocabulary = int(config["intermediate_size"]), int(config["vocab_size"])
        keys = int(config.get("num_key_value_heads") or heads)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    head = int(config.get("head_dim") or hidden // heads)
    layer = 2 * hidden * heads * head + 2 * hidden * keys * head + 3 * hidden * intermediate
    tables = 1 if config.get("tie_word_embeddings", True) else 2
    parameters = layers * layer + tables * vocabulary * hidden
    return Shape(parameters, layers, hidden, intermediate, heads, keys, vocabulary)
