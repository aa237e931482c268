"""What a question is asked after: the talk so far, as the model that is asked took part in it."""

from collections.abc import Iterable, Sequence

from jessy_tui.chats.turn import Named, Turn, said
from jessy_tui.inference.protocol import Message


def context_of(turns: Iterable[Turn], target: Named) -> list[Turn]:
    """The turns that `target` is asked after, one a question.

    Where several answered a question, its own answer is taken, or else the first that counts.
    """
    context: dict[str, Turn] = {}
    for turn in turns:
        if turn.fresh and turn.question_id not in context:
            context.clear()
        if not turn.counts:
            if turn.fresh:
                context.clear()
            continue
        before = context.get(turn.question_id)
        if before is None or (before.target != target and turn.target == target):
            context[turn.question_id] = turn
    return list(context.values())


def before(turns: Sequence[Turn], turn: Turn) -> list[Turn]:
    """The turns that `turn` was asked after."""
    if turn.fresh:
        return []
    earlier: list[Turn] = []
    for one in turns:
        if one.question_id == turn.question_id:
            break
        earlier.append(one)
    return context_of(earlier, turn.target)


def messages_of(turns: Iterable[Turn]) -> list[Message]:
    """The turns as messages."""
    return [message for turn in turns for message in said(turn)]
