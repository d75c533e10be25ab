"""The counter-based streams of core.kernels.streams as torch operations: the same words on any device."""

from __future__ import annotations

import torch
from torch import Tensor

from core.kernels.streams import FIRST_FACTOR, GOLDEN, SECOND_FACTOR, WORD


def signed(value: int) -> int:
    """The int64 with the bits of an unsigned 64-bit word; torch multiplies and adds int64 modulo 2^64."""
    value &= WORD
    return value - (1 << 64) if value >> 63 else value


def shifted(value: Tensor, places: int) -> Tensor:
    """Shift right as an unsigned word."""
    return (value >> places) & ((1 << (64 - places)) - 1)


def mixed(value: Tensor) -> Tensor:
    """SplitMix64's finaliser."""
    value = (value ^ shifted(value, 30)) * signed(FIRST_FACTOR)
    value = (value ^ shifted(value, 27)) * signed(SECOND_FACTOR)
    return value ^ shifted(value, 31)


def streams_of(key: int, rows: Tensor) -> Tensor:
    """State of each row's stream, ``[rows]`` int64."""
    return mixed((rows + 1) * signed(GOLDEN) + signed(key))


def words(streams: Tensor, places: Tensor) -> Tensor:
    """The word at a place of each stream; shapes broadcast."""
    return mixed(streams + (places + 1) * signed(GOLDEN))


def below(bits: Tensor, bound: Tensor) -> Tensor:
    """Numbers of ``0 .. bound - 1``: the high word of the 128-bit product; ``bound`` < 2^62, shapes broadcast."""
    low_half = 0xFFFFFFFF
    high, low = shifted(bits, 32), bits & low_half
    bound_high, bound_low = shifted(bound, 32), bound & low_half
    middle = high * bound_low + shifted(low * bound_low, 32)
    other = low * bound_high + (middle & low_half)
    return high * bound_high + shifted(middle, 32) + shifted(other, 32)


def row_numbers(rows: int, first_row: int, device: torch.device) -> Tensor:
    """Numbers of the rows of a batch, ``[rows]`` int64."""
    return torch.arange(first_row, first_row + rows, device=device)
