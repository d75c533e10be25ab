"""Counter-based random numbers: every draw is a pure function of a key, a row and its place in the row."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy import uint64

GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: the step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
FIRST_FACTOR = 0xBF58476D1CE4E5B9
SECOND_FACTOR = 0x94D049BB133111EB
"""Multipliers of the finalising mix (Stafford's variant 13, the one that SplitMix64 uses)."""
WORD = (1 << 64) - 1

_STEP = np.uint64(GOLDEN)
_FIRST = np.uint64(FIRST_FACTOR)
_SECOND = np.uint64(SECOND_FACTOR)
_LOW = np.uint64(0xFFFFFFFF)


@njit(nogil=True, cache=True, forceinline=True)
def mixed(value: uint64) -> uint64:
    """SplitMix64's finaliser: a bijection of 64-bit words whose output bits all depend on all input bits."""
    value = uint64(value)
    value = (value ^ (value >> uint64(30))) * _FIRST
    value = (value ^ (value >> uint64(27))) * _SECOND
    return value ^ (value >> uint64(31))


@njit(nogil=True, cache=True, forceinline=True)
def stream_of(key: uint64, row: uint64) -> uint64:
    """State of the row's own SplitMix64 stream."""
    return mixed(uint64(key) + (uint64(row) + uint64(1)) * _STEP)


@njit(nogil=True, cache=True, forceinline=True)
def word(stream: uint64, place: uint64) -> uint64:
    """The 64-bit word at a place (0, 1, ...) of a stream."""
    return mixed(uint64(stream) + (uint64(place) + uint64(1)) * _STEP)


@njit(nogil=True, cache=True, forceinline=True)
def below(bits: uint64, bound: uint64) -> uint64:
    """A number of ``0 .. bound - 1`` from a random word, ``bound`` < 2^32: the high half of the 96-bit product.

    No number is likelier than another by more than bound / 2^64.
    """
    bound = uint64(bound)
    return ((bits >> uint64(32)) * bound + (((bits & _LOW) * bound) >> uint64(32))) >> uint64(32)


@njit(nogil=True, cache=True, forceinline=True)
def below_wide(bits: uint64, bound: uint64) -> uint64:
    """As ``below`` for any bound: the high word of the 128-bit product."""
    bound = uint64(bound)
    high, low = bits >> uint64(32), bits & _LOW
    bound_high, bound_low = bound >> uint64(32), bound & _LOW
    middle = high * bound_low + ((low * bound_low) >> uint64(32))
    other = low * bound_high + (middle & _LOW)
    return high * bound_high + (middle >> uint64(32)) + (other >> uint64(32))


def mixed_reference(value: int) -> int:
    """``mixed`` in Python's integers."""
    value = ((value ^ (value >> 30)) * FIRST_FACTOR) & WORD
    value = ((value ^ (value >> 27)) * SECOND_FACTOR) & WORD
    return value ^ (value >> 31)


def word_reference(key: int, row: int, place: int) -> int:
    """``word(stream_of(key, row), place)`` in Python's integers."""
    stream = mixed_reference((key + (row + 1) * GOLDEN) & WORD)
    return mixed_reference((stream + (place + 1) * GOLDEN) & WORD)


def below_reference(bits: int, bound: int) -> int:
    """``below`` and ``below_wide`` in Python's integers."""
    return (bits * bound) >> 64
