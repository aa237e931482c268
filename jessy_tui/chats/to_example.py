"""From a talk to the dataset: an answer, with all it was asked after, as an example."""

import time
from collections.abc import Sequence
from typing import Any

from jessy_tui.chats.turn import Turn, Verdict
from jessy_tui.dataset.example import HUMAN, JESSY, Example


def example_of(
    context: Sequence[Turn], turn: Turn, answer: str, label: dict[str, Any] | None = None
) -> Example:
    """The talk up to `turn` with `answer` as its last word.

    Only that carries a label: every labelled answer of an example is trained on, and of those
    before it nobody has said that they are good.
    """
    conversation: list[dict[str, Any]] = []
    for earlier in context:
        conversation.append({"from": HUMAN, "value": earlier.question})
        conversation.append({"from": JESSY, "value": earlier.reply.answer})
    conversation.append({"from": HUMAN, "value": turn.question})
    conversation.append({"from": JESSY, "value": answer, "metadata": label or {}})
    return Example({"conversations": conversation})


def label_of(turn: Turn, category: str | None) -> dict[str, Any]:
    """The label that the answer's plan makes; without a plan in its band, only the category."""
    label: dict[str, Any] = {}
    if (plan := turn.reply.plan) is not None and plan.in_band:
        label = {"complexity": str(plan.complexity), "iterations": plan.iterations}
    return label | ({"category": category} if category else {})


def origin_of(turn: Turn, session: str, verdict: Verdict) -> dict[str, Any]:
    """Where an example comes from, for its metadata: who said it, in which talk, and when.

    Where the answer was changed, what the model said stands there too, plan included.
    """
    origin: dict[str, Any] = {
        "from": "chat",
        "target": str(turn.target),
        "session": session,
        "date": time.strftime("%Y-%m-%d", time.localtime(turn.at)),
        "verdict": verdict,
    }
    return origin if verdict == "accepted" else origin | {"said": turn.reply.message.content}
