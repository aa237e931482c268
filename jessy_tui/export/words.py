"""An export in words, the same on every screen and from the command line."""


def describe_seconds(seconds: float) -> str:
    """ "3 s" or "2 min"."""
    if seconds < 1:
        return "1 s"
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
