"""Telling whether a process of ours still lives, though the system gives its number to others."""

import psutil

# Seconds by which two readings of a process's start may differ: psutil derives it from the boot
# time, which moves when the clock is set.
_SLACK = 2.0


def started_at(pid: int) -> float | None:
    """When process `pid` was started, in seconds since 1970; None when there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_alive(pid: int, started: float) -> bool:
    """Whether the process `pid` that was started at `started` still runs.

    A process that has ended and waits for its parent to notice is not alive.
    """
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - started) > _SLACK:
            return False
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
