"""Small splits and scorers with known scores, and the metrics once more by sorting lists of Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch

from core.data.interactions import Events, no_events
from core.data.made import made_interactions
from core.scoring import Histories
from core.splits.split import Candidates, Split

Lists = Mapping[int, Sequence[int]]


class Table:
    """A model that knows the score of every pair, and hands out one buffer again and again."""

    def __init__(self, scores: npt.ArrayLike) -> None:
        self.table = np.asarray(scores, np.float32)
        self.n_items = self.table.shape[1]
        self.asked: list[list[int]] = []
        self.histories: list[Histories] = []
        self._buffer = np.full(self.table.shape, np.nan, np.float32)

    def scores(self, users: npt.NDArray[np.int32], histories: Histories) -> npt.NDArray[np.float32]:
        self.asked.append(users.tolist())
        self.histories.append(histories)
        block = self._buffer[: len(users)]
        block[:] = self.table[users]
        return block


class TensorTable(Table):
    """The same for a model that leaves its scores in a tensor."""

    def scores(self, users: npt.NDArray[np.int32], histories: Histories) -> npt.NDArray[np.float32]:
        raise AssertionError("the tensor is there to be taken")

    def score_tensor(self, users: npt.NDArray[np.int32], histories: Histories) -> torch.Tensor:
        self.asked.append(users.tolist())
        return torch.from_numpy(self.table)[torch.from_numpy(users.astype(np.int64))]


def events(
    lists: Lists,
    n_users: int,
    n_items: int,
    times: Mapping[int, Sequence[int]] | None = None,
    weights: Mapping[int, Sequence[float]] | None = None,
) -> Events:
    def column(values: Mapping[int, Sequence[float]], kind: type) -> npt.NDArray[np.generic]:
        return np.array([each for user in range(n_users) for each in values.get(user, ())], kind)

    counts = [len(lists.get(user, ())) for user in range(n_users)]
    return Events(
        np.repeat(np.arange(n_users, dtype=np.int32), counts),
        column(lists, np.int32),  # type: ignore[arg-type]
        None if times is None else column(times, np.int64),  # type: ignore[arg-type]
        None if weights is None else column(weights, np.float32),  # type: ignore[arg-type]
        n_users,
        n_items,
    )


def split(
    train: Lists,
    test: Lists,
    n_users: int,
    n_items: int,
    *,
    validation: Lists | None = None,
    below: Lists | None = None,
    hide_seen: bool = True,
    candidates: Candidates | None = None,
    repeats: str = "first",
) -> Split:
    lower = events(below or {}, n_users, n_items)
    interactions = made_interactions(no_events(n_users, n_items), below=lower, clock="utc", repeats=repeats)
    return Split(
        "leave-last-out",
        interactions,
        events(train, n_users, n_items),
        events(validation or {}, n_users, n_items),
        events(test, n_users, n_items),
        hide_seen=hide_seen,
        candidates=candidates,
    )


def candidates(lists: Lists, n_users: int) -> Candidates:
    """Lists as given; a user without a key has no line."""
    flat = [item for user in range(n_users) for item in lists.get(user, ())]
    counts = [len(lists.get(user, ())) for user in range(n_users)]
    return Candidates(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array(flat, np.int32),
        np.array([user in lists for user in range(n_users)]),
    )


def oracle_order(scores: Sequence[float], held: Iterable[int], others: Iterable[int]) -> list[int]:
    """All ranked items from the best to the worst, others before held-out ones among equals."""
    held = set(held)
    ranked = held | set(others)
    return sorted(ranked, key=lambda item: (-scores[item], item in held, item))


def oracle_metrics(
    scores: Sequence[float], held: Iterable[int], others: Iterable[int], ks: Iterable[int], n_items: int
) -> dict[str, float]:
    """Every metric of one user by its definition."""
    held, others = set(held), set(others) - set(held)
    order = oracle_order(scores, held, others)
    found: dict[str, float] = {}
    for k in ks:
        length = min(k, n_items)
        first = order[:length]
        hits = [place for place, item in enumerate(first, 1) if item in held]
        ideal = range(1, min(length, len(held)) + 1)
        found[f"hit@{k}"] = float(bool(hits))
        found[f"precision@{k}"] = len(hits) / length
        found[f"recall@{k}"] = len(hits) / len(held)
        found[f"ndcg@{k}"] = sum(1 / math.log2(1 + p) for p in hits) / sum(1 / math.log2(1 + p) for p in ideal)
        precisions = [sum(other <= place for other in hits) / place for place in hits]
        found[f"map@{k}"] = sum(precisions) / min(length, len(held))
    found["mrr"] = 1 / min(place for place, item in enumerate(order, 1) if item in held)
    halves = [
        1.0 if scores[other] < scores[item] else 0.5 if scores[other] == scores[item] else 0.0
        for item in held
        for other in others
    ]
    found["auc"] = sum(halves) / len(halves)
    return found
