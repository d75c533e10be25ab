"""Looking at a user's sequence off the GUI thread: the windows, what follows each, ranks along it, items by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.jobs.job import Cancelled, JobControl, Tell, Work

if TYPE_CHECKING:
    from core.data.catalogue import Catalogue
    from core.insight.filters import HeightMap
    from core.insight.following import Prediction, Reader
    from core.insight.timeline import Window, Windows
    from core.runs.opening import Run

LENGTH = 100
"""Places of a ranked list that are shown."""
COLOURED = 6
"""Genres that have a colour of their own; the others are grey."""
MOST_MOMENTS = {"window": 20_000, "history": 400, "folded": 40}
"""Moments of a sequence that are ranked, by how the model reads; more are thinned evenly."""
FOUND = 20
"""Items that a search offers."""


@dataclass(frozen=True, eq=False)
class Sequenced:
    """A run whose sequences are looked at.

    Attributes:
        names: title of every item, its id where there is none, ``[items]`` arrow texts.
        counts: training events of every item, ``[items]``.
        genres: the genres that have a colour, the most frequent first.
        genre_of: place in ``genres`` of each item's first genre that has a colour, -1 for none, ``[items]`` int8.
        kind: how the model reads, see ``core.insight.following.Reader``; empty when it cannot.
        refitted: it was trained again on training and validation.
    """

    run: Run
    names: pa.Array
    counts: npt.NDArray[np.int64]
    genres: tuple[str, ...]
    genre_of: npt.NDArray[np.int8]
    kind: str
    refitted: bool


@dataclass(frozen=True, eq=False)
class Followed:
    """One user of a run, and how the model is asked about them."""

    sequenced: Sequenced
    windows: Windows
    reader: Reader | None


@dataclass(frozen=True, eq=False)
class Looked:
    """One window through the eyes of the model.

    Attributes:
        at: place of the window.
        window: as training or ranking has it.
        inputs: item rows that were read, oldest first, without padding.
        edited: these are not the window's own.
        gone_up: places gone up against the unedited list, see ``core.insight.following.moves``; None unedited.
        heights: the horizontal filters; empty for other models than Caser.
        lags: weights of the vertical filters; None where there are none.
        before: the unedited prediction.
    """

    at: int
    window: Window
    inputs: npt.NDArray[np.int32]
    edited: bool
    prediction: Prediction
    gone_up: npt.NDArray[np.int32] | None
    heights: tuple[HeightMap, ...]
    lags: npt.NDArray[np.float32] | None
    before: Prediction


def opening(run: Run) -> Work:
    """Work that reads data and weights of a run; gives a Sequenced."""

    def work(control: JobControl, tell: Tell) -> Sequenced:
        from core.insight.following import kind_of

        interactions = run.interactions
        # the map from ids to rows is made when it is first asked for, which is long for a million users
        _ = "" in interactions.users
        genres, genre_of = coloured_genres(interactions.catalogue, len(interactions.items))
        return Sequenced(
            run=run,
            names=names_of(interactions.catalogue, interactions.items.ids),
            counts=run.split.train.item_counts,
            genres=genres,
            genre_of=genre_of,
            kind=kind_of(run.model),
            refitted=run.trained_on is not run.split.train,
        )

    return work


def names_of(catalogue: Catalogue, ids: pa.Array) -> pa.Array:
    """The title of every item, its id where there is none."""
    frame = catalogue.frame
    if "title" not in frame.columns:
        return pc.cast(ids, pa.large_string())
    titles = pa.array(frame["title"].astype(str), pa.large_string())
    return pc.if_else(pc.equal(titles, ""), pc.cast(ids, pa.large_string()), titles)


def coloured_genres(catalogue: Catalogue, n_items: int) -> tuple[tuple[str, ...], npt.NDArray[np.int8]]:
    """The most frequent genres, and which of them stands first for each item."""
    if "genres" not in catalogue.frame.columns:
        return (), np.full(n_items, -1, np.int8)
    texts = catalogue.frame["genres"].to_numpy()
    # few items share a text of genres with none, so each is parted once
    parted = {text: str(text).split("|") for text in set(texts)}
    counted: Counter[str] = Counter(genre for text in texts for genre in parted[text] if genre)
    genres = tuple(genre for genre, _ in counted.most_common(COLOURED))
    place = {genre: at for at, genre in enumerate(genres)}
    first = {text: next((place[each] for each in parts if each in place), -1) for text, parts in parted.items()}
    return genres, np.fromiter((first[text] for text in texts), np.int8, len(texts))


def following(sequenced: Sequenced, user: int) -> Work:
    """Work that lays out the windows of a user; gives a Followed."""

    def work(control: JobControl, tell: Tell) -> Followed:
        from core.insight.following import reader_of
        from core.insight.timeline import windows_of

        run = sequenced.run
        loss = run.plan.loss
        temperature = loss.settings.temperature if loss is not None and loss.name == "softmax" else None
        reader = reader_of(run.model, user, run.plan.optimiser.l2, temperature)
        targets = int(getattr(run.plan.model.settings, "targets", 1)) if run.model.window else 1
        return Followed(sequenced, windows_of(run.split, user, run.model.window, targets, sequenced.refitted), reader)

    return work


def looking(
    followed: Followed, at: int, edited: tuple[int, ...] | None = None, known: Prediction | None = None
) -> Work:
    """Work that ranks after a window, or after other items in its place; gives a Looked.

    Args:
        known: the unedited prediction for the same window, when there is one already.
    """

    def work(control: JobControl, tell: Tell) -> Looked:
        from core.insight.filters import horizontal, vertical
        from core.insight.following import moves
        from core.insight.timeline import NOBODY
        from core.models.caser import Caser

        windows, model = followed.windows, followed.sequenced.run.model
        window = windows.window(at)
        own = windows.timeline.items[window.inputs[window.inputs != NOBODY]]
        before = known if known is not None else _predicted(followed, window, own)
        inputs, prediction, gone_up = own, before, None
        if edited is not None and list(edited) != own.tolist():
            inputs = np.array(edited, np.int32)
            prediction = _predicted(followed, window, inputs)
            gone_up = moves(before, prediction)
        heights: tuple[HeightMap, ...] = ()
        lags = None
        if isinstance(model, Caser):
            padded = np.full(model.window, model.n_items, np.int32)
            padded[model.window - len(inputs) :] = inputs
            heights, lags = horizontal(model, padded), vertical(model)
        return Looked(at, window, inputs, gone_up is not None, prediction, gone_up, heights, lags, before)

    return work


def _predicted(followed: Followed, window: Window, inputs: npt.NDArray[np.int32]) -> Prediction:
    from core.insight.following import predict, read

    windows, reader = followed.windows, followed.reader
    assert reader is not None
    timeline = windows.timeline
    by_window = reader.kind == "window"
    scores = reader.ask([inputs], [None])[0] if by_window else read(reader, timeline, [window.inputs])[0]
    true_next = timeline.items[window.true_next]
    hidden = windows.hidden(window)
    if windows.hide_seen:
        # what is put into the window by hand counts as seen
        hidden = np.setdiff1d(np.union1d(hidden, inputs), true_next).astype(np.int32)
    return predict(scores, hidden, true_next, LENGTH)


def ranking_along(followed: Followed) -> Work:
    """Work that ranks the true next item after each window; tells (places of windows, ranks) as they come."""

    def work(control: JobControl, tell: Tell) -> None:
        from core.insight.following import next_ranks

        reader = followed.reader
        assert reader is not None
        asked = thinned(len(followed.windows), MOST_MOMENTS[reader.kind])
        start = 0
        for ranks in next_ranks(reader, followed.windows, asked):
            tell((asked[start : start + len(ranks)], ranks))
            start += len(ranks)
            if control.stopped:
                raise Cancelled

    return work


def thinned(count: int, most: int) -> npt.NDArray[np.int64]:
    """At most ``most`` places of 0 .. count - 1, evenly, the last three among them."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    even = np.linspace(0, count - 1, most - 3).astype(np.int64)
    return np.union1d(even, np.arange(count - 3, count)).astype(np.int64)


def finding(sequenced: Sequenced, text: str) -> Work:
    """Work that finds items by a part of the title or by the id; gives rows, the most frequent first."""

    def work(control: JobControl, tell: Tell) -> list[int]:
        return found_items(sequenced.names, sequenced.run.interactions.items.ids, sequenced.counts, text)

    return work


def found_items(names: pa.Array, ids: pa.Array, counts: npt.NDArray[np.int64], text: str) -> list[int]:
    """Rows whose title holds a text, or whose id is it; the id first, then the most frequent."""
    wanted = text.strip()
    if not wanted:
        return []
    held = pc.match_substring(names, wanted, ignore_case=True).to_numpy(zero_copy_only=False).astype(np.bool_)
    rows = np.flatnonzero(held)
    rows = rows[np.argsort(-counts[rows], kind="stable")][:FOUND]
    exact = np.flatnonzero(pc.equal(ids, wanted).to_numpy(zero_copy_only=False))
    return _distinct([*exact.tolist(), *rows.tolist()])[:FOUND]


def _distinct(rows: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(rows))
