"""One run whose events are followed."""

from jessy_tui.training.curves import Curves
from jessy_tui.training.events import AnyEvent, EventReader
from jessy_tui.training.progress import Progress

_CHUNK = 2000
# More of them than a log keeps would be written into it only to fall out again.
_MOST_NEWS = 2000


class Followed:
    """All that its events said so far, folded in chunk by chunk."""

    def __init__(self, reader: EventReader) -> None:
        self.progress = Progress()
        self.curves = Curves()
        self._reader = reader
        self._news: list[AnyEvent] = []

    def read(self, limit: int) -> bool:
        """Take in so many events at the most; returns whether there may be more.

        Raises:
            OSError: the file of events cannot be read.
        """
        for _ in range(0, limit, _CHUNK):
            events = self._reader.poll(_CHUNK)
            self.progress.take(events)
            self.curves.take(events)
            self._news = [*self._news, *events][-_MOST_NEWS:]
            if len(events) < _CHUNK:
                return False
        return True

    def take_news(self) -> list[AnyEvent]:
        """The latest events that nobody has taken yet, oldest first."""
        news, self._news = self._news, []
        return news
