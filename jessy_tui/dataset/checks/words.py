"""How findings put things."""

import json
from typing import Final

_WIDTH: Final = 40


def what(is_answer: bool) -> str:
    """The name of a message."""
    return "answer" if is_answer else "question"


def excerpt(text: str, at: int = 0) -> str:
    """Some of a text around a place in it, quoted, on one line, without what terminals obey."""
    start = max(0, at - _WIDTH // 4)
    piece = text[start : start + _WIDTH]
    shown = json.dumps(" ".join(piece.split()), ensure_ascii=False)
    if not shown.isprintable():
        shown = json.dumps(" ".join(piece.split()))
    before, after = "…" if start else "", "…" if start + _WIDTH < len(text) else ""
    return f"{shown[0]}{before}{shown[1:-1]}{after}{shown[-1]}"
