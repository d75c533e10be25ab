"""What killed exports left beside their target is swept by the next one, and nothing else is."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

import pytest

from core.commands import main
from core.durable import TEMPORARY
from core.export.exporting import export
from core.export.leftovers import SETTLED, held, swept
from core.runs.opening import Run, open_run

LONG_AGO = 1_000_000_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Run:
    path = tmp_path_factory.mktemp("trained") / "run"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert main(["train", "--data", str(source), "--model", "popularity", "--no-store", "--out", str(path)]) == 0
    return open_run(path)


def left(folder: Path, name: str, inner: bool = False) -> Path:
    """An unfinished file, or a folder with one in it, of years ago."""
    path = folder / name
    if inner:
        path.mkdir()
        (path / "vectors.npy").write_bytes(b"half")
        os.utime(path / "vectors.npy", (LONG_AGO, LONG_AGO))
    else:
        path.write_bytes(b"half")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_that_the_next_export_sweeps_what_a_killed_one_left_and_says_so(run: Run, tmp_path: Path) -> None:
    file = left(tmp_path, f"{TEMPORARY}{'0' * 16}")
    folder = left(tmp_path, f"{TEMPORARY}{'a' * 16}", inner=True)
    done = export(run, "bundle", tmp_path / "run.zip")
    assert not file.exists()
    assert not folder.exists()
    assert "Removed 2 unfinished files that an interrupted export had left in this folder" in done.notes
    again = export(run, "bundle", tmp_path / "run.zip", replace=True)
    assert not [note for note in again.notes if "unfinished" in note]


@pytest.mark.parametrize("name", [f"{TEMPORARY}mine", f"{TEMPORARY}{'0' * 17}", f"x{TEMPORARY}{'0' * 16}", "thesis"])
def test_that_files_with_other_names_stay(tmp_path: Path, name: str) -> None:
    path = left(tmp_path, name)
    assert swept(tmp_path) == ()
    assert path.exists()


def test_that_what_was_written_to_a_moment_ago_stays(tmp_path: Path) -> None:
    folder = left(tmp_path, f"{TEMPORARY}{'a' * 16}", inner=True)
    (folder / "new").write_bytes(b"")
    os.utime(folder, (LONG_AGO, LONG_AGO))
    assert swept(tmp_path) == ()
    assert folder.exists()
    assert SETTLED > 60


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_that_what_somebody_writes_stays_however_old_it_is(tmp_path: Path) -> None:
    path = left(tmp_path, f"{TEMPORARY}{'0' * 16}")
    with held(path):
        assert swept(tmp_path) == ()
        assert path.exists()
    assert len(swept(tmp_path)) == 1


def test_that_a_link_with_such_a_name_stays(tmp_path: Path) -> None:
    folder = left(tmp_path, "thesis", inner=True)
    link = tmp_path / f"{TEMPORARY}{'0' * 16}"
    link.symlink_to(folder, target_is_directory=True)
    os.utime(link, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    assert swept(tmp_path) == ()
    assert (folder / "vectors.npy").exists()
