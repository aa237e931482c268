"""A conversation as the text a base was made for, without a system prompt nobody asked for.

Some chat templates put a long default system prompt before a conversation that has none. Answers
are neither trained nor asked for with it: it costs time at every question and teaches nothing.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from jessy_tui.inference.protocol import Message

_FIRST, _ANSWER, _SECOND = "Qfirst", "Aanswer", "Qsecond"


class Render(Protocol):
    """A chat template."""

    def __call__(self, messages: list[dict[str, str]], *, answer_next: bool) -> str:
        """The messages as text, open for an answer or not.

        Raises:
            ValueError: the template refuses these roles or their order.
        """
        ...


class Prompt:
    """Renders conversations by a chat template."""

    def __init__(self, render: Render, beginning: str = "") -> None:
        """Learn from `render` what it adds by itself.

        Args:
            render: the chat template.
            beginning: the text of the token that begins every sequence, if there is one.
        """
        self._render = render
        self._beginning = beginning
        self.default_system = _default_system(render, beginning)
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


def renderer_of(tokenizer: Any) -> Render:
    """The chat template of a transformers or mlx-lm tokenizer."""
    from jinja2.exceptions import TemplateError

    def render(messages: list[dict[str, str]], *, answer_next: bool) -> str:
        try:
            text: str = tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=answer_next
            )
        except TemplateError as error:
            raise ValueError(str(error) or type(error).__name__) from error
        return text

    return render


def _default_system(render: Render, beginning: str) -> str:
    """What stands before the first message of a conversation without a system prompt.

    Found by comparing: how the template writes a later question shows where a first one begins.
    """
    first = {"role": "user", "content": _FIRST}
    answer = {"role": "assistant", "content": _ANSWER}
    second = {"role": "user", "content": _SECOND}
    try:
        alone = render([first], answer_next=False)
        before = render([first, answer], answer_next=False)
        after = render([first, answer, second], answer_next=False)
    except ValueError:
        return ""  # a template so particular is used as it is
    if not after.startswith(before):
        return ""
    question = after[len(before) :].replace(_SECOND, _FIRST)
    if not alone.endswith(question):
        return ""
    return alone.removesuffix(question).removeprefix(beginning)
