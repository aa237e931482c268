"""Looking at one example, as the app does while somebody types, loads nothing heavy."""

import subprocess
import sys

from tests.conftest import REPOSITORY

_PROGRAM = """
import sys
from jessy_tui.dataset.checks import check_example
from jessy_tui.dataset.files import load_examples
from jessy_tui.workspace import Workspace
from pathlib import Path
for path in Workspace(Path(sys.argv[1])).example_files():
    for example in load_examples(path).examples:
        if "ÅŸ" not in example.question:  # an example about misread letters
            assert check_example(example) == []
print(*(name for name in ("ftfy", "rensa", "rapidfuzz", "rich", "numpy") if name in sys.modules))
"""


def test_no_library_is_loaded_for_the_bundled_examples() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(REPOSITORY)],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    assert ran.stdout.strip() == ""
