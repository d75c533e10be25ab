"""Archives that are no honest zip, cut off, or no file at all."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelFileError, RankscopeError
from core.runs.folder import RunFolder
from core.runs.importing import Imported, import_bundle
from core.runs.opening import open_run
from core.runs.workspace import Workspace
from tests.core.runs.importing.members import read_members, scores, written


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_that_links_repeated_names_and_encryption_are_refused(
    bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "wrong.zip"
    for change in ("link", "twice", "encrypted"):
        members = read_members(bundle)
        written(members, path)
        if change == "encrypted":
            content = bytearray(path.read_bytes())
            at = content.find(b"PK\x01\x02")
            content[at + 8] |= 1
            path.write_bytes(content)
        else:
            with zipfile.ZipFile(path, "a") as archive:
                info = zipfile.ZipInfo("events.jsonl" if change == "twice" else "data/manifest.json")
                info.external_attr = (stat.S_IFLNK | 0o777) << 16 if change == "link" else 0
                archive.writestr(info, b"/etc/passwd")
        with pytest.raises(ModelFileError):
            import_bundle(path, workspace)
    assert list(workspace.runs_folder.iterdir()) == []


def test_that_any_cut_and_any_flipped_byte_is_refused_or_harmless(
    trained: Path, bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    wanted = scores(open_run(trained))
    content, generator = bundle.read_bytes(), np.random.default_rng(1)
    path = tmp_path / "wrong.zip"
    refused = 0
    for at in generator.integers(0, len(content), 60).tolist():
        for wrong in (content[:at], content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]):
            path.write_bytes(wrong)
            try:
                done: Imported = import_bundle(path, workspace, copy=True)
            except ModelFileError:
                refused += 1
            else:
                # a byte that says nothing, such as a date in the directory
                assert np.array_equal(scores(open_run(done.folder.path)), wanted)
    assert refused > 100
    assert all(RunFolder(each).exists() for each in workspace.runs_folder.iterdir())


def test_that_what_is_no_file_is_said_to_be_none(tmp_path: Path, workspace: Workspace) -> None:
    for path in (tmp_path / "absent.zip", tmp_path):
        with pytest.raises(RankscopeError) as caught:
            import_bundle(path, workspace)
        assert caught.value.remedy
