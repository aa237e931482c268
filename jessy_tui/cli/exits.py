"""What the exit codes say beyond 0, done, 1, it failed or falls short, and 2, wrong use."""

from typing import Final

INTERRUPTED: Final = 130
"""ctrl+c broke it off: 128 and the number of the signal, as shells have it."""
