"""Whatever the disk refuses while data is kept or opened: the data is there all the same, and right the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.plan import DataPlan
from core.proving.faults import ERRORS, Faults
from core.runs.dataset_store import Datasets
from core.runs.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits.prepare import load
from tests.core.data.files import put
from tests.core.runs.test_datasets import csv_text


@pytest.mark.parametrize("state", ["new", "kept"])
@pytest.mark.parametrize("code", ERRORS)
def test_that_no_disk_that_refuses_to_write_keeps_data_from_being_opened(tmp_path: Path, state: str, code: str) -> None:
    source = put(tmp_path / "data", "ratings.csv", csv_text(60))
    plan, at, reached = DataPlan(source=str(source)), 0, True
    right = load(plan).cleaned.interactions.events.items.tolist()
    while reached:
        workspace = Workspace(tmp_path / f"workspace-{at}")
        store = Datasets(workspace, smallest=0)
        workspace.prepare()
        if state == "kept":
            load_kept(store, plan)
        with Faults(workspace.path, at, code, False) as faults:
            found = load_kept(store, plan)
        reached = at < len(faults.sites)
        assert found.cleaned.interactions.events.items.tolist() == right, faults.sites[at:]
        load_kept(store, plan)
        again = load_kept(store, plan)
        assert "as it was kept" in again.notes[-1], faults.sites[at:]
        assert again.cleaned.interactions.events.items.tolist() == right
        at += 1
    assert at > (30 if state == "new" else 1)
