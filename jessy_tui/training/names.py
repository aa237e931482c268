"""Names of runs: those a person gives, and those that are made up."""

import random
import re
from collections.abc import Collection
from typing import Final

from jessy_tui.errors import JessyError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# fmt: off
_MOODS: Final = (
    "amber", "brave", "brisk", "calm", "clever", "cosy", "daring", "eager", "fond", "gentle",
    "glad", "golden", "honest", "jolly", "keen", "kind", "lively", "lucky", "mellow", "merry",
    "mild", "nimble", "patient", "plucky", "proud", "quick", "quiet", "ready", "serene", "shy",
    "silver", "sunny", "swift", "tender", "tidy", "warm", "wise", "witty",
)
_ANIMALS: Final = (
    "badger", "beaver", "bee", "bison", "crane", "cricket", "deer", "dolphin", "falcon", "finch",
    "fox", "gecko", "goat", "hare", "hedgehog", "heron", "ibex", "jay", "kestrel", "lark", "lynx",
    "marten", "mole", "newt", "otter", "owl", "panda", "plover", "puffin", "quail", "raven",
    "robin", "seal", "sparrow", "stork", "swan", "tern", "toad", "turtle", "vole", "walrus",
    "weasel", "wren",
)
# fmt: on


def check_name(name: str) -> str:
    """The name, if a run may have it: it names a folder on every system, and an argument.

    Raises:
        JessyError: it may not; the sentence says what may stand in a name.
    """
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise JessyError(
            f"{name!r} cannot name a run: a name has 1 to 64 letters a-z, digits, '-', '_' or '.', "
            "and begins with a letter or a digit."
        )
    return name


def make_name(taken: Collection[str]) -> str:
    """A readable name that is not taken, such as "calm-otter"."""
    chooser = random.SystemRandom()
    while True:
        name = f"{chooser.choice(_MOODS)}-{chooser.choice(_ANIMALS)}"
        if name not in taken:
            return name
        if len(taken) > len(_MOODS) * len(_ANIMALS) // 2:
            name += f"-{chooser.randrange(10_000)}"
            if name not in taken:
                return name
