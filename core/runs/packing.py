"""Events in columns as narrow as their values allow, and back: small on the disk, and unpacked as fast as memory is."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.interactions import Events

PIECE = 1 << 18
"""Rows in one batch, so that what lies in between stays near the processor."""
USERS = 1 << 12
LARGE = 1 << 22
KINDS: dict[pa.DataType, npt.DTypeLike] = {
    pa.uint8(): np.uint8,
    pa.uint16(): np.uint16,
    pa.uint32(): np.uint32,
    pa.int32(): np.int32,
    pa.int64(): np.int64,
    pa.float32(): np.float32,
}
STEPS = (1_000_000, 1_000)
"""Microseconds that the times of a file are mostly multiples of."""
MOST_WEIGHTS = 256

Facts = dict[str, Any]


def pack(events: Events) -> tuple[dict[str, pa.Table], Facts]:
    """Events as tables, ``rows`` and ``counts`` (events of each user), and what ``unpack`` must know beside them."""
    columns = {"item": events.items.astype(np.min_scalar_type(max(events.n_items - 1, 0)), copy=False)}
    facts: Facts = {"times": events.times is not None, "start": 0, "step": 0}
    facts |= {"weighted": events.weights is not None, "weights": []}
    if events.times is not None:
        columns["time"], facts["start"], facts["step"] = _pack_times(events.times)
    if events.weights is not None:
        columns["weight"], facts["weights"] = _pack_weights(events.weights)
    return {"rows": pa.table(columns), "counts": pa.table({"count": np.diff(events.indptr)})}, facts


def unpack(batches: Iterable[pa.RecordBatch], counts: pa.Table, facts: Facts, n_users: int, n_items: int) -> Events:
    """The very same events, in arrays of their own, writable.

    Args:
        batches: the table ``rows`` piece by piece.

    Raises:
        ValueError: they do not fit together; the message says what.
    """
    numbers = np.concatenate([_values(each, "count") for each in counts.to_batches()] or [np.zeros(0, np.int64)])
    if len(numbers) != n_users or (n_users and numbers.min() < 0):
        raise ValueError("The events of the users do not add up")
    rows, done = int(numbers.sum()), 0
    items = room(rows, np.int32)
    times = room(rows, np.int64) if facts["times"] else None
    weights = room(rows, np.float32) if facts["weighted"] else None
    values = np.asarray(facts["weights"], np.int32).view(np.float32)
    for batch in batches:
        at, done = done, done + len(batch)
        if done > rows:
            break
        found = _values(batch, "item")
        if found.dtype.kind not in "iu" or (len(found) and not (found.min() >= 0 and found.max() < n_items)):
            raise ValueError("An item row is outside of the vocabulary")
        items[at:done] = found
        if times is not None:
            _unpack_times(_values(batch, "time"), facts["start"], facts["step"], times[at:done])
        if weights is not None:
            _unpack_weights(_values(batch, "weight"), values, weights[at:done])
    if done != rows:
        raise ValueError("The events of the users do not add up")
    return Events(_owners(numbers, rows), items, times, weights, n_users, n_items)


def room(rows: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array that is still to be filled.

    numpy asks for pages of 2 MB where the system has them. Right after much was read from the disk they have to be put
    together first: 400 MB took .5 to 1 s of the system's time in place of .35 s.
    """
    size = rows * np.dtype(kind).itemsize
    return np.frombuffer(mmap.mmap(-1, size), kind) if size >= LARGE else np.empty(rows, kind)


def _owners(numbers: npt.NDArray[np.int64], rows: int) -> npt.NDArray[np.int32]:
    """Each user as often as it has events."""
    owners, done = room(rows, np.int32), 0
    for first in range(0, len(numbers), USERS):
        some = numbers[first : first + USERS]
        at, done = done, done + int(some.sum())
        owners[at:done] = np.repeat(np.arange(first, first + len(some), dtype=np.int32), some)
    return owners


def _pack_times(times: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], int, int]:
    """Steps of seconds or milliseconds since the first one in 32 bits; the times themselves (step 0) elsewhere."""
    start = int(times.min()) if len(times) else 0
    reach = int(times.max()) - start if len(times) else 0
    for step in (*STEPS, 1):
        if reach // step < 1 << 32 and reach < 1 << 63:
            since = times - start
            if step == 1 or not (since % step).any():
                return (since // step).astype(np.uint32), start, step
    return times, 0, 0


def _unpack_times(packed: npt.NDArray[Any], start: int, step: int, times: npt.NDArray[np.int64]) -> None:
    if packed.dtype != (np.uint32 if step else np.int64):
        raise ValueError("The times are of another type")
    if not step:
        times[:] = packed
        return
    np.multiply(packed, step, out=times, dtype=np.int64)
    times += start


def _pack_weights(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[Any], list[int]]:
    """Few different weights as places in a list of their bits; the weights themselves (an empty list) elsewhere."""
    coded = pa.array(weights.view(np.int32)).dictionary_encode()
    if len(coded.dictionary) > MOST_WEIGHTS:
        return weights, []
    return coded.indices.to_numpy().astype(np.uint8), coded.dictionary.to_pylist()


def _unpack_weights(
    packed: npt.NDArray[Any], values: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]
) -> None:
    if packed.dtype != (np.uint8 if len(values) else np.float32):
        raise ValueError("The weights are of another type")
    if not len(values):
        weights[:] = packed
    elif len(packed) and packed.max() >= len(values):
        raise ValueError("A weight is outside of its list")
    else:
        np.take(values, packed, out=weights, mode="clip")


def _values(batch: pa.RecordBatch, name: str) -> npt.NDArray[Any]:
    """A column without gaps, as it lies."""
    column = batch.column(name)
    if column.null_count or column.type not in KINDS:
        raise ValueError(f"The column {name} has gaps, or is of another type")
    # to_numpy() would load pandas
    values = np.frombuffer(column.buffers()[1], KINDS[column.type]) if len(column) else np.zeros(0, KINDS[column.type])
    return values[column.offset : column.offset + len(column)]
