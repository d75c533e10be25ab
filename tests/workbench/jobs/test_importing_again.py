from __future__ import annotations

from pathlib import Path

import pytest

from core.data.plan import DataPlan
from core.runs.kept_data import datasets, described
from core.runs.workspace import Workspace
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.jobs.importing import StageDone, importing
from workbench.jobs.job import JobControl
from workbench.session import Opened

CHOICE = Choice("leave-last-out", SPLITS["leave-last-out"].settings())


def opened_again(path: Path, workspace: Workspace, gigabytes: float = 5.0) -> tuple[Opened, set[str]]:
    stages: set[str] = set()

    def tell(event: object) -> None:
        if isinstance(event, StageDone):
            stages.add(event.stage)

    work = importing(DataPlan(source=str(path)), CHOICE, workspace=workspace, gigabytes=gigabytes)
    found = work(JobControl(), tell)
    assert isinstance(found, Opened)
    return found, stages


def test_that_the_window_opens_what_it_read_before_without_reading_or_counting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, workspace = tmp_path / "ratings.csv", Workspace(tmp_path / "workspace")
    lines = [f"user-{n % 800:012d},item-{n * 7919 % 500:012d},{1_000_000_000 + n}\n" for n in range(26_000)]
    path.write_text("user,item,timestamp\n" + "".join(lines), "utf-8")
    first, stages = opened_again(path, workspace)
    assert {"reading", datasets.KEEPING} < stages
    monkeypatch.setattr(described, "describe", lambda *_: pytest.fail("counted again"))
    second, stages = opened_again(path, workspace)
    assert "reading" not in stages
    assert datasets.READING_KEPT in stages
    assert second.summary == first.summary
    assert second.findings == first.findings
    assert dict(second.pictures) == dict(first.pictures)
    assert second.split.test.items.tolist() == first.split.test.items.tolist()
    assert second.name == first.name
    monkeypatch.undo()
    assert "reading" in opened_again(path, workspace, gigabytes=0)[1]
