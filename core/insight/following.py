"""What a model predicts after each moment of a user's timeline, and where the true next item stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.insight.timeline import NOBODY, Places, Timeline, Windows
from core.insight.unknown import history_scores
from core.models.autorec import AutoRec
from core.models.base import RankingModel
from core.models.factorisation import Factorisation
from core.models.neural import NeuralRanking
from core.models.scorer import scorer_for
from core.scoring import Histories, not_a_number

Codes = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]
BLOCK_SCORES = 1 << 22
"""Scores held at once while ranks are counted, 16 MiB."""
NEW = np.iinfo(np.int32).max
"""An item that was not on the list before, among moves."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """The ranked list after one moment.

    Attributes:
        items: the first places, then the true next items that are further down, ``[rows]`` int32.
        places: place of each in the whole ranking, from 1, ``[rows]`` int64.
        scores: ``[rows]`` float32.
        every: place of every item of the catalogue, 0 for a hidden one, ``[items]`` int32.
        shown: how many first places are listed.
        candidates: items that were ranked.
    """

    items: Codes
    places: npt.NDArray[np.int64]
    scores: Scores
    every: Codes
    shown: int
    candidates: int


@dataclass(frozen=True, eq=False)
class Reader:
    """How a model is asked what comes after a sequence of items.

    Attributes:
        kind: ``window`` (the last L items), ``history`` (all items), ``folded`` (a vector is fitted to all items, as
            for an unknown user).
        ask: item rows and weights of some moments, oldest first -> scores ``[moments, items]``.
    """

    kind: str
    ask: Callable[[Sequence[Codes], Sequence[Scores | None]], Scores]


def kind_of(model: RankingModel) -> str:
    """How a model reads a sequence, see Reader; an empty text when it cannot."""
    if model.window:
        return "window"
    if isinstance(model, AutoRec):
        return "history" if model.by_user else ""
    if isinstance(model, Factorisation) or (isinstance(model, NeuralRanking) and not model.layers):
        return "folded"
    return ""


def reader_of(model: RankingModel, user: int, l2: float = 0.01, temperature: float | None = None) -> Reader | None:
    """The reader of a model for a known user, -1 for an unknown one; None when the model reads no history.

    Args:
        l2, temperature: as ``history_scores``.
    """
    kind = kind_of(model)
    if not kind:
        return None
    scorer = scorer_for(model)

    def by_history(items: Sequence[Codes], weights: Sequence[Scores | None]) -> Scores:
        histories = Histories.by_hand(items, model.n_items)
        if all(each is not None for each in weights) and len(items):
            (part,) = histories.parts
            flat = np.concatenate([each for each in weights if each is not None]).astype(np.float32)
            rated = Events(part.users, part.items, None, flat, part.n_users, part.n_items)
            histories = Histories((rated,), histories.users)
        # the scorer writes the next answer over this one
        return scorer.scores(np.full(len(items), user, np.int32), histories).copy()

    def by_folding(items: Sequence[Codes], weights: Sequence[Scores | None]) -> Scores:
        return np.stack([history_scores(model, each, l2=l2, temperature=temperature) for each in items])

    return Reader(kind, by_folding if kind == "folded" else by_history)


def read(reader: Reader, timeline: Timeline, moments: Sequence[Places]) -> Scores:
    """Scores after some moments, each given by the places of its inputs, paddings among them; ``[moments, items]``."""
    kept = [inputs[inputs != NOBODY] for inputs in moments]
    weights = [None if timeline.weights is None else timeline.weights[each] for each in kept]
    return reader.ask([timeline.items[each] for each in kept], weights)


def predict(scores: Scores, hidden: Codes, true_next: Codes, length: int) -> Prediction:
    """The ranking by scores ``[items]``: higher first, a true next item last among equals.

    Args:
        hidden: item rows that are not ranked.
        true_next: item rows to show wherever they stand, the next one first.
        length: places to show.

    Raises:
        TrainingError: a score is NaN.
    """
    if np.isnan(scores).any():
        raise not_a_number("of this moment")
    competing = np.ones(len(scores), np.bool_)
    competing[hidden] = False
    competing[true_next] = False
    others = np.flatnonzero(competing)
    order = others[np.argsort(-scores[others], kind="stable")]
    # the later ones first among equals, and the next one last
    late = np.array(list(dict.fromkeys(true_next.tolist()))[::-1], np.int64)
    late = late[np.argsort(-scores[late], kind="stable")]
    order = np.insert(order, np.searchsorted(-scores[order], -scores[late], side="right"), late)
    every = np.zeros(len(scores), np.int32)
    every[order] = np.arange(1, len(order) + 1)
    further = sorted({int(each) for each in true_next if every[each] > length}, key=lambda each: int(every[each]))
    items = np.concatenate([order[:length], np.array(further, np.int64)]).astype(np.int32)
    return Prediction(items, every[items].astype(np.int64), scores[items], every, length, len(order))


def moves(before: Prediction, after: Prediction) -> npt.NDArray[np.int32]:
    """How many places each listed item of ``after`` went up (down is negative); ``NEW`` where it was not listed."""
    was = before.every[after.items].astype(np.int64)
    gone_up = np.where((was == 0) | ((was > before.shown) & (after.places <= after.shown)), NEW, was - after.places)
    return gone_up.astype(np.int32)


def next_ranks(reader: Reader, windows: Windows, at: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.float64]]:
    """Rank of the true next item after each of some windows, a block at a time.

    1 + the items with a higher score + the other items with an equal one, hidden items left out; for the part that
    is ranked with one held-out item a user this is the rank of the evaluation. NaN where nothing is known to follow,
    or where there is nothing to read.

    Raises:
        TrainingError: the model gave NaN.
    """
    timeline = windows.timeline
    n_items = None
    start = 0
    while start < len(at):
        size = 1 if reader.kind == "folded" else max(BLOCK_SCORES // (n_items or BLOCK_SCORES), 1)
        block = [windows.window(int(each)) for each in at[start : start + min(size, 256)]]
        ranks = np.full(len(block), np.nan)
        asked = [row for row, each in enumerate(block) if _can_be_ranked(reader, each.inputs, each.true_next)]
        if asked:
            scores = read(reader, timeline, [block[row].inputs for row in asked])
            n_items = scores.shape[1]
            for line, row in zip(scores, asked, strict=True):
                target = int(timeline.items[block[row].true_next[0]])
                ranks[row] = rank_of(line, target, windows.hidden(block[row]))
        yield ranks
        start += len(block)


def _can_be_ranked(reader: Reader, inputs: Places, true_next: Places) -> bool:
    return len(true_next) > 0 and (reader.kind == "window" or len(inputs) > 0)


def rank_of(scores: Scores, item: int, hidden: Codes) -> int:
    """Pessimistic rank of an item that is not hidden among scores ``[items]``.

    Args:
        hidden: distinct item rows.

    Raises:
        TrainingError: the score of the item is NaN.
    """
    mine = scores[item]
    if np.isnan(mine):
        raise not_a_number("of this moment")
    ahead = int((scores >= mine).sum()) - int((scores[hidden] >= mine).sum())
    return ahead
