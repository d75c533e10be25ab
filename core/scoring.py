"""The door between models and all that ranks: users and their histories go in, a block of scores comes out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.errors import TrainingError
from core.splits.split import Split

if TYPE_CHECKING:
    import torch

Moment = Literal["validation", "test", "next"]
"""When scores are asked for: to rank the validation part, the test part, or what comes after all that is known."""


class Scorer(Protocol):
    """What every model can do."""

    @property
    def n_items(self) -> int:
        """Size of the item universe."""
        ...

    def scores(self, users: npt.NDArray[np.int32], histories: Histories) -> npt.NDArray[np.float32]:
        """Score every item for some users.

        Args:
            users: user rows, ``[users]``; -1 is a user that the model was not trained on.
            histories: what these users are known to have met, aligned to ``users``; free to ignore.

        Returns:
            ``[users, items]`` float32, C-contiguous, higher is better. It may be a buffer that the next call
            reuses; callers only read it.
        """
        ...


class TensorScorer(Scorer, Protocol):
    """A model that can leave its scores on the device; ``score_tensor`` is taken instead of ``scores`` when present."""

    def score_tensor(self, users: npt.NDArray[np.int32], histories: Histories) -> torch.Tensor:
        """As ``scores``, a float32 tensor ``[users, items]`` on the model's device that needs no gradient."""
        ...


class ManyScorer(Scorer, Protocol):
    """A model that many users are asked for; each of these is made use of where a scorer has it."""

    users_at_once: int
    """Users to ask for at once; by the size of the catalogue where a scorer has no wish."""

    def abreast(self, threads: int) -> Sequence[Scorer]:
        """Scorers of the same model that may be asked at the same time, ``threads`` at most; itself among them."""
        ...

    def at_rest(self) -> AbstractContextManager[None]:
        """Keep the model out of training while many blocks are asked for."""
        ...


@dataclass(frozen=True, eq=False)
class Histories:
    """What some users are known to have met at one moment; nothing is gathered before it is asked for.

    Attributes:
        parts: disjoint sets of known events over the same users, earlier ones first.
        users: rows of ``parts``, ``[users]`` int32; the order of every answer.
    """

    parts: tuple[Events, ...]
    users: npt.NDArray[np.int32]

    @classmethod
    def by_hand(
        cls, lists: Sequence[npt.ArrayLike], n_items: int, weights: Sequence[npt.NDArray[np.float32]] | None = None
    ) -> Histories:
        """Histories of unknown users: one list of item rows a user, oldest first, with weights aligned to them."""
        items = [np.asarray(each, np.int32) for each in lists]
        owners = np.repeat(np.arange(len(items), dtype=np.int32), [len(each) for each in items])
        flat = np.concatenate(items) if items else np.zeros(0, np.int32)
        weighed = np.concatenate(weights).astype(np.float32) if weights else None
        return cls((Events(owners, flat, None, weighed, len(items), n_items),), np.arange(len(items), dtype=np.int32))

    @cached_property
    def indptr(self) -> npt.NDArray[np.int64]:
        """Start of each asked user's events in ``items``, ``[users + 1]``."""
        counts = np.zeros(len(self.users), np.int64)
        for part in self.parts:
            counts += part.indptr[self.users + 1] - part.indptr[self.users]
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    @cached_property
    def items(self) -> npt.NDArray[np.int32]:
        """The items, user by user in time order, repeats included, ``[events]``."""
        gathered = [part.items[where] for part, where in zip(self.parts, self._where, strict=True)]
        return np.concatenate(gathered)[self._order]

    @cached_property
    def weights(self) -> npt.NDArray[np.float32] | None:
        """The weights aligned to ``items``; None where a part has none."""
        if any(part.weights is None for part in self.parts):
            return None
        gathered = [
            part.weights[where] for part, where in zip(self.parts, self._where, strict=True) if part.weights is not None
        ]
        return np.concatenate(gathered)[self._order]

    def last(self, length: int, padding: int) -> npt.NDArray[np.int32]:
        """The last known items of each user, ``[users, length]`` int32, padded on the left with ``padding``."""
        places = self.indptr[1:, None] - length + np.arange(length)
        known = places >= self.indptr[:-1, None]
        windows = np.full(places.shape, padding, np.int32)
        windows[known] = self.items[places[known]]
        return windows

    @cached_property
    def _where(self) -> list[npt.NDArray[np.int64]]:
        """Places of the asked users' events in each part."""
        found = []
        for part in self.parts:
            starts = part.indptr[self.users]
            counts = part.indptr[self.users + 1] - starts
            ends = np.cumsum(counts)
            found.append(np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0))
        return found

    @cached_property
    def _order(self) -> npt.NDArray[np.int64] | slice:
        """Order of the gathered events by (user, time); an earlier part first among equal or unknown times."""
        if len(self.parts) == 1:
            return slice(None)
        rows = np.arange(len(self.users))
        owners = np.concatenate(
            [np.repeat(rows, part.indptr[self.users + 1] - part.indptr[self.users]) for part in self.parts]
        )
        times = [
            part.times[where] for part, where in zip(self.parts, self._where, strict=True) if part.times is not None
        ]
        if len(times) < len(self.parts):
            return np.argsort(owners, kind="stable")
        return np.lexsort((np.concatenate(times), owners))


def known_before(split: Split, moment: Moment) -> tuple[Events, ...]:
    """The parts that are known when ``moment`` is ranked: training, then validation, then test."""
    known = {
        "validation": (split.train,),
        "test": (split.train, split.validation),
        "next": (split.train, split.validation, split.test),
    }[moment]
    return tuple(part for part in known if len(part)) or (split.train,)


BLOCK_BYTES = 1 << 27
"""Scores held at once by a thread, 128 MiB at most."""

BLOCK_USERS = 256
"""Users that are scored at once: enough to make up for reading the items, few enough for the cache."""


def block_size(n_items: int) -> int:
    """Users to score at once."""
    return int(max(min(BLOCK_BYTES // (4 * max(n_items, 1)), BLOCK_USERS), 1))


def users_at_once(scorer: Scorer) -> int:
    """Users to ask a scorer for at once: as it wishes, else by the size of the catalogue."""
    wish: int | None = getattr(scorer, "users_at_once", None)
    return wish or block_size(scorer.n_items)


def score_block(
    scorer: Scorer, users: npt.NDArray[np.int32], histories: Histories
) -> npt.NDArray[np.float32] | torch.Tensor:
    """Scores of a block of users, ``[users, items]``: a tensor where they are on an accelerator, else an array."""
    on_device = getattr(scorer, "score_tensor", None)
    block = scorer.scores(users, histories) if on_device is None else on_device(users, histories)
    if tuple(block.shape) != (len(users), scorer.n_items):
        raise ValueError(f"scores of shape {tuple(block.shape)} for {len(users)} users and {scorer.n_items} items")
    if isinstance(block, np.ndarray):
        return np.ascontiguousarray(block, np.float32)
    if block.device.type == "cpu":
        return np.ascontiguousarray(block.detach().numpy(), np.float32)
    tensor: torch.Tensor = block.detach()
    return tensor


def not_a_number(user: str) -> TrainingError:
    """The error for a model whose scores cannot be ranked."""
    return TrainingError(
        code="ranking.nan-scores",
        what="the model gave scores that are not numbers (NaN)",
        where=f"user {user}",
        why="Weights that are NaN or infinite, mostly from a learning rate that is too high",
        remedy="Train again with a lower learning rate, or go back to an earlier checkpoint",
    )
