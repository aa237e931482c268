"""What was changed here and by other hands: both sides, field by field, and a decision."""

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.merging.fields import Field, Path, Side, chosen, fields_of
from jessy_tui.dataset.store import Conflict, ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.examples.conflict_field import ConflictField
from jessy_tui.ui.text import count_of, one_line

if TYPE_CHECKING:
    from jessy_tui.app import JessyApp

_WIDTH = 130
"""Cells of the dialog, at the most; as in its style sheet."""
_LISTED = 4
"""So many conflicts are listed at once, around the one in hand."""


class ConflictsScreen(ModalScreen[None]):
    """The conflicts of a workspace, one in hand. Whoever settles the last one is let out."""

    CSS_PATH = "conflicts.tcss"
    PLACE = "Conflicts"
    AUTO_FOCUS = "ConflictField"
    BINDINGS = [
        Binding("j,down,tab", "field(1)", "Next field", show=False, tooltip="The next field"),
        Binding(
            "k,up,shift+tab", "field(-1)", "Field before", show=False, tooltip="The field before"
        ),
        Binding("enter,ctrl+s", "settle", "Settle", tooltip="Settle this conflict as chosen"),
        Binding("H,M", "settle_whole('mine')", "Mine", tooltip="Settle this one: all of it mine"),
        Binding(
            "L,T", "settle_whole('theirs')", "Theirs", tooltip="Settle this one: all of it theirs"
        ),
        Binding("n", "go(1)", "Next", tooltip="The next conflict"),
        Binding("N,p", "go(-1)", "Previous", tooltip="The conflict before"),
        Binding("e", "edit", "Edit", tooltip="Write what it is to be"),
        Binding(
            "less_than_sign", "settle_all('mine')", "All mine", tooltip="Settle all: mine in each"
        ),
        Binding(
            "greater_than_sign",
            "settle_all('theirs')",
            "All theirs",
            tooltip="Settle all: theirs in each",
        ),
        Binding("u", "undo", "Undo", tooltip="Open again what was settled last"),
        Binding("question_mark", "show_keys", "Keys", key_display="?", tooltip="The keys of this"),
        Binding("escape,q", "dismiss(None)", "Close", tooltip="Leave them open for later"),
    ]

    def __init__(self, store: ExampleStore, entry_id: int | None = None) -> None:
        """Begin with the conflict of an entry, if it is in one."""
        super().__init__()
        self._store = store
        self._conflicts: tuple[Conflict, ...] = store.conflicts
        self._sides: dict[int, dict[Path, Side]] = {}
        self._settled = 0
        ids = [conflict.entry_id for conflict in self._conflicts]
        self._at = ids.index(entry_id) if entry_id in ids else 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="conflicts") as dialog:
            dialog.border_subtitle = (
                "enter settles · H mine · L theirs · < > all · ? keys · esc later"
            )
            yield Static(id="conflict-list")
            yield Static(id="conflict-question")
            yield VerticalScroll(id="conflict-fields", can_focus=False)
            yield Static(id="conflict-problem", classes="error-line")

    async def on_mount(self) -> None:
        jessy = cast("JessyApp", self.app)
        jessy.examples_changed.subscribe(self, self._examples_changed)
        await self._show()

    # --- what is shown -------------------------------------------------------------------------

    @property
    def _conflict(self) -> Conflict:
        return self._conflicts[self._at]

    @work(exclusive=True, group="conflicts")
    async def _examples_changed(self, _: object) -> None:
        """Something was settled, undone, or changed on disk once more."""
        held = self._conflict.entry_id if self._conflicts else None
        self._conflicts = self._store.conflicts
        if not self._conflicts:
            if self._settled:
                self.app.notify("All conflicts are settled. Ctrl+s saves, u undoes.")
            self.dismiss(None)
            return
        ids = [conflict.entry_id for conflict in self._conflicts]
        self._at = ids.index(held) if held in ids else min(self._at, len(ids) - 1)
        await self._show()

    async def _show(self) -> None:
        conflict = self._conflict
        dialog = self.query_one("#conflicts", Vertical)
        dialog.border_title = f"Conflict {self._at + 1} of {len(self._conflicts)}"
        self.query_one("#conflict-list", Static).update(self._list())
        self.query_one("#conflict-question", Static).update(self._words())
        sides = self._sides_of(conflict)
        area = self.query_one("#conflict-fields", VerticalScroll)
        async with self.batch():
            await area.remove_children()
            await area.mount_all(
                ConflictField(field, sides.get(field.path)) for field in fields_of(conflict)
            )
        area.scroll_home(animate=False)
        fields = self.query(ConflictField)
        undecided = (one for one in fields if one.side is None)
        next(undecided, fields.first()).focus()
        self._say_problem()

    def _list(self) -> Text:
        first = max(0, min(self._at - 1, len(self._conflicts) - _LISTED))
        width = min(_WIDTH, int(self.app.size.width * 0.96)) - 6
        lines = []
        for number in range(first, min(first + _LISTED, len(self._conflicts))):
            conflict = self._conflicts[number]
            mark = "▸" if number == self._at else " "
            place = f"{conflict.file.name} #{conflict.index + 1}"
            question = _question_of(conflict)
            line = one_line(f"{mark} ≠ {place}  {question}", width).rstrip()
            lines.append(Text(line, "bold" if number == self._at else ""))
        more = len(self._conflicts) - len(lines)
        if more:
            lines.append(Text(f"    and {more:,} more"))
        return Text("\n").join(lines)

    def _words(self) -> Text:
        conflict = self._conflict
        if conflict.mine is None:
            return Text("You deleted this example; another program changed it on disk.")
        if conflict.theirs is None:
            return Text("You changed this example; another program took it out of the file.")
        return Text("You changed this example, and so did another program on disk.")

    def _sides_of(self, conflict: Conflict) -> dict[Path, Side]:
        """What is chosen; from the start, what only one side changed."""
        chosen_so_far = self._sides.setdefault(conflict.entry_id, {})
        for field in fields_of(conflict):
            side = field.changed_by if field.path else None
            if side is not None:
                chosen_so_far.setdefault(field.path, side)
        return chosen_so_far

    def _say_problem(self, problem: str | None = None) -> None:
        self.query_one("#conflict-problem", Static).update(Text(problem or self._warning() or ""))

    def _warning(self) -> str | None:
        """What is wrong with the label that would come of it."""
        example = self._result(rest="mine")
        if example is None or example.iterations is None or example.complexity is None:
            return None
        if Complexity.of(example.iterations) is example.complexity:
            return None
        return (
            f"{example.iterations} iterations are {Complexity.of(example.iterations)}, "
            f"not {example.complexity}; e edits."
        )

    def _result(self, rest: Side) -> Example | None:
        """What would come of the choices; fields without one are from the side `rest`."""
        sides = self._sides_of(self._conflict)
        every = {field.path: sides.get(field.path, rest) for field in fields_of(self._conflict)}
        return chosen(self._conflict, every)

    # --- choosing ------------------------------------------------------------------------------

    @on(ConflictField.Taken)
    def _taken(self, message: ConflictField.Taken) -> None:
        self._sides_of(self._conflict)[message.field.path] = message.side
        self._say_problem()
        self.action_field(1)

    def action_field(self, step: int) -> None:
        """Go to the next field, or to the one before."""
        fields = list(self.query(ConflictField))
        focused = self.focused
        at = fields.index(focused) if isinstance(focused, ConflictField) else 0
        fields[max(0, min(at + step, len(fields) - 1))].focus()

    async def action_go(self, step: int) -> None:
        """Go to the next conflict, or to the one before; around the ends."""
        self._at = (self._at + step) % len(self._conflicts)
        await self._show()

    # --- deciding ------------------------------------------------------------------------------

    def action_settle(self) -> None:
        """Settle the conflict in hand as it is chosen."""
        sides = self._sides_of(self._conflict)
        left = [field for field in self._fields if field.path not in sides]
        if left:
            names = ", ".join(field.name for field in left)
            self._say_problem(f"Not decided yet: {names}. h takes mine, l takes theirs.")
            next(one for one in self.query(ConflictField) if one.field == left[0]).focus()
            return
        self._settle({self._conflict.entry_id: self._result(rest="mine")})

    @property
    def _fields(self) -> list[Field]:
        return fields_of(self._conflict)

    def action_settle_whole(self, side: Side) -> None:
        """Settle the conflict in hand with all of one side."""
        self._settle({self._conflict.entry_id: _of(self._conflict, side)})

    def action_settle_all(self, side: Side) -> None:
        """Settle all conflicts with one side of each."""
        self._settle({one.entry_id: _of(one, side) for one in self._conflicts})

    def _settle(self, examples: dict[int, Example | None]) -> None:
        self._settled += len(examples)
        try:
            if len(examples) == 1:
                [(entry_id, example)] = examples.items()
                self._store.settle(entry_id, example)
                return
            with self._store.together(f"settled {count_of(len(examples), 'conflict')}"):
                for entry_id, example in examples.items():
                    self._store.settle(entry_id, example)
        except JessyError as error:
            self._say_problem(str(error))

    @work(exclusive=True, group="edit")
    async def action_edit(self) -> None:
        """Write what the example is to be, beginning with what is chosen so far."""
        from jessy_tui.ui.examples.example_editor import ExampleEditor

        conflict = self._conflict
        rest: Side = "theirs" if conflict.mine is None else "mine"
        example = self._result(rest) or conflict.mine or conflict.theirs
        categories = self._store.distributions().category.counts
        editor = ExampleEditor(example, {one.value: one.count for one in categories})
        edited = await self.app.push_screen_wait(editor)
        if edited is not None:
            self._settle({conflict.entry_id: edited})

    def action_undo(self) -> None:
        """Take back what was done last."""
        try:
            change = self._store.undo()
        except JessyError as error:
            self._say_problem(str(error))
            return
        self.app.notify(change.description if change else "Nothing to undo.", markup=False)

    def action_show_keys(self) -> None:
        """Show the keys of this place."""
        from jessy_tui.ui.help import KeysScreen

        self.app.push_screen(KeysScreen.of(cast("Screen[object]", self)))


def _of(conflict: Conflict, side: Side) -> Example | None:
    return conflict.mine if side == "mine" else conflict.theirs


def _question_of(conflict: Conflict) -> str:
    example = conflict.mine or conflict.theirs
    return example.question if example is not None else ""
