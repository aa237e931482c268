"""What is asked of every single answer: yes, no, or not applicable. A rate is the share of yes.

All are so that yes is good, so that a higher rate is a better one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jessy_tui.evaluation import texts
from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.probe import Probe
from jessy_tui.iteration import Complexity, Plan

Verdict = bool | None
"""Yes, no, or that it makes no sense to ask this of the answer."""

OPINION_FROM: Final = 7
"""From this number of iterations on, the rule of the labels wants a position taken: values in
tension, meaning, the ground itself."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is asked of an answer."""

    name: str
    """In JSON and on the command line."""
    title: str
    """For people."""
    meaning: str
    of: Callable[[Probe, Answer], Verdict]
    whole: bool = False
    """Whether it needs a whole answer, not only the plan."""


def plan_of(answer: Answer) -> Plan | None:
    """The plan, where it is well formed: one outside its own band is none."""
    return answer.plan.plan if answer.well_formed and answer.plan else None


def _exact(probe: Probe, answer: Answer) -> Verdict:
    plan = plan_of(answer)
    return plan is not None and plan.iterations == probe.expected


def _accepted(probe: Probe, answer: Answer) -> Verdict:
    plan = plan_of(answer)
    return plan is not None and probe.iterations[0] <= plan.iterations <= probe.iterations[1]


def _within_one(probe: Probe, answer: Answer) -> Verdict:
    plan = plan_of(answer)
    return plan is not None and abs(plan.iterations - probe.expected) <= 1


def _band(probe: Probe, answer: Answer) -> Verdict:
    plan = plan_of(answer)
    return plan is not None and plan.complexity is probe.complexity


def _not_overthinking(probe: Probe, answer: Answer) -> Verdict:
    return _band(probe, answer) if probe.complexity is Complexity.LOW else None


def _not_underthinking(probe: Probe, answer: Answer) -> Verdict:
    return _band(probe, answer) if probe.complexity is Complexity.HIGH else None


def _in_budget(probe: Probe, answer: Answer) -> Verdict:
    return answer.ended != "failed" and answer.seconds <= probe.complexity.budget_seconds


def _planned_passes(_probe: Probe, answer: Answer) -> Verdict:
    plan = plan_of(answer)
    return plan is not None and len(answer.passes) == plan.iterations


def _accept(probe: Probe, answer: Answer) -> Verdict:
    return texts.has_mark(answer.answer, probe.accept) if probe.accept else None


def _reject(probe: Probe, answer: Answer) -> Verdict:
    if not probe.reject or not answer.answer:
        return None
    return not texts.has_mark(answer.answer, probe.reject)


def _language(probe: Probe, answer: Answer) -> Verdict:
    if probe.language not in ("tr", "en"):
        return None
    said = texts.language_of(answer.answer)
    return None if said is None else said == probe.language


def _opinion(probe: Probe, answer: Answer) -> Verdict:
    if probe.expected < OPINION_FROM and probe.category != "preference":
        return None
    return texts.opinion_of(answer.answer) is not None


def _personal(_probe: Probe, answer: Answer) -> Verdict:
    return texts.generic_of(answer.answer) is None if answer.answer else None


def _no_loop(_probe: Probe, answer: Answer) -> Verdict:
    return texts.repetition_of(answer.answer) < texts.LOOPING if answer.answer else None


def _not_empty(_probe: Probe, answer: Answer) -> Verdict:
    return bool(answer.answer.strip())


def _ended(_probe: Probe, answer: Answer) -> Verdict:
    return all(made.reason == "stop" for made in answer.passes) if answer.passes else False


MEASURES: Final = (
    Measure(
        "well_formed",
        "well-formed plan",
        "the answer begins with a plan, and its iterations belong to its complexity",
        lambda _probe, answer: answer.well_formed,
    ),
    Measure("band", "right band", "LOW, MEDIUM or HIGH as it should be", _band),
    Measure("exact", "exact iterations", "the number that the rule gives", _exact),
    Measure(
        "accepted", "accepted iterations", "a number of the range the probe accepts", _accepted
    ),
    Measure("within_one", "within one", "at most one away from the rule's number", _within_one),
    Measure(
        "not_overthinking",
        "simple not overthought",
        "of the LOW probes, those that got a plan of LOW",
        _not_overthinking,
    ),
    Measure(
        "not_underthinking",
        "hard not underthought",
        "of the HIGH probes, those that got a plan of HIGH",
        _not_underthinking,
    ),
    Measure(
        "in_budget",
        "within the time",
        "5 s for LOW, 15 s for MEDIUM, 60 s for HIGH",
        _in_budget,
        whole=True,
    ),
    Measure(
        "planned_passes",
        "passes as planned",
        "the loop made as many passes as the plan says",
        _planned_passes,
        whole=True,
    ),
    Measure("accept", "has a good mark", "one of the probe's accept marks", _accept, whole=True),
    Measure("reject", "no bad mark", "none of the probe's reject marks", _reject, whole=True),
    Measure(
        "language",
        "language of the question",
        "where the probe does not allow both, and the answer is long enough to tell",
        _language,
        whole=True,
    ),
    Measure(
        "opinion",
        "opinion as one's own",
        "where one is asked for (preferences, and 7 iterations or more): bence, I'd say",
        _opinion,
        whole=True,
    ),
    Measure(
        "personal", "no stock phrase", "nothing that any assistant says", _personal, whole=True
    ),
    Measure(
        "no_loop",
        "no going in circles",
        "fewer than 30 % of its four-word sequences repeat an earlier one",
        _no_loop,
        whole=True,
    ),
    Measure("not_empty", "not empty", "there is an answer at all", _not_empty, whole=True),
    Measure(
        "ended", "came to an end", "the model ended it, not the longest answer", _ended, whole=True
    ),
)
"""All there are, in the order in which they are told."""

BY_NAME: Final = {measure.name: measure for measure in MEASURES}
