"""The figures of steps, gathered until they are reported."""

import msgspec


class Meter(msgspec.Struct):
    """What the steps since the last report add up to."""

    losses: list[float] = []
    seconds: float = 0.0
    tokens: int = 0
    trained_tokens: int = 0
    """Of the whole run."""

    def take(self, loss: float, seconds: float, tokens: int) -> None:
        """Take in a step."""
        self.losses.append(loss)
        self.seconds += seconds
        self.tokens += tokens
        self.trained_tokens += tokens

    @property
    def loss(self) -> float:
        """The mean over the steps, in nats a token."""
        return sum(self.losses) / len(self.losses)

    @property
    def steps_per_second(self) -> float:
        """The pace of the steps alone, without validations."""
        return len(self.losses) / self.seconds

    @property
    def tokens_per_second(self) -> float:
        """Answer tokens trained on in a second."""
        return self.tokens / self.seconds

    def clear(self) -> None:
        """Begin anew after a report."""
        self.losses, self.seconds, self.tokens = [], 0.0, 0
