"""What is saved from the window is never put in the place of what is no file, and goes through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core.errors import StorageError
from workbench.main_window import MainWindow
from workbench.pages.guide.paired_drawing import DifferencesCanvas
from workbench.pages.train.log_view import LogView
from workbench.plots.picture import save_picture
from workbench.plots.plot import Plot


@pytest.mark.parametrize("kind", ["picture", "drawing", "log"])
def test_that_a_pipe_stays_and_a_link_is_written_through(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "file.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to(tmp_path / "file.png")
    plot, drawing, log = Plot(window.theme, "Loss", "", ""), DifferencesCanvas(window.theme), LogView()
    holder = QWidget()
    for each in (plot, drawing, log, holder):
        qtbot.addWidget(each)
    save = {
        "picture": lambda: save_picture(holder, plot, "Loss"),
        "drawing": lambda: save_picture(drawing, drawing, "Differences"),
        "log": log.ask_save,
    }[kind]
    chosen = iter(["pipe.png", "link.png"])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / next(chosen)), ""))
    with pytest.raises(StorageError, match="Choose another name"):
        save()
    assert (tmp_path / "pipe.png").is_fifo()
    save()
    assert (tmp_path / "link.png").is_symlink()
    assert (tmp_path / "file.png").read_bytes() != b"old"
