"""Which plans a run declares for the held-out probes, against what a simple classifier would say.

    python -m tests.benchmarks.plans_on_probes WORKSPACE RUN [RUN ...] [--checkpoint final]

Asks each run every probe and reads the plan off the first tokens of its answer; prints the shares
of well-formed plans, of the right band, of the expected iterations and within one of them, the
confusion of bands, and the seconds to the plan. The classifier is naive Bayes over character
n-grams of the same training questions (Manning, Raghavan & Schütze 2008, chapter 13), for bands:
what needs no language model.
"""

import argparse
import asyncio
import collections
import json
import math
import statistics
import time
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

from jessy_tui.dataset.probes import load_probes
from jessy_tui.dataset.turkish import fold
from jessy_tui.inference.client import Engine
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token
from jessy_tui.inference.target import target_of_run
from jessy_tui.iteration import Complexity, read_plan
from jessy_tui.training.run import Run
from jessy_tui.training.runs import find_run
from jessy_tui.workspace import Workspace

_LONGEST_PLAN = 16
"""Tokens; a plan header takes some ten."""


class NaiveBayes:
    """Bands from character n-grams of 1 to 4 letters, with Laplace's smoothing."""

    def __init__(self, rows: Iterable[tuple[str, str]], alpha: float = 0.3) -> None:
        self._counts: dict[str, collections.Counter[str]] = collections.defaultdict(
            collections.Counter
        )
        self._priors: collections.Counter[str] = collections.Counter()
        for question, band in rows:
            self._priors[band] += 1
            self._counts[band].update(_ngrams(question))
        self._kinds = len({ngram for counts in self._counts.values() for ngram in counts})
        self._alpha = alpha

    def band_of(self, question: str) -> str:
        """The likeliest band."""

        def score(band: str) -> float:
            counts, alpha = self._counts[band], self._alpha
            total = counts.total() + alpha * self._kinds
            likelihood = sum(math.log((counts[n] + alpha) / total) for n in _ngrams(question))
            return math.log(self._priors[band]) + likelihood

        return max(self._priors, key=score)


def _ngrams(text: str) -> list[str]:
    padded = f"  {fold(text)}  "
    return [padded[at : at + size] for size in (1, 2, 3, 4) for at in range(len(padded) - size + 1)]


def trained_on(run: Run) -> list[tuple[str, str]]:
    """The questions a run was trained on, each once, and their bands."""
    found = {}
    for line in (run.folder / "data" / "train.jsonl").read_text("utf-8").splitlines():
        messages = json.loads(line)["messages"]
        plan = read_plan(messages[-1]["content"]).plan
        if plan is not None:
            found[messages[-2]["content"]] = str(plan.complexity)
    return list(found.items())


async def ask(engine: Engine, question: str) -> tuple[str, float]:
    """The first tokens of the answer, and the seconds they took."""
    begun, text = time.monotonic(), ""
    sampling = Sampling(max_tokens=_LONGEST_PLAN, temperature=0.0)
    async with aclosing(engine.generate([Message("user", question)], sampling)) as answer:
        async for piece in answer:
            if isinstance(piece, Token):
                text += piece.text
            elif isinstance(piece, Finished):
                break
            if "</think>" in text:
                break
    return text, time.monotonic() - begun


async def score(workspace: Workspace, name: str, checkpoint: str | None) -> None:
    """Print how a run does."""
    target = target_of_run(workspace, name, checkpoint)
    probes = load_probes(workspace.probes).probes
    seconds, declared = [], []
    async with await Engine.start(target.base) as engine:
        await engine.use_adapter(target.adapter)
        for probe in probes:
            text, took = await ask(engine, probe["query"])
            seconds.append(took)
            declared.append(read_plan(text).plan)
    total = len(probes)
    right = exact = near = 0
    confusion: collections.Counter[tuple[str, str]] = collections.Counter()
    for probe, plan in zip(probes, declared, strict=True):
        confusion[probe["complexity"], str(plan.complexity) if plan else "none"] += 1
        if plan is None:
            continue
        expected = probe.get("expected", probe["iterations"][0])
        right += plan.complexity == probe["complexity"]
        exact += plan.iterations == expected
        near += abs(plan.iterations - expected) <= 1
    formed = sum(plan is not None for plan in declared)
    print(f"{target}")
    for words, number in (
        ("well-formed", formed),
        ("right band", right),
        ("exact", exact),
        ("within one", near),
    ):
        print(f"  {words:<12} {number:>4} of {total}  {number / total:.1%}")
    for band in Complexity:
        row = "  ".join(
            f"{said} {confusion[str(band), said]:>3}" for said in (*map(str, Complexity), "none")
        )
        print(f"  {band:<6} declared as  {row}")
    bayes = NaiveBayes(trained_on(find_run(workspace, name)))
    hits = sum(bayes.band_of(probe["query"]) == probe["complexity"] for probe in probes)
    print(f"  naive Bayes on the same rows: {hits} of {total} bands  {hits / total:.1%}")
    print(
        f"  seconds to the plan: median {statistics.median(seconds):.2f}, most {max(seconds):.2f}"
    )
    wrong = [
        f"    {probe['id']}: {probe['complexity']} {probe['iterations']} -> {plan}"
        for probe, plan in zip(probes, declared, strict=True)
        if plan is None or plan.complexity != probe["complexity"]
    ]
    print("\n".join(["  wrong bands:", *wrong]))


def main() -> None:
    """Score the runs named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--checkpoint")
    arguments = parser.parse_args()
    for name in arguments.runs:
        asyncio.run(score(Workspace(arguments.workspace), name, arguments.checkpoint))


if __name__ == "__main__":
    main()
