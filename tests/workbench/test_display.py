from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from workbench import display
from workbench.__main__ import asks_for_window, main

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's")


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@linux_only
def test_that_a_bare_call_without_a_display_says_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("rankscope: there is no display")
    assert "rankscope --help" in said.err
    assert said.err.count("\n") == 1


@linux_only
def test_that_a_display_that_does_not_answer_is_told_and_nothing_aborts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISPLAY", ":61234")
    assert main([]) == 1
    assert "does not answer" in capsys.readouterr().err


@linux_only
def test_that_a_missing_library_is_named_with_the_packages_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(ctypes, "CDLL", missing)
    told = display.obstacle()
    assert "libxcb-cursor.so.0" in told
    assert "apt install" in told
    assert "libxcb-cursor0" in told


def test_that_qt_that_cannot_be_imported_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    assert "libgl1" in display.obstacle()


def test_that_an_offscreen_platform_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.obstacle() == ""


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ([], True),
        (["--workspace", "x"], True),
        (["--workspace=x"], True),
        (["--workspace"], False),
        (["--workspace", "x", "list", "models"], False),
        (["--help"], False),
        (["list"], False),
    ],
)
def test_that_only_a_call_without_a_command_opens_the_window(words: list[str], window: bool) -> None:
    assert asks_for_window(words) == window


def test_that_a_command_goes_to_the_engine_without_loading_qt() -> None:
    program = "import sys; from workbench.__main__ import main; code = main(['list', 'splits']); "
    program += "sys.exit(code or 'PySide6' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "leave-last-out" in ended.stdout
