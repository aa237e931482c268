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
        places: dict[str, dict[str, list[str]]] = {}
        for active in screen.active_bindings.values():
            if active.binding.system or not active.enabled:
                continue
            what = active.binding.tooltip or active.binding.description
            if what and _is_ours(active.binding):
                actions = places.setdefault(_place_name(active.node, active.binding), {})
                actions.setdefault(what, []).append(screen.app.get_key_display(active.binding))
        return cls(
            [
                (place, [(key_names(keys), what) for what, keys in actions.items()])
                for place, actions in _sections_first(screen, places).items()
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


def _place_name(node: DOMNode, binding: Binding) -> str:
    """What the place of a binding is called: by the class that binds it, where that has a name."""
    for owner in type(node).__mro__:
        if any(_binds(one, binding) for one in owner.__dict__.get("BINDINGS", ())):
            if isinstance(name := owner.__dict__.get("PLACE"), str):
                return name
            break
    if isinstance(node, Screen):
        return "This tab"
    if isinstance(name := getattr(node, "PLACE", None), str):
        return name
    return "Everywhere" if node.parent is None else type(node).__name__


def _binds(one: object, binding: Binding) -> bool:
    return isinstance(one, Binding) and one.action == binding.action


Places = dict[str, dict[str, list[str]]]


def _sections_first(screen: Screen[object], places: Places) -> Places:
    """The sections of a tab in the order of its classes, what it does last before the rest."""
    sections = [owner.__dict__.get("PLACE") for owner in type(screen).__mro__]
    names = [name for name in places if name not in sections]
    at = len(names) - 1 if "Everywhere" in names else len(names)
    names[at:at] = [name for name in sections if name in places]
    return {name: places[name] for name in names}
