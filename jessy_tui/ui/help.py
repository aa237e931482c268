"""The keys of where you are, read from the bindings themselves so that they are always true."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from jessy_tui.ui.text_keys import key_names


class KeysScreen(ModalScreen[None]):
    """A list of keys with what they do, by place: the widget in focus, the tab, the app."""

    BINDINGS = [("escape,question_mark,q", "dismiss", "Close")]

    def __init__(self, places: list[tuple[str, list[tuple[str, str]]]]) -> None:
        super().__init__()
        self.places = places

    @classmethod
    def of(cls, screen: Screen[object]) -> "KeysScreen":
        """The keys that work on `screen` now."""
        places: dict[DOMNode, dict[str, list[str]]] = {}
        for active in screen.active_bindings.values():
            if active.binding.system or not active.enabled:
                continue
            what = active.binding.tooltip or active.binding.description
            if what and _is_ours(active.binding):
                actions = places.setdefault(active.node, {})
                actions.setdefault(what, []).append(screen.app.get_key_display(active.binding))
        return cls(
            [
                (_place_name(node), [(key_names(keys), what) for what, keys in actions.items()])
                for node, actions in places.items()
            ]
        )

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog keys-dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc closes"
            for place, keys in self.places:
                yield Static(Text(place, style="bold"), classes="keys-place")
                table = Table.grid(padding=(0, 2))
                table.add_column(min_width=16, no_wrap=True)
                table.add_column()
                for names, what in keys:
                    table.add_row(Text(names, style="bold"), Text(what))
                yield Static(table)


def _is_ours(binding: Binding) -> bool:
    """Whether a binding is meant for people: Textual's own mostly double the keys they know."""
    return bool(binding.id or binding.tooltip or binding.show or "copy" in binding.action)


def _place_name(node: DOMNode) -> str:
    name = getattr(node, "PLACE", None)
    if isinstance(name, str):
        return name
    if isinstance(node, Screen):
        return "This tab"
    return "Everywhere" if node.parent is None else type(node).__name__
