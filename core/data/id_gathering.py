"""A column of ids, block by block, under one dictionary, also when nearly every row has an id of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.giving_back import give_memory_back

FEW = 2_000_000
BUCKETS = 64
KIND = pa.dictionary(pa.int32(), pa.large_string())

Codes = npt.NDArray[np.int32]


class IdGatherer:
    """Takes one column of ids block by block and gives it one dictionary.

    Args:
        few: up to so many entries in the dictionaries of all blocks are unified at once.
    """

    def __init__(self, few: int = FEW) -> None:
        self._few = few
        self._codes: list[Codes] = []
        self._ids: list[pa.Array] = []

    def add(self, column: pa.DictionaryArray) -> None:
        """Add rows without nulls."""
        self._codes.append(column.indices.to_numpy())
        self._ids.append(column.dictionary)

    def finish(self) -> pa.DictionaryArray:
        """All rows under distinct ids in the order of first appearance."""
        if not self._codes:
            return pa.array([], KIND)
        ids = self._ids[0] if len(self._ids) == 1 else None
        if ids is not None:
            return pa.DictionaryArray.from_arrays(pa.array(self._codes[0]), ids.cast(pa.large_string()))
        starts = np.cumsum([0, *map(len, self._ids)])
        # the texts of all blocks together can be longer than 32-bit offsets reach
        every = pa.concat_arrays([self._ids.pop(0).cast(pa.large_string()) for _ in range(len(self._ids))])
        many = len(every) > self._few
        if many:
            # what blocks had in pieces
            give_memory_back()
        places, distinct = distinct_texts(every, self._few)
        del every
        rows = sum(map(len, self._codes))
        codes = np.empty(rows, np.int32)
        at = 0
        for part, start in zip(self._codes, starts[:-1].tolist(), strict=True):
            codes[at : at + len(part)] = places[start:][part]
            at += len(part)
        self._codes.clear()
        if many:
            give_memory_back()
        return pa.DictionaryArray.from_arrays(pa.array(codes), distinct)


def distinct_texts(texts: pa.Array, few: int = FEW) -> tuple[Codes, pa.Array]:
    """The code of each text and the distinct texts, in the order of first appearance.

    Args:
        texts: large_string without nulls.
        few: more than these are looked at in BUCKETS parts; one table of 20 million texts takes 3 GB, 64 small ones
            100 MB.
    """
    if len(texts) <= few:
        coded = texts.dictionary_encode()
        return coded.indices.to_numpy(), coded.dictionary
    first = _first_rows(texts)
    new = first == np.arange(len(texts), dtype=np.int32)
    codes = np.cumsum(new, dtype=np.int32)
    codes -= 1
    if new.all():
        return codes, texts
    return codes[first], texts.filter(pa.array(new))


def _first_rows(texts: pa.Array) -> Codes:
    """The first row with the same text as each row."""
    order, bounds = _parted(texts, BUCKETS)
    first = np.empty(len(texts), np.int32)
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        rows = order[start:end]
        coded = texts.take(pa.array(rows)).dictionary_encode()
        inside = coded.indices.to_numpy()
        earliest = np.empty(len(coded.dictionary), np.int32)
        # backwards, so that the first appearance is what stays
        earliest[inside[::-1]] = rows[::-1]
        first[rows] = earliest[inside]
    return first


def _parted(texts: pa.Array, buckets: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows in the order of their bucket, file order within, and where each bucket begins."""
    offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    ends, lengths = offsets[1:], np.diff(offsets)
    bucket = lengths.astype(np.uint8)
    for back, weight in ((1, 7), (2, 31), (3, 101)):
        # the last characters of numbered ids vary most
        bucket += data[np.maximum(ends - back, 0)] * np.uint8(weight) * (lengths >= back)
    bucket %= buckets
    order = np.argsort(bucket, kind="stable")
    return order, np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=buckets))])
