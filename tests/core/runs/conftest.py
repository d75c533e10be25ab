"""A source, a place to keep it, and what was really read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import Datasets
from core.runs.workspace import Workspace
from core.splits import prepare
from core.splits.loaded import Loaded
from tests.core.data.files import put
from tests.core.runs.keeping import csv_text


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return put(tmp_path / "data", "ratings.csv", csv_text())


@pytest.fixture
def store(tmp_path: Path) -> Datasets:
    return Datasets(Workspace(tmp_path / "workspace"), smallest=0)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws")
    made.prepare()
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were really read."""
    found: list[str] = []
    real = prepare.load

    def counted(data: DataPlan, **options: Any) -> Loaded:
        found.append(data.source)
        return real(data, **options)

    monkeypatch.setattr(prepare, "load", counted)
    return found
