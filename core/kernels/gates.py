"""Wait for another thread without giving up the processor: a handover costs less than a microsecond."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy import uint64

APART = 16
"""Places between two counters, so that no two threads write to the same pair of cache lines."""
SPINS = 100_000
"""Looks at a counter before the processor is left to others; some 50 microseconds."""


def _latest(typing_context: Any, counters: Any, place: Any) -> Any:
    """``latest(counters, place)``: the number as other threads have written it, and with it all they wrote before."""
    signature = types.int64(counters, types.uint64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, arguments[0])
        element = cgutils.get_item_pointer(  # type: ignore[no-untyped-call]
            context, builder, kind, array, [arguments[1]], wraparound=False
        )
        return builder.load_atomic(builder.bitcast(element, ir.IntType(64).as_pointer()), "acquire", 8)

    return signature, generate


latest: Any = intrinsic(_latest)


@njit(nogil=True, cache=True)
def reached(counters: npt.NDArray[np.int64], place: int, goal: int, spins: int) -> bool:
    """Whether the counter is at ``goal`` or past it, or comes there within so many looks."""
    left = spins
    while left > 0 and latest(counters, uint64(place)) < goal:
        left -= 1
    return left > 0
