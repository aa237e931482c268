"""An answer's figures as text: the plan, nine pips for the passes, seconds against the budget."""

from typing import Final

from rich.text import Text

from jessy_tui.chats.turn import Verdict
from jessy_tui.inference.reply import Reply
from jessy_tui.iteration import MAX_ITERATIONS, Plan
from jessy_tui.ui.chat.progress import Progress
from jessy_tui.ui.text import visible
from jessy_tui.ui.themes import band_colour

VERDICTS: Final[dict[Verdict, str]] = {
    "accepted": "✓ accepted",
    "edited": "✎ edited",
    "wrong": "✗ wrong",
}


def plan_words(progress: Progress) -> str:
    """The plan, or why there is none, in two words."""
    if not progress.plan_known:
        return "no plan yet"
    if progress.plan is not None:
        return f"{progress.plan}{'' if progress.plan.in_band else ' !'}"
    problem = progress.problem or ""
    if "declared no plan" in problem and "thought" not in problem:
        return "no plan"
    return "plan unknown" if "stopped" in problem else "malformed plan"


def pass_pips(progress: Progress) -> str:
    """`●` a pass that was made, `◐` the one at work, `○` the rest of nine."""
    made = len(progress.passes)
    working = made < MAX_ITERATIONS and progress.drafting is not None
    return ("●" * made + "◐" * working).ljust(MAX_ITERATIONS, "○")


def passes_words(progress: Progress) -> str:
    """How many passes were made, or which one is at work."""
    made = len(progress.passes)
    if progress.drafting is not None:
        most = f" of {progress.limit}" if progress.limit else ""
        return f"pass {progress.drafting}{most}"
    return f"{made} pass{'' if made == 1 else 'es'}"


def seconds_words(seconds: float, plan: Plan | None, *, over: bool) -> str:
    """The seconds against what a person accepts for such a plan."""
    taken = f"{seconds:.1f} s"
    if plan is None:
        return taken
    budget = plan.complexity.budget_seconds
    if seconds > budget:
        return f"{taken}, over the {budget:.0f} s of {plan.complexity}"
    return f"{taken}, within {budget:.0f} s" if over else f"{taken} of {budget:.0f} s"


def describe(progress: Progress, now: float, variables: dict[str, str]) -> Text:
    """The lines above an answer; `now` in monotonic seconds."""
    if progress.failure is not None:
        return Text(f"✗ {visible(progress.failure)}", "bold")
    if progress.waiting is not None:
        return Text(f"{progress.waiting} …", "dim")
    plan, reply = progress.plan, progress.reply
    style = f"bold {band_colour(plan.complexity, variables)}" if plan else "bold"
    seconds = reply.seconds if reply else now - (progress.began or now)
    text = Text.assemble(
        (plan_words(progress), style),
        "  ",
        (f"{pass_pips(progress)} {passes_words(progress)}", style),
        f"  {seconds_words(seconds, plan, over=reply is not None)}",
    )
    if progress.verdict is not None:
        text.append(f"  {VERDICTS[progress.verdict]}", "bold")
    if reply is not None:
        text.append(f"\n{_figures(reply)}", "dim")
    if notes := _notes(progress):
        text.append(f"\n{visible(notes)}", "dim italic")
    return text


def _figures(reply: Reply) -> str:
    figures = [f"{reply.tokens:,} token{'' if reply.tokens == 1 else 's'}"]
    if reply.tokens_per_second:
        figures.append(f"{reply.tokens_per_second:,.0f} tokens/s")
    if reply.plan_seconds is not None and reply.plan is not None:
        figures.append(f"plan after {reply.plan_seconds:.2f} s")
    if reply.first_token_seconds is not None:
        figures.append(f"first token after {reply.first_token_seconds:.2f} s")
    return " · ".join(figures)


def _notes(progress: Progress) -> str:
    problem = progress.problem
    notes = [f"{problem[:1].upper()}{problem[1:]}."] if problem else []
    if progress.reply is not None:
        notes.append(progress.reply.ended_why)
    return " ".join(notes)
