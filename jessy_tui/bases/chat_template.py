"""A base's chat template, and how to see the system prompt that some put in by themselves."""

import re
from collections.abc import Callable
from typing import Any, Final, Protocol

_QUESTION: Final = "Q"
_DATE: Final = "01 Jan 2025"
# Some templates write today's date into the system prompt: what is trained one day would be asked
# otherwise the next.
_TODAY: Final = re.compile(r"strftime_now\([^()]*\)")
SILENCER: Final = "jessy_text"
"""The variable by which one can tell a template that was silenced."""
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


def silenced(
    template: str, renderer: Callable[[str], Render], beginning: str = ""
) -> tuple[str, str]:
    """A chat template that adds no system prompt of its own, and the prompt that it added.

    The template is kept as it is, with a few words around it that take the prompt out of what it
    writes; conversations that bring a system prompt are written as before. Where that does not come
    out right, the template is given back as it was, with an empty prompt.

    Args:
        template: in Jinja.
        renderer: makes a renderer of a template.
        beginning: the text of the token that is said to begin every sequence, if there is one.
    """
    dated = _TODAY.sub(repr(_DATE), template)
    before = renderer(dated)
    _, added = default_system(before, beginning)
    if not added:
        return template, ""
    question = [{"role": "user", "content": _QUESTION}]
    wanted = before(question, answer_next=True).replace(added, "", 1)
    told = [{"role": "system", "content": "S"}, *question]
    try:
        kept = before(told, answer_next=True)
    except ValueError:
        kept = None  # it knows no system prompt
    quiet = (
        f"{{%- set {SILENCER} %}}" + dated + "{% endset -%}"
        "{%- if messages and messages[0]['role'] != 'system' -%}"
        f"{{{{- {SILENCER}.replace(" + quoted(added) + ", '', 1) -}}"
        f"{{%- else -%}}{{{{- {SILENCER} -}}}}{{%- endif -%}}"
    )
    after = renderer(quiet)
    try:
        same = kept is None or after(told, answer_next=True) == kept
        if after(question, answer_next=True) != wanted or not same:
            return template, ""
    except ValueError:
        return template, ""
    return quiet, added


def quoted(text: str) -> str:
    """The text as a string of Jinja's, whose strings are like Python's."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"
