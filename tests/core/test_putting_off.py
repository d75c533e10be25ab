"""A module that is put off is not imported with the one that wants it, and is whole when it is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.putting_off import Absent, put_off


@pytest.fixture
def wanting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package whose module ``late`` is wanted by all, and used by one."""
    package = tmp_path / "wants_late"
    package.mkdir()
    (package / "__init__.py").write_text("from wants_late import late\nimport wants_late.late\n")
    (package / "late.py").write_text("import sys\nsys.late_was_run = True\nvalue = 3\n")
    (package / "uses.py").write_text("from wants_late.late import value\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "late_was_run", False, raising=False)
    yield "wants_late"
    for name in [name for name in sys.modules if name.partition(".")[0] == "wants_late"]:
        del sys.modules[name]


def test_that_what_is_put_off_is_imported_later(wanting: str) -> None:
    with put_off(f"{wanting}.late"):
        package = importlib.import_module(wanting)
    assert not sys.late_was_run
    assert isinstance(package.late, Absent)
    assert importlib.import_module(f"{wanting}.late").value == 3
    assert sys.late_was_run
    assert not isinstance(package.late, Absent)


def test_that_what_is_put_off_comes_when_it_is_asked_for(wanting: str) -> None:
    with put_off(f"{wanting}.late"):
        importlib.import_module(wanting)
        assert importlib.import_module(f"{wanting}.uses").value == 3
    assert sys.modules[f"{wanting}.late"].value == 3


def test_that_what_is_there_stays(wanting: str) -> None:
    there = importlib.import_module(f"{wanting}.late")
    with put_off(f"{wanting}.late"):
        assert sys.modules[f"{wanting}.late"] is there
    assert sys.modules[f"{wanting}.late"] is there
