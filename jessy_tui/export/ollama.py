"""Ollama: the Modelfile, and giving it the model with its own command.

The TEMPLATE writes each turn exactly as the chat template the run was trained with. It knows where
Ollama keeps a plan (`.Thinking`): so Ollama takes `<think>LOW 1</think>` for thinking, hides or
shows it as its user likes, and writes it back in the history.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.chat_format import Turns
from jessy_tui.export.order import QUESTION, Order

Say = Callable[[Stage], None]

_LONGEST_CONTEXT: Final = 4096
_LONGEST_ANSWER: Final = 512
_ANSWER_SECONDS: Final = 180
# What a terminal is told, rather than shown.
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PERCENT: Final = re.compile(r"(\d{1,3})\s?%")


def template_of(turns: Turns, *, bos_added: bool) -> str:
    """Ollama's template for conversations that are written so.

    Args:
        turns: how each turn is written.
        bos_added: whether llama.cpp puts the beginning there by itself.
    """
    branches: list[str] = []
    for role in ("system", "user", "assistant"):
        if role not in turns.around:
            continue
        before, after = turns.around[role]
        plan = "{{ if .Thinking }}<think>{{ .Thinking }}</think>\n{{ end }}"
        text = f"{plan}{{{{ .Content }}}}" if role == "assistant" else "{{ .Content }}"
        word = "else if" if branches else "if"
        branches.append(f'{{{{ {word} eq .Role "{role}" }}}}{before}{text}{after}')
    beginning = "" if bos_added else turns.beginning
    each = f"{''.join(branches)}{{{{ end }}}}"
    return f"{beginning}{{{{ range .Messages }}}}{each}{{{{ end }}}}{turns.answer}"


def modelfile(
    order: Order, gguf: str, turns: Turns, *, bos_added: bool, context: int | None, licence: str
) -> str:
    """The Modelfile beside the GGUF.

    Args:
        order: what is exported.
        gguf: the GGUF's name.
        turns: how each turn is written.
        bos_added: whether llama.cpp puts the beginning there by itself.
        context: the longest sequence the base was made for.
        licence: the base's.
    """
    quoted = '"""'
    lines = [
        f"# {order.run_name}, checkpoint {order.checkpoint}, on {order.base_name}.",
        f"FROM ./{gguf}",
        f"TEMPLATE {quoted}{template_of(turns, bos_added=bos_added)}{quoted}",
    ]
    if order.system:
        lines.append(f"SYSTEM {quoted}{order.system}{quoted}")
    # The likeliest token, and nothing held against words that come again: as it is asked here.
    settings = {
        "temperature": "0",
        "repeat_penalty": "1",
        "num_ctx": str(min(context or _LONGEST_CONTEXT, _LONGEST_CONTEXT)),
        "num_predict": str(_LONGEST_ANSWER),
    }
    lines += [f"PARAMETER {name} {value}" for name, value in settings.items()]
    mark = {stop: quoted if '"' in stop else '"' for stop in turns.stops}
    lines += [f"PARAMETER stop {mark[stop]}{stop}{mark[stop]}" for stop in turns.stops]
    examples = order.data_licence or "unknown"
    lines.append(
        f"LICENSE {quoted}The base's weights ({order.base_name}): {licence}.\n"
        f"The examples it was trained on: {examples}.{quoted}"
    )
    return "\n".join(lines) + "\n"


def create(order: Order, say: Say) -> None:
    """Give Ollama the model of the export's folder.

    Raises:
        JessyError: Ollama would not have it; its words are in the sentence.
    """
    command = ["ollama", "create", order.name, "-f", "Modelfile"]
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb"}
    said: list[str] = []
    try:
        process = subprocess.Popen(
            command,
            cwd=order.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    except OSError as error:
        raise JessyError(f"ollama could not be started ({error}).") from error
    assert process.stdout is not None  # noqa: S101
    try:
        for line in _lines(process):
            said.append(line)
            percent = _PERCENT.search(line)
            say(
                Stage(
                    doing=f"Ollama: {line[:60]}",
                    done=int(percent.group(1)) if percent else 0,
                    total=100 if percent else None,
                )
            )
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
    if code != 0:
        reason = next((line for line in reversed(said) if "rror" in line), said[-1] if said else "")
        raise JessyError(
            f"Ollama did not take the model ({reason.rstrip('.') or f'it ended with {code}'}); the "
            f"folder is whole: when Ollama runs (ollama serve), type the command again."
        )


def ask(order: Order) -> str:
    """What the model answers in Ollama, plan and all.

    Raises:
        JessyError: it does not answer.
    """
    command = ["ollama", "run", order.name, QUESTION]
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb"}
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_SECONDS,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise JessyError(f"Ollama has {order.name}, but did not answer ({error}).") from error
    answer = _plain(ran.stdout.decode("utf-8", "replace")).strip()
    if ran.returncode != 0 or not answer:
        reason = _plain(ran.stderr.decode("utf-8", "replace")).strip().rpartition("\n")[2]
        raise JessyError(
            f"Ollama has {order.name}, but did not answer ({reason or 'it said nothing'})."
        )
    return answer


def _lines(process: "subprocess.Popen[bytes]") -> Iterator[str]:
    """What it says, line by line; a line that is written over counts as one each time."""
    assert process.stdout is not None  # noqa: S101
    rest = ""
    while block := os.read(process.stdout.fileno(), 4096):
        rest += block.decode("utf-8", "replace")
        *whole, rest = re.split(r"[\r\n]", rest)
        yield from (line for each in whole if (line := _plain(each).strip()))
    if line := _plain(rest).strip():
        yield line


def _plain(text: str) -> str:
    return _ESCAPES.sub("", text)


def write_modelfile(
    folder: Path,
    order: Order,
    gguf: str,
    turns: Turns,
    *,
    bos_added: bool,
    context: int | None,
    licence: str,
) -> None:
    """Write the Modelfile into the folder of an export; see `modelfile`.

    Raises:
        OSError: it cannot be written.
    """
    text = modelfile(order, gguf, turns, bos_added=bos_added, context=context, licence=licence)
    (folder / "Modelfile").write_text(text, "utf-8")
