"""Names, genres, searching and thinning, each by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from core.data.catalogue import Catalogue
from workbench.jobs.sequencing import FOUND, coloured_genres, found_items, names_of, thinned

IDS = pa.array(["7", "8", "9"])


def test_that_items_are_found_by_title_the_most_frequent_first_and_by_id() -> None:
    names = pa.array(["Alien", "The alien nation", "Heat"], pa.large_string())
    counts = np.array([3, 9, 5])
    assert found_items(names, IDS, counts, "ALIEN") == [1, 0]
    assert found_items(names, IDS, counts, "9") == [2]
    assert found_items(names, IDS, counts, "  ") == []
    assert found_items(names, IDS, counts, ".*") == []
    many = pa.array([f"item {at}" for at in range(100)], pa.large_string())
    assert len(found_items(many, many, np.zeros(100, np.int64), "item")) == FOUND


def test_that_an_item_without_a_title_has_its_id() -> None:
    assert names_of(Catalogue.empty(3), IDS).to_pylist() == ["7", "8", "9"]
    catalogue = Catalogue(pd.DataFrame({"title": ["Alien", "", "Heat"]}))
    assert names_of(catalogue, IDS).to_pylist() == ["Alien", "8", "Heat"]


def test_that_an_item_has_the_colour_of_its_first_genre_that_has_one() -> None:
    texts = ["Drama|War"] * 3 + ["Comedy|Drama"] * 2 + ["", "Rare|Drama"] + [f"g{at}" for at in range(4)] * 2
    genres, first = coloured_genres(Catalogue(pd.DataFrame({"genres": texts})), len(texts))
    assert genres[:3] == ("Drama", "War", "Comedy")
    assert len(genres) == 6
    assert first[:7].tolist() == [0, 0, 0, 2, 2, -1, 0]
    assert coloured_genres(Catalogue.empty(2), 2)[1].tolist() == [-1, -1]


def test_that_moments_are_thinned_evenly_and_the_last_three_are_kept() -> None:
    assert thinned(4, 10).tolist() == [0, 1, 2, 3]
    found = thinned(1000, 13)
    assert len(found) <= 13
    assert found[0] == 0
    assert found[-3:].tolist() == [997, 998, 999]
    assert np.diff(found)[:-3].max() < 130
