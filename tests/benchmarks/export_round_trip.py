"""Whether what is exported says what the checkpoint says, on a base of your own.

    python -m tests.benchmarks.export_round_trip WORKSPACE RUN [--only f16 q8_0]

Exports the run as fused, f16, q8_0 and q4_0 into a temporary folder, and compares with the base and
its adapter in MLX: the greedy answers to 20 prompts (fused in MLX, GGUFs in llama.cpp), the tokens
of 1,000 texts, and the memory the export took beside the bytes of the model.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from jessy_tui.export.client import Export
from jessy_tui.export.order import Order, Quantization, Way, order_for
from jessy_tui.export.preflight import gguf_name, preflight
from jessy_tui.workspace import Workspace
from tests.export import rounds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("run")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--prompts", type=int, default=len(rounds.PROMPTS))
    parser.add_argument("--only", nargs="*", choices=[*Quantization], default=[*Quantization])
    asked = parser.parse_args()
    workspace = Workspace(asked.workspace.resolve())
    prompts = rounds.PROMPTS[: asked.prompts]
    texts = rounds.strings(1000)
    with tempfile.TemporaryDirectory() as folder:
        orders = {}
        for name in ("fused", *asked.only):
            order = _order(workspace, asked.run, name, Path(folder) / name)
            orders[name] = order
            _export(order)
        fused = orders["fused"]
        began = time.perf_counter()
        models = {"base+adapter": (Path(fused.base), Path(fused.adapter))}
        models["fused"] = (fused.target, None)
        mlx = rounds.ask_mlx(models, prompts, texts, asked.tokens)
        reference = mlx["base+adapter"]
        print(f"MLX: {time.perf_counter() - began:.0f} s")
        _compare("fused", reference["said"], mlx["fused"]["said"], reference["ahead"])
        print(f"  tokenizes alike: {_alike(reference['ids'], mlx['fused']['ids'])}")
        for name in map(Quantization, asked.only):
            found = rounds.ask_llama_cpp(
                orders[name].target / gguf_name(orders[name]),
                prompts,
                texts if name is Quantization.F16 else [],
                asked.tokens,
                follow=reference["said"],
                threads=2,
            )
            _compare(f"{name} in llama.cpp", reference["said"], found["said"], reference["ahead"])
            pairs = [
                (mine, theirs)
                for each, other in zip(reference["said"], found["next"], strict=True)
                for mine, theirs in zip(each, other, strict=True)
            ]
            right = sum(mine == theirs for mine, theirs in pairs)
            print(
                f"  the next token after the same words: {right} of {len(pairs)} "
                f"({100 * right / len(pairs):.2f} %)"
            )
            close = [
                f"{lead:.3f}"
                for tokens, other, leads in zip(
                    reference["said"], found["next"], reference["ahead"], strict=True
                )
                for mine, theirs, lead in zip(tokens, other, leads, strict=True)
                if mine != theirs
            ]
            print(f"  where they differ, the likeliest token led by {' '.join(close[:8])} nats")
            written = sum(
                one["text"] == other and one["ids"] == ids
                for one, other, ids in zip(
                    reference["asked"], found["written"], found["read"], strict=True
                )
            )
            print(f"  prompts written and read alike: {written} of {len(prompts)}")
            if found["ids"]:
                print(f"  tokenizes alike: {_alike(reference['ids'], found['ids'])}")


def _order(workspace: Workspace, run: str, name: str, out: Path) -> Order:
    if name == "fused":
        return order_for(workspace, run=run, way=Way.FUSED, out=out)
    return order_for(workspace, run=run, way=Way.GGUF, quantization=Quantization(name), out=out)


def _export(order: Order) -> None:
    known = preflight(order)
    began = time.perf_counter()
    Export(order).run(lambda _: None)
    # Of all children that have ended, the largest: so an upper bound for this one.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(
        f"exported {order.way} {order.quantization if order.way.has_gguf else ''}: "
        f"{time.perf_counter() - began:.1f} s (estimated {known.seconds:.1f}), at most "
        f"{peak / 1e6:.0f} MB, {peak / known.base_bytes:.2f} of the model's bytes"
    )


def _compare(
    name: str, mine: list[list[int]], theirs: list[list[int]], leads: list[list[float]]
) -> None:
    whole = sum(one == other for one, other in zip(mine, theirs, strict=True))
    same = sum(rounds.same_beginning(one, other) for one, other in zip(mine, theirs, strict=True))
    total = sum(len(one) for one in mine)
    print(
        f"{name}: {whole} of {len(mine)} answers the same; {same} of {total} tokens before the "
        "first that differs"
    )
    for one, other, lead in zip(mine, theirs, leads, strict=True):
        if one != other:
            place = min(rounds.same_beginning(one, other), len(one) - 1)
            print(f"  at its first other token the likeliest led by {lead[place]:.4f} nats")


def _alike(mine: list[Any], theirs: list[Any]) -> str:
    return f"{sum(a == b for a, b in zip(mine, theirs, strict=True))} of {len(mine)} texts"


if __name__ == "__main__":
    main()
