"""Which rows a regular expression is found in. Runs in a process of its own."""

from collections.abc import Iterator, Sequence

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.large.labels import exact_value, lines_in
from jessy_tui.dataset.query import RESERVED, join_lines, line_of, line_regex, lines_of
from jessy_tui.dataset.query.regexes import compile_regex

_Texts = tuple[str, ...]


def rows_with(content: bytes, plain: bytes, patterns: Sequence[str]) -> list[list[int]]:
    """For each of some patterns that `line_regex` takes: the numbers of its rows, from 0.

    `plain` has 1 for each row whose messages stand in its bytes as `lines_of` reads them; all
    others are decoded.
    """
    numbers: Sequence[int] = range(len(plain))
    decoded: list[tuple[int, _Texts]] = []
    if 0 in plain or content.count(b"\n") + 1 != len(plain):
        rows = list(lines_in(content))
        flags = plain.ljust(len(rows), b"\0")
        numbers = [row for row, flag in zip(range(len(rows)), flags, strict=False) if flag]
        decoded = [(row, _texts(line)) for row, line in enumerate(rows) if not flags[row]]
        content = b"\n".join([rows[row] for row in numbers])
    lines = lines_of(content)
    fit = [(row, texts) for row, texts in decoded if _fits(texts)]
    others = [(row, texts) for row, texts in decoded if not _fits(texts)]
    more = join_lines([line_of(texts) for _, texts in fit])
    return [
        [
            *(numbers[line] for line in _found(pattern, lines)),
            *(fit[line][0] for line in _found(pattern, more)),
            *(row for row, texts in others if any(map(compile_regex(pattern).found_in, texts))),
        ]
        for pattern in patterns
    ]


def _found(pattern: str, lines: bytes) -> Iterator[int]:
    regex = line_regex(pattern)
    assert regex is not None  # noqa: S101 - by whoever asks
    return regex.rows(lines)


def _texts(line: bytes) -> _Texts:
    turns = Example(exact_value(line)).turns
    return tuple(turn.text for turn in turns if turn.text is not None)


def _fits(texts: _Texts) -> bool:
    """Whether the texts can stand as a line among others: there is one, and none is in the way."""
    return any(texts) and not any(character in text for text in texts for character in RESERVED)
