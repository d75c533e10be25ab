"""Words for writing kernels in vector registers: loads, stores, lanes spread, summed and turned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

LANES = 16
"""Numbers of a vector; a processor whose registers are shorter takes several for one."""
FREE = ("contract",)
"""A product and a sum may be rounded once instead of twice."""

FLOAT, INDEX, NUMBER = ir.FloatType(), ir.IntType(64), ir.IntType(32)


def whole(value: int) -> Any:
    """A number that is known when compiling, as an index."""
    return ir.Constant(INDEX, value)


def data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """Pointer to the first number of an array without gaps."""
    assert kind.layout == "C"
    return context.make_array(kind)(context, builder, array).data


def piece(builder: Any, start: Any, first: Any, width: int = LANES) -> Any:
    """Pointer to so many numbers as a vector, ``first`` after another pointer."""
    return builder.bitcast(builder.gep(start, [first]), ir.VectorType(FLOAT, width).as_pointer())


def load(builder: Any, start: Any, first: Any, width: int = LANES) -> Any:
    """The numbers at a ``piece``."""
    return builder.load(piece(builder, start, first, width), align=4)


def store(builder: Any, value: Any, start: Any, first: Any) -> None:
    """Write a vector to a ``piece``."""
    builder.store(value, piece(builder, start, first, value.type.count), align=4)


def wide(builder: Any, number: Any, width: int = LANES) -> Any:
    """The number in every lane."""
    alone = builder.insert_element(
        ir.Constant(ir.VectorType(FLOAT, width), ir.Undefined), number, ir.Constant(NUMBER, 0)
    )
    return chosen(builder, alone, alone, [0] * width)


def chosen(builder: Any, a: Any, b: Any, lanes: list[int]) -> Any:
    """Lanes of two vectors; those of the second are counted on from those of the first."""
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(NUMBER, len(lanes)), lanes))


def times_plus(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c."""
    return builder.fadd(builder.fmul(a, b, flags=FREE), c, flags=FREE)


def add_lanes(builder: Any, found: Any, lanes: list[int], start: Any, left: Any) -> None:
    """Add lanes of a vector to the numbers at a pointer, but to no more than are left there."""
    with builder.if_else(builder.icmp_signed("<=", whole(len(lanes)), left)) as (all_of_them, some):
        with all_of_them:
            added = builder.fadd(load(builder, start, whole(0), len(lanes)), chosen(builder, found, found, lanes))
            store(builder, added, start, whole(0))
        with some:
            for number, lane in enumerate(lanes[:-1]):
                with builder.if_then(builder.icmp_signed("<", whole(number), left)):
                    place = builder.gep(start, [whole(number)])
                    one = builder.extract_element(found, ir.Constant(NUMBER, lane))
                    builder.store(builder.fadd(builder.load(place), one), place)


def up_to(builder: Any, first: Any, end: Any, count: int) -> list[Any]:
    """So many indices from one on; the last one before the end again in place of those past it."""
    last = builder.sub(end, whole(1))
    some = [builder.add(first, whole(number)) for number in range(count)]
    return [builder.select(builder.icmp_signed("<", each, last), each, last) for each in some]


def turned(builder: Any, rows: list[Any]) -> list[Any]:
    """Columns of the square whose rows are LANES vectors: halves change places, then quarters, down to single lanes."""
    rows = list(rows)
    size = LANES // 2
    while size:
        low = [lane if not lane & size else LANES + lane - size for lane in range(LANES)]
        high = [lane + size if not lane & size else LANES + lane for lane in range(LANES)]
        for number in range(LANES):
            if not number & size:
                a, b = rows[number], rows[number + size]
                rows[number], rows[number + size] = (chosen(builder, a, b, lanes) for lanes in (low, high))
        size //= 2
    return rows


def sums(builder: Any, vectors: list[Any]) -> Any:
    """A vector of the sums of LANES vectors: two at a time become one, with half as many lanes of each."""
    placed = [vectors[_ORDER.index(number)] for number in range(LANES)]
    return _folded(placed, builder.fadd, lambda a, b, lanes: chosen(builder, a, b, lanes))


def _folded(some: list[Any], add: Callable[[Any, Any], Any], choose: Callable[[Any, Any, list[int]], Any]) -> Any:
    size = LANES // 2
    while size:
        even, odd = (_every_second(size, odd) for odd in (False, True))
        some = [add(choose(a, b, even), choose(a, b, odd)) for a, b in zip(some[::2], some[1::2], strict=True)]
        size //= 2
    return some[0]


def _every_second(size: int, odd: bool) -> list[int]:
    """Every second piece of two vectors; lanes stay within their 128 bits where they can, which is quicker."""
    span = LANES if size >= 4 else 4
    return [
        vector * LANES + first + lane
        for first in range(0, LANES, span)
        for vector in (0, 1)
        for lane in range(span)
        if (lane // size % 2 == 1) == odd
    ]


_ORDER: list[int] = _folded(
    [[number] * LANES for number in range(LANES)],
    lambda a, _: a,
    lambda a, b, lanes: [(a + b)[lane] for lane in lanes],
)
"""Of which vector each lane of ``_folded`` is the sum."""
