"""A process that dies at each step of keeping data leaves nothing that another one would take for data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.data.plan import DataPlan
from core.runs.kept_data import dataset_store, datasets
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits.prepare import load
from tests.core.data.files import put
from tests.core.runs.kept_data.test_datasets import csv_text, entries, same

DIES = """
import os, sys
from pathlib import Path
from core import durable
from core.data.plan import DataPlan
from core.runs.kept_data import kept
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace

site, workspace, source = sys.argv[1:]

def dying(module, name, wanted):
    real = getattr(module, name)
    def step(path, *rest, **named):
        if wanted(path):
            if name == "write_arrow":
                path.write_bytes(b"ARROW1 half of it")
            os._exit(9)
        return real(path, *rest, **named)
    setattr(module, name, step)

SITES = {
    "first table": (kept, "write_arrow", lambda path: True),
    "a later table": (kept, "write_arrow", lambda path: path.stem.startswith("below")),
    "manifest": (durable, "write", lambda path: path.name == "manifest.json"),
    "put in place": (durable, "put_folder", lambda path: True),
    "pointer": (durable, "write", lambda path: path.parent.name == "opened"),
}
dying(*SITES[site])
load_kept(Datasets(Workspace(Path(workspace)), smallest=0), DataPlan(source=source))
"""
SITES = ("first table", "a later table", "manifest", "put in place", "pointer")


@pytest.mark.parametrize("site", SITES)
def test_that_a_death_while_data_is_kept_leaves_no_half_data(tmp_path: Path, site: str) -> None:
    source = put(tmp_path, "ratings.csv", csv_text())
    words = [sys.executable, "-c", DIES, site, str(tmp_path / "workspace"), str(source)]
    assert subprocess.run(words, check=False, timeout=120, cwd=Path(__file__).parents[4]).returncode == 9
    store = Datasets(Workspace(tmp_path / "workspace"), smallest=0)
    assert len(entries(store)) == (1 if site == "pointer" else 0)
    plan = DataPlan(source=str(source))
    load_kept(store, plan)
    again = load_kept(store, plan)
    assert "as it was kept" in again.notes[-1]
    same(load(plan), datasets.read_loaded(entries(store)[0]))  # type: ignore[attr-defined]
    # what is left is swept when the next data is kept
    load_kept(store, DataPlan(source=str(put(tmp_path, "other.csv", csv_text(seed=2)))))
    assert not [each for each in store.folder.iterdir() if each.name.startswith(dataset_store.MAKING)]
