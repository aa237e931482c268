"""The process that exports: `python -m jessy_tui.export.maker`.

It carries out one order (`order.py`). The export's folder appears whole or not at all; what a kill
leaves behind is removed by whoever exports to that name next.
"""

import signal
import time
from pathlib import Path
from typing import BinaryIO

from jessy_tui.bases.holding import hold_base
from jessy_tui.errands.carrying_out import CancelledError, Say, answer, disk_is_full, run
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.card import commands_for
from jessy_tui.export.order import ORDERS, QUESTION, Exported, NotExported, Order
from jessy_tui.export.preflight import Preflight, gguf_name, preflight
from jessy_tui.folders import write_folder


def carry_out(replies: BinaryIO, order: Order) -> int:
    """Carry out the order; returns the exit code. What happened is said on the pipe."""
    return answer(replies, order, _make, _explain, lambda reason: NotExported(reason=reason))


def _make(order: Order, say: Say) -> Exported:
    began = time.monotonic()
    Path(order.folder).parent.mkdir(parents=True, exist_ok=True)
    known = preflight(order)
    if not known.ready:
        raise JessyError(known.problems[0])
    from jessy_tui.export.making import make_export

    target = order.target
    with (
        hold_base(target, wait=False),
        write_folder(target, replace=order.replace) as fresh,
    ):
        make_export(known, fresh, say)
        say(Stage(doing="puts it in its place"))
        # From here on it is whole: a cancel is heard when it stands in its place.
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
    notes = list(known.notes)
    created, answer = _give_to_ollama(known, notes, say)
    commands = commands_for(order, gguf_name(order))
    return Exported(
        folder=order.folder,
        files={path.name: path.stat().st_size for path in sorted(target.iterdir())},
        commands=commands[1:] if created else commands,
        notes=tuple(notes),
        created=created,
        question=QUESTION if answer else "",
        answer=answer,
        seconds=time.monotonic() - began,
    )


def _give_to_ollama(known: Preflight, notes: list[str], say: Say) -> tuple[bool, str]:
    """Let Ollama take the folder and answer a question; what goes wrong is noted, since the
    export itself is whole."""
    from jessy_tui.export import ollama

    order, created = known.order, False
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
        if not known.to_ollama:
            return False, ""
        ollama.create(order, say)
        created = True
        say(Stage(doing=f'asks {order.name} "{QUESTION}"'))
        return True, ollama.ask(order)
    except JessyError as error:
        notes.append(str(error))
        return created, ""
    except CancelledError:
        notes.append("It was cancelled when the folder was whole already, so that is there.")
        return created, ""


def _explain(error: BaseException, order: Order) -> str:
    name = order.run_name
    if disk_is_full(error):
        return "The disk is full; make room and export it again. Nothing of it is left."
    match error:
        case CancelledError():
            return f"The export of {name} was cancelled; nothing of it is left."
        case MemoryError():
            return f"The memory is full; {name} was not exported."
        case FileExistsError():
            return f"{order.folder} is there already; export it under another name."
        case OSError():
            place = error.filename or order.folder
            return f"{place}: {error.strerror or error}; {name} was not exported."
        case _:
            return f"{name} could not be exported ({type(error).__name__}: {error})."


if __name__ == "__main__":
    run(ORDERS, carry_out)
