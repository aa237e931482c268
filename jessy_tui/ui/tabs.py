"""Makes each tab's screen when it is first asked for, so that start-up imports only one."""

from textual.command import Provider
from textual.screen import Screen


def examples() -> Screen[None]:
    """Tab 1."""
    from jessy_tui.ui.examples.screen import ExamplesScreen

    return ExamplesScreen()


def dashboard() -> Screen[None]:
    """Tab 2."""
    from jessy_tui.ui.dashboard.screen import DashboardScreen

    return DashboardScreen()


def training() -> Screen[None]:
    """Tab 3."""
    from jessy_tui.ui.training.screen import TrainingScreen

    return TrainingScreen()


def chat() -> Screen[None]:
    """Tab 4."""
    from jessy_tui.ui.chat.screen import ChatScreen

    return ChatScreen()


def evaluation() -> Screen[None]:
    """Tab 5."""
    from jessy_tui.ui.evaluation.screen import EvaluationScreen

    return EvaluationScreen()


def action_commands() -> type[Provider]:
    """What the command palette finds."""
    from jessy_tui.ui.commands import ActionCommands

    return ActionCommands
