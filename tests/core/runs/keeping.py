"""Sources to be kept, and what was kept compared with what was read."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pandas as pd

from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import Datasets
from core.splits.loaded import Loaded
from tests.core.data.files import put


def csv_text(rows: int = 300, seed: int = 1) -> str:
    chosen = random.Random(seed)
    lines = [
        f"u{chosen.randrange(20):03d},i{chosen.randrange(40):03d},{chosen.randrange(1, 11) / 2},{1_000_000_000 + at}"
        for at in range(rows)
    ]
    return "\n".join(["user,item,rating,timestamp", *lines, ",i1,3,5", "u1,i1,much,7", ""])


def entries(store: Datasets) -> list[Path]:
    return sorted(each for each in store.folder.iterdir() if len(each.name) == 64)


def same(a: Loaded, b: Loaded) -> None:
    """All that reading and cleaning gave, to the bit; notes may only be more."""
    left, right = a.cleaned, b.cleaned
    pairs = [(left.interactions.events, right.interactions.events), (left.interactions.below, right.interactions.below)]
    assert left.given.keys() == right.given.keys()
    for one, other in pairs + [(left.given[name], right.given[name]) for name in left.given]:
        assert (one.n_users, one.n_items) == (other.n_users, other.n_items)
        for name in ("users", "items", "times", "weights"):
            x, y = getattr(one, name), getattr(other, name)
            assert (x is None) == (y is None)
            if x is not None:
                assert x.dtype == y.dtype
                assert x.tobytes() == y.tobytes()
                assert y.flags.writeable
                assert y.flags.c_contiguous
    for name in ("users", "items"):
        assert getattr(left.interactions, name).ids.equals(getattr(right.interactions, name).ids)
    pd.testing.assert_frame_equal(left.interactions.catalogue.frame, right.interactions.catalogue.frame)
    for name in ("clock", "repeats", "weights", "ordered"):
        assert getattr(left.interactions, name) == getattr(right.interactions, name)
    assert json.loads(json.dumps(left.interactions.source)) == right.interactions.source
    assert left.reports == right.reports
    assert left.notes == right.notes
    assert (a.validation, a.merge_ids) == (b.validation, b.merge_ids)
    assert a.rejects.keys() == b.rejects.keys()
    for name, rejects in a.rejects.items():
        assert list(rejects.rows()) == list(b.rejects[name].rows())
        assert rejects.first == b.rejects[name].first
        assert list(rejects.counts.items()) == list(b.rejects[name].counts.items())
        assert rejects.total == b.rejects[name].total
    assert (left.candidates is None) == (right.candidates is None)
    if left.candidates is not None and right.candidates is not None:
        mine, theirs = left.candidates, right.candidates
        assert mine.key == theirs.key
        assert mine.users.equals(theirs.users)
        assert (mine.held_out is None) == (theirs.held_out is None)
        assert mine.held_out is None or mine.held_out.equals(theirs.held_out)
        np.testing.assert_array_equal(mine.indptr, theirs.indptr)
        assert mine.indptr.dtype == theirs.indptr.dtype
        assert mine.items.type == theirs.items.type
        assert mine.items.equals(theirs.items)
        assert mine.notes == theirs.notes
        assert json.loads(json.dumps(dict(mine.source))) == dict(theirs.source)


def everything(folder: Path) -> DataPlan:
    """A plan that has all there is: a catalogue, both parts, candidate lists, twins, rejects, a threshold."""
    put(folder, "movies.csv", "movieId,title,genres\n" + "".join(f"i{n:03d},Film «{n}»,Drama|War\n" for n in range(40)))
    put(folder, "ratings.csv", csv_text().replace("user,item", "userId,movieId"))
    put(folder, "test.csv", "user,item,rating,timestamp\nu001,i002,4,2000000000\n,i1,4,5\nu002,i003,1,2000000001\n")
    put(folder, "validation.csv", "user,item,rating,timestamp\nu001,i003,4,1900000000\nu003,i999,4,1900000000\n")
    put(folder, "lists.txt", "(u001,i002)\ti004\ti005\n(u002,i003)\ti006\t\tinew\nrubbish\n")
    return DataPlan(
        source=str(folder / "ratings.csv"),
        test=str(folder / "test.csv"),
        validation=str(folder / "validation.csv"),
        candidates=str(folder / "lists.txt"),
        rating_threshold=2.0,
    )
