"""Which examples belong together, so that nothing is asked on one side that is learnt on the other.

Two examples are in one group if they share a question in any of their turns (case, dots, spacing
and punctuation aside), if a question of one is nearly one of the other (`similarity.nearness`), or
if a chain of such examples leads from one to the other.

Of an example only what decides is kept: some 250 bytes and its questions, so that a million fit
where their texts would not.
"""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from jessy_tui.dataset.example import HUMAN, Example, Turn, plan_in
from jessy_tui.dataset.layout import COMPACT, write
from jessy_tui.dataset.similarity import NEAR
from jessy_tui.dataset.turkish import question_key

Label = tuple[str, str, str, str]
"""Complexity, category, iterations and language, as texts."""
Told = Callable[[str, float], object]
"""Told what is being done, and how much of it, 0 to 1."""
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Group:
    """Examples that stay on one side."""

    key: bytes
    """Decides its place in the draw; depends on the examples and the seed alone."""
    members: tuple[int, ...]
    """The positions of its examples, in an order that depends on what they say alone."""
    labels: tuple[Label, ...]
    """Of each member."""
    pinned: bool
    """Whether one of them has a weight above 1, so that all belong to training."""

    @property
    def size(self) -> int:
        """How many examples it holds."""
        return len(self.members)

    @property
    def stratum(self) -> tuple[str, str]:
        """The complexity and the category of its first example."""
        return self.labels[0][0], self.labels[0][1]


def digest_of_example(example: Example) -> str:
    """A digest of what an example says, whatever the formatting of its file."""
    return hashlib.sha256(write(example.raw, COMPACT).encode()).hexdigest()


def digest_of_digests(digests: Iterable[bytes]) -> str:
    """The digest of a dataset from those of its examples, ascending."""
    whole, first = hashlib.sha256(), True
    for digest in digests:
        whole.update(digest.hex().encode() if first else b"\n" + digest.hex().encode())
        first = False
    return whole.hexdigest()


def _answers(example: Example) -> Iterator[Turn]:
    return (answer for _, answer in example.exchanges())


class Grouping:
    """Takes examples in, one by one, and says which belong together."""

    def __init__(self, near: float = NEAR) -> None:
        """`near` is the likeness, 0 to 1, from which on two questions are nearly the same."""
        self._near = near
        self._digests = bytearray()
        self._labels: dict[Label, int] = {}
        self._label_of = array("i")
        self._heavy: set[int] = set()
        self._numbers: dict[str, int] = {}
        """By question, its number."""
        self._parents = array("q")
        """Of each question another one of its group, or itself (union-find)."""
        self._first_question = array("q")
        """Of each example."""
        self.answers = array("i")
        """Of each example, how many answers have a whole label and so are trained."""

    def __len__(self) -> int:
        return len(self._label_of)

    def add(self, example: Example) -> None:
        """Take an example in; its position is the number of those before it."""
        position = len(self)
        self._digests += bytes.fromhex(digest_of_example(example))
        label = (
            str(example.complexity),
            str(example.category),
            str(example.iterations),
            example.language or "",
        )
        self._label_of.append(self._labels.setdefault(label, len(self._labels)))
        self.answers.append(sum(plan_in(turn.metadata) is not None for turn in _answers(example)))
        if example.weight > 1:
            self._heavy.add(position)
        keys = [
            question_key(turn.text) for turn in example.turns if turn.role == HUMAN and turn.text
        ]
        numbers = [self._number(key) for key in keys or [f"\0{position}"]]
        for number in numbers[1:]:
            self._join(numbers[0], number)
        self._first_question.append(numbers[0])

    def digest(self) -> str:
        """The digest of all examples; their order does not matter."""
        size = hashlib.sha256().digest_size
        found = sorted(self._digests[at : at + size] for at in range(0, len(self._digests), size))
        return digest_of_digests(map(bytes, found))

    def join_near(self, told: Told = lambda what, share: None) -> None:
        """Join the questions that are nearly the same; then no more examples can be added."""
        from jessy_tui.dataset.neartexts import NearTexts

        texts = NearTexts(self._near)
        numbers = array("q")
        questions = (item for item in self._numbers.items() if item[0][:1] != "\0")
        while batch := list(islice(questions, _BATCH)):
            texts.add([key for key, _ in batch])
            numbers.extend(number for _, number in batch)
            told("comparing questions", 0.5 * len(numbers) / len(self._parents))
        self._numbers = {}
        for count, (earlier, later, _) in enumerate(texts.pairs()):
            self._join(numbers[earlier], numbers[later])
            if count % _BATCH == 0:
                told("comparing questions", 0.5 + 0.5 * later / len(numbers))

    def groups(self, seed: int) -> list[Group]:
        """The groups, in the order of the draw that `seed` decides."""
        import numpy as np

        roots = np.fromiter(map(self._root, self._first_question), np.int64, len(self))
        order = np.argsort(roots, kind="stable")
        ends = [*(np.flatnonzero(np.diff(roots[order])) + 1).tolist(), len(self)]
        labels, groups, start = list(self._labels), [], 0
        for end in ends if len(self) else ():
            groups.append(self._group(order[start:end].tolist(), labels, seed))
            start = end
        groups.sort(key=lambda group: group.key)
        return groups

    def _group(self, positions: list[int], labels: list[Label], seed: int) -> Group:
        ordered = sorted((self._digest(position), position) for position in positions)
        text = "\n".join([str(seed), *(digest.hex() for digest, _ in ordered)])
        return Group(
            hashlib.sha256(text.encode()).digest(),
            tuple(position for _, position in ordered),
            tuple(labels[self._label_of[position]] for _, position in ordered),
            not self._heavy.isdisjoint(positions),
        )

    def _digest(self, position: int) -> bytes:
        size = hashlib.sha256().digest_size
        return bytes(self._digests[position * size : (position + 1) * size])

    def _number(self, key: str) -> int:
        number = self._numbers.setdefault(key, len(self._parents))
        if number == len(self._parents):
            self._parents.append(number)
        return number

    def _root(self, number: int) -> int:
        parents = self._parents
        while (parent := parents[number]) != number:
            parents[number] = parents[parent]
            number = parent
        return number

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        # The lower number is the root, so that the order of joining makes no difference.
        self._parents[max(one, other)] = min(one, other)
