from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import StorageError
from core.runs.folder import RunFolder
from core.runs.record import RunRecord, present_versions, read_record, write_record

RECORD = RunRecord(
    id="3f2a",
    created="2026-01-02T03:04:05+00:00",
    state="completed",
    versions=dict(present_versions()),
    plan={"model": {"name": "mf"}},
    data={"hash": "ab"},
    threads=2,
    result={"metrics": {"auc": 0.75}},
)


def test_that_a_record_comes_back_as_it_went(tmp_path: Path) -> None:
    write_record(RunFolder(tmp_path), RECORD)
    assert read_record(RunFolder(tmp_path)) == RECORD


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "flying"}, "flying"),
        ({"plan": None}, "plan is no dict"),
        ({"threads": "2"}, "threads is no int"),
        ({"epoch": True}, "epoch is no int"),
        ({"format": None}, "which format"),
        ({"format": 2, "needs": "1.4"}, r"needs Rankscope 1\.4 or later"),
        ({"format": 2, "needs": "<b>\n"}, "needs Rankscope a newer version"),
    ],
)
def test_that_a_record_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    folder = RunFolder(tmp_path)
    write_record(folder, RECORD)
    values = json.loads(folder.record.read_text())
    folder.record.write_text(json.dumps({**values, **change}))
    with pytest.raises(StorageError, match=why) as raised:
        read_record(folder)
    assert str(folder.record) in raised.value.where


def test_that_a_record_without_a_needed_field_is_refused_and_unknown_fields_are_passed_over(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write_record(folder, RECORD)
    values = json.loads(folder.record.read_text())
    folder.record.write_text(json.dumps({**values, "colour": "red"}))
    assert read_record(folder) == RECORD
    del values["data"]
    folder.record.write_text(json.dumps(values))
    with pytest.raises(StorageError, match="data is missing"):
        read_record(folder)
    del values["threads"]
    folder.record.write_text(json.dumps({**values, "data": {}}))
    assert read_record(folder) == dataclasses.replace(RECORD, threads=0, data={})
