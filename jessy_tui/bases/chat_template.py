"""A base's chat template, and how to see the system prompt that some put in by themselves."""

from typing import Any, Protocol

_FIRST, _ANSWER, _SECOND = "Qfirst", "Aanswer", "Qsecond"


class Render(Protocol):
    """A chat template."""

    def __call__(self, messages: list[dict[str, str]], *, answer_next: bool) -> str:
        """The messages as text, open for an answer or not.

        Raises:
            ValueError: the template refuses these roles or their order.
        """
        ...


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


def default_system(render: Render, beginning: str = "") -> tuple[str, str]:
    """What stands before the first message of a conversation without a system prompt.

    Found by comparing: how the template writes a later question shows where a first one begins.

    Args:
        render: the chat template.
        beginning: the text of the token that is said to begin every sequence, if there is one.
            Some models name the tag that opens every message so; that is no beginning.

    Returns:
        The beginning, and the system prompt after it; empty where the template writes none.
    """
    first = {"role": "user", "content": _FIRST}
    answer = {"role": "assistant", "content": _ANSWER}
    second = {"role": "user", "content": _SECOND}
    try:
        alone = render([first], answer_next=False)
        before = render([first, answer], answer_next=False)
        after = render([first, answer, second], answer_next=False)
    except ValueError:
        return "", ""  # a template so particular is used as it is
    question = after.removeprefix(before).replace(_SECOND, _FIRST)
    if not after.startswith(before) or not alone.endswith(question):
        return "", ""
    added = alone.removesuffix(question)
    if question.startswith(beginning) or not added.startswith(beginning):
        beginning = ""
    return beginning, added.removeprefix(beginning)
