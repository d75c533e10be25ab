from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from core.data.reading import read_rows
from core.data.sample import sample_terms


def test_that_the_sample_is_whole() -> None:
    rows = read_rows("sample")
    assert (len(rows), len(rows.users.dictionary), len(rows.items.dictionary)) == (100_004, 671, 9_066)
    assert rows.rejects.total == 0
    assert rows.clock == "utc"
    assert rows.times is not None
    assert rows.ratings is not None
    assert set(np.unique(rows.ratings)) == {half / 2 for half in range(1, 11)}
    years = rows.times.astype("datetime64[us]").astype("datetime64[Y]").astype(int) + 1970
    assert (years.min(), years.max()) == (1995, 2016)


def test_that_its_titles_read_naturally() -> None:
    frame = read_rows("sample").catalogue
    assert frame is not None
    assert len(frame) == 9_066
    assert frame.loc["6", "title"] == "Heat (1995)"
    assert "The Deer Hunter (1978)" in set(frame["title"])
    assert frame["title"].str.fullmatch(r".+ \(\d{4}\)").sum() >= 9_061
    assert (frame["genres"] != "").all()


def test_that_the_terms_are_those_of_grouplens() -> None:
    terms = sample_terms()
    assert "Neither the University of Minnesota nor any of the researchers" in terms
    assert "may not use this information for any commercial" in terms


def test_that_it_is_small_and_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = files("assets").joinpath("samples", "movielens-small")
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 1_000_000
    assert len(read_rows("sample", catalogue=False)) == 100_004
