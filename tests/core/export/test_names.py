"""File names for every system."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import UsageError
from core.export.names import LONGEST, safe_name, safe_path


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.html", "report.html"),
        ("NUL", "_NUL"),
        ("com1.csv", "_com1.csv"),
        ("Com10.csv", "Com10.csv"),
        ("a:b?.csv", "a_b_.csv"),
        ("end. .", "end"),
        ("\udcffbytes.csv", "_bytes.csv"),
        ("line\nfeed.csv", "line_feed.csv"),
        ("left\u202eright.csv", "left_right.csv"),
        ("Ünïcode 日本.csv", "Ünïcode 日本.csv"),
        ("...", "export"),
    ],
)
def test_that_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(st.characters(), max_size=400))
@example("\udd00")
@example("a\ud800.csv")
def test_that_any_name_can_be_written_and_needs_no_second_change(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode("utf-8")) <= LONGEST
    assert safe_name(safe) == safe
    assert "/" not in safe
    assert "\0" not in safe


@pytest.mark.parametrize("path", ["", ".", "/", "a/.."])
def test_that_a_path_without_a_name_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="name a file"):
        safe_path(Path(path))


def test_that_a_changed_name_is_told() -> None:
    assert safe_path(Path("a/b.csv")) == (Path("a/b.csv"), ())
    path, notes = safe_path(Path("a/AUX.csv"))
    assert path == Path("a/_AUX.csv")
    assert "_AUX.csv" in notes[0]
