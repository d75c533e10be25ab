"""Small raw rows made by hand, as reading would hand them over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from core.data.interactions import Clock
from core.data.raw import RawCandidates, RawRows
from core.data.rejects import Rejects


def encoded(ids: Sequence[str]) -> pa.DictionaryArray:
    return pa.array(list(ids), pa.large_string()).dictionary_encode()


def raw_rows(
    users: Sequence[str],
    items: Sequence[str],
    times: Sequence[int] | None = None,
    ratings: Sequence[float] | None = None,
    *,
    ordered: bool = True,
    clock: Clock | None = None,
    catalogue: pd.DataFrame | None = None,
) -> RawRows:
    return RawRows(
        users=encoded(users),
        items=encoded(items),
        times=None if times is None else np.array(times, np.int64),
        ratings=None if ratings is None else np.array(ratings, np.float64),
        clock=clock or ("file" if times is None else "utc"),
        ordered=ordered,
        catalogue=catalogue,
        rejects=Rejects(),
        source={"name": "small.csv", "format": "delimited"},
    )


def raw_candidates(lists: Sequence[tuple[str, Sequence[str]]], held_out: Sequence[str] | None = None) -> RawCandidates:
    sizes = [len(items) for _, items in lists]
    return RawCandidates(
        key="user" if held_out is None else "pair",
        users=pa.array([user for user, _ in lists], pa.large_string()),
        held_out=None if held_out is None else pa.array(list(held_out), pa.large_string()),
        indptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        items=encoded([item for _, items in lists for item in items]),
        rejects=Rejects(),
        source={"name": "lists.txt"},
    )
