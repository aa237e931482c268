"""The form in which an example is written and mended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from jessy_tui.dataset.example import HUMAN, JESSY, Example
from jessy_tui.dataset.layout import same_json
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.conversation import Message, conversation_of, messages_of, refusal
from jessy_tui.ui.examples.label_form import LabelForm
from jessy_tui.ui.examples.metadata_form import MetadataForm, MetadataRow
from jessy_tui.ui.examples.turn_field import TurnField
from jessy_tui.ui.findings.counting import in_lines
from jessy_tui.ui.text import visible

if TYPE_CHECKING:
    from jessy_tui.dataset.checks import Finding

_CHECK_AFTER = 0.3
"""Seconds without a key before the checks are asked."""
_MOST_FINDINGS = 3
_HINT = "ctrl+s keeps · esc cancels · tab next field · f12 keys"


def _key(key: str, action: str, description: str, tooltip: str) -> Binding:
    """A key that works in the middle of a text."""
    return Binding(key, action, description, tooltip=tooltip, priority=True)


@dataclass(frozen=True, slots=True)
class _TakenOut:
    """A message that was taken out, to be brought back."""

    place: int
    message: Message


class ExampleEditor(ModalScreen[Example]):
    """Answers with the example as it was left, or None where nothing is to change.

    What has no place in the form (see `conversation.refusal`) closes it with a notice.
    """

    PLACE = "Form"
    CSS_PATH = "editing.tcss"
    BINDINGS = [
        _key("ctrl+s", "keep", "Keep", "Keep the changes"),
        Binding("escape", "cancel", "Cancel", tooltip="Leave without changing anything"),
        _key("alt+a", "add_turn", "Add", "Add a message after this one"),
        _key("alt+x", "take_out", "Take out", "Take out this message or key"),
        _key("alt+z", "bring_back", "Bring back", "Bring back the message taken out last"),
        _key("alt+up", "move_turn(-1)", "Up", "Move this message up"),
        _key("alt+down", "move_turn(1)", "Down", "Move this message down"),
        _key("alt+r", "turn_role", "Role", "Change who says this message"),
        _key("alt+b", "take_band", "Band", "Take the complexity that the iterations imply"),
        _key("alt+c", "pick_category", "Category", "Choose among the categories"),
        _key("alt+m", "metadata", "Metadata", "Edit or add a key, such as language"),
        _key("f12", "show_keys", "Keys", "The keys of this form"),
    ]
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    def __init__(
        self,
        example: Example | None = None,
        categories: Mapping[str, int] | None = None,
        *,
        draft: Example | None = None,
        place: str = "",
        findings_of: Callable[[Example], "list[Finding]"] = lambda _: [],
    ) -> None:
        """`categories` are those that exist, with their numbers of examples.

        A new example begins as `draft`, or else empty; `place` says where it will go.
        `findings_of` is what the checks would say of an example, which is shown while one types.
        """
        super().__init__()
        self._findings_of = findings_of
        self._checking: Timer | None = None
        self.example = example
        self._place = place
        self._categories = categories or {}
        self._refusal = refusal(example) if example is not None else None
        if example is not None and self._refusal is None:
            self._messages = conversation_of(example)
        elif draft is not None:
            self._messages = [replace(one, origin=None) for one in conversation_of(draft)]
        else:
            self._messages = [Message(HUMAN, ""), Message(JESSY, "")]
        self._labelled: TurnField | None = None
        self._before: object = None
        self._taken_out: list[_TakenOut] = []
        self._asked_to_discard = False

    def compose(self) -> ComposeResult:
        messages = self._messages
        question = next((at for at, one in enumerate(messages) if one.role == HUMAN), None)
        answers = [at for at, one in enumerate(messages) if one.role == JESSY]
        with Vertical(classes="dialog", id="editor") as dialog:
            new = f"New example in {visible(self._place)}" if self._place else "New example"
            dialog.border_title = Text("Edit" if self.example else new)
            with VerticalScroll(id="turns", can_focus=False):
                for at, message in enumerate(messages):
                    area_id = "question" if at == question else None
                    yield TurnField(message, "answer" if at in answers[-1:] else area_id)
            yield LabelForm(self._categories)
            yield MetadataForm()
            yield Static(id="form-findings")
            yield Static(id="problem", classes="error-line")

    async def on_mount(self) -> None:
        if self._refusal is not None:
            self.notify(self._refusal, severity="warning", markup=False)
            self.dismiss(None)
            return
        await self._arrange()
        self._before = self._state()
        fields = self._fields
        self._check_soon()
        answer = next((field for field in reversed(fields) if field.role == JESSY), fields[-1])
        empty = next((field for field in fields if not field.text), answer)
        (empty if self.example is None else answer).area.focus()

    # --- what stands in the form ---------------------------------------------------------------

    @property
    def _fields(self) -> list[TurnField]:
        return list(self.query(TurnField))

    @property
    def _label_form(self) -> LabelForm:
        return self.query_one(LabelForm)

    @property
    def _metadata_form(self) -> MetadataForm:
        return self.query_one(MetadataForm)

    @property
    def _field_in_hand(self) -> TurnField | None:
        node = self.focused.parent if self.focused else None
        return node if isinstance(node, TurnField) else None

    @property
    def _is_simple(self) -> bool:
        return [field.role for field in self._fields] == [HUMAN, JESSY]

    def _state(self) -> object:
        turns = [(field.role, field.text, field.origin) for field in self._fields]
        return turns, self._label_form.values, self._metadata_form.typed

    async def _arrange(self) -> None:
        """Name the messages, and show the label of the last answer."""
        fields = self._fields
        last = next((field for field in reversed(fields) if field.role == JESSY), None)
        if last is not None and last is not self._labelled:
            if self._labelled is not None and self._label_problem() is None:
                self._labelled.metadata = self._label_of(self._labelled)
            if last.metadata or self._labelled is None:
                self._label_form.load(last.metadata)
                await self._metadata_form.load(last.metadata)
            self._labelled = last
        simple = self._is_simple
        self.query_one("#editor").set_class(simple, "-simple")
        self.query_one("#editor").border_subtitle = (
            _HINT if simple else "ctrl+s keeps · alt+a adds · alt+x takes out · alt+↑↓ · f12 keys"
        )
        for place, field in enumerate(fields, start=1):
            field.name_it(None if simple else place, last_answer=field is last)

    def _label_problem(self) -> str | None:
        if problem := self._label_form.problem:
            return problem
        try:
            self._metadata_form.values()
        except JessyError as error:
            return str(error)
        return None

    def _label_of(self, field: TurnField) -> dict[str, Any]:
        new = self._label_form.label | self._metadata_form.values()
        return {key: new[key] for key in field.metadata if key in new} | new

    def _problem(self) -> str | None:
        fields = self._fields
        for place, field in enumerate(fields, start=1):
            if not field.text.strip():
                if self._is_simple:
                    return f"The {'question' if field.role == HUMAN else 'answer'} is empty."
                return f"Message {place} is empty; write it, or alt+x takes it out."
        for role, name in ((HUMAN, "question"), (JESSY, "answer")):
            if all(field.role != role for field in fields):
                return f"There is no {name}; alt+a adds a message, alt+r changes who says one."
        return self._label_problem()

    # --- keeping and leaving -------------------------------------------------------------------

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._asked_to_discard = False
        self._say(self._label_form.contradiction)
        self._check_soon()

    def _check_soon(self) -> None:
        """Ask the checks when nothing was typed for a moment."""
        if self._checking is not None:
            self._checking.stop()
        self._checking = self.set_timer(_CHECK_AFTER, self._check)

    def _check(self) -> None:
        findings = [] if self._problem() else self._findings_of(self._example())
        line = self.query_one("#form-findings", Static)
        line.display = bool(findings)
        line.update(in_lines(findings, _MOST_FINDINGS))

    @on(LabelForm.Contradicted)
    def _label_shown(self) -> None:
        self._say(self._label_form.contradiction)

    def _say(self, problem: str | None) -> None:
        self.query_one("#problem", Static).update(Text(problem or ""))

    def action_keep(self) -> None:
        """Close with the changes, if they make an example."""
        if problem := self._problem():
            self._say(problem)
            return
        edited = self._example()
        raw = self.example.raw if self.example is not None else {}
        self.dismiss(None if same_json(edited.raw, raw) else edited)

    def _example(self) -> Example:
        """The example as it stands in the form, where that has no problem."""
        fields = self._fields
        labelled = next(field for field in reversed(fields) if field.role == JESSY)
        said = [
            replace(field.message, metadata=self._label_of(field))
            if field is labelled
            else field.message
            for field in fields
        ]
        raw = self.example.raw if self.example is not None else {}
        return Example({**raw, "conversations": messages_of(said, self.example)})

    def action_cancel(self) -> None:
        """Close without changes; what was typed is given up only when asked twice."""
        if self._state() != self._before and not self._asked_to_discard:
            self._asked_to_discard = True
            self._say("Esc again throws away what you typed; ctrl+s keeps it.")
            return
        self.dismiss(None)

    # --- messages ------------------------------------------------------------------------------

    async def action_add_turn(self) -> None:
        """Add a message after the one in hand, said by the other one."""
        fields = self._fields
        before = self._field_in_hand or fields[-1]
        role = JESSY if before.role == HUMAN else HUMAN
        await self._put(fields.index(before) + 1, Message(role, ""))

    async def _put(self, place: int, message: Message) -> None:
        turns = self.query_one("#turns", VerticalScroll)
        field = TurnField(message)
        fields = self._fields
        if place < len(fields):
            await turns.mount(field, before=fields[place])
        else:
            await turns.mount(field)
        self._asked_to_discard = False
        await self._arrange()
        field.area.focus(scroll_visible=False)
        self.call_after_refresh(turns.scroll_to_widget, field, animate=False)

    async def action_take_out(self) -> None:
        """Take out the message in hand, or the key of the metadata."""
        row = self.focused.parent if self.focused else None
        if isinstance(row, MetadataRow):
            await self._metadata_form.remove_row(row)
            return
        field, fields = self._field_in_hand, self._fields
        if field is None:
            self._say("Go to the message that is to be taken out, with tab.")
            return
        if len(fields) == 1:
            self._say("An example has at least one message; d in the list deletes the example.")
            return
        place = fields.index(field)
        self._taken_out.append(_TakenOut(place, field.message))
        await field.remove()
        await self._arrange()
        self._fields[min(place, len(fields) - 2)].area.focus()
        self._say(f"Message {place + 1} is taken out; alt+z brings it back.")

    async def action_bring_back(self) -> None:
        """Bring back the message that was taken out last."""
        if not self._taken_out:
            self._say("Nothing was taken out; ctrl+z undoes what was typed.")
            return
        taken = self._taken_out.pop()
        await self._put(min(taken.place, len(self._fields)), taken.message)
        self._say(None)

    async def action_move_turn(self, by: int) -> None:
        """Move the message in hand up or down."""
        field, fields = self._field_in_hand, self._fields
        place = fields.index(field) + by if field else -1
        if field is None or not 0 <= place < len(fields):
            return
        turns = self.query_one("#turns", VerticalScroll)
        if by < 0:
            turns.move_child(field, before=fields[place])
        else:
            turns.move_child(field, after=fields[place])
        await self._arrange()
        self.call_after_refresh(turns.scroll_to_widget, field, animate=False)

    async def action_turn_role(self) -> None:
        """Change who says the message in hand."""
        field = self._field_in_hand
        if field is not None:
            field.turn_role()
            self._asked_to_discard = False
            await self._arrange()

    # --- the label -----------------------------------------------------------------------------

    def action_take_band(self) -> None:
        """Let the iterations decide the complexity."""
        self._label_form.take_band()

    @work
    async def action_pick_category(self) -> None:
        """Choose among the categories that exist, or name a new one."""
        from jessy_tui.ui.examples.category_picker import CategoryPicker

        current = self._label_form.values[1].strip()
        name = await self.app.push_screen_wait(CategoryPicker(self._categories, current))
        if name is not None:
            self._label_form.set_category(name)

    async def action_metadata(self) -> None:
        """Edit what stands beside the label, or add to it."""
        await self._metadata_form.open()

    def action_show_keys(self) -> None:
        """Show the keys of the form."""
        from jessy_tui.ui.help import KeysScreen

        self.app.push_screen(KeysScreen.of(cast("Screen[object]", self)))
