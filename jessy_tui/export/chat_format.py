"""How a base's chat template writes each turn, found by writing conversations and comparing.

Most templates write what stands before and after each turn by its role alone. Those can be written
in Ollama's template language, exactly; one that looks at what stands around a turn cannot.

The template is rendered as transformers renders it, with jinja2 alone, so that it can be known
before any work and in any process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from jessy_tui.bases.chat_template import SILENCER, Render, default_system, quoted, silenced
from jessy_tui.errors import JessyError
from jessy_tui.json_files import pretty

Turn = dict[str, str]

_ROLES: Final = ("system", "user", "assistant")
_MARKS: Final = {"system": "Zsystem", "user": "Zuser", "assistant": "Zassistant"}


class ChatTemplate:
    """The chat template in a folder of a model; it renders as `bases.chat_template.Render`.

    One that adds a system prompt by itself is silenced, as rows are trained without it.
    """

    def __init__(self, folder: Path) -> None:
        """Read the template and compile it.

        Raises:
            JessyError: there is none, or it is no template.
        """
        self.config = _read_config(folder)
        self.tokens = {
            key: text for key in _SPECIAL if (text := token_text(self.config.get(key))) is not None
        }
        self.written = _text_of(folder, self.config)
        """As it is in the folder."""
        renderer = partial(_renderer, folder, self.tokens)
        self.text, _ = silenced(self.written, renderer, self.bos)
        """Without the system prompt it adds by itself."""
        self._render = renderer(self.text)
        if SILENCER in self.text and (turns := find_turns(self)) is not None:
            # What silences it, here or where the base was made, is more than llama.cpp's Jinja
            # understands.
            self.text = turns.jinja
            self._render = renderer(self.text)

    @property
    def bos(self) -> str:
        """The text of the token that is said to begin every sequence; empty where there is none."""
        return self.tokens.get("bos_token", "")

    @property
    def beginning(self) -> str:
        """What stands before the first turn: the bos, or nothing."""
        return default_system(self, self.bos)[0]

    def __call__(self, messages: list[Turn], *, answer_next: bool) -> str:
        """The messages as text, open for an answer or not.

        Raises:
            ValueError: the template refuses these roles or their order.
        """
        return self._render(messages, answer_next=answer_next)


def _renderer(folder: Path, tokens: dict[str, str], text: str) -> Render:
    """Renders a template as transformers does.

    Raises:
        JessyError: it is no template.
    """
    from jinja2 import TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    try:
        template = environment.from_string(text)
    except TemplateSyntaxError as error:
        raise JessyError(f"The chat template of {folder} is none ({error}).") from error

    def render(messages: list[Turn], *, answer_next: bool) -> str:
        try:
            return template.render(
                messages=messages,
                tools=None,
                documents=None,
                add_generation_prompt=answer_next,
                **tokens,
            )
        except (TemplateError, TypeError) as error:
            raise ValueError(str(error) or type(error).__name__) from error

    return render


@dataclass(frozen=True, slots=True)
class Turns:
    """What stands before and after the text of each turn."""

    beginning: str
    """Before the first turn."""
    around: dict[str, tuple[str, str]]
    """By role; a template may refuse the system's."""
    answer: str
    """Where the model is to speak."""
    trims: bool
    """Whether blanks at the ends of a text are left out."""

    def write(self, messages: Sequence[Turn]) -> str:
        """A conversation, open for an answer."""
        said = []
        for message in messages:
            before, after = self.around[message["role"]]
            text = message["content"]
            said.append(f"{before}{text.strip() if self.trims else text}{after}")
        return f"{self.beginning}{''.join(said)}{self.answer}"

    @property
    def jinja(self) -> str:
        """A template that writes turns so, in the simplest words of Jinja."""
        branches: list[str] = []
        for role, (before, after) in self.around.items():
            text = "message['content']" + (" | trim" if self.trims else "")
            word = "elif" if branches else "if"
            branches.append(
                f"{{%- {word} message['role'] == '{role}' -%}}"
                f"{{{{- {quoted(before)} + ({text}) + {quoted(after)} -}}}}"
            )
        return (
            f"{{{{- {quoted(self.beginning)} -}}}}"
            "{%- for message in messages -%}"
            f"{''.join(branches)}{{%- endif -%}}"
            "{%- endfor -%}"
            f"{{%- if add_generation_prompt -%}}{{{{- {quoted(self.answer)} -}}}}{{%- endif -%}}"
        )

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts that end an answer: what follows one, and what begins any turn."""
        ends = [self.around["assistant"][1].strip(), *(pair[0] for pair in self.around.values())]
        tags = [text.strip().split("\n")[0] for text in ends]
        # The role's name is no part of the tag that opens a turn.
        found = [_tag(tag) for tag in tags]
        return tuple(dict.fromkeys(tag for tag in found if tag))


def find_turns(template: ChatTemplate) -> Turns | None:
    """How the template writes each turn, or None where that depends on what stands around it."""
    try:
        turns = _found(template)
    except ValueError:
        return None
    return turns if turns is not None and _same(template, turns) else None


_SPECIAL: Final = ("bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token")


def token_text(said: object) -> str | None:
    """The text of a special token as `tokenizer_config.json` keeps it."""
    if isinstance(said, dict):
        said = said.get("content")
    return said if isinstance(said, str) else None


def _found(template: ChatTemplate) -> Turns | None:
    user, answer = _turn("user"), _turn("assistant")
    one = template([user], answer_next=False)
    two = template([user, answer], answer_next=False)
    three = template([user, answer, user], answer_next=False)
    asked = template([user], answer_next=True)
    if not (two.startswith(one) and three.startswith(two) and asked.startswith(one)):
        return None
    around = {
        "assistant": _split("assistant", two[len(one) :]),
        "user": _split("user", three[len(two) :]),
    }
    whole = "".join((around["user"][0], _MARKS["user"], around["user"][1]))
    if not one.endswith(whole):
        return None
    beginning = one.removesuffix(whole)
    try:
        told = template([_turn("system"), user], answer_next=False)
    except ValueError:
        pass  # it knows no system prompt
    else:
        if not (told.startswith(beginning) and told.endswith(whole)):
            return None
        around["system"] = _split("system", told.removesuffix(whole)[len(beginning) :])
    blank = template([{"role": "user", "content": " Z "}], answer_next=False)
    return Turns(beginning, around, asked[len(one) :], trims=" Z " not in blank)


def _same(template: ChatTemplate, turns: Turns) -> bool:
    """Whether conversations of all kinds come out alike, those with plans in them too."""
    user = {"role": "user", "content": "Işık, İstanbul'da?\n\n```\nx = {1: 2}\n```"}
    answer = {"role": "assistant", "content": "<think>LOW 1</think>\nSor kanka, dinliyorum."}
    long = {"role": "assistant", "content": "<think>HIGH 9</think>\nBence bir anlamda var."}
    system = {"role": "system", "content": "Adın JESSY. Kısa konuş."}
    talks = [[user], [user, answer, user], [user, answer, user, long, user]]
    if "system" in turns.around:
        talks += [[system, *talk] for talk in talks]
    return all(template(talk, answer_next=True) == turns.write(talk) for talk in talks)


def _turn(role: str) -> Turn:
    return {"role": role, "content": _MARKS[role]}


def _split(role: str, text: str) -> tuple[str, str]:
    before, mark, after = text.partition(_MARKS[role])
    if not mark or mark in after:
        raise ValueError(f"the template does not write what the {role} says just once")
    return before, after


def _tag(text: str) -> str:
    """The tag at the beginning of what opens or closes a turn: "<|im_start|>user" has one."""
    if text.startswith("<") and ">" in text:
        return text[: text.index(">") + 1]
    return text


def _text_of(folder: Path, config: dict[str, Any]) -> str:
    path = folder / "chat_template.jinja"
    if path.is_file():
        return path.read_text("utf-8")
    template = config.get("chat_template")
    if template is None and (folder / "chat_template.json").is_file():
        template = _read_json(folder / "chat_template.json").get("chat_template")
    if isinstance(template, list):
        named = {entry.get("name"): entry.get("template") for entry in template}
        template = named.get("default")
    if not isinstance(template, str):
        raise JessyError(
            f"The base in {folder} has no chat template; add chat_template to its "
            "tokenizer_config.json."
        )
    return template


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / "tokenizer_config.json"
    return _read_json(path) if path.is_file() else {}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise JessyError(f"{path} cannot be read ({error}); make the base anew.") from error


def _to_json(value: object, indent: int | None = None, **_: object) -> str:
    text = msgspec.json.encode(value)
    return (msgspec.json.format(text, indent=indent) if indent else text).decode()


def _refuse(message: str) -> None:
    from jinja2 import TemplateError

    raise TemplateError(message)


def write_template(folder: Path, template: ChatTemplate) -> None:
    """Keep the silenced template in the folder, where it was not so before.

    Raises:
        OSError: it cannot be written.
    """
    if template.text == template.written:
        return
    path = folder / "chat_template.jinja"
    if path.is_file():
        path.write_text(template.text, "utf-8")
        return
    config = template.config | {"chat_template": template.text}
    (folder / "tokenizer_config.json").write_bytes(pretty(config))
