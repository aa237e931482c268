"""Examples as what a model is trained on: rows of chat messages, the plan header said first."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypedDict

from jessy_tui.dataset.example import JESSY, Example, Turn, plan_in
from jessy_tui.iteration import Plan


class Message(TypedDict):
    """One message in the form that chat templates take."""

    role: str
    content: str


class Row(TypedDict):
    """One line of a training file; the same keys in every row."""

    messages: list[Message]


def training_rows(
    examples: Iterable[Example],
    *,
    weighted: bool = True,
    times: Callable[[Plan], int] = lambda _: 1,
    system: str = "",
) -> Iterator[Row]:
    """The rows of `examples`, in their order.

    Each answer that has a whole label is a row of its own, with the conversation before it; the
    earlier answers in it say their plans too, where they have one. An answer without a whole
    label is in the history of later ones, but is not trained. With `weighted`, an example of
    weight 3 gives each of its rows three times; `times` says how often a label counts on top.
    With a `system` prompt, every row begins with it.
    """
    opening: list[Message] = [{"role": "system", "content": system}] if system else []
    for example in examples:
        for _ in range(example.weight if weighted else 1):
            for before, answer in example.exchanges():
                if (plan := plan_in(answer.metadata)) is not None:
                    for _ in range(times(plan)):
                        said = [_message(turn) for turn in (*before, answer)]
                        yield {"messages": opening + said}


def _message(turn: Turn) -> Message:
    text = turn.text or ""
    if turn.role != JESSY:
        return {"role": "user", "content": text}
    plan = plan_in(turn.metadata)
    return {"role": "assistant", "content": (plan.header if plan else "") + text}
