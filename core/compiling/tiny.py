"""Data of a few hundred rows, made up: enough for every step of reading, dividing, training and ranking to be taken."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.data.plan import DataPlan
from core.splits import SPLITS
from core.splits.prepare import divide_loaded, load
from core.splits.split import Split

USERS, ITEMS, EACH = 24, 40, 12


def rows() -> Iterable[tuple[int, int, int, int]]:
    """User, item, rating and second, in no order; a few users meet an item twice."""
    for at in range(EACH):
        for user in range(USERS):
            item = (user * 7 + at * at * 3 + (0 if at < EACH - 1 else 1)) % ITEMS
            yield user + 1, item + 1, 1 + (user + at) % 5, 1_500_000_000 + (at * 37 + user * 11) % 97 * 3_600


def write_ratings(path: Path) -> Path:
    """A file of all rows with a line of names."""
    lines = (",".join(map(str, row)) for row in rows())
    path.write_text("user,item,rating,timestamp\n" + "\n".join(lines) + "\n", "utf-8")
    return path


def tiny_split(folder: Path, *, windows: bool = False, split: str = "leave-last-out", **plan: Any) -> Split:
    """The tiny data read from a file and divided."""
    loaded = load(DataPlan(source=str(write_ratings(folder / "ratings.csv")), **plan), windows=windows)
    return divide_loaded(loaded, split, SPLITS[split].settings())
