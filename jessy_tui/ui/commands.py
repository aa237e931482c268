"""Every action by name, for the command palette, read from the bindings themselves."""

from collections.abc import Coroutine, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider


class ActionCommands(Provider):
    """The actions of the place the palette was called from, and of the app."""

    def _actions(self) -> Iterator[tuple[str, str, partial[Coroutine[Any, Any, bool]]]]:
        """Name, key and what to run; an action that has several keys stands once."""
        named: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            what = binding.tooltip or (binding.description if binding.id else "")
            if (
                what
                and active.enabled
                and what not in named
                and binding.action != "command_palette"
            ):
                named.add(what)
                run = partial(self.app.run_action, binding.action, active.node)
                yield what, self.app.get_key_display(binding), run

    async def discover(self) -> Hits:
        for what, key, run in self._actions():
            yield DiscoveryHit(what, run, help=key)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for what, key, run in self._actions():
            if (score := matcher.match(what)) > 0:
                yield Hit(score, matcher.highlight(what), run, help=key)
