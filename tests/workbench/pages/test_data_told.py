"""What the Data page says of a file with broken rows: the same figures everywhere, a true axis of time."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from core.data.plan import DataPlan
from core.data.preview import Preview
from core.splits import SPLITS
from core.training.plan import Choice
from tests.workbench.pages.test_data import page_of
from workbench.jobs.importing import importing
from workbench.jobs.job import JobControl
from workbench.main_window import MainWindow
from workbench.pages.data.import_dialog import kept_words
from workbench.pages.data.overview import Overview
from workbench.pages.data.report_panel import sentence
from workbench.session import Opened

YEAR = 31_557_600


def broken(folder: Path) -> Opened:
    """45 readable rows in two stretches ten years apart, one of them twice, and two rows that cannot be read."""
    rows = [
        f"u{user},i{(user + step) % 9},4,{(30 + step // 3 * 10) * YEAR + user}"
        for user in range(9)
        for step in range(5)
    ]
    path = folder / "Ratings of me.csv"
    path.write_text(
        "\n".join(["user,item,rating,time", *rows, rows[0], ",i1,4,1000", "u1,i1,bad,1000"]) + "\n", "utf-8"
    )
    choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
    found = importing(DataPlan(source=str(path)), choice)(JobControl(), lambda event: None)
    assert isinstance(found, Opened)
    return found


@pytest.fixture
def overview(window: MainWindow, tmp_path: Path) -> Overview:
    window.session.open(broken(tmp_path))
    shown = page_of(window).overview
    assert shown is not None
    return shown


def test_that_the_rows_of_a_file_add_up(overview: Overview) -> None:
    texts = [each.text() for each in overview.report.findChildren(QLabel)]
    figures = dict(itertools.pairwise(texts))
    assert figures["Rows"] == "48"
    assert figures["− could not be read"] == "2"
    assert figures["− repeats of an earlier interaction"] == "1"
    assert figures["Kept"] == "45"
    assert not any(text.startswith("the first") or text.endswith("..") for text in texts)


def test_that_rows_that_could_not_be_read_stand_in_the_order_of_the_file(overview: Overview) -> None:
    lines = [each.text() for each in overview.report.findChildren(QLabel) if each.text().startswith("line ")]
    assert lines == ["line 48, column user: blank user", "line 49, column rating: rating is not a finite number: bad"]


def test_that_months_without_events_keep_their_place(overview: Overview) -> None:
    bars = overview.plots.months._bars["months"][0].opts
    assert np.diff(bars["x"]).max() > 100
    named = [place for place, _ in overview.plots.months._marks]
    assert set(np.diff(named)) == {1.0}
    assert dict(overview.plots.months._marks)[bars["x"][-1]] == overview.plots.months._marks[-1][1]


def test_that_the_import_dialog_tells_reading_from_keeping() -> None:
    found = Preview("a.csv", "delimited", "comma-separated text", kept=46, rejected=2, reasons={"bad": 2}, whole=True)
    assert kept_words(found) == "Of 48 rows 46 can be read and 2 cannot: bad (2)."


def test_that_the_name_of_a_file_is_not_capitalised() -> None:
    assert sentence("ml-mine/ratings.csv read as text") == "ml-mine/ratings.csv read as text."
    assert sentence("the catalogue knows all") == "The catalogue knows all."


def test_that_rejected_rows_are_saved_whole_and_never_over_the_data(
    overview: Overview, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, other = tmp_path / "Ratings of me.csv", tmp_path / "rejected.csv"
    before = source.read_bytes()
    chosen = iter([source, other])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(next(chosen)), ""))
    save = next(each for each in overview.report.findChildren(QPushButton) if each.text() == "Save all as CSV…")
    save.click()
    save.click()
    assert source.read_bytes() == before
    assert len(other.read_text().splitlines()) == 3
