"""Events in columns as narrow as their values allow, and back: small on the disk, and unpacked as fast as memory is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.interactions import Events

PIECE = 1 << 18
"""Rows unpacked together, so that what lies in between stays near the processor."""
STEPS = (1_000_000, 1_000)
"""Microseconds that the times of a file are mostly multiples of."""
MOST_WEIGHTS = 256

Facts = dict[str, Any]


def pack(events: Events) -> tuple[dict[str, pa.Table], Facts]:
    """Events as tables, ``rows`` and ``counts`` (events of each user), and what ``unpack`` must know beside them."""
    columns = {"item": events.items.astype(np.min_scalar_type(max(events.n_items - 1, 0)), copy=False)}
    facts: Facts = {"start": 0, "step": 0, "weights": []}
    if events.times is not None:
        columns["time"], facts["start"], facts["step"] = _pack_times(events.times)
    if events.weights is not None:
        columns["weight"], facts["weights"] = _pack_weights(events.weights)
    return {"rows": pa.table(columns), "counts": pa.table({"count": np.diff(events.indptr)})}, facts


def unpack(rows: pa.Table, counts: pa.Table, facts: Facts, n_users: int, n_items: int) -> Events:
    """The very same events, in arrays of their own, writable.

    Raises:
        ValueError: they do not fit together; the message says what.
    """
    numbers, items = _values(counts, "count"), _values(rows, "item")
    if len(numbers) != n_users or (n_users and numbers.min() < 0) or int(numbers.sum()) != len(items):
        raise ValueError("The events of the users do not add up")
    if items.dtype.kind not in "iu" or (len(items) and not (items.min() >= 0 and items.max() < n_items)):
        raise ValueError("An item row is outside of the vocabulary")
    names = set(rows.column_names)
    return Events(
        users=np.repeat(np.arange(n_users, dtype=np.int32), numbers),
        items=items.astype(np.int32),
        times=_unpack_times(_values(rows, "time"), facts["start"], facts["step"]) if "time" in names else None,
        weights=_unpack_weights(_values(rows, "weight"), facts["weights"]) if "weight" in names else None,
        n_users=n_users,
        n_items=n_items,
    )


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


def _unpack_times(packed: npt.NDArray[Any], start: int, step: int) -> npt.NDArray[np.int64]:
    if not step:
        if packed.dtype != np.int64:
            raise ValueError("The times are of another type")
        return packed.copy()
    times = np.empty(len(packed), np.int64)
    for at in range(0, len(packed), PIECE):
        piece = times[at : at + PIECE]
        np.multiply(packed[at : at + PIECE], step, out=piece, casting="unsafe", dtype=np.int64)
        piece += start
    return times


def _pack_weights(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[Any], list[int]]:
    """Few different weights as places in a list of their bits; the weights themselves (an empty list) elsewhere."""
    coded = pa.array(weights.view(np.int32)).dictionary_encode()
    if len(coded.dictionary) > MOST_WEIGHTS:
        return weights, []
    return coded.indices.to_numpy().astype(np.uint8), coded.dictionary.to_pylist()


def _unpack_weights(packed: npt.NDArray[Any], bits: list[int]) -> npt.NDArray[np.float32]:
    if not bits:
        if packed.dtype != np.float32:
            raise ValueError("The weights are of another type")
        return packed.copy()
    if packed.dtype != np.uint8 or (len(packed) and packed.max() >= len(bits)):
        raise ValueError("A weight is outside of its list")
    values = np.asarray(bits, np.int32).view(np.float32)
    weights = np.empty(len(packed), np.float32)
    for at in range(0, len(packed), PIECE):
        np.take(values, packed[at : at + PIECE], out=weights[at : at + PIECE], mode="clip")
    return weights


def _values(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """A column without gaps, as it lies."""
    column = table.column(name)
    if column.null_count:
        raise ValueError(f"The column {name} has gaps")
    if column.num_chunks > 1:
        column = table.select([name]).combine_chunks().column(0)
    values: npt.NDArray[Any] = (
        column.chunk(0).to_numpy() if column.num_chunks else np.empty(0, column.type.to_pandas_dtype())
    )
    return values
