"""Two failed starts make the third a safe one, an end without a word is told, garbage is as good as nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench import app
from workbench.app import set_aside
from workbench.main_window import MainWindow
from workbench.page import Message, Remedy
from workbench.sittings import NAME, Past, Sitting, is_alive

DIES = """
import os, sys
from pathlib import Path
from workbench.sittings import Sitting
sitting = Sitting(Path(sys.argv[1]))
sitting.begin()
if sys.argv[2] == "stood":
    sitting.stand()
os._exit(9)
"""

DIES_EARLY = """
import os, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6"):
            os._exit(9)
sys.meta_path.insert(0, Finder())
from workbench.__main__ import main
main([])
"""


def dies(folder: Path, when: str) -> None:
    assert subprocess.run([sys.executable, "-c", DIES, str(folder), when], check=False).returncode == 9


def test_that_two_failed_starts_make_the_third_safe_and_a_good_one_forgets_them(tmp_path: Path) -> None:
    dies(tmp_path, "begun")
    dies(tmp_path, "begun")
    third = Sitting(tmp_path)
    assert third.begin() == Past(safe=True)
    third.stand()
    third.end()
    assert Sitting(tmp_path).begin() == Past()


def test_that_a_start_that_ends_before_qt_is_loaded_counts(tmp_path: Path) -> None:
    there = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", DIES_EARLY], env=there, check=False).returncode == 9
    (noted,) = tmp_path.rglob(NAME)
    assert Sitting(noted.parent).begin() == Past(safe=True)


def test_that_one_failed_start_is_none_yet(tmp_path: Path) -> None:
    dies(tmp_path, "begun")
    assert not Sitting(tmp_path).begin().safe


def test_that_an_end_without_a_word_is_told_once(tmp_path: Path) -> None:
    dies(tmp_path, "stood")
    assert Sitting(tmp_path).begin() == Past(unclean=True)
    assert not Sitting(tmp_path).begin().unclean


def test_that_a_second_window_is_neither(tmp_path: Path) -> None:
    first = Sitting(tmp_path)
    first.begin()
    first.stand()
    assert Sitting(tmp_path).begin() == Past()
    assert is_alive(1)


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\x00\x17", b"[[[[", b"7", b'[{"name": 3}]', b'[{"name":"a","pid":true,"state":"begun"}]']
)
def test_that_garbage_is_as_good_as_nothing(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / NAME).write_bytes(garbage)
    sitting = Sitting(tmp_path)
    assert sitting.begin() == Past()
    assert len(json.loads((tmp_path / NAME).read_bytes())) == 1


def test_that_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "ascii")
    sitting = Sitting(tmp_path / "file" / "below")
    assert sitting.begin() == Past()
    sitting.end()


def test_that_safe_mode_leaves_the_settings_alone_until_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = set_aside(tmp_path)
    settings.keep("page", "runs")
    assert set_aside(tmp_path).text("page") == ""
    forgotten: list[str] = []
    monkeypatch.setattr(app.Settings, "forget", lambda self: forgotten.append("all"))
    message = app.safe_mode()
    assert message.remedy is not None
    message.remedy.action()
    assert forgotten == ["all"]


def test_that_a_bad_end_without_a_run_is_told_beside_what_is_offered(qtbot: QtBot, window: MainWindow) -> None:
    window.tell(Message("Last time ratings.csv was open.", "note", Remedy("Open again", lambda: None)))
    window.start.tell_bad_end()
    message = window.message_bar.message
    assert message is not None
    assert message.text.startswith("Rankscope ended unexpectedly last time.")
    assert "ratings.csv" in message.text
    assert message.remedy is not None
    assert message.remedy.label == "Open again"
