"""A conversation as the text a base was made for, without a system prompt nobody asked for.

A base made here has a chat template that adds none; one that was put into `models/bases` by hand
may have another.
"""

from collections.abc import Sequence

from jessy_tui.bases.chat_template import Render, default_system
from jessy_tui.inference.protocol import Message


class Prompt:
    """Renders conversations by a chat template."""

    def __init__(self, render: Render, beginning: str = "") -> None:
        """Learn from `render` what it adds by itself.

        Args:
            render: the chat template.
            beginning: the text of the token that begins every sequence, if there is one.
        """
        self._render = render
        self._beginning, self.default_system = default_system(render, beginning)
        """What the template puts before a conversation that has no system prompt; removed."""

    def text_of(self, messages: Sequence[Message]) -> str:
        """The conversation up to where the model speaks.

        Raises:
            ValueError: the template refuses these roles or their order.
        """
        turns = [{"role": message.role, "content": message.content} for message in messages]
        text = self._render(turns, answer_next=True)
        added = self._beginning + self.default_system
        if self.default_system and messages[0].role != "system" and text.startswith(added):
            return self._beginning + text[len(added) :]
        return text
