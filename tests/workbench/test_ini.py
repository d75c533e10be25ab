"""What is written is what Qt reads."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QSettings

from workbench.ini import ini_text

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
keys = st.from_regex(r"[A-Za-z_\-. %é漢😀]{1,6}(/[A-Za-z_\-.]{1,6}){0,2}", fullmatch=True)


def read(values: dict[str, object]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.ini"
        path.write_text(ini_text(values), "utf-8")
        store = QSettings(str(path), QSettings.Format.IniFormat)
        return {key: store.value(key) for key in store.allKeys()}


@given(st.dictionaries(keys, texts | st.binary(max_size=9).map(QByteArray), max_size=5))
def test_that_qt_reads_texts_and_bytes_as_they_were(values: dict[str, object]) -> None:
    assert read(values) == values


@given(st.lists(texts, min_size=2, max_size=5))
def test_that_qt_reads_lists_as_they_were(values: list[str]) -> None:
    assert read({"recent": values}) == {"recent": values}


def test_that_numbers_and_lists_of_one_or_none_are_read() -> None:
    found = read({"half": 0.5, "three": 3, "one": ["a, b"], "none": [], "General/page": "x"})
    assert found["half"] == "0.5"
    assert found["three"] == "3"
    assert found["one"] == "a, b"
    assert not found["none"]
    assert found["General/page"] == "x"


def test_that_what_the_window_does_not_keep_is_left_out() -> None:
    assert read({"page": "runs", "odd": {"a": 1}, "mixed": [1, "a"]}) == {"page": "runs"}
