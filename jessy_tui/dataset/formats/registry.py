"""The formats there are, by the names that `--to` and `--from` take."""

from typing import Final

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.formats.chat import Chat
from jessy_tui.dataset.formats.flat import Flat
from jessy_tui.dataset.formats.format import Format
from jessy_tui.dataset.formats.own import Own
from jessy_tui.dataset.formats.transcript import Transcript

OWN: Final = Own()
SHAREGPT: Final = Chat(
    "sharegpt", "ShareGPT", "conversations", "from", "value", {HUMAN: "human", JESSY: "gpt"}
)
OPENAI: Final = Chat(
    "openai", "OpenAI messages", "messages", "role", "content", {HUMAN: "user", JESSY: "assistant"}
)
ALPACA: Final = Flat("alpaca", "Alpaca", "instruction", "output", "input", "history", "system")
PROMPT: Final = Flat("prompt", "prompt and completion", "prompt", "completion", system="system")
TEXT: Final = Transcript()

FORMATS: Final[dict[str, Format]] = {
    found.name: found for found in (OWN, SHAREGPT, OPENAI, ALPACA, PROMPT, TEXT)
}
