"""The interactions that a benchmark runs on: a source, or made up in any number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.benching.options import Options
from core.data.plan import DataPlan
from core.splits import SPLITS
from core.splits.prepare import prepare
from core.splits.split import Split

CLUSTERS = 60
OWN = 4
"""Clusters that a made-up user likes."""
GLOBAL = 0.25
"""Share of a made-up user's events that follow the popularity of all."""
ROWS_PER_USER = 144
ROWS_PER_ITEM = 748
FEWEST_ITEMS = 1000


def split_of(options: Options, folder: Path, windows: bool = False) -> Split:
    """The last event of each user held out for testing, nothing for validation."""
    source = options.data
    if options.rows:
        source = str(folder / "made-up.csv")
        write_csv(Path(source), options.rows, shape=shape_of(options))
    data = DataPlan(source=source, validation="none")
    return prepare(data, "leave-last-out", SPLITS["leave-last-out"].settings(), windows=windows).split


def shape_of(options: Options) -> tuple[int, int]:
    """Made-up users and items: those asked for, else as many as suit the rows."""
    rows = options.rows
    n_items = max(rows // ROWS_PER_ITEM, min(rows // 20, FEWEST_ITEMS))
    return options.users or max(rows // ROWS_PER_USER, 2), options.items or n_items


def about(split: Split) -> dict[str, str]:
    """What the data is, for the report."""
    return {
        "data": str(split.interactions.source.get("name", "")),
        "users": f"{split.train.n_users:,}",
        "items": f"{split.train.n_items:,}",
        "training events": f"{len(split.train):,}",
    }


def made_up(
    rows: int, seed: int = 1, shape: tuple[int, int] | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Users, items and times in seconds: long-tailed, clustered, without structure in time.

    About 144 events a user (log-normal) and 748 an item, as in MovieLens 20M; more items than that in small sets. A
    quarter of the events follows the popularity of all items (Zipf), the rest that of the user's clusters.

    Args:
        shape: users and items in place of those.

    Returns:
        Three arrays ``[rows]``, in no order.
    """
    random = np.random.default_rng(seed)
    n_users, n_items = shape or shape_of(Options(rows=rows))
    weights = random.lognormal(0, 1.1, n_users)
    users = np.repeat(np.arange(n_users), random.multinomial(rows, weights / weights.sum()))
    popularity = 1 / (np.arange(n_items) + 10)
    edges = np.cumsum(popularity / popularity.sum())
    wide = np.minimum(np.searchsorted(edges, random.random(rows)), n_items - 1)
    liked = random.integers(0, CLUSTERS, (n_users, OWN))[users, random.integers(0, OWN, rows)]
    # a cluster holds every CLUSTERS-th item, so each has popular and rare ones
    narrow = np.minimum((wide // CLUSTERS) * CLUSTERS + liked, n_items - 1)
    items = np.where(random.random(rows) < GLOBAL, wide, narrow)
    times = random.integers(1_000_000_000, 1_500_000_000, rows)
    order = random.permutation(rows)
    return users[order], items[order], times[order]


def write_csv(path: Path, rows: int, seed: int = 1, shape: tuple[int, int] | None = None) -> None:
    """Made-up interactions as ``user,item,rating,timestamp``."""
    import pyarrow as pa
    import pyarrow.csv

    users, items, times = made_up(rows, seed, shape)
    ratings = np.random.default_rng(seed + 1).integers(1, 11, rows) / 2
    table = pa.table({"user": users, "item": items, "rating": ratings, "timestamp": times})
    pyarrow.csv.write_csv(table, path)
