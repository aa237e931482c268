"""Bases and adapters that answer what is known, made once."""

from pathlib import Path

import pytest

from tests.inference import models


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base that says the canonical answer with LOW 1."""
    return models.write_base(tmp_path_factory.mktemp("bases") / "chain")


@pytest.fixture(scope="session")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Adapters of every kind, by name."""
    folder = tmp_path_factory.mktemp("adapters")
    choice = models.head(models.ENDLESS)
    choice[models.VOCABULARY.index("."), models.state_of("Ċ")] = models.STRENGTH / 2
    return {
        "full": models.full_adapter(folder / "full", models.MEDIUM),
        "lora": models.lora_adapter(folder / "lora", models.MEDIUM),
        "dora": models.dora_adapter(folder / "dora", models.MEDIUM),
        "embedding": models.embedding_adapter(folder / "embedding", " kanka"),
        "endless": models.full_adapter(folder / "endless", models.ENDLESS),
        "smile": models.lora_adapter(folder / "smile", models.SMILE),
        "noise": models.write_adapter(
            folder / "noise", "full", {"lm_head.weight": 0 * models.head(models.CANONICAL)}
        ),
        "choice": models.write_adapter(folder / "choice", "full", {"lm_head.weight": choice}),
    }
