"""The command that starts a run's driver: one process, or several under mlx's own launcher."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jessy_tui.errors import JessyError

HOSTS_NAME: Final = "hosts.json"
"""The machines that train a run together, in the run's folder, in the form of mlx.launch."""

_RANKS: Final = ("MLX_RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK")
# What a process on another machine needs of the environment; the rest is its own.
_CARRIED: Final = (
    *("JESSY_BLAS", "GLIBC_TUNABLES", "MLX_DISABLE_COMPILE", "HF_HUB_OFFLINE"),
    *("TOKENIZERS_PARALLELISM", "PYTHONUNBUFFERED"),
)
_HERE: Final = ("127.0.0.1", "localhost", "::1")
# mlx.launch is a script that pip puts beside the interpreter, or somewhere else: its entry point
# is found wherever it is.
_LAUNCH: Final = (
    "from importlib.metadata import entry_points as found\n"
    "[launch] = found(group='console_scripts', name='mlx.launch')\n"
    "launch.load()()"
)


def rank_of_process() -> int:
    """Which of the processes that train a run together this one is, from 0."""
    for variable in _RANKS:
        if (rank := os.environ.get(variable, "")).isdigit():
            return int(rank)
    return 0


def driver_command(folder: Path, workers: int, environment: Mapping[str, str]) -> list[str]:
    """The command that starts the driver of the run in `folder`.

    Args:
        folder: of the run; where it has a `hosts.json`, those machines train it.
        workers: how many processes train it on this machine otherwise.
        environment: that of the command; what other machines need of it is passed on.
    """
    driver = ["-P", "-m", "jessy_tui.training.driver", str(folder)]
    hosts = folder / HOSTS_NAME
    if not hosts.is_file() and workers == 1:
        return [sys.executable, *driver]
    launch = [sys.executable, "-P", "-c", _LAUNCH, "--python", sys.executable]
    if hosts.is_file():
        launch += ["--hostfile", str(hosts)]
        for name in _CARRIED:
            if name in environment:
                launch += ["--env", f"{name}={environment[name]}"]
    else:
        port = str(_free_ports(workers))
        launch += ["-n", str(workers), "--backend", "ring", "--starting-port", port]
    return [*launch, "--", *driver]


def read_hosts(path: Path) -> bytes:
    """The contents of a file of hosts, in the form of mlx.launch, looked through.

    Raises:
        JessyError: it cannot be read, is of another form, or does not begin with this machine.
    """
    try:
        content = path.read_bytes()
        found = json.loads(content)
        hosts = found["hosts"] if isinstance(found, dict) else found
        names = [str(host["ssh"]) for host in hosts]
    except OSError as error:
        raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise JessyError(
            f"{path} is no file of hosts: it is to hold a JSON array of objects with the keys "
            '"ssh" and "ips", as mlx.launch takes it.'
        ) from error
    if not names:
        raise JessyError(f"{path} names no host.")
    if names[0] not in (*_HERE, socket.gethostname(), socket.getfqdn()):
        raise JessyError(
            f"{path} begins with {names[0]}: the first host drives the run, and has to be this "
            "machine (127.0.0.1)."
        )
    return content


def _free_ports(number: int) -> int:
    """The first of so many ports in a row that nobody listens on."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first + number < 65_536 and all(_is_free(first + place) for place in range(number)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
