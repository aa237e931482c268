"""Findings say where in a text they are, what a special token is, and what a category promises."""

import pytest

from jessy_tui.dataset.checks import Finding, check_example
from jessy_tui.dataset.example import Example
from tests.conftest import example


def found(answer: str, category: str = "chat", **metadata: object) -> list[Finding]:
    return check_example(Example(example("naber", answer, "LOW", 1, category, **metadata)))


@pytest.mark.parametrize(
    ("answer", "check", "marked"),
    [
        ("Ben iyi<|im_end|>.", "special-token", "<|im_end|>"),
        ("Ben\u200b iyiyim.", "control-character", "\u200b"),
        ("  İyiyim.", "whitespace", "  "),
        ("İyiyim.\n", "whitespace", "\n"),
        ("Yaz: ali@firma.com.tr olur.", "e-mail", "ali@firma.com.tr"),
        ("<think>iyi", "unclosed-thought", "<think>"),
        ("Şöyle:\n\n```\nx = 1", "unclosed-code", "```\nx = 1"),
        ("Bilin√ß nedir", "mojibake", "√ß"),
        ("Harf \ufffd gitti", "mojibake", "\ufffd"),
    ],
)
def test_a_finding_says_where_in_the_text_it_is(answer: str, check: str, marked: str) -> None:
    [one] = [one for one in found(answer) if one.check == check]
    assert one.span is not None
    assert answer[slice(*one.span)] == marked


@pytest.mark.parametrize(
    "token",
    [
        "<|endoftext|>", "<|im_start|>", "<|eot_id|>", "<|begin_of_text|>", "<|assistant|>",
        "[INST]",
        "<<SYS>>", "<start_of_turn>", "</s>", "<s>", "<bos>", "<eos>", "<pad>", "<unk>",
        "<｜end▁of▁sentence｜>", "[TOOL_CALLS]", "<fim_middle>", "<extra_id_0>",
        "<unused7>", "[MASK]",
    ],
)  # fmt: skip
def test_the_special_tokens_of_the_usual_bases_are_told(token: str) -> None:
    [one] = found(f"Tamam {token} oldu")
    assert one.check == "special-token"
    assert token in one.message


@pytest.mark.parametrize(
    "text",
    [
        "HTML'de `<s>` üstü çizili yazar.",
        "Rust'ta Vec<s> böyle: `[MASK]` değil.",
        "```html\n<s>eski</s>\n```",
        "a < b ve b > c, [inst] değil [INS]",
        "x<|y diye bir şey yok",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert [one.check for one in found(text) if one.check == "special-token"] == []


ENGLISH = "What they would have done with this is not something that you can know."
TURKISH = "Bunun için ne yapmak gerektiğini bilmek çok da kolay değil aslında."


@pytest.mark.parametrize(
    ("category", "answer", "wrong"),
    [
        ("turkish-slang", ENGLISH, True),
        ("Türkçe", ENGLISH, True),
        ("english_idioms", TURKISH, True),
        ("turkish-slang", TURKISH, False),
        ("trains", ENGLISH, False),
        ("greeting", ENGLISH, False),
    ],
)
def test_a_category_may_promise_a_language(category: str, answer: str, wrong: bool) -> None:
    assert any(one.check == "wrong-language" for one in found(answer, category)) == wrong
    assert not any(
        one.check == "wrong-language" for one in found(answer, category, language="mixed")
    )
