"""Eight bytes of a text at once, as one number."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Bytes = npt.NDArray[np.uint8]

WORD = 8
SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: multiplied by it, what differs anywhere differs in the upper half."""


def _load(typing_context: Any, data: Any, at: Any) -> Any:
    """``load(data, at)``: the bytes ``at`` to ``at + 7`` as a number; nobody checks that there are so many."""
    signature = types.uint64(data, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, arguments[0])
        element = cgutils.get_item_pointer(  # type: ignore[no-untyped-call]
            context, builder, kind, array, [arguments[1]], wraparound=False
        )
        loaded = builder.load(builder.bitcast(element, ir.IntType(64).as_pointer()))
        loaded.align = 1
        return loaded

    return signature, generate


load: Any = intrinsic(_load)


@njit(nogil=True, cache=True, inline="always")
def piece(data: Bytes, at: int, length: int) -> np.uint64:
    """Up to eight bytes from a place on as a number, the same for the same bytes."""
    if at + WORD <= len(data):
        word: np.uint64 = load(data, at)
        return word if length >= WORD else word & ((np.uint64(1) << np.uint64(8 * length)) - np.uint64(1))
    word = np.uint64(0)
    for back in range(min(length, WORD)):
        word |= np.uint64(data[at + back]) << np.uint64(8 * back)
    return word
