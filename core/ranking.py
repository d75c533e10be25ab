"""The best items of users: score in blocks, leave hidden items out, keep the first k in a definite order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.abreast import at_rest, in_order, scorers_for
from core.data.interactions import Events, Pairs
from core.errors import PlanError
from core.kernels.topk import best_rows, best_rows_reference
from core.scoring import Histories, Scorer, not_a_number, score_block, users_at_once

LONG_LIST = 512
"""From this length on a sort of the whole row is cheaper than insertion."""


@dataclass(frozen=True, eq=False)
class TopItems:
    """The best items of some users, higher score first, the lower item row first among equals.

    Attributes:
        users: rows as they were asked for, ``[users]``.
        items: ``[users, k]`` int32, -1 where a user has no more items.
        scores: ``[users, k]`` float32, NaN where there is no item.
        lengths: items in each list, ``[users]``.
        broken: first place with a NaN score, -1 if there is none.
    """

    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.int32]
    broken: int = -1


def top_items(
    scorer: Scorer,
    users: npt.NDArray[np.int32],
    histories: Histories,
    hidden: Pairs,
    k: int,
    *,
    excluded: npt.ArrayLike = (),
    threads: int = 1,
) -> TopItems:
    """The k best items of a few users.

    Args:
        users: user rows for the model, -1 for an unknown one, ``[users]``.
        histories: what they are known to have met, aligned to ``users``.
        hidden: items never given, by the row of ``histories.users``.
        k: length of the lists, at most the number of items.
        excluded: item rows that nobody is given.

    Raises:
        PlanError: k below 1.
        TrainingError: the model gave NaN.
    """
    length = _length(k, scorer.n_items)
    return _top_items(scorer, users, histories, hidden, length, excluded, threads)


def _top_items(
    scorer: Scorer,
    users: npt.NDArray[np.int32],
    histories: Histories,
    hidden: Pairs,
    length: int,
    excluded: npt.ArrayLike,
    threads: int,
) -> TopItems:
    scores = score_block(scorer, users, histories)
    rows = scores if isinstance(scores, np.ndarray) else scores.cpu().numpy()
    found = best_items(rows, hidden, histories.users, length, excluded=excluded, threads=threads)
    if found.broken >= 0:
        raise not_a_number(f"row {users[found.broken]}")
    return TopItems(users, found.items, found.scores, found.lengths)


def top_items_in_blocks(
    scorer: Scorer,
    users: npt.NDArray[np.int32],
    known: tuple[Events, ...],
    hidden: Pairs,
    k: int,
    *,
    excluded: npt.ArrayLike = (),
    block_users: int | None = None,
    threads: int = 1,
) -> Iterator[TopItems]:
    """The k best items of many known users, a block at a time; memory does not grow with the number of users.

    Args, errors: as ``top_items``; ``known`` are the events that histories are taken from.
    """
    step = block_users or users_at_once(scorer)
    blocks = [users[start : start + step] for start in range(0, len(users), step)]
    scorers = scorers_for(scorer, threads, len(blocks))
    length, listing = _length(k, scorer.n_items), threads if len(scorers) == 1 else 1

    def listed(one: Scorer, block: npt.NDArray[np.int32]) -> TopItems:
        return _top_items(one, block, Histories(known, block), hidden, length, excluded, listing)

    with at_rest(scorer):
        yield from in_order(listed, scorers, blocks)


def best_items(
    scores: npt.NDArray[np.float32],
    hidden: Pairs,
    rows: npt.NDArray[np.int32],
    k: int,
    *,
    excluded: npt.ArrayLike = (),
    threads: int = 1,
) -> TopItems:
    """The k best items of a block of scores ``[users, items]``, ``rows`` ``[users]`` being their rows in ``hidden``."""
    nobodys = np.unique(np.asarray(excluded, np.int32))
    items = np.full((len(scores), k), -1, np.int32)
    values = np.full((len(scores), k), np.nan, np.float32)
    lengths = np.zeros(len(scores), np.int32)
    if k >= LONG_LIST:
        return _sorted(scores, hidden, rows, nobodys, items, values, lengths)

    def listed(first: int, last: int) -> int:
        broken: int = best_rows(scores, first, last, rows, hidden.indptr, hidden.items, nobodys, items, values, lengths)
        return broken

    if threads == 1:
        return TopItems(rows, items, values, lengths, listed(0, len(scores)))
    cuts = [len(scores) * each // threads for each in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        broken = [row for row in pool.map(listed, cuts[:-1], cuts[1:]) if row >= 0]
    return TopItems(rows, items, values, lengths, min(broken, default=-1))


def _sorted(
    scores: npt.NDArray[np.float32],
    hidden: Pairs,
    rows: npt.NDArray[np.int32],
    excluded: npt.NDArray[np.int32],
    items: npt.NDArray[np.int32],
    values: npt.NDArray[np.float32],
    lengths: npt.NDArray[np.int32],
) -> TopItems:
    broken = np.flatnonzero(np.isnan(scores).any(1))
    lists = best_rows_reference(scores, rows, hidden.indptr, hidden.items, excluded, items.shape[1])
    for row, found in enumerate(lists):
        lengths[row] = len(found)
        items[row, : len(found)] = found
        values[row, : len(found)] = scores[row, found]
    return TopItems(rows, items, values, lengths, int(broken[0]) if len(broken) else -1)


def _length(k: int, n_items: int) -> int:
    if k < 1:
        raise PlanError(
            code="plan.value",
            what=f"k cannot be {k}",
            why="A list has at least one item",
            remedy="Give a whole number from 1 on; the default is 10",
        )
    return min(k, n_items)
