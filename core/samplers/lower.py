"""Low-rank positives: for an event, an item of the same user with a smaller weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.data.interactions import Events
from core.errors import PlanError
from core.samplers.streams import below, row_numbers, streams_of, words


@dataclass(frozen=True)
class Lowered:
    """Low-rank positives of some rows.

    Attributes:
        items: ``[rows]`` int64; 0 where there is none.
        found: ``[rows]`` bool: the user has an item of smaller weight.
    """

    items: Tensor
    found: Tensor


class LowerItems:
    """Each user's distinct items by ascending weight; those before an event's own weight are its lower items.

    Hinge with low-rank positives, Uber Eats 2019: fewer repeats or a lower rating make a lower item. A pair that
    occurs more than once has the weight of its last event, so that no item is lower than itself.

    Raises:
        PlanError: the events carry no weights.
    """

    def __init__(self, train: Events, device: torch.device) -> None:
        if train.weights is None:
            raise PlanError(
                code="plan.no-weights",
                what="there are no low-rank positives",
                where="loss low-rank",
                why="The data is binary: no item of a user has a smaller weight than another",
                remedy="Use data with ratings, or sum repeats into a weight; else choose hinge",
            )
        keys = train.users.astype(np.int64) * max(train.n_items, 1) + train.items
        by_pair = np.argsort(keys, kind="stable")
        last = np.append(keys[by_pair][1:] != keys[by_pair][:-1], True)[: len(keys)]
        pair_of = np.empty(len(keys), np.int64)
        pair_of[by_pair] = np.cumsum(last) - last
        users, items, weights = (column[by_pair[last]] for column in (train.users, train.items, train.weights))
        ascending = np.lexsort((weights, users))
        starts = train.pairs.indptr[users]
        place = np.arange(len(users))
        changes = np.append(True, (np.diff(users[ascending]) != 0) | (np.diff(weights[ascending]) != 0))[: len(users)]
        first_equal = np.empty(len(users), np.int64)
        first_equal[ascending] = np.maximum.accumulate(np.where(changes, place, 0))
        self.items = torch.from_numpy(items[ascending].astype(np.int64)).to(device)
        self.starts = torch.from_numpy(starts[pair_of]).to(device)
        self.counts = torch.from_numpy((first_equal - starts)[pair_of]).to(device)

    def draw(self, events: Tensor, key: int, first_row: int = 0) -> Lowered:
        """Draw a lower item for each event, all equally likely.

        Args:
            events: ``[rows]`` int64, positions in the training part.
            key: decides the draws together with the row's number.
            first_row: number of the first row.
        """
        counts = self.counts[events]
        found = counts > 0
        streams = streams_of(key, row_numbers(len(events), first_row, events.device))
        places = self.starts[events] + below(words(streams, torch.zeros_like(events)), counts)
        return Lowered(torch.where(found, self.items[places], 0), found)
