from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.cells import neutralised


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
def test_that_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(first: str) -> None:
    cell = first + "SUM(A1)"
    assert neutralised(pa.array([cell, first])).to_pylist() == ["'" + cell, "'" + first]


def test_that_other_cells_stay_as_they_are() -> None:
    cells = ["", "007", "a=b", "Léon", " =1", "'quoted", None, "x\n=1"]
    assert neutralised(pa.array(cells)).to_pylist() == cells
    assert neutralised(pa.array([], pa.string())).to_pylist() == []


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=4)))
def test_that_no_cell_runs_and_none_is_lost(cells: list[str]) -> None:
    for cell, clean in zip(cells, neutralised(pa.array(cells, pa.string())).to_pylist(), strict=True):
        assert clean[:1] not in tuple("=+-@\t\r\n\0")
        assert clean in (cell, "'" + cell)
