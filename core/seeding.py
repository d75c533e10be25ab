"""Seeds by purpose: every random choice of a run has a generator of its own, derived from the run's one seed."""

from __future__ import annotations

import zlib

import numpy as np


def key(seed: int, purpose: str, *numbers: int) -> int:
    """A 63-bit number that depends on the seed, the purpose and where in the run it is asked for.

    Negatives, shuffles and dropout are keyed by (epoch, step): nothing has to be replayed when a run is resumed, and
    drawing more for one purpose changes nothing for another.
    """
    entropy = [seed & 0xFFFFFFFFFFFFFFFF, zlib.crc32(purpose.encode()), *numbers]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """A NumPy generator for a purpose."""
    return np.random.default_rng(key(seed, purpose, *numbers))
