"""Makes training steps of one kind on request: `python one_step.py stock|jessy|peft`.

The first line of stdin says what to train, as JSON; each further one is the number of a batch to
make a step with. For each a line of JSON comes back: the loss, the seconds it took, and the
seconds of processor time. All three kinds train the same adapter on the same rows of a model of
SmolLM2-135M's shape with weights drawn at random.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Row = tuple[list[int], int]
"""Tokens, and how many of them are the prompt."""


def stock(work: dict[str, Any]) -> Callable[[int], float]:
    """mlx-lm as it comes: its loss over every position, rows padded to a multiple of 32."""
    import mlx.core as mx
    import mlx.nn as nn
    from mlx.utils import tree_flatten
    from mlx_lm.models.llama import Model, ModelArgs
    from mlx_lm.tuner.trainer import default_loss
    from mlx_lm.tuner.utils import linear_to_lora_layers

    mx.random.seed(7)
    model = Model(ModelArgs.from_dict(work["shape"]))
    model.freeze()
    lora = {"rank": work["rank"], "scale": work["scale"], "dropout": 0.0}
    linear_to_lora_layers(model, work["layers"], lora)
    optimizer = _adam(work)
    step = nn.value_and_grad(model, default_loss)
    mx.eval(model.parameters(), tree_flatten(model.trainable_parameters()))
    model.train()

    def make(number: int) -> float:
        rows: list[Row] = work["batches"][number]
        longest = 1 + 32 * -(-max(len(ids) for ids, _ in rows) // 32)
        batch = mx.array([[*ids, *[0] * (longest - len(ids))] for ids, _ in rows])
        lengths = mx.array([[prompt, len(ids)] for ids, prompt in rows])
        (loss, _), gradients = step(model, batch, lengths)
        optimizer.update(model, gradients)
        mx.eval(model.state, optimizer.state, loss)
        mx.clear_cache()
        return float(loss.item())

    return make


def jessy(work: dict[str, Any]) -> Callable[[int], float]:
    """As the driver does it."""
    from jessy_tui.training.blas import preload, streams_for

    streams = streams_for(len(work["batches"][0]))
    preload(streams)
    import mlx.core as mx
    import mlx.nn as nn
    from mlx_lm.models.llama import Model, ModelArgs

    from jessy_tui.training.adapting import adapt
    from jessy_tui.training.batches import Tokens, make_batch, parts_of
    from jessy_tui.training.forward import Forward
    from jessy_tui.training.frozen import LowerLayers
    from jessy_tui.training.loss import make_loss
    from jessy_tui.training.recipe import Recipe

    mx.random.seed(7)
    model = Model(ModelArgs.from_dict(work["shape"]))
    batches = [[Tokens(tuple(ids), prompt) for ids, prompt in rows] for rows in work["batches"]]
    rows = [row for batch in batches for row in batch]
    adapt(
        model,
        Recipe(
            fine_tune_type="lora", layers=work["layers"], rank=work["rank"], scale=work["scale"]
        ),
    )
    mx.eval(model.parameters())
    forward = Forward(model, rows[0].ids)
    below = len(model.layers) - work["layers"]
    frozen = None
    if below and work.get("frozen", True):
        frozen = LowerLayers(model, forward, below, rows[0]).keep(rows)
        assert frozen is not None
    loss_of = make_loss(forward, streams=streams, frozen=frozen)
    optimizer = _adam(work)
    step = nn.value_and_grad(model, loss_of)
    model.train()

    def make(number: int) -> float:
        states = frozen.padded if frozen else None
        arrays = make_batch(batches[number], parts=parts_of(len(batches[number])), states=states)
        batch = [
            frozen.array(array) if frozen and place and place % 5 == 0 else mx.array(array)
            for place, array in enumerate(arrays)
        ]
        (loss, _), gradients = step(model, *batch)
        optimizer.update(model, gradients)
        mx.eval(model.state, optimizer.state, loss)
        mx.clear_cache()
        return float(loss.item())

    return make


def peft(work: dict[str, Any]) -> Callable[[int], float]:
    """PyTorch and PEFT, prompts and padding masked as its trainers do."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(7)
    shape = {k: v for k, v in work["shape"].items() if k not in ("model_type", "head_dim")}
    model = LlamaForCausalLM(LlamaConfig(**shape))
    last = range(shape["num_hidden_layers"] - work["layers"], shape["num_hidden_layers"])
    seven = [f"{name}_proj" for name in ("q", "k", "v", "o", "gate", "up", "down")]
    config = LoraConfig(
        r=work["rank"],
        lora_alpha=work["scale"] * work["rank"],
        target_modules=seven,
        layers_to_transform=list(last),
    )
    model = get_peft_model(model, config)
    model.train()
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=work["learning_rate"])

    def make(number: int) -> float:
        rows: list[Row] = work["batches"][number]
        longest = max(len(ids) for ids, _ in rows)
        tokens = torch.tensor([[*ids, *[0] * (longest - len(ids))] for ids, _ in rows])
        labels = torch.full_like(tokens, -100)
        mask = torch.zeros_like(tokens)
        for place, (ids, prompt) in enumerate(rows):
            labels[place, prompt : len(ids)] = tokens[place, prompt : len(ids)]
            mask[place, : len(ids)] = 1
        optimizer.zero_grad()
        loss = model(input_ids=tokens, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        return float(loss)

    return make


def _adam(work: dict[str, Any]) -> Any:
    from mlx import optimizers

    return optimizers.Adam(learning_rate=work["learning_rate"], bias_correction=True)


def main() -> None:
    """Make the steps that are asked for, until stdin ends."""
    work = json.loads(sys.stdin.readline())
    make = {"stock": stock, "jessy": jessy, "peft": peft}[sys.argv[1]](work)
    print("ready", flush=True)
    for line in sys.stdin:
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        loss = make(int(line))
        seconds, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        print(json.dumps({"loss": loss, "seconds": seconds, "cpu": cpu}), flush=True)


if __name__ == "__main__":
    main()
