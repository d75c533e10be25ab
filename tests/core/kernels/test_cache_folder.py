"""Compiled code finds a folder that belongs to the kernels as they are, on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.kernels import keeping
from core.kernels.keeping import keep_compiled_code_somewhere, sweep

CALLED = """
from numba import njit

@njit(cache=True)
def called(x):
    return x + {number}
"""
CALLING = """
from numba import njit
from core.kernels.called import called

@njit(cache=True)
def calling(x):
    return called(x)
"""


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keeping.VARIABLE, raising=False)
    # what a test puts there is taken back
    monkeypatch.setenv(keeping.VARIABLE, "")


def test_that_a_read_only_install_without_a_home_compiles_into_a_temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(keeping, "_writable", lambda _: False)
    monkeypatch.setattr(keeping, "_made", [])
    folder = keep_compiled_code_somewhere()
    assert folder.parent.parent == tmp_path
    assert os.environ[keeping.VARIABLE] == str(folder)
    assert keeping.kept_for_this_process()


def test_that_a_folder_chosen_by_the_user_is_taken_and_passed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(keeping.VARIABLE, str(tmp_path / "mine"))
    folder = keep_compiled_code_somewhere()
    assert folder.parent == tmp_path / "mine"
    assert folder.is_dir()
    # as a process does that this one starts
    assert keep_compiled_code_somewhere() == folder


def test_that_a_folder_that_cannot_be_written_to_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(keeping.VARIABLE, str(tmp_path / "file"))
    assert keep_compiled_code_somewhere().is_dir()


def test_that_folders_of_other_kernels_go_after_a_week(tmp_path: Path) -> None:
    here, old, fresh, foreign = (
        tmp_path / name
        for name in ("kernels-" + "0" * 16, "kernels-" + "1" * 16, "kernels-" + "2" * 16, "kernels-mine")
    )
    for folder in (here, old, fresh, foreign):
        folder.mkdir()
    before = time.time() - keeping.KEPT - 60
    for folder in (here, old, foreign):
        os.utime(folder, (before, before))
    sweep(here)
    assert [each.exists() for each in (here, old, fresh, foreign)] == [True, False, True, True]


def _outcome(package: Path, cache: Path) -> str:
    program = "from core.kernels.calling import calling; print(calling(1))"
    environment = {**os.environ, "PYTHONPATH": str(package), keeping.VARIABLE: str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=package
    )
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Rankscope's way of keeping code, and two kernels of which one calls the other."""
    source = Path(keeping.__file__).parent
    folder = tmp_path / "package" / "core" / "kernels"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "keeping.py", "listening.py", "forgiving.py", "loading.py"):
        (folder / name).write_bytes((source / name).read_bytes())
    for name in ("__init__.py", "first_use.py", "putting_off.py"):
        (folder.parent / name).write_bytes((source.parent / name).read_bytes())
    (folder / "called.py").write_text(CALLED.format(number=1))
    (folder / "calling.py").write_text(CALLING)
    return tmp_path / "package"


def test_that_a_kernel_follows_a_change_of_what_it_calls(package: Path, tmp_path: Path) -> None:
    assert _outcome(package, tmp_path / "cache") == "2"
    (package / "core" / "kernels" / "called.py").write_text(CALLED.format(number=10))
    assert _outcome(package, tmp_path / "cache") == "11"


def test_that_damaged_compiled_code_is_compiled_anew(package: Path, tmp_path: Path) -> None:
    assert _outcome(package, tmp_path / "cache") == "2"
    kept = [path for path in (tmp_path / "cache").rglob("*.nb*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert _outcome(package, tmp_path / "cache") == "2"


def test_that_a_disk_without_room_stops_no_kernel(package: Path, tmp_path: Path) -> None:
    full = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    full += "import core.kernels.calling as kernels\n"
    full += "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nassert kernels.calling(1) == 2"
    if sys.platform == "win32":
        pytest.skip("no limits on the size of files")
    environment = {**os.environ, "PYTHONPATH": str(package), keeping.VARIABLE: str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", full], check=True, env=environment, cwd=package)
