"""A run that was trained, the bundle of it, and a workspace that has neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.commands import main
from core.export.exporting import export
from core.runs.opening import open_run
from core.runs.workspace import Workspace
from tests.core.runs.importing.members import ITEMS, USERS


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "events.csv"
    generator = np.random.default_rng(3)
    rows = [
        f"u{user},i{item},{1_400_000_000 + 100 * at}"
        for user in range(USERS)
        for at, item in enumerate(generator.permutation(ITEMS)[:6])
    ]
    path.write_text("user,item,time\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Path:
    out = tmp_path_factory.mktemp("trained") / "caser"
    words = ["train", "--data", str(source), "--model", "caser", "--epochs", "1", "--out", str(out)]
    assert main([*words, "--set", "report_every=0", "--set", "bootstrap=20", "--set", "factors=4"]) == 0
    return out


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, trained: Path) -> Path:
    """With data and without state."""
    return export(open_run(trained), "bundle", tmp_path_factory.mktemp("bundle") / "run.zip").out


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")
