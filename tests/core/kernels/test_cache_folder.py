"""Compiled code finds a folder on machines where nothing but the temporary folder can be written to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.kernels import keep_compiled_code_somewhere


def test_that_a_read_only_install_without_a_home_compiles_into_a_temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    keep_compiled_code_somewhere()
    assert Path(os.environ.pop("NUMBA_CACHE_DIR")).parent == tmp_path


def test_that_a_folder_chosen_by_the_user_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    monkeypatch.setattr(os, "access", lambda *_: False)
    keep_compiled_code_somewhere()
    assert os.environ["NUMBA_CACHE_DIR"] == "mine"
