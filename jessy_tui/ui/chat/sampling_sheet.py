"""The side sheet: how questions are asked, kept in the workspace's settings."""

from typing import Any, Final, get_type_hints

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from jessy_tui.errors import JessyError
from jessy_tui.iteration import Policy
from jessy_tui.ui.widgets.exact_text_area import ExactTextArea
from jessy_tui.ui.widgets.tick import Tick
from jessy_tui.workspace import ChatSettings

_FIELDS: Final[dict[str, tuple[str, str]]] = {
    "temperature": ("temperature", "0 takes the likeliest; up to 5"),
    "top_p": ("top-p", "above 0, to 1 (all)"),
    "min_p": ("min-p", "0 (all) to 1"),
    "repetition_penalty": ("repetition penalty", "1 is none; 0.1 to 10"),
    "seed": ("seed", "empty: another one each time"),
    "max_tokens": ("longest pass, tokens", "1 or more"),
    "policy": ("policy", "auto, single or fixed 1-9"),
    "max_seconds": ("cap, seconds", "empty: none"),
}
"""The fields of one line: their names as people read them, and what they may be."""


class SamplingSheet(ModalScreen[ChatSettings]):
    """Answers with the settings, or None. The talk stays in view beside it."""

    PLACE = "Settings"
    BINDINGS = [
        Binding("ctrl+s", "keep", "Keep", tooltip="Keep these settings", priority=True),
        Binding("ctrl+r", "reset", "Defaults", tooltip="Fill in the defaults", priority=True),
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave them as they were"),
    ]

    def __init__(self, settings: ChatSettings, own_system: str = "") -> None:
        """`own_system` is the system prompt of what is asked, where it has one."""
        super().__init__()
        self._settings = settings
        self._own_system = own_system

    def compose(self) -> ComposeResult:
        with Vertical(id="sheet") as sheet:
            sheet.border_title = "How to ask"
            sheet.border_subtitle = "enter keeps · ctrl+r defaults · esc"
            with VerticalScroll(can_focus=False):
                for name, (label, hint) in _FIELDS.items():
                    with Horizontal(classes="setting"):
                        yield Label(label)
                        yield Input(_shown(self._settings, name), hint, id=name, compact=True)
                yield Tick(
                    "after what was said before", self._settings.context, id="context", compact=True
                )
                yield Label("system prompt instead of the run's own", classes="field-label")
                area = ExactTextArea(self._settings.system, id="system", compact=True)
                area.placeholder = self._own_system or "none"
                yield area
            yield Static(id="problem", classes="error-line", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        problem = ""
        try:
            self._typed_settings()
        except JessyError as error:
            problem = str(error)
        self.query_one("#problem", Static).update(Text(problem))

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Close with the settings, if they can be."""
        try:
            settings = self._typed_settings()
        except JessyError as error:
            self.query_one("#problem", Static).update(Text(str(error)))
            return
        self.dismiss(settings)

    def action_reset(self) -> None:
        """Fill in the defaults."""
        defaults = ChatSettings()
        for name in _FIELDS:
            self.query_one(f"#{name}", Input).value = _shown(defaults, name)
        self.query_one("#context", Tick).value = defaults.context
        self.query_one("#system", ExactTextArea).text = defaults.system

    def _typed_settings(self) -> ChatSettings:
        values: dict[str, Any] = {
            name: value
            for name in _FIELDS
            if (value := self.query_one(f"#{name}", Input).value.strip())
        }
        values["context"] = self.query_one("#context", Tick).value
        values["system"] = self.query_one("#system", ExactTextArea).text.strip()
        return settings_of(values)


def settings_of(values: dict[str, Any]) -> ChatSettings:
    """Settings from what was typed; what is missing is the default.

    Raises:
        JessyError: one of them cannot be, in a sentence that says what it may be.
    """
    types = get_type_hints(ChatSettings, include_extras=True)
    read: dict[str, Any] = {}
    for name, typed in values.items():
        text = typed.replace(",", ".") if isinstance(typed, str) and name != "system" else typed
        try:
            if name == "policy":
                text = str(Policy.parse(text))
            read[name] = msgspec.convert(text, types[name], strict=False)
        except ValueError as error:
            label, hint = _FIELDS[name]
            raise JessyError(f'{label}: "{typed[:20]}" will not do; {hint}.') from error
    return ChatSettings(**read)


def changes(settings: ChatSettings) -> dict[str, Any]:
    """What is to stand in the settings file: the values that are not the defaults, None for the
    others, which are taken out."""
    defaults = ChatSettings()
    return {
        name: value if (value := getattr(settings, name)) != getattr(defaults, name) else None
        for name in ChatSettings.__struct_fields__
    }


def describe(settings: ChatSettings) -> str:
    """What differs from the defaults, in a few words; empty where nothing does."""
    words = []
    for name, value in changes(settings).items():
        if value is None:
            continue
        if name == "context":
            words.append("each on its own")
        elif name == "system":
            words.append("own system prompt")
        elif name == "policy":
            words.append(str(value))
        else:
            words.append(f"{_FIELDS[name][0].partition(',')[0]} {value:g}")
    return " · ".join(words)


def _shown(settings: ChatSettings, name: str) -> str:
    value = getattr(settings, name)
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
