"""One numbering for the ids of several files: texts in order of first appearance, and the code of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.data.id_gathering import distinct_texts
from core.data.twins import all_plain, canonical_ids
from core.data.vocabulary import Vocabulary

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Numbering:
    """Ids of several columns under one numbering.

    Attributes:
        ids: distinct texts, ``[codes]`` large_string, in order of first appearance over the columns as given.
        columns: the code of each row, one array ``[rows]`` int32 a column; never written to.
        twins: how many ids differ from another one only in spaces around them or in Unicode composition.
    """

    ids: pa.Array
    columns: tuple[Codes, ...]
    twins: int


def number(columns: Sequence[pa.DictionaryArray], merge_twins: bool = False) -> Numbering:
    """Number the ids of dictionary-encoded columns together.

    Args:
        columns: without nulls, each dictionary distinct and in order of first appearance; earlier columns are numbered
            first.
        merge_twins: give twins one number; their id is then the trimmed text in composed form (NFC).
    """
    parts = [column.dictionary.cast(pa.large_string()) for column in columns]
    # of one it would make a copy
    texts = pa.concat_arrays(parts) if len(parts) > 1 else parts[0]
    # the ids of one column are distinct as they are: with 20 million of them a look at each is what takes the time
    distinct = distinct_texts(texts) if len(columns) > 1 else (np.arange(len(texts), dtype=np.int32), texts)
    merged = distinct if all_plain(texts) else distinct_texts(canonical(texts))
    mapping, ids = merged if merge_twins else distinct
    codes, start = [], 0
    for column in columns:
        end = start + len(column.dictionary)
        codes.append(_recoded(column.indices.to_numpy(zero_copy_only=False), mapping[start:end]))
        start = end
    return Numbering(ids, tuple(codes), len(distinct[1]) - len(merged[1]))


def canonical(texts: pa.Array) -> pa.Array:
    """The texts without spaces around them and in composed form (NFC); one of nothing but spaces stays what it is."""
    plain = canonical_ids(texts)
    return pc.if_else(pc.equal(plain, ""), texts, plain)


def rows_of(vocabulary: Vocabulary, ids: pa.Array, merge_twins: bool = False) -> Codes:
    """Rows of many ids, plain or dictionary-encoded, -1 where unknown, ``[ids]``."""
    texts = (ids.dictionary if isinstance(ids, pa.DictionaryArray) else ids).cast(pa.large_string())
    if merge_twins:
        texts = canonical(texts)
    found = pc.index_in(texts, value_set=vocabulary.ids.cast(pa.large_string()))
    rows: Codes = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return rows[ids.indices.to_numpy(zero_copy_only=False)] if isinstance(ids, pa.DictionaryArray) else rows


def _recoded(codes: Codes, mapping: Codes) -> Codes:
    if np.array_equal(mapping, np.arange(len(mapping), dtype=mapping.dtype)):
        return codes
    return mapping[codes]
