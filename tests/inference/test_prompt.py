"""Chat templates: what they add by themselves is found and left out."""

import jinja2
import pytest

from jessy_tui.bases.chat_template import Render, renderer_of
from jessy_tui.bases.nano import CHAT_TEMPLATE
from jessy_tui.inference.prompt import Prompt
from jessy_tui.inference.protocol import Message
from tests.inference.models import DEFAULT_SYSTEM_TEMPLATE

# As the templates of Gemma (a begin token, no system role, strict turns) and Llama 3 write.
GEMMA = (
    "<bos>{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate') }}{% endif %}"
    "<start_of_turn>{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
    "{{ message['content'] | trim }}<end_of_turn>\n"
    "{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
LLAMA = (
    "<bos><|system|>Today is Monday."
    "{% if messages[0]['role'] == 'system' %} {{ messages[0]['content'] }}{% endif %}<|end|>"
    "{% for message in messages if message['role'] != 'system' %}"
    "<|{{ message['role'] }}|>{{ message['content'] }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
# Marks only the last question, so that a later one does not look like a first one.
ODD = (
    "{% for message in messages %}{{ 'LAST ' if loop.last }}{{ message['content'] }}\n{% endfor %}"
)

HELLO = Message("user", "selam")
TALK = (HELLO, Message("assistant", "<think>LOW 1</think>\nSelam."), Message("user", "naber"))
TOLD = (Message("system", "Kısa konuş."), HELLO)


def renderer(template: str) -> Render:
    class Tokenizer:
        def apply_chat_template(
            self, messages: list[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool
        ) -> str:
            assert not tokenize

            def refuse(reason: str) -> None:
                raise jinja2.TemplateError(reason)

            environment = jinja2.Environment(keep_trailing_newline=True)  # noqa: S701  # no HTML
            environment.globals["raise_exception"] = refuse
            return environment.from_string(template).render(
                messages=messages, add_generation_prompt=add_generation_prompt
            )

    return renderer_of(Tokenizer())


def test_a_default_system_prompt_is_left_out() -> None:
    prompt, plain = Prompt(renderer(DEFAULT_SYSTEM_TEMPLATE)), Prompt(renderer(CHAT_TEMPLATE))
    assert "somebody else" in prompt.default_system
    assert plain.default_system == ""
    for messages in ((HELLO,), TALK, TOLD):
        assert prompt.text_of(messages) == plain.text_of(messages)


def test_the_begin_token_stays_and_what_stands_between_goes() -> None:
    prompt = Prompt(renderer(LLAMA), "<bos>")
    assert prompt.default_system == "<|system|>Today is Monday.<|end|>"
    assert prompt.text_of([HELLO]) == "<bos><|user|>selam<|end|><|assistant|>"
    assert prompt.text_of(TOLD).startswith("<bos><|system|>Today is Monday. Kısa konuş.<|end|>")


def test_a_template_that_adds_nothing_is_used_as_it_is() -> None:
    prompt = Prompt(renderer(GEMMA), "<bos>")
    assert prompt.default_system == ""
    expected = "<bos><start_of_turn>user\nselam<end_of_turn>\n<start_of_turn>model\n"
    assert prompt.text_of([HELLO]) == expected


def test_a_template_that_cannot_be_compared_is_used_as_it_is() -> None:
    prompt = Prompt(renderer(ODD))
    assert prompt.default_system == ""
    assert prompt.text_of([HELLO]) == "LAST selam\n"


def test_a_conversation_that_the_template_refuses_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Roles must alternate"):
        Prompt(renderer(GEMMA), "<bos>").text_of([HELLO, HELLO])


def test_a_question_that_reads_like_the_default_is_not_cut() -> None:
    prompt = Prompt(renderer(DEFAULT_SYSTEM_TEMPLATE))
    sly = Message("user", prompt.default_system)
    assert prompt.default_system in prompt.text_of([sly])
