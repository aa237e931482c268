"""Which of very many texts are nearly the same, in memory that is bounded by their length.

`SimilarTexts` follows a set that changes; this looks at a large one once. A text is remembered as
itself, in UTF-8, and as some 180 bytes: the hashes of its bands, and a byte of each MinHash (b-bit
minwise hashing, Li and König 2010), from which a Jaccard index is estimated for many pairs at once.
Whatever may be near is compared exactly, as `similarity.nearness` does.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from jessy_tui.dataset.similarity import (
    NEAR,
    PERMUTATIONS,
    SEED,
    SHORT,
    SWAPPED,
    bands_of,
    nearness,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMPARED: Final = 16
"""Of the texts that share a band, each is compared with so many before it."""
_KEPT: Final = 8
"""So many that may be near an earlier one are kept of each text."""
_PAIRS: Final = 1 << 18
"""So many pairs are estimated at once."""
_BITS: Final = 2048
_MARGIN: Final = 0.03
"""By so much an index from `_BITS` bits may be wrong."""
_DEVIATIONS: Final = 2.5
_NUMBERS: Final = re.compile(r"\d+")
_SHARE: Final = 1 / 256
"""So many bytes of two MinHashes are the same by chance."""
_WAITING: Final = 1 << 21
"""So many pairs wait to be merged with those that are kept."""
_STEPS: Final = 256
_CANDIDATES: Final = 0.8
"""About so much of the time goes into finding which pairs are likely."""
MOST: Final = 1 << 28
"""No more texts than this."""

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Sketches:
    """What is compared of some texts; arrays of as many rows, fit to be sent between processes."""

    bands: "NDArray[np.uint32]"
    """A hash of each band."""
    bytes: "NDArray[np.uint8]"
    """The lowest byte of each MinHash."""
    numbers: "NDArray[np.uint32]"
    """A hash of the numbers in the text; 0 where it has none."""


def sketch(texts: Sequence[str], threshold: float = NEAR) -> Sketches:
    """The sketches of folded texts, for pairs that are alike from `threshold` on."""
    import numpy as np
    from rensa import RMinHash  # type: ignore[import-untyped]  # it ships no types

    bands = bands_of(threshold)
    if not texts:
        return Sketches(
            np.zeros((0, bands), np.uint32), np.zeros((0, PERMUTATIONS), np.uint8), _numbers([])
        )
    hashes, offsets = _grams(texts)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, PERMUTATIONS, SEED)
    digests = np.array(matrix.to_rows(), np.uint32)
    rows = PERMUTATIONS // bands
    mixed = np.zeros((len(texts), bands), np.uint64)
    for row in range(rows):
        mixed = (mixed ^ digests[:, row : rows * bands : rows]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return Sketches(
        (mixed >> np.uint64(32)).astype(np.uint32),
        (digests & 0xFF).astype(np.uint8),
        _numbers(texts),
    )


def _grams(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    """The hashes of the trigrams of texts, their edges included, and where those of each begin."""
    import numpy as np

    padded = [f" {text} " if text else "   " for text in texts]
    signs = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    wide = signs.astype(np.uint64)
    mixed = wide[:-2] | wide[1:-1] << np.uint64(21) | wide[2:] << np.uint64(42)
    mixed = (mixed ^ mixed >> np.uint64(31)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(29)
    inside = np.ones(len(signs), bool)
    ends = np.cumsum(lengths)
    inside[ends - 1] = inside[ends - 2] = False
    offsets = np.zeros(len(texts) + 1, np.uint64)
    np.cumsum(lengths - 2, out=offsets[1:])
    return mixed[inside[:-2]], offsets


def _numbers(texts: Sequence[str]) -> "NDArray[np.uint32]":
    import zlib

    import numpy as np

    found = (
        zlib.crc32(" ".join(sorted(numbers)).encode()) or 1
        if (numbers := _NUMBERS.findall(text))
        else 0
        for text in texts
    )
    return np.fromiter(found, np.uint32, len(texts))


class NearTexts:
    """Folded texts, numbered from 0 as they come; then the pairs that are nearly the same."""

    def __init__(self, threshold: float = NEAR, short: int = SHORT) -> None:
        self._threshold, self._short = threshold, short
        self._blobs: list[bytes] = []
        self._lengths: list[NDArray[np.int64]] = []
        self._sketches: list[Sketches] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, texts: Sequence[str], sketches: Sketches | None = None) -> None:
        """Take texts in, in order; `sketches` are theirs where somebody has made them already.

        Raises:
            ValueError: there are more than `MOST`.
        """
        import numpy as np

        if self._size + len(texts) > MOST:
            raise ValueError(f"no more than {MOST:,} texts can be compared at once")

        made = sketches or sketch(texts, self._threshold)
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._blobs.append(b"".join(encoded))
        self._lengths.append(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        self._sketches.append(made)
        self._size += len(texts)

    def pairs(
        self,
        stopped: Stop = lambda: False,
        among: "NDArray[np.int64] | None" = None,
        told: Callable[[float], None] = lambda _: None,
    ) -> Iterator[tuple[int, int, float]]:
        """The pairs that are nearly the same: the earlier, the later, and how alike they are, 0 to
        1; by the later one.

        To be asked once. Only texts `among` some are compared, ascending, where that is given;
        those must all be different. It ends early once `stopped` says so; `told` is told how far
        it is, 0 to 1.
        """
        import numpy as np

        if among is None:
            among = np.arange(self._size)
        if len(among) < 2:
            return
        every = self._texts()
        small = self._taken("bytes", among)
        numbers = self._taken("numbers", among)

        def texts(place: int) -> str:
            return every(int(among[place]))

        found = self._candidates(among, small, numbers, stopped, told)
        del small
        for start in range(0, len(found), _PAIRS):
            if stopped():
                return
            told(_CANDIDATES + (1 - _CANDIDATES) * start / len(found))
            block = found[start : start + _PAIRS]
            for earlier, later in self._likely(block, texts, numbers):
                score = nearness(texts(earlier), texts(later), self._threshold, self._short)
                if score is not None:
                    yield int(among[earlier]), int(among[later]), score

    def _taken(self, name: Literal["bytes", "numbers"], among: "NDArray[np.int64]") -> Any:
        """One part of the sketches of some texts, in one array; the texts' own are let go."""
        import numpy as np

        parts, start = [], 0
        for place, one in enumerate(self._sketches):
            part = getattr(one, name)
            low, high = among.searchsorted([start, start + len(part)])
            parts.append(part[among[low:high] - start])
            start += len(part)
            self._sketches[place] = replace(one, **{name: part[:0]})
        return np.concatenate(parts)

    def _texts(self) -> Callable[[int], str]:
        import numpy as np

        ends = np.cumsum(np.concatenate(self._lengths))
        blob = b"".join(self._blobs)
        self._blobs.clear()

        @lru_cache(1 << 12)
        def text(number: int) -> str:
            begin = int(ends[number - 1]) if number else 0
            return blob[begin : int(ends[number])].decode("utf-8", "surrogatepass")

        return text

    def _candidates(
        self,
        among: "NDArray[np.int64]",
        small: "NDArray[np.uint8]",
        numbers: "NDArray[np.uint32]",
        stopped: Stop,
        told: Callable[[float], None],
    ) -> "NDArray[np.uint64]":
        """Pairs that may be near, as `_packed` has them; ascending."""
        import numpy as np

        kept = np.zeros(0, np.uint64)
        bands = bands_of(self._threshold)
        for band in range(bands):
            if stopped():
                break
            told(_CANDIDATES * band / bands)
            hashes = np.concatenate([one.bands[:, band] for one in self._sketches])[among]
            order = np.argsort(hashes, kind="stable")
            kept = _merged(kept, self._neighbours(order, hashes, None, small, numbers))
            ordered = hashes[order]
            if len(order) > _COMPARED and np.any(ordered[_COMPARED:] == ordered[:-_COMPARED]):
                # Where hundreds share a band, those with the same numbers come side by side too.
                order = np.lexsort((np.arange(len(hashes)), numbers, hashes))
                kept = _merged(kept, self._neighbours(order, hashes, numbers, small, numbers))
        return kept

    def _neighbours(
        self,
        order: "NDArray[np.int64]",
        hashes: "NDArray[np.uint32]",
        within: "NDArray[np.uint32] | None",
        small: "NDArray[np.uint8]",
        numbers: "NDArray[np.uint32]",
    ) -> "Iterator[NDArray[np.uint64]]":
        """The pairs of texts that share a band and stand near each other in `order`."""
        import numpy as np

        ordered = hashes[order]
        inside = None if within is None else within[order]
        for step in range(1, min(_COMPARED, len(order) - 1) + 1):
            same = ordered[step:] == ordered[:-step]
            if inside is not None:
                same &= inside[step:] == inside[:-step]
            places = np.flatnonzero(same)
            if not places.size:
                return
            for start in range(0, len(places), _PAIRS):
                some = places[start : start + _PAIRS]
                one, other = order[some], order[some + step]
                earlier, later = np.minimum(one, other), np.maximum(one, other)
                alike = np.count_nonzero(small[earlier] == small[later], axis=1) / PERMUTATIONS
                estimate = (alike - _SHARE) / (1 - _SHARE)
                needed = self._needed(numbers[earlier], numbers[later])
                spread = np.sqrt(needed * (1 - needed) / PERMUTATIONS)
                maybe = estimate >= needed - _DEVIATIONS * spread
                above = np.clip((estimate - needed)[maybe] * _STEPS + _STEPS / 2, 0, _STEPS - 1)
                yield _packed(later[maybe], earlier[maybe], above.astype(np.uint64))

    def _needed(
        self, one: "NDArray[np.uint32]", other: "NDArray[np.uint32]"
    ) -> "NDArray[np.float64]":
        """How alike two texts must be: more where each has numbers that the other has not."""
        import numpy as np

        swapped = (one != other) & (one > 0) & (other > 0)
        return np.where(swapped, 1 - (1 - self._threshold) * SWAPPED, self._threshold)

    def _likely(
        self,
        block: "NDArray[np.uint64]",
        text: Callable[[int], str],
        numbers: "NDArray[np.uint32]",
    ) -> Iterator[tuple[int, int]]:
        """The pairs of a block that are still likely when their trigrams are counted, hashed."""
        import numpy as np

        later = (block >> np.uint64(36)).astype(np.int64)
        earlier = (block & np.uint64(MOST - 1)).astype(np.int64)
        step = 1 << 13
        for start in range(0, len(block), step):
            ones, others = earlier[start : start + step], later[start : start + step]
            ids, places = np.unique(np.concatenate([ones, others]), return_inverse=True)
            hashes, offsets = _grams([text(int(number)) for number in ids])
            table = np.zeros((len(ids), _BITS), bool)
            lengths = offsets[1:].astype(np.int64) - offsets[:-1].astype(np.int64)
            table[np.repeat(np.arange(len(ids)), lengths), hashes % np.uint64(_BITS)] = True
            packed = np.packbits(table, axis=1).view(np.uint64)
            counts = np.bitwise_count(packed).sum(axis=1, dtype=np.int64)
            one, other = places[: len(ones)], places[len(ones) :]
            common = np.bitwise_count(packed[one] & packed[other]).sum(axis=1, dtype=np.int64)
            share = common / (counts[one] + counts[other] - common)
            maybe = share >= self._needed(numbers[ones], numbers[others]) - _MARGIN
            yield from zip(ones[maybe].tolist(), others[maybe].tolist(), strict=True)


def _packed(
    later: "NDArray[np.int64]", earlier: "NDArray[np.int64]", above: "NDArray[np.uint64]"
) -> "NDArray[np.uint64]":
    """Pairs as numbers that sort by the later text, and then by how likely they are."""
    import numpy as np

    found = later.astype(np.uint64) << np.uint64(36)
    found |= (np.uint64(_STEPS - 1) - above) << np.uint64(28)
    return np.asarray(found | earlier.astype(np.uint64))


def _merged(
    kept: "NDArray[np.uint64]", more: "Iterator[NDArray[np.uint64]]"
) -> "NDArray[np.uint64]":
    """The likeliest pairs of those that are kept and more, which come a few at a time."""
    import numpy as np

    waiting: list[NDArray[np.uint64]] = []
    for pairs in more:
        waiting.append(pairs)
        if sum(map(len, waiting)) > _WAITING:
            kept = _likeliest_of_each(np.unique(np.concatenate([kept, *waiting])))
            waiting.clear()
    if waiting:
        kept = _likeliest_of_each(np.unique(np.concatenate([kept, *waiting])))
    return kept


def _likeliest_of_each(pairs: "NDArray[np.uint64]") -> "NDArray[np.uint64]":
    """Of each later text, the pairs that are likeliest to be near."""
    import numpy as np

    later = pairs >> np.uint64(36)
    keep = np.ones(len(pairs), bool)
    keep[_KEPT:] = later[_KEPT:] != later[:-_KEPT]
    return pairs[keep]


def near_groups(
    texts: Sequence[str],
    threshold: float = NEAR,
    *,
    short: int = SHORT,
    stopped: Stop = lambda: False,
) -> list[int]:
    """For each folded text, the place of the first one of its group.

    Texts that are the same or nearly the same are in one group, and so are two that a chain of
    such texts leads between.
    """
    root = list(range(len(texts)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        root[place] = first.setdefault(text, place)
    distinct = list(first.values())
    near = NearTexts(threshold, short)
    for start in range(0, len(distinct), 10_000):
        near.add([texts[place] for place in distinct[start : start + 10_000]])
    for earlier, later, _ in near.pairs(stopped):
        one, other = sorted((find(distinct[earlier]), find(distinct[later])))
        root[other] = one
    return [find(place) for place in range(len(texts))]
