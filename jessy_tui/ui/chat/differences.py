"""How the answers to one question differ: in plan, passes and seconds."""

from collections.abc import Sequence

from jessy_tui.ui.chat.progress import Progress
from jessy_tui.ui.chat.verdict import plan_words
from jessy_tui.ui.text import count_of


def differences(answers: Sequence[tuple[str, Progress]]) -> str:
    """A line for each further answer against the first; (name, progress) for each.

    Empty as long as fewer than two are over with a reply.
    """
    (first, against), *others = answers
    lines = [
        f"{name} against {first}: {_differ(against, progress)}"
        for name, progress in others
        if against.reply is not None and progress.reply is not None
    ]
    return "\n".join(lines)


def _differ(against: Progress, progress: Progress) -> str:
    assert against.reply is not None  # noqa: S101 - only answers with a reply are compared
    assert progress.reply is not None  # noqa: S101
    before, now = plan_words(against), plan_words(progress)
    words = [f"plan {now}, as there" if before == now else f"plan {now} instead of {before}"]
    more = len(progress.passes) - len(against.passes)
    passes = count_of(abs(more), "pass", "passes")
    words.append(f"{passes} {'more' if more > 0 else 'fewer'}" if more else "as many passes")
    seconds = progress.reply.seconds - against.reply.seconds
    times = _times(against.reply.seconds, progress.reply.seconds)
    words.append(f"{abs(seconds):.1f} s {'more' if seconds > 0 else 'less'}{times}")
    return " · ".join(words)


def _times(before: float, after: float) -> str:
    """How many times as long or as fast, where that says something."""
    least, most = sorted((before, after))
    if least <= 0 or most / least < 1.5:
        return ""
    return f", {most / least:.0f} times as {'long' if after > before else 'fast'}"
