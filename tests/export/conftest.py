"""Checkpoints of every kind on a tiny nano, with mlx-lm's own merging of them beside."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from jessy_tui.bases.catalogue import read_record
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import (
    BaseReference,
    DataReference,
    RunRecord,
    RunState,
    write_record,
)
from jessy_tui.workspace import Workspace
from tests.cli.conftest import jessy as jessy  # a fixture of these tests, too
from tests.inference import models
from tests.training import nanos

# Puts adapters with weights that are not nothing on the base, and lets mlx-lm merge each.
MAKE = """
import json, sys, msgspec
from pathlib import Path
import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm.utils import load
from mlx_lm.tuner.utils import linear_to_lora_layers
base, out, kinds = msgspec.json.decode(sys.stdin.buffer.read())
mx.random.seed(3)
keys = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]
for kind in kinds:
    model, _ = load(base)
    folder = Path(out, kind)
    folder.mkdir(parents=True)
    config = {"fine_tune_type": kind, "num_layers": 2}
    if kind == "full":
        changed = [(n, w * 1.5 + 0.05 * mx.random.normal(w.shape))
                   for n, w in tree_flatten(model.parameters()) if "layers.1" in n or "embed" in n]
        model.load_weights(changed, strict=False)
        weights = dict(changed)
    else:
        parameters = {"rank": 4, "scale": 2.0, "dropout": 0.0, "keys": keys}
        config["lora_parameters"] = parameters
        model.freeze()
        linear_to_lora_layers(model, 2, parameters, use_dora=kind == "dora")
        changed = [(n, 0.3 * mx.random.normal(w.shape) if n.endswith("lora_b")
                    else w * 1.2 if n.endswith(".m") else w)
                   for n, w in tree_flatten(model.trainable_parameters())]
        model.load_weights(changed, strict=False)
        weights = dict(changed)
    mx.save_safetensors(str(folder / "adapters.safetensors"), weights)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    fused = [(n, m.fuse()) for n, m in model.named_modules() if hasattr(m, "fuse")]
    model.update_modules(tree_unflatten(fused))
    np.savez(Path(out, f"{kind}.npz"),
             **{n: np.array(w) for n, w in tree_flatten(model.parameters())})
"""

KINDS = ("lora", "dora", "full")


@dataclass(frozen=True)
class Checkpoints:
    """A base, adapters on it by kind, and what mlx-lm makes of each."""

    base: Path
    folder: Path

    def adapter(self, kind: str) -> Path:
        return self.folder / kind

    def merged(self, kind: str) -> dict[str, Any]:
        with np.load(self.folder / f"{kind}.npz") as archive:
            return dict(archive)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    """Adapters of every kind on a tiny nano."""
    base = nanos.tiny(tmp_path_factory)
    folder = tmp_path_factory.mktemp("adapters")
    nanos.run_python(MAKE, [str(base), str(folder), KINDS])
    return Checkpoints(base, folder)


@pytest.fixture
def shelf(workspace: Workspace, checkpoints: Checkpoints) -> Workspace:
    """The workspace with the base and a run of each kind, named after it."""
    shutil.copytree(checkpoints.base, workspace.bases / "nano")
    for kind in KINDS:
        add_run(workspace, kind, checkpoints.adapter(kind))
    return workspace


def add_run(
    workspace: Workspace, name: str, adapter: Path, *, base: str = "nano", system: str = ""
) -> Path:
    """A finished run with that checkpoint as its final one."""
    folder = workspace.runs / name
    folder.mkdir(parents=True)
    there = workspace.bases / base
    record = read_record(there)
    assert record is not None
    write_record(
        folder,
        RunRecord(
            name=name,
            created=1_700_000_000.0,
            base=BaseReference(
                name=base, folder=os.path.relpath(there, folder), fingerprint=record.fingerprint
            ),
            recipe=Recipe(),
            data=DataReference(
                digest="d" * 64, examples=8, rows=7, validation_rows=1, system=system
            ),
            state=RunState.FINISHED,
            step=20,
            steps=20,
            best_step=20,
            best_loss=1.5,
            versions={"mlx": "0.32"},
        ),
    )
    shutil.copytree(adapter, folder / "final")
    return folder


def change_json(path: Path, **changes: object) -> None:
    """Change keys of a JSON file; None takes one away."""
    value = msgspec.json.decode(path.read_bytes())
    value.update(changes)
    kept = {key: each for key, each in value.items() if each is not None}
    path.write_bytes(msgspec.json.encode(kept))


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base whose weights are written by hand."""
    return models.write_base(tmp_path_factory.mktemp("bases") / "chain")


@pytest.fixture(scope="session")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Adapters of it, by name."""
    folder = tmp_path_factory.mktemp("chain-adapters")
    return {
        "lora": models.lora_adapter(folder / "lora", models.MEDIUM),
        "embedding": models.embedding_adapter(folder / "embedding", " kanka"),
    }
