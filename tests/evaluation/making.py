"""Evaluations and answers for tests, without a model."""

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

import orjson

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer, PassMade, PlanSaid
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation
from jessy_tui.evaluation.probe import Probe, ProbeSet, read_probe_set
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token
from jessy_tui.inference.target import Target
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import Workspace

QUESTIONS = [
    ("hi-1", "selam millet", "LOW", 1, "greeting", "tr"),
    ("fact-1", "fransanın başkenti ne peki", "LOW", 2, "fact", "tr"),
    ("tech-1", "what is a mutex good for", "MEDIUM", 3, "rust", "en"),
    ("how-1", "docker image nasıl küçültülür", "MEDIUM", 4, "howto", "tr"),
    ("deep-1", "why is there something rather than nothing", "HIGH", 9, "existence", "en"),
]


def probe(
    name: str = "p",
    *,
    expected: int = 1,
    query: str = "selam",
    language: str | None = "tr",
    **more: object,
) -> Probe:
    """A probe whose range is its expected number."""
    values: dict[str, object] = {
        "id": name,
        "query": query,
        "complexity": Complexity.of(expected),
        "iterations": (expected, expected),
        "expected": expected,
        "category": "greeting",
        "language": language,
    }
    return Probe(**(values | more))  # type: ignore[arg-type]


def answer(
    name: str = "p",
    plan: tuple[str, int] | None = ("LOW", 1),
    *,
    seed: int = 0,
    text: str = "Sor kanka, dinliyorum.",
    seconds: float = 1.0,
    tokens: int = 10,
    passes: int = 1,
) -> Answer:
    """An answer of so many equal passes."""
    said = PlanSaid(Complexity(plan[0]), plan[1]) if plan else None
    header = said.plan.header if said else ""
    made = PassMade(
        text=text, said=header + text, tokens=tokens // passes, seconds=seconds / passes
    )
    return Answer(
        probe=name,
        seed=seed,
        plan=said,
        problem=None if said else "the model declared no plan",
        answer=text,
        passes=(made,) * passes,
        ended="policy",
        seconds=seconds,
        plan_seconds=0.1,
    )


def write_probes(
    path: Path, rows: Sequence[tuple[str, str, str, int, str, str]] = QUESTIONS
) -> Path:
    """A file of probes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = ("id", "query", "complexity", "expected", "category", "language")
    probes = [dict(zip(keys, row, strict=True)) | {"iterations": [row[3], row[3]]} for row in rows]
    path.write_bytes(orjson.dumps({"probes": probes}, option=orjson.OPT_INDENT_2))
    return path


def make_evaluation(root: Path, how: HowToAsk | None = None) -> tuple[Evaluation, ProbeSet]:
    """An evaluation of a base that is only a name."""
    workspace = Workspace(root)
    probes = read_probe_set(write_probes(workspace.probes))
    target = Target(base_name="nano", base=root / "models" / "bases" / "nano")
    return create_evaluation(workspace, target, probes, how or HowToAsk()), probes


class Knowing:
    """A generator that has an answer to every question, by the question and the seed."""

    def __init__(self, answers: Callable[[str, int], str], fails_at: int | None = None) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answers = answers
        self._fails_at = fails_at
        self.death: str | None = None

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        assert sampling is not None
        question = messages[-1].content
        if len(self.asked) == self._fails_at:
            self.death = "The model's process was killed."
            raise JessyError(self.death)
        self.asked.append((question, sampling.seed or 0))
        text = self._answers(question, sampling.seed or 0)
        for number, letter in enumerate(text[: sampling.max_tokens], start=1):
            yield Token(1, letter, number, number / 100)
        yield Finished(
            id=1,
            reason="stop" if len(text) <= sampling.max_tokens else "length",
            tokens=len(text),
            prompt_tokens=1,
            cached_tokens=0,
            seconds=0.1,
            first_token_seconds=0.01,
            tokens_per_second=10.0,
            peak_memory=0,
        )
