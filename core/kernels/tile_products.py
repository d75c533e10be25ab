"""Products of tiles a few rows at a time, whose sums stay in vector registers from the first term to the last."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.kernels.registers import (
    FLOAT,
    INDEX,
    LANES,
    add_lanes,
    data,
    load,
    store,
    sums,
    times_plus,
    up_to,
    whole,
    wide,
)

TILE = 64
"""Rows side by side: known when compiling, so that the inner loops are whole vector registers without a rest. At 128 a
step is a twentieth faster, but a layer of 128 no longer fits the first-level cache."""
ACROSS = 2 * LANES
"""Columns of a product at a time: with four rows, as many sums as the registers of smaller processors hold too."""
SQUARE = 4
"""Rows by rows of a correlation at a time: as many products as a vector has lanes."""


def _product_of(rows: int) -> Any:
    """So many rows of ``outputs = begin + W inputs``.

    ``product(weight, at, step, width, inputs, begin, outputs, j)``: ``W[j + r, k] = weight[at + r * step + k]``, and
    ``begin`` is a tile, which may be ``outputs``, or a number a row.
    """

    def product(
        typing_context: Any,
        weight: Any,
        at: Any,
        step: Any,
        width: Any,
        inputs: Any,
        begin: Any,
        outputs: Any,
        j: Any,
    ) -> Any:
        signature = types.void(weight, types.int64, types.int64, types.int64, inputs, begin, outputs, types.int64)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            at, step, width, j = (arguments[number] for number in (1, 2, 3, 7))
            weight, inputs, begin, outputs = (
                data(context, builder, signature.args[number], arguments[number]) for number in (0, 4, 5, 6)
            )
            lines = [builder.gep(weight, [builder.add(at, builder.mul(step, whole(r)))]) for r in range(rows)]
            make: Any = cgutils.alloca_once
            for side in range(0, TILE, ACROSS):
                columns = range(side, side + ACROSS, LANES)
                found = {
                    each: make(builder, ir.VectorType(FLOAT, LANES)) for each in itertools.product(range(rows), columns)
                }
                at_of = {(r, column): _place(builder, j, r, column) for r, column in found}
                for (r, column), total in found.items():
                    if signature.args[5].ndim == 1:
                        first = wide(builder, builder.load(builder.gep(begin, [builder.add(j, whole(r))])))
                    else:
                        first = load(builder, begin, at_of[r, column])
                    builder.store(first, total)
                with cgutils.for_range(builder, width, intp=INDEX) as loop:
                    factors = [wide(builder, builder.load(builder.gep(line, [loop.index]))) for line in lines]
                    taken = {
                        column: load(builder, inputs, _place(builder, loop.index, 0, column)) for column in columns
                    }
                    for (r, column), total in found.items():
                        builder.store(times_plus(builder, factors[r], taken[column], builder.load(total)), total)
                for each, total in found.items():
                    store(builder, builder.load(total), outputs, at_of[each])
            return context.get_dummy_value()

        return signature, generate

    return intrinsic(product)


def _place(builder: Any, row: Any, further: int, column: int) -> Any:
    """Index in a tile of a column of a row so many further on."""
    return builder.add(builder.mul(row, whole(TILE)), whole(further * TILE + column))


def _correlation(
    typing_context: Any,
    change: Any,
    j: Any,
    height: Any,
    inputs: Any,
    k: Any,
    width: Any,
    weight: Any,
    at: Any,
    step: Any,
) -> Any:
    """``correlation(change, j, height, inputs, k, width, weight, at, step)``: a square of ``W += change inputs^T``.

    ``weight[at + r * step + c]`` gains the product of rows ``j + r`` and ``k + c``; what is past the height or the
    width is left out.
    """
    number = types.int64
    signature = types.void(change, number, number, inputs, number, number, weight, number, number)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        j, height, k, width, at, step = (arguments[number] for number in (1, 2, 4, 5, 7, 8))
        change, inputs, weight = (
            data(context, builder, signature.args[number], arguments[number]) for number in (0, 3, 6)
        )
        rows, columns = up_to(builder, j, height, SQUARE), up_to(builder, k, width, SQUARE)
        found: dict[tuple[int, int], Any] = {}
        for first in range(0, TILE, LANES):
            mine = [load(builder, change, _place(builder, row, 0, first)) for row in rows]
            theirs = [load(builder, inputs, _place(builder, column, 0, first)) for column in columns]
            for r, c in itertools.product(range(SQUARE), repeat=2):
                if first:
                    found[r, c] = times_plus(builder, mine[r], theirs[c], found[r, c])
                else:
                    found[r, c] = builder.fmul(mine[r], theirs[c])
        total = sums(builder, list(found.values()))
        for r in range(SQUARE):
            with builder.if_then(builder.icmp_signed("<", builder.add(j, whole(r)), height)):
                line = builder.gep(weight, [builder.add(at, builder.mul(step, whole(r)))])
                lanes = list(range(r * SQUARE, (r + 1) * SQUARE))
                add_lanes(builder, total, lanes, line, builder.sub(width, k))
        return context.get_dummy_value()

    return signature, generate


def _add_totals(typing_context: Any, tile: Any, j: Any, height: Any, weight: Any, at: Any) -> Any:
    """``add_totals(tile, j, height, weight, at)``: ``weight[at + r]`` gains the sum of row ``j + r``; LANES at most."""
    signature = types.void(tile, types.int64, types.int64, weight, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        j, height, at = (arguments[number] for number in (1, 2, 4))
        tile, weight = (data(context, builder, signature.args[number], arguments[number]) for number in (0, 3))
        rows = [
            [load(builder, tile, _place(builder, row, 0, first)) for first in range(0, TILE, LANES)]
            for row in up_to(builder, j, height, LANES)
        ]
        total = sums(builder, [functools.reduce(builder.fadd, row) for row in rows])
        add_lanes(builder, total, list(range(LANES)), builder.gep(weight, [at]), builder.sub(height, j))
        return context.get_dummy_value()

    return signature, generate


def _fill(typing_context: Any, tile: Any, j: Any, value: Any) -> Any:
    """``fill(tile, j, value)``: one float32 in the whole of a row."""
    signature = types.void(tile, types.int64, types.float32)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tile, value = data(context, builder, signature.args[0], arguments[0]), wide(builder, arguments[2])
        for first in range(0, TILE, LANES):
            store(builder, value, tile, _place(builder, arguments[1], 0, first))
        return context.get_dummy_value()

    return signature, generate


four_rows, two_rows, one_row = (_product_of(rows) for rows in (4, 2, 1))
correlation: Any = intrinsic(_correlation)
add_totals: Any = intrinsic(_add_totals)
fill: Any = intrinsic(_fill)
