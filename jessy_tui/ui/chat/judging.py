"""From a talk to the dataset: accept an answer, mend it, or write what should have been said."""

import asyncio
from typing import ClassVar

from rapidfuzz import fuzz, process
from textual import work
from textual.binding import Binding

from jessy_tui.chats.context import before
from jessy_tui.chats.quick_probes import probe_asked
from jessy_tui.chats.to_example import example_of, label_of, origin_of
from jessy_tui.chats.turn import Turn, Verdict
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.turkish import question_key
from jessy_tui.errors import JessyError
from jessy_tui.ui.chat.answer import Answer
from jessy_tui.ui.chat.talk import Talk
from jessy_tui.ui.clipboard import copy_text

_LOOKED_THROUGH = 20_000
"""Among so many examples the nearest question is looked for."""
_ALIKE = 60
"""Of 100; below it, a question says nothing of another one's category."""


class Judging(Talk):
    """The part of the Chat tab that is about the answer in hand."""

    PLACE: ClassVar[str] = "The answer in hand"
    BINDINGS = [
        Binding("J,shift+down", "answer(1)", "Next", show=False, tooltip="The next answer"),
        Binding("K,shift+up", "answer(-1)", "Previous", show=False, tooltip="The answer before"),
        Binding("l,right", "across(1)", "Right", show=False, tooltip="The answer beside it"),
        Binding("h,left", "across(-1)", "Left", show=False, tooltip="The answer on the left"),
        Binding("p,enter", "passes", "Passes", tooltip="Read its passes one by one"),
        Binding(
            "right_square_bracket",
            "page(1)",
            "Next pass",
            key_display="]",
            show=False,
            tooltip="Read the next pass",
        ),
        Binding(
            "left_square_bracket",
            "page(-1)",
            "Pass before",
            key_display="[",
            show=False,
            tooltip="Read the pass before",
        ),
        Binding("a", "accept", "Accept", tooltip="Make it an example as it is"),
        Binding("e", "edit", "Edit", tooltip="Make it an example, after mending it"),
        Binding("w", "wrong", "Wrong", tooltip="Write what should have been said instead"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the answer; works over ssh"),
        Binding("Y", "copy_question", "Copy question", show=False, tooltip="Copy the question"),
    ]

    def action_answer(self, by: int) -> None:
        """Take another answer in hand."""
        self.transcript.move(by)

    def action_across(self, by: int) -> None:
        """Take the answer beside it in hand."""
        self.transcript.move_across(by)

    async def action_passes(self) -> None:
        """Read the passes one by one, or the answer again."""
        answer = self.transcript.in_hand
        if answer is None or not answer.progress.passes:
            self.notify("There is no pass to read yet.")
            return
        await answer.unfold()

    def action_page(self, by: int) -> None:
        """Read another pass."""
        answer = self.transcript.in_hand
        if answer is not None and not answer.unfolded:
            self.notify("p unfolds the passes; then [ and ] turn them.")
        elif answer is not None:
            answer.turn_page(by)

    def action_copy(self) -> None:
        """Copy the answer in hand."""
        if (turn := self._turn_in_hand()) is not None:
            copy_text(self.app, turn.reply.answer, "the answer")

    def action_copy_question(self) -> None:
        """Copy the question of the answer in hand."""
        if (turn := self._turn_in_hand()) is not None:
            copy_text(self.app, turn.question, "the question")

    def _turn_in_hand(self) -> Turn | None:
        answer = self.transcript.in_hand
        if answer is None:
            self.notify("There is no answer yet.")
        elif answer.turn is None:
            self.notify("There is no answer here, or it is still coming.")
        else:
            return answer.turn
        return None

    # --- to the dataset ------------------------------------------------------------------------

    def action_accept(self) -> None:
        """Make the answer an example as it is."""
        answer, turn = self.transcript.in_hand, self._turn_in_hand()
        if answer is None or turn is None:
            return
        if not turn.reply.answer:
            self.notify("The answer is empty; w writes what should have been said.")
            return
        plan = turn.reply.plan
        if plan is None or not plan.in_band:
            self.notify("It declared no plan in its band: give it its label.")
            self._write(answer, turn, "accepted", turn.reply.answer)
            return
        self._accept(answer, turn)

    @work(exclusive=True, group="judge")
    async def _accept(self, answer: Answer, turn: Turn) -> None:
        from jessy_tui.ui.examples.category_picker import CategoryPicker

        if (store := self.jessy.store) is None:
            self.notify("The examples are still being read.", severity="warning")
            return
        categories = (await asyncio.to_thread(store.census)).categories()
        likely = await asyncio.to_thread(self._likely_category, store, turn)
        name = await self.app.push_screen_wait(CategoryPicker(categories, likely))
        if name is None:
            return
        example = example_of(
            before(self.session.turns, turn), turn, turn.reply.answer, label_of(turn, name)
        )
        origin = origin_of(turn, self.session.path.name, "accepted")
        self.jessy.add_examples(
            [example], origin=origin, then=lambda _: self._judged(answer, turn, "accepted")
        )

    def action_edit(self) -> None:
        """Make the answer an example after mending it."""
        answer, turn = self.transcript.in_hand, self._turn_in_hand()
        if answer is not None and turn is not None:
            self._write(answer, turn, "edited", turn.reply.answer)

    def action_wrong(self) -> None:
        """Write what should have been said instead."""
        answer, turn = self.transcript.in_hand, self._turn_in_hand()
        if answer is not None and turn is not None:
            self._write(answer, turn, "wrong", "")

    @work(exclusive=True, group="judge")
    async def _write(self, answer: Answer, turn: Turn, verdict: Verdict, text: str) -> None:
        """Open the form; what the model planned is filled in where it may be right."""
        if (store := self.jessy.store) is None:
            self.notify("The examples are still being read.", severity="warning")
            return
        category = await asyncio.to_thread(self._likely_category, store, turn)
        label = label_of(turn, category)
        probe = await asyncio.to_thread(probe_asked, self.jessy.workspace, turn.question)
        if probe is not None:
            # What a probe deserves is known, whatever the model thought.
            label |= {"complexity": str(probe.complexity), "iterations": probe.iterations}
        label["origin"] = origin_of(turn, self.session.path.name, verdict)
        draft = example_of(before(self.session.turns, turn), turn, text, label)
        self.jessy.write_draft(draft, then=lambda _: self._judged(answer, turn, verdict))

    def _likely_category(self, store: ExampleStore, turn: Turn) -> str | None:
        """That of the probe that was asked, or of the example with the nearest question."""
        probe = probe_asked(self.jessy.workspace, turn.question)
        if probe is not None and probe.category:
            return probe.category
        if len(store) > _LOOKED_THROUGH:
            return None
        categories = {
            question_key(example.question): example.category for example in store.examples()
        }
        key = question_key(turn.question[:500])
        found = process.extractOne(key, categories.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return categories[found[0]] if found else None

    @work(group="judged")
    async def _judged(self, answer: Answer, turn: Turn, verdict: Verdict) -> None:
        answer.judge(verdict)
        try:
            await asyncio.to_thread(self.session.judge, turn, verdict)
        except JessyError as error:
            self.say(str(error))
