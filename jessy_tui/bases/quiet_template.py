"""Taking out of a chat template the system prompt that it puts in by itself.

Such a prompt costs time at every question and teaches nothing, and every client would have to know
of it; so a base that is made here gets a template that adds none. Imported only where a base is
made.
"""

import re
from pathlib import Path
from typing import Any

import msgspec

from jessy_tui.bases.chat_template import Render, renderer_of, silenced
from jessy_tui.json_files import pretty


def silence_template(folder: Path) -> tuple[str, ...]:
    """Let the chat template of the base in `folder` add no system prompt of its own.

    The template is kept as it is, with a few words around it that take the prompt out of what it
    writes; conversations that bring a system prompt are written as before. Where that does not come
    out right, nothing is changed.

    Returns:
        What was changed, a sentence each.

    Raises:
        OSError: a file cannot be read or written.
    """
    from mlx_lm.utils import load_tokenizer

    template = _read(folder)
    if template is None:
        return ()
    tokenizer = load_tokenizer(folder)

    def renderer(text: str) -> Render:
        tokenizer.chat_template = text
        return renderer_of(tokenizer)

    quiet, added = silenced(template, renderer, tokenizer.bos_token or "")
    if not added:
        return ()
    _write(folder, quiet)
    words = " ".join(re.sub(r"<\|[^|]*\|>", " ", added).split())
    return (f"The system prompt that its chat template adds is removed: {words!r}.",)


def _read(folder: Path) -> str | None:
    path = folder / "chat_template.jinja"
    if path.is_file():
        return path.read_text("utf-8")
    template = _config(folder).get("chat_template")
    if isinstance(template, list):
        named = {entry.get("name"): entry.get("template") for entry in template}
        template = named.get("default")
    return template if isinstance(template, str) else None


def _write(folder: Path, template: str) -> None:
    path = folder / "chat_template.jinja"
    if path.is_file():
        path.write_text(template, "utf-8")
        return
    config = _config(folder) | {"chat_template": template}
    (folder / "tokenizer_config.json").write_bytes(pretty(config))


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "tokenizer_config.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any]) if path.is_file() else {}
