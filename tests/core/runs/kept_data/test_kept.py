from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.data.plan import DataPlan
from core.errors import StorageError
from core.runs.kept_data import kept
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.kept_data.kept import read_loaded, write_loaded
from core.splits.prepare import load
from tests.core.data.files import put
from tests.core.runs.keeping import everything, same


def test_that_all_that_reading_and_cleaning_gave_comes_back_to_the_bit(tmp_path: Path) -> None:
    loaded = load(everything(tmp_path / "data"))
    assert loaded.cleaned.candidates is not None
    assert len(loaded.cleaned.interactions.below)
    assert loaded.rejects["candidates"].total
    size = write_loaded(tmp_path / "kept", loaded)
    assert size == sum(each.stat().st_size for each in (tmp_path / "kept").iterdir())
    same(loaded, read_loaded(tmp_path / "kept"))


def test_that_bare_pairs_and_odd_letters_come_back(tmp_path: Path) -> None:
    path = put(tmp_path, "pairs.csv", "user,item\na,x\na,x\n\u202e«,y\nb,=1+1\n ,\U0001f600\n")
    loaded = load(DataPlan(source=str(path)))
    write_loaded(tmp_path / "kept", loaded)
    same(loaded, read_loaded(tmp_path / "kept"))


def test_that_too_many_rows_that_are_not_kept_are_told(
    source: Path, store: Datasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_REJECTS", 1)
    loaded = load_kept(store, DataPlan(source=str(source)))
    assert "2 rows could not be used" in loaded.notes[-1]
    with pytest.raises(StorageError):
        write_loaded(store.folder / "x", loaded)


def test_that_opening_what_was_kept_loads_neither_pandas_nor_compiled_code(source: Path, store: Datasets) -> None:
    """They would take longer to load than a million events take to be read."""
    load_kept(store, DataPlan(source=str(source)))
    program = """
import sys
from pathlib import Path
from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
found = load_kept(Datasets(Workspace(Path(sys.argv[1])), smallest=0), DataPlan(source=sys.argv[2]))
heavy = {"pandas", "numba", "scipy", "torch", "pyarrow.parquet"}
print("as it was kept" in found.notes[-1], sorted(heavy & set(sys.modules)))
"""
    words = [sys.executable, "-c", program, str(store.workspace.path), str(source)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "True []\n"
