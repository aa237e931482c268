"""How an answer is printed: for people while it comes, or as one JSON object."""

from typing import Any

import click

from jessy_tui.inference.reply import Event, Pass, PassEnded, PlanKnown, Reply, Text
from jessy_tui.inference.target import Target
from jessy_tui.iteration import MAX_ITERATIONS, phase_of


class AnswerPrinter:
    """Prints the events of a thinking loop for people, each as it comes."""

    def __init__(self) -> None:
        self._passes = 1
        """How many there may be."""
        self._pass = 0
        """The one whose text is being printed."""
        self._at_line_start = True

    def show(self, event: Event) -> None:
        """Print what `event` adds."""
        match event:
            case PlanKnown():
                self._passes = event.passes
                self._line(_describe_plan(event))
            case Text():
                self._begin_pass(event.pass_number)
                click.echo(_harmless(event.piece), nl=False)
                self._at_line_start = event.piece.endswith("\n")
            case PassEnded():
                self._end_line()
                if self._passes > 1:
                    self._line(_describe_pass(event.record))
            case Reply():
                self._finish(event)

    def _begin_pass(self, number: int) -> None:
        if number == self._pass:
            return
        self._pass = number
        self._line("")
        if self._passes > 1:
            self._line(f"— pass {number} of {self._passes}, {phase_of(number)} —")

    def _finish(self, reply: Reply) -> None:
        if reply.passes[-1].text != reply.answer:
            self._line("")
            self._line(_harmless(reply.answer))
        self._line("")
        self._line(verdict(reply))
        if reply.plan is None or reply.ended not in ("plan", "policy"):
            self._line(reply.ended_why)
        if reply.passes[-1].reason == "length":
            tokens = reply.passes[-1].tokens
            self._line(f"The last pass was cut off at {tokens} tokens; see --max-tokens.")

    def _line(self, text: str) -> None:
        self._end_line()
        click.echo(text)

    def _end_line(self) -> None:
        if not self._at_line_start:
            click.echo()
            self._at_line_start = True


def verdict(reply: Reply) -> str:
    """The passes as nine pips, and the seconds against what the plan's band allows."""
    made = len(reply.passes)
    pips = "●" * made + "○" * (MAX_ITERATIONS - made)
    words = [f"{pips}  {made} {'pass' if made == 1 else 'passes'}"]
    if reply.plan is None:
        words.append(f"{reply.seconds:.2f} s")
    else:
        budget = reply.plan.complexity.budget_seconds
        within = "of" if reply.seconds <= budget else "over the"
        words.append(f"{reply.seconds:.2f} s {within} {budget:g} s")
    if reply.first_token_seconds is not None:
        words.append(f"first token {reply.first_token_seconds:.2f} s")
    words.append(f"{reply.tokens_per_second:.0f} tokens/s")
    return " · ".join(words)


def answer_as_json(reply: Reply, target: Target, load_seconds: float) -> dict[str, Any]:
    """The answer for programs; the keys are a contract."""
    plan = reply.plan
    return {
        "plan": plan and {"complexity": str(plan.complexity), "iterations": plan.iterations},
        "answer": reply.answer,
        "passes": [
            {"text": made.text, "tokens": made.tokens, "seconds": made.seconds}
            for made in reply.passes
        ],
        "first_token_seconds": reply.first_token_seconds,
        "seconds": reply.seconds,
        "tokens_per_second": reply.tokens_per_second,
        "plan_problem": reply.plan_problem,
        "ended": reply.ended,
        "ended_why": reply.ended_why,
        "run": target.run,
        "checkpoint": target.checkpoint,
        "base": None if target.url else target.base_name,
        "url": target.url,
        "model": target.base_name if target.url else None,
        "load_seconds": load_seconds,
    }


def event_as_json(event: PlanKnown | Text | PassEnded) -> dict[str, Any]:
    """What happens before the answer is whole, for programs; the keys are a contract."""
    match event:
        case PlanKnown():
            plan = event.plan
            return {
                "event": "plan",
                "plan": plan
                and {"complexity": str(plan.complexity), "iterations": plan.iterations},
                "problem": event.problem,
                "passes": event.passes,
                "seconds": event.seconds,
            }
        case Text():
            return {"event": "text", "pass": event.pass_number, "text": event.piece}
        case PassEnded():
            made = event.record
            return {
                "event": "pass",
                "pass": made.number,
                "phase": made.phase,
                "text": made.text,
                "tokens": made.tokens,
                "seconds": made.seconds,
                "first_token_seconds": made.first_token_seconds,
                "similarity": made.similarity,
                "reason": made.reason,
            }


def _describe_plan(event: PlanKnown) -> str:
    if event.plan is None:
        problem = event.problem or "there is no plan"
        return f"{problem[0].upper()}{problem[1:]}."
    return f"{event.plan}" + (f" ({event.problem})" if event.problem else "")


def _describe_pass(record: Pass) -> str:
    words = f"({record.tokens} tokens in {record.seconds:.1f} s"
    if record.similarity is not None:
        words += f", {record.similarity:.0%} like the draft before"
    return words + ")"


def _harmless(text: str) -> str:
    """The text without what a terminal would obey: a model can say anything."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )
