"""Seeds by purpose: every random choice of a run has a generator of its own, derived from the run's one seed."""

from __future__ import annotations

import zlib
from itertools import permutations

import numpy as np
import numpy.typing as npt

POOL = 4
"""Words of 32 bits that numpy's SeedSequence mixes."""
HASH_IN, HASH_OUT = (0x43B0D7E5, 0x931E8875), (0x8B51F9DD, 0x58F38DED)
"""First constant of each of its two hashes, and what it is multiplied by from word to word."""
MIX = np.array([0xCA01F9DD, 0x4973F715], np.uint32)
Words = npt.NDArray[np.uint32]


def key(seed: int, purpose: str, *numbers: int) -> int:
    """A 63-bit number that depends on the seed, the purpose and where in the run it is asked for.

    Negatives, shuffles and dropout are keyed by (epoch, step): nothing has to be replayed when a run is resumed, and
    drawing more for one purpose changes nothing for another.
    """
    entropy = [seed & 0xFFFFFFFFFFFFFFFF, zlib.crc32(purpose.encode()), *numbers]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def keys(seed: int, purpose: str, number: int, count: int) -> npt.NDArray[np.uint64]:
    """``key(seed, purpose, number, step)`` of the steps 0 .. count - 1, ``[count]``: 30 µs each by itself, here .2.

    numpy promises that what SeedSequence gives never changes; this is its arithmetic, for all steps at once.
    """
    seed &= 0xFFFFFFFFFFFFFFFF
    high = [seed >> 32] if seed >> 32 else []
    alike = [seed & 0xFFFFFFFF, *high, zlib.crc32(purpose.encode()), number]
    words = [*(np.full(count, each, np.uint32) for each in alike), np.arange(count, dtype=np.uint32)]
    taken = _Hash(*HASH_IN)
    pool = [taken.of(word) for word in words[:POOL]]
    for source, target in permutations(range(POOL), 2):
        pool[target] = _mixed(pool[target], taken.of(pool[source]))
    for word in words[POOL:]:
        pool = [_mixed(each, taken.of(word)) for each in pool]
    given = _Hash(*HASH_OUT)
    low, upper = (given.of(each).astype(np.uint64) for each in pool[:2])
    return (low | upper << np.uint64(32)) >> np.uint64(1)


class _Hash:
    """A hash whose constant is another for each word."""

    def __init__(self, constant: int, factor: int) -> None:
        self.constant, self.factor = constant, factor

    def of(self, words: Words) -> Words:
        """The next hash, of each."""
        words = words ^ np.uint32(self.constant)
        self.constant = self.constant * self.factor & 0xFFFFFFFF
        words = words * np.uint32(self.constant)
        return words ^ words >> np.uint32(16)


def _mixed(words: Words, others: Words) -> Words:
    found: Words = MIX[0] * words - MIX[1] * others
    return found ^ found >> np.uint32(16)


def generator(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """A NumPy generator for a purpose."""
    return np.random.default_rng(key(seed, purpose, *numbers))
