"""Whether Ollama is on this machine, and which models it has."""

import os
import shutil
import subprocess
from typing import Final

_SECONDS: Final = 5.0


def ollama_here() -> bool:
    """Whether Ollama's command is on the PATH."""
    return shutil.which("ollama") is not None


def ollama_models() -> frozenset[str] | None:
    """The models Ollama has, each with its tag ("jessy:latest"); None where it does not answer."""
    command = ["ollama", "list"]
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            env=os.environ | {"NO_COLOR": "1"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if ran.returncode != 0:
        return None
    lines = ran.stdout.decode("utf-8", "replace").splitlines()[1:]  # the first is a heading
    return frozenset(words[0] for line in lines if (words := line.split()))
