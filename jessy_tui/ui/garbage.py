"""When Python looks for garbage: never through what stays as long as the app.

One look through everything that the app has imported and mounted takes over 100 ms, in which no key
is answered, and while answers stream it came every second.
"""

import gc

_ours = False


def hold_off() -> None:
    """Collect nothing until the first screen is there: nearly all that is made until then stays."""
    global _ours
    _ours = True
    gc.disable()


def settle() -> None:
    """What has been made up to now stays: do not look through it again, only through what follows.

    Called once the first screen is there, and again when a tab has been opened for the first time.
    Does nothing in a process that is not the app's alone, such as one of tests.
    """
    if _ours:
        gc.freeze()
        gc.enable()
