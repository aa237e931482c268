"""All checks over very many examples, once: in helper processes, with bounded memory.

`Checker` follows examples that change and keeps all of them in hand; this reads files from end to
end. Each piece of a file is looked at in a process of its own choosing (`examine`), which gives
back what the checks of one example find, and some numbers of each example; the numbers are then
compared (`compare`). It says of the same files what `check_files` says.
"""

from jessy_tui.dataset.checks.sweep.sweep import Stage, Sweep

__all__ = ["Stage", "Sweep"]
