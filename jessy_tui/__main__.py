"""`python -m jessy_tui` is `jessy`."""

import signal


def main() -> None:
    """The console script; see `cli.main`, which is not imported before ctrl+c can come.

    An import that is broken off ends in a traceback, or in a crash where it is one of a library in
    C. Until a verb is loaded, ctrl+c therefore just ends the process; see `cli.loaded`.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from jessy_tui import cli

    cli.main()


if __name__ == "__main__":
    main()
