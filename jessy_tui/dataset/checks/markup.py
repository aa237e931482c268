"""Checks of the marks around text: thoughts and code that are opened and never closed."""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.code import fences, without_code
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import excerpt, what

_THINK: Final = re.compile(r"</?think>", re.IGNORECASE)
# What models take for the end of a turn or the beginning of a thought.
# Of the bases people fine-tune: SmolLM, Qwen, Llama 2 to 4, Gemma, Mistral, Phi, DeepSeek, T5,
# and of those that fill in code.
_SPECIAL_TOKEN: Final = re.compile(
    r"(?i:</?think>|<\|[a-z0-9_]+\|>|<\uff5c[^<>\s]{1,40}\uff5c>|</?(?:start|end)_of_(?:turn|image)>"
    r"|<fim_(?:prefix|middle|suffix|pad)>|<extra_id_\d+>|<unused\d+>)"
    r"|\[/?INST\]|<</?SYS>>|\[/?(?:TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|SYSTEM_PROMPT)\]"
)
# These are ordinary text in code, such as the tags of HTML.
_STRUCK: Final = re.compile(r"<s>[^<>]*</s>")
_OUTSIDE_CODE: Final = re.compile(
    r"(?<![\w<])</?s>|<(?:bos|eos|pad|unk|mask)>|\[(?:BOS|EOS|PAD|UNK|CLS|SEP|MASK)\]"
)


def _unclosed_thought(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        problem = _unbalanced(text) if is_answer else None
        if problem:
            last = list(_THINK.finditer(text))[-1]
            reason = (
                f"{problem}, so all of the answer may be taken for a thought; take the mark out. "
                "The plan is written for you, from the label."
            )
            yield Flaw(path, reason, span=last.span())


def _unbalanced(text: str) -> str | None:
    if "think>" not in text.lower():
        return None
    marks = [mark.lower() for mark in _THINK.findall(without_code(text))]
    if marks.count("<think>") > marks.count("</think>"):
        return "the answer opens <think> and does not close it"
    if marks.count("<think>") < marks.count("</think>"):
        return "the answer closes </think> that it did not open"
    return None


def _special_token(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if "<" not in text and "[" not in text:
            continue
        found = list(dict.fromkeys(_SPECIAL_TOKEN.findall(text)))
        if _OUTSIDE_CODE.search(text):
            found += dict.fromkeys(_OUTSIDE_CODE.findall(_STRUCK.sub(" ", without_code(text))))
        if is_answer and _unbalanced(text):
            found = [token for token in found if not _THINK.fullmatch(token)]  # said already
        if found:
            reason = (
                f"the {what(is_answer)} holds {', '.join(found)}, which a model reads as a "
                "command; take it out, or waive the check if it is meant as text."
            )
            at = text.index(found[0])
            yield Flaw(path, reason, span=(at, at + len(found[0])))


def _unclosed_code(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if "```" not in text and "~~~" not in text:
            continue
        for start, end in fences(text):
            if end is None:
                reason = (
                    f"the code of the {what(is_answer)} that begins at {excerpt(text[start:])} is "
                    "never closed; close it with ``` on a line of its own."
                )
                yield Flaw(path, reason, span=(start, len(text)))


CHECKS: Final = (
    ExampleCheck("unclosed-thought", "error", "A <think> without its end.", _unclosed_thought),
    ExampleCheck("special-token", "warning", "What a model takes for a command.", _special_token),
    ExampleCheck("unclosed-code", "warning", "A code fence without its end.", _unclosed_code),
)
