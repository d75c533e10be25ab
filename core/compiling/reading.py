"""Read tiny files of each kind, keep them, open what was kept, divide in each way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from core.compiling.tiny import rows, tiny_split, write_ratings
from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits import SPLITS
from core.splits.prepare import divide_loaded, load

SPLIT_IN = ("leave-last-out", "time", "random")


def read_tiny_files(folder: Path) -> None:
    """Do it; nothing is left but what was compiled."""
    plain = write_ratings(folder / "plain.csv")
    words = folder / "words.csv"
    lines = (f"u{user},i{item},{rating},{second}" for user, item, rating, second in rows())
    words.write_text("user,item,rating,timestamp\n" + "\n".join(lines) + "\n", "utf-8")
    no_times = folder / "pairs.csv"
    no_times.write_text("user,item\n" + "".join(f"{user},{item}\n" for user, item, _, _ in rows()), "utf-8")
    objects = folder / "objects.jsonl"
    objects.write_text("".join(line + "\n" for line in json_lines()), "utf-8")
    store = Datasets(Workspace(folder / "workspace"), smallest=0)
    for source in (plain, words, objects, no_times):
        for windows in (False, True):
            for _ in range(2):
                loaded = load_kept(store, DataPlan(source=str(source)), windows=windows)
            for split in SPLIT_IN if source is not no_times else ("random",):
                divide_loaded(loaded, split, SPLITS[split].settings())
    for repeats in ("last", "sum"):
        load(DataPlan(source=str(plain), repeats=repeats))
    tiny_split(folder, minimum_user_interactions=2, minimum_item_interactions=2, rating_threshold=2.0)


def json_lines() -> Iterator[str]:
    """An object a line."""
    for user, item, rating, second in rows():
        yield json.dumps({"user_id": f"u{user}", "item_id": item, "rating": rating, "timestamp": second})
