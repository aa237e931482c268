"""Asking some probes for their plans while a run trains, with the model at hand.

Greedy, and no more than the plan of each answer, so that it costs little and leaves the state of
chance alone: a run that asks probes makes the same weights as one that does not.

Imported by the driver alone, after the BLAS.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mlx.utils import tree_flatten
from mlx_lm.models.cache import make_prompt_cache

from jessy_tui.bases.chat_template import renderer_of
from jessy_tui.evaluation.answers import Answer, PlanSaid
from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.probe import Probe, in_mixed_order, read_probe_set
from jessy_tui.inference.decoding import Pieces, generate_tokens, prefill_step
from jessy_tui.inference.prompt import Prompt
from jessy_tui.inference.protocol import Message, Sampling
from jessy_tui.iteration import Complexity, PlanReader
from jessy_tui.training.material import Material
from jessy_tui.training.record import read_record
from jessy_tui.workspace import PROBES_NAME

_LONGEST_PLAN: Final = 24
"""In tokens; one that is well formed takes some ten."""
_MEASURES: Final = ("well_formed", "band", "exact", "within_one")


class Prober:
    """The probes of a run, and how its model is asked them."""

    def __init__(self, folder: Path, material: Material) -> None:
        """Read the probes of the run in `folder`.

        Raises:
            JessyError: they cannot be read.
        """
        count = material.recipe.probe_count
        self.probes: list[Probe] = spread(
            read_probe_set(folder / "data" / PROBES_NAME).probes, count
        )
        """Those that are asked."""
        self._material = material
        self._tokenizer = material.tokenizer
        self._prompt = Prompt(renderer_of(self._tokenizer), self._tokenizer.bos_token or "")
        self._system = read_record(folder).data.system
        weights = tree_flatten(material.model.parameters())
        self._step = prefill_step(sum(int(weight.size) for _, weight in weights))

    def ask(self, broken_off: Callable[[], bool]) -> dict[str, float] | None:
        """Ask all of them; returns the shares by the names of the measures.

        Args:
            broken_off: asked between two probes; where it is true, the answer is None.
        """
        answers = []
        with self._material.whole_model() as model:
            for probe in self.probes:
                if broken_off():
                    return None
                answers.append(self._answer(model, probe))
        return {
            name: sum(
                bool(BY_NAME[name].of(probe, answer))
                for probe, answer in zip(self.probes, answers, strict=True)
            )
            / len(answers)
            for name in _MEASURES
        }

    def _answer(self, model: Any, probe: Probe) -> Answer:
        opening = (Message("system", self._system),) if self._system else ()
        text = self._prompt.text_of((*opening, Message("user", probe.query)))
        prompt = self._tokenizer.encode(text, add_special_tokens=False)
        pieces, reader = Pieces(self._tokenizer), PlanReader()
        tokens = generate_tokens(
            model,
            prompt,
            0,
            make_prompt_cache(model),
            Sampling(),
            max_tokens=_LONGEST_PLAN,
            step=self._step,
            cancelled=lambda: False,
        )
        for token in tokens:
            if token in self._tokenizer.eos_token_ids:
                break
            reader.feed(pieces.add(token))
            if reader.decided:
                break
        reader.feed(pieces.rest())
        reader.finish()
        plan = reader.plan
        said = None if plan is None else PlanSaid(plan.complexity, plan.iterations)
        return Answer(probe=probe.id, seed=0, plan=said, ended="plan known")


def spread(probes: tuple[Probe, ...], count: int) -> list[Probe]:
    """So many of the probes, each band with its share, and evenly taken from within it."""
    if len(probes) <= count:
        return in_mixed_order(probes)
    found: list[Probe] = []
    left, places = len(probes), count
    for band in Complexity:
        of_band = [probe for probe in probes if probe.complexity is band]
        wanted = round(places * len(of_band) / left) if left else 0
        found += [
            of_band[(2 * place + 1) * len(of_band) // (2 * wanted)] for place in range(wanted)
        ]
        left, places = left - len(of_band), places - wanted
    return in_mixed_order(tuple(found))
