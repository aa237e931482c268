"""The process that counts tokens: `python -m jessy_tui.bases.tokens BASE_FOLDER`.

Rows come in on stdin, a JSON array a line; their numbers of tokens go out on stdout, an array a
line. It counts what the driver trains on, by the driver's own function: the base's chat template
applied, the plan said first, up to the token that ends the answer; nothing is cut off. It ends when
stdin closes.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from jessy_tui.bases.orders import COUNTS
from jessy_tui.bases.record import RECORD_NAME
from jessy_tui.dataset.rows import Row
from jessy_tui.errors import JessyError

_ENDLESS: Final = 1 << 40


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a base, as mlx-lm's `load` gives it, without its weights.

    Raises:
        JessyError: there is no base, or its tokenizer cannot be loaded.
    """
    from mlx_lm.utils import load_tokenizer as load

    if not (folder / RECORD_NAME).is_file():
        raise JessyError(f"There is no base in {folder}; see: jessy bases.")
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes())
        return load(folder, eos_token_ids=config.get("eos_token_id"))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JessyError(
            f"The tokenizer of the base in {folder} cannot be loaded ({error}); make the base anew."
        ) from error


def count_tokens(rows: Sequence[Row], tokenizer: Any) -> list[int]:
    """How many tokens each row is trained as, prompt and answer."""
    from jessy_tui.training.batches import encode_rows

    encoded = encode_rows(rows, tokenizer, _ENDLESS)
    return [len(row.ids) for row in encoded.rows]


def main() -> int:
    """Count what comes on stdin until it closes; returns the exit code."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print of a library's must not end up among the counts
    try:
        tokenizer = load_tokenizer(Path(sys.argv[1]))
        replies.write(COUNTS)
        replies.flush()
        for line in sys.stdin.buffer:
            counts = count_tokens(msgspec.json.decode(line, type=list[Row]), tokenizer)
            replies.write(msgspec.json.encode(counts) + b"\n")
            replies.flush()
    except JessyError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        pass  # nobody wants to know any more
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
