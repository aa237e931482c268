"""The one exception people see."""


class JessyError(Exception):
    """Something a person can mend: one sentence that names the thing, the place and the remedy.

    The command line prints it and exits with 1; the app shows it as a notice. Raise it for bad
    input and for the world's failures, never for a bug of ours.
    """
