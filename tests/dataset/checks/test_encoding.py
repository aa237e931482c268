"""Misread text is noticed whatever it was taken for, and rare letters are no misreading."""

import json

import pytest
from ftfy import fix_encoding

from jessy_tui.dataset.checks import check_example
from jessy_tui.dataset.example import Example
from tests.conftest import example

TEXTS = [
    "İyi akşamlar, çay içelim mi?", "Bilinç nedir", "düşünce", "ağaç", "kıl tüy", "her şey 😀",
    "it’s “quoted” – and …", "café", "naïve Ångström",
]  # fmt: skip
ENCODINGS = [
    "latin-1", "sloppy-windows-1252", "sloppy-windows-1254", "sloppy-windows-1250", "iso8859-2",
    "mac-roman", "cp437",
]  # fmt: skip


def mojibake(text: str) -> list[str | None]:
    raw = example(text, "Tamam.", "LOW", 1, "chat")
    return [one.fix for one in check_example(Example(raw)) if one.check == "mojibake"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", TEXTS)
def test_what_can_be_repaired_is_noticed_and_repaired(text: str, encoding: str) -> None:
    try:
        misread = text.encode().decode(encoding)
    except UnicodeDecodeError:
        pytest.skip(f"nobody reads it as {encoding}")
    found = mojibake(misread)
    if fix_encoding(misread) == text:
        assert found == [json.dumps(text, ensure_ascii=False)]


@pytest.mark.parametrize(
    "text",
    [
        "Mehmet Âkif Ersoy'u okudun mu",
        "São Paulo'da hâlâ yağmur var, kâğıt ıslandı",
        "Ångström ile Ørsted arasında Ångström derim",
        "√2 ≈ 1,414 ve ∑ 1/n² = π²/6",
        "dosyada Ä± gibi harfler çıkıyor, ı yerine; ş de ÅŸ oluyor",
        "Привет, как дела? Ёлка и ёжик",
        "Καλημέρα, τι κάνεις;",
        "你好，世界。こんにちは",
        "“öyle” dedi – “evet” …",
    ],
)
def test_good_letters_are_left_alone(text: str) -> None:
    assert mojibake(text) == []
