"""Finding the examples of a text, and the first thing that is wrong with it."""

from array import array
from pathlib import Path

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.jsontext import JsonTextError, read_value, skip_whitespace
from jessy_tui.errors import JessyError


class ExampleFileError(JessyError):
    """An example file that cannot be read. Lines and columns count from 1, `index` from 0."""

    def __init__(
        self,
        path: Path,
        reason: str,
        *,
        line: int | None = None,
        column: int | None = None,
        index: int | None = None,
    ) -> None:
        self.path, self.reason = path, reason
        self.line, self.column, self.index = line, column, index
        place = str(path)
        if line is not None:
            place += f", line {line}" + (f", column {column}" if column is not None else "")
        if index is not None:
            place += f" (example {index + 1})"
        super().__init__(f"{place}: {reason}.")


class Reader:
    """Finds the examples of a text, their spans, and the first thing wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text
        self.examples: list[Example] = []
        self.starts = array("q")
        self.ends = array("q")

    def read_array(self, position: int) -> None:
        """Read a JSON array."""
        text = self.text
        opening = skip_whitespace(text, position)
        if opening == len(text):
            raise ExampleFileError(
                self.path, "the file holds only blank space; write [] into it for no examples"
            )
        if text[opening] != "[":
            raise self._error(
                opening,
                f"a JSON array of examples begins with [, not with {text[opening]!r}; "
                "if it holds one example a line, name it *.jsonl",
            )
        position = closing = skip_whitespace(text, opening + 1)
        while text[closing : closing + 1] != "]":
            closing = skip_whitespace(text, self._read(position))
            if text[closing : closing + 1] == ",":
                position = skip_whitespace(text, closing + 1)
            elif text[closing : closing + 1] != "]":
                raise self._missing_separator(closing)
        rest = skip_whitespace(text, closing + 1)
        if rest < len(text):
            raise self._error(rest, "something follows the closing ] of the array; take it out")

    def read_lines(self, position: int) -> None:
        """Read one value a line; blank lines hold none."""
        text = self.text
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            start = skip_whitespace(text, position)
            if start < end:
                rest = skip_whitespace(text, self._read(start, end))
                if rest < end:
                    raise self._error(
                        rest, "one example a line is expected, but more follows; put it on its own"
                    )
            position = end + 1

    def _read(self, start: int, end: int | None = None) -> int:
        try:
            value, stop = read_value(self.text, start, end)
        except JsonTextError as refused:
            position = start if refused.position is None else refused.position
            index = len(self.examples)
            exact = refused.position is not None
            raise self._error(position, refused.reason, index=index, exact=exact) from None
        self.examples.append(Example(value))
        self.starts.append(start)
        self.ends.append(stop)
        return stop

    def _missing_separator(self, position: int) -> ExampleFileError:
        if position == len(self.text):
            return self._error(
                position,
                "the file ends before the array is closed; restore the rest from a copy, "
                "or close it with ]",
            )
        found = self.text[position]
        return self._error(position, f"a comma or ] is missing before {found!r}")

    def _error(
        self, position: int, reason: str, *, index: int | None = None, exact: bool = True
    ) -> ExampleFileError:
        line = self.text.count("\n", 0, position) + 1
        column = position - self.text.rfind("\n", 0, position) if exact else None
        return ExampleFileError(self.path, reason, line=line, column=column, index=index)
