"""Scores and steps of one triple in vector registers: rows are known not to overlap, which the compiler cannot see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.kernels.registers import FLOAT, FREE, INDEX, NUMBER, chosen, piece, times_plus, wide

WIDTHS = (16, 4, 1)
"""Numbers taken at a time: as many as there are of the widest, then of the next."""
Body = Callable[[int, Any], None]


def _row(context: Any, builder: Any, kind: Any, table: Any, row: Any) -> Any:
    array = context.make_array(kind)(context, builder, table)
    return cgutils.get_item_pointer(  # type: ignore[no-untyped-call]
        context, builder, kind, array, [row, ir.Constant(INDEX, 0)], wraparound=False
    )


def _factors(context: Any, builder: Any, lanes: Any, kind: Any, table: Any) -> Any:
    """How many there are: a constant where the type of the lanes says so."""
    if len(lanes):
        return ir.Constant(INDEX, 8 * len(lanes))
    return builder.extract_value(context.make_array(kind)(context, builder, table).shape, 1)


def _through(builder: Any, factors: Any, body: Body) -> None:
    """Call ``body(width, first)`` for pieces that cover all factors."""
    done = ir.Constant(INDEX, 0)
    for width in WIDTHS:
        size = ir.Constant(INDEX, width)
        pieces = builder.udiv(builder.sub(factors, done), size)
        with cgutils.for_range(builder, pieces, intp=INDEX) as loop:
            body(width, builder.add(done, builder.mul(loop.index, size)))
        done = builder.add(done, builder.mul(pieces, size))


def _sum(builder: Any, vector: Any) -> Any:
    """Sum of the lanes, halves onto halves."""
    width = vector.type.count
    while width > 1:
        width //= 2
        low, high = (chosen(builder, vector, vector, list(range(start, start + width))) for start in (0, width))
        vector = builder.fadd(low, high)
    return builder.extract_element(vector, ir.Constant(NUMBER, 0))


class _Sum:
    """A dot product on its way: an accumulator for each width."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder
        kinds = {width: ir.VectorType(FLOAT, width) for width in WIDTHS}
        make: Any = cgutils.alloca_once
        self.places = {width: make(builder, kind) for width, kind in kinds.items()}
        for width, kind in kinds.items():
            builder.store(ir.Constant(kind, [0.0] * width), self.places[width])

    def add(self, width: int, a: Any, b: Any) -> None:
        place = self.places[width]
        self.builder.store(times_plus(self.builder, a, b, self.builder.load(place)), place)

    def total(self) -> Any:
        first, *others = (_sum(self.builder, self.builder.load(self.places[width])) for width in WIDTHS)
        for other in others:
            first = self.builder.fadd(first, other)
        return first


def _gap(typing_context: Any, lanes: Any, users: Any, items: Any, user: Any, item: Any, negative: Any) -> Any:
    """``gap(lanes, users, items, user, item, negative)``: u · (i − j), float32."""
    signature = types.float32(lanes, users, items, types.uint64, types.uint64, types.uint64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, users, items = signature.args[:3]
        factors = _factors(context, builder, lanes, users, arguments[1])
        rows = [_row(context, builder, users, arguments[1], arguments[3])]
        rows += [_row(context, builder, items, arguments[2], at) for at in arguments[4:]]
        found = _Sum(builder)

        def body(width: int, first: Any) -> None:
            u, i, j = (builder.load(piece(builder, row, first, width), align=4) for row in rows)
            found.add(width, u, builder.fsub(i, j))

        _through(builder, factors, body)
        return found.total()

    return signature, generate


def _scores(typing_context: Any, lanes: Any, users: Any, items: Any, user: Any, item: Any, negative: Any) -> Any:
    """``scores(lanes, users, items, user, item, negative)``: u · i and u · j, float32."""
    kind: Any = types.UniTuple(types.float32, 2)  # type: ignore[no-untyped-call]
    signature = kind(lanes, users, items, types.uint64, types.uint64, types.uint64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, users, items = signature.args[:3]
        factors = _factors(context, builder, lanes, users, arguments[1])
        rows = [_row(context, builder, users, arguments[1], arguments[3])]
        rows += [_row(context, builder, items, arguments[2], at) for at in arguments[4:]]
        high, low = _Sum(builder), _Sum(builder)

        def body(width: int, first: Any) -> None:
            u, i, j = (builder.load(piece(builder, row, first, width), align=4) for row in rows)
            high.add(width, u, i)
            low.add(width, u, j)

        _through(builder, factors, body)
        return context.make_tuple(builder, kind, (high.total(), low.total()))

    return signature, generate


def _step(
    typing_context: Any,
    lanes: Any,
    users: Any,
    items: Any,
    user: Any,
    item: Any,
    negative: Any,
    up: Any,
    down: Any,
    keep: Any,
) -> Any:
    """``step(lanes, users, items, user, item, negative, up, down, keep)``: move the rows of a triple.

    u becomes keep u + (up i − down j), i keep i + up u, j keep j − down u. The item and the negative differ.
    """
    number = types.float32
    signature = types.void(lanes, users, items, types.uint64, types.uint64, types.uint64, number, number, number)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, users, items = signature.args[:3]
        factors = _factors(context, builder, lanes, users, arguments[1])
        rows = [_row(context, builder, users, arguments[1], arguments[3])]
        rows += [_row(context, builder, items, arguments[2], at) for at in arguments[4:6]]
        up, down, keep = arguments[6:]
        fall = builder.fneg(down)

        def body(width: int, first: Any) -> None:
            places = [piece(builder, row, first, width) for row in rows]
            u, i, j = (builder.load(place, align=4) for place in places)
            rise, sink, kept = (wide(builder, each, width) for each in (up, fall, keep))
            pull = times_plus(builder, rise, i, builder.fmul(sink, j, flags=FREE))
            moved = (
                times_plus(builder, kept, u, pull),
                times_plus(builder, kept, i, builder.fmul(rise, u, flags=FREE)),
                times_plus(builder, kept, j, builder.fmul(sink, u, flags=FREE)),
            )
            for place, value in zip(places, moved, strict=True):
                builder.store(value, place, align=4)

        _through(builder, factors, body)
        return context.get_dummy_value()

    return signature, generate


gap: Any = intrinsic(_gap)
scores: Any = intrinsic(_scores)
step: Any = intrinsic(_step)
