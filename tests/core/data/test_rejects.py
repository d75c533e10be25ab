from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.data import rejects as module
from core.data.rejects import Reject, RejectLog


def test_that_rows_are_counted_by_reason_and_the_first_are_shown() -> None:
    log = RejectLog()
    for row in range(50):
        log.add("blank user" if row % 5 else "ragged", row + 1, "user", str(row))
    found = log.freeze()
    assert found.total == 50
    assert list(found.counts.items()) == [("blank user", 40), ("ragged", 10)]
    assert len(found.first) == 20
    assert found.first[0] == Reject("ragged", 1, "user", "0")
    assert found.summary() == "50 rows not kept: blank user (40), ragged (10)"


def test_that_many_rows_are_all_there_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 5)
    log = RejectLog()
    written = [Reject("a", row, "c", f'x,"{row}"\r\n\udc80') for row in range(12)]
    for row in written:
        log.add(row.reason, row.line, row.column, row.value)
    found = log.freeze()
    assert list(found.rows()) == written
    assert list(found.rows()) == written
    log.add("a", 99)
    assert [row.line for row in log.rows()] == [*range(12), 99]


def test_that_the_export_holds_every_row_and_no_formula(tmp_path: Path) -> None:
    log = RejectLog()
    for value in ("=1+1", "+1", "-5", "@x", "\tx", "plain", "x" * 1000):
        log.add("bad", 3, "item", value)
    path = tmp_path / "rejects.csv"
    log.freeze().export(path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["reason", "line", "column", "value"]
    assert [row[3] for row in rows[1:6]] == ["'=1+1", "'+1", "'-5", "'@x", "'\tx"]
    assert rows[6][3] == "plain"
    assert len(rows[7][3]) < 300


def test_that_nothing_rejected_says_so() -> None:
    found = RejectLog().freeze()
    assert (found.total, list(found.rows()), found.summary()) == (0, [], "every row was kept")
