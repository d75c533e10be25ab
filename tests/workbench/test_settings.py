from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QSettings
from pytestqt.qtbot import QtBot

from core import durable
from workbench.settings import MOST_RECENT, Settings


def stored(tmp_path: Path, **values: object) -> Settings:
    store = QSettings(str(tmp_path / "some.ini"), QSettings.Format.IniFormat)
    for key, value in values.items():
        store.setValue(key, value)
    return Settings(store)


def test_that_garbage_is_set_aside(tmp_path: Path) -> None:
    settings = stored(tmp_path, page="nowhere", size="many", geometry="bytes", theme=["a", "b"], recent={"a": 1})
    assert settings.text("page", "data", ("data", "train")) == "data"
    assert settings.number("size", 3.0, 0, 9) == 3.0
    assert settings.state("geometry").isEmpty()
    assert settings.text("theme", "system") == "system"
    assert settings.recent() == []


def test_that_numbers_are_clamped(tmp_path: Path) -> None:
    settings = stored(tmp_path, high="1e9", low=-4, none="nan")
    assert settings.number("high", 1, 0, 10) == 10
    assert settings.number("low", 1, 0, 10) == 0
    assert settings.number("none", 1, 0, 10) == 1


def test_that_a_broken_file_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.ini"
    path.write_bytes(b"\x00\xff[[[=\x80 garbage\n@ByteArray(")
    settings = Settings(QSettings(str(path), QSettings.Format.IniFormat))
    assert settings.text("page", "data") == "data"


def test_that_a_value_of_a_kind_that_python_does_not_know_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "some.ini").write_text("[General]\nodd=@Variant(\\0\\0\\0\\x3f\\0\\0\\0)\npage=runs\n")
    settings = again(tmp_path)
    assert settings.text("page") == "runs"
    assert settings.text("odd") == ""
    settings.keep("theme", "dark")
    settings.write()
    assert again(tmp_path).text("page") == "runs"


def test_that_a_value_of_another_kind_is_replaced(tmp_path: Path) -> None:
    settings = stored(tmp_path, theme=QDateTime())
    settings.keep("theme", "dark")
    assert settings.text("theme") == "dark"


def test_that_the_latest_path_is_first_and_gone_ones_are_left_out(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    paths = [tmp_path / f"{number}.csv" for number in range(MOST_RECENT + 3)]
    for path in paths:
        path.touch()
        settings.remember(str(path))
    settings.remember(str(paths[5]))
    paths[7].unlink()
    found = settings.recent()
    assert found[0] == str(paths[5])
    assert str(paths[7]) not in found
    assert len(found) <= MOST_RECENT


def again(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "some.ini"), QSettings.Format.IniFormat))


def test_that_what_is_kept_is_on_the_disk_soon_and_the_window_waits_for_none(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers: list[bool] = []
    write = durable.write
    monkeypatch.setattr(durable, "write", lambda *given: (writers.append(is_window()), write(*given)))
    settings = stored(tmp_path)
    for number in range(5):
        settings.keep("number", number)
    settings.keep("shown", True)
    assert not writers
    qtbot.waitUntil(lambda: again(tmp_path).number("number", -1, 0, 9) == 4)
    assert again(tmp_path).switch("shown", False)
    assert writers == [False]


def is_window() -> bool:
    return threading.current_thread() is threading.main_thread()


def test_that_what_is_kept_last_is_written_at_the_end(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    settings.keep("page", "runs")
    settings.write()
    assert again(tmp_path).text("page") == "runs"


def test_that_two_windows_keep_what_the_other_one_kept(tmp_path: Path) -> None:
    one, other = stored(tmp_path), again(tmp_path)
    one.keep("page", "runs")
    one.write()
    other.keep("theme", "dark")
    other.write()
    assert again(tmp_path).text("page") == "runs"
    assert again(tmp_path).text("theme") == "dark"


def test_that_a_folder_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    (tmp_path / "some.ini").mkdir()
    settings.keep("page", "runs")
    settings.write()
    settings.forget()
    assert settings.text("page") == ""
