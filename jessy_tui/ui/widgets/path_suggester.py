"""Completes a path as it is typed."""

from pathlib import Path

from textual.suggester import Suggester


class PathSuggester(Suggester):
    """Suggests the first name in the folder that begins with what is typed; folders end with /."""

    def __init__(self, root: Path, suffixes: tuple[str, ...] = ()) -> None:
        """Paths are relative to `root`; of files, only those with these endings are suggested."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._root, self._suffixes = root, suffixes

    async def get_suggestion(self, value: str) -> str | None:
        if not value:
            return None
        head, slash, begun = value.rpartition("/")
        folder = resolved(self._root, head + slash)
        try:
            names = sorted(
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in folder.iterdir()
                if entry.name.startswith(begun)
                and (begun.startswith(".") or not entry.name.startswith("."))
                and (entry.is_dir() or self._fits(entry))
            )
        except OSError:
            return None
        return f"{head}{slash}{names[0]}" if names else None

    def _fits(self, path: Path) -> bool:
        return not self._suffixes or path.suffix.lower() in self._suffixes


def resolved(root: Path, text: str) -> Path:
    """The path that somebody typed; from `root` where it does not say otherwise."""
    text = text.strip().strip("'\"")  # as terminals put around what is dropped on them
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    return path if path.is_absolute() else root / path
