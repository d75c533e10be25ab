"""Counts, ranks, means, audience and genres of items by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.catalogue import Catalogue
from core.data.interactions import Events, Interactions, no_events
from core.data.vocabulary import Vocabulary
from core.insight.popularity import NO_GENRE, audience, first_genres, names, over_time, popularity


def data(catalogue: Catalogue | None = None) -> Interactions:
    events = Events(
        users=np.array([0, 0, 0, 1, 1, 2], np.int32),
        items=np.array([0, 1, 3, 1, 0, 1], np.int32),
        times=np.array([10, 20, 30, 15, 40, 5], np.int64),
        weights=np.array([1, 2, 3, 4, 5, 3], np.float32),
        n_users=3,
        n_items=5,
    )
    return Interactions(
        events=events,
        below=no_events(3, 5),
        users=Vocabulary(["a", "b", "c"]),
        items=Vocabulary(["p", "q", "r", "s", "t"]),
        catalogue=catalogue or Catalogue.empty(5),
        clock="utc",
        weights="rating",
    )


def test_that_items_are_counted_ranked_and_averaged() -> None:
    interactions = data()
    found = popularity(interactions, interactions.events.select(np.array([1, 1, 0, 1, 1, 1], np.bool_)))
    assert found.counts.tolist() == [2, 3, 0, 1, 0]
    assert found.ranks.tolist() == [2, 1, 4, 3, 4]
    assert found.trained.tolist() == [2, 3, 0, 0, 0]
    assert found.cold.tolist() == [False, False, True, True, True]
    assert found.means is not None
    np.testing.assert_array_equal(found.means, [3, 3, np.nan, 3, np.nan])


def test_that_an_audience_comes_in_the_order_of_time() -> None:
    found = audience(data(), 1)
    assert found.users.tolist() == [2, 1, 0]
    assert found.times is not None
    assert found.times.tolist() == [5, 15, 20]
    assert found.ratings is not None
    assert found.ratings.tolist() == [3, 4, 2]
    assert len(audience(data(), 2).users) == 0


def test_that_interactions_are_counted_over_the_whole_span() -> None:
    edges, counts = over_time(np.array([5, 15, 20, 40], np.int64), 0, 40, 4)
    assert edges.tolist() == [0, 10, 20, 30, 40]
    assert counts.tolist() == [1, 1, 1, 1]
    assert over_time(np.array([7, 7], np.int64), 7, 7, 2)[1].sum() == 2


def test_that_items_are_called_by_title_else_by_id() -> None:
    frame = pd.DataFrame({"title": ["Heat", "", " ", "<b>x</b>", "Alien"]})
    assert names(data(Catalogue(frame))).to_pylist() == ["Heat", "q", "r", "<b>x</b>", "Alien"]
    assert names(data()).to_pylist() == ["p", "q", "r", "s", "t"]


def test_that_the_first_genre_counts_and_none_comes_last() -> None:
    frame = pd.DataFrame({"genres": ["Drama|War", "War", "", "Drama", "||"]})
    found = first_genres(Catalogue(frame))
    assert found is not None
    assert found.names == ("Drama", "War", NO_GENRE)
    assert found.codes.tolist() == [0, 1, 2, 0, 2]
    assert first_genres(Catalogue.empty(3)) is None
