"""Point, pair, window and row batches: a split's training part, shuffled and cut, on the device that trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.interactions import Events, Pairs
from core.models.base import Asked
from core.seeding import key

LOOKED_UP = 65_536
"""Rows that are looked up at once: what stands for them takes one megabyte."""


@dataclass(frozen=True)
class Batch:
    """Rows of one step.

    Attributes:
        asked: the users' side, ``rows`` of it.
        targets: ``[rows, T]`` int64 positives; T is 1 but for windows.
        mask: ``[rows, T]`` bool: targets that exist; None where all do.
        events: ``[rows]`` int64 position of the first target in the training part.
        existing: how many targets exist; None where all do.
    """

    asked: Asked
    targets: Tensor
    mask: Tensor | None
    events: Tensor
    existing: int | None = None


class PairBatches:
    """Every training event once an epoch, in random order."""

    def __init__(self, train: Events, batch_size: int, seed: int, device: torch.device) -> None:
        self.batch_size, self.seed = batch_size, seed
        self.users = torch.from_numpy(train.users).to(device, torch.int64)
        self.items = torch.from_numpy(train.items).to(device, torch.int64)
        self.rows = len(train)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return -(-self.rows // self.batch_size)

    def epoch(self, number: int, first: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from ``first`` on; the order depends on the seed and the epoch alone."""
        # several batches are looked up at once: most of a small look-up is what comes before it
        several = max(LOOKED_UP // self.batch_size, 1)
        order = shuffled(
            self.rows, self.batch_size, key(self.seed, "shuffle", number), self.users.device, first, several
        )
        for at in order:
            users, items = self.users[at], self.items[at].unsqueeze(1)
            parts = (torch.split(each, self.batch_size) for each in (users, items, at))
            for some_users, some_items, some in zip(*parts, strict=True):
                yield Batch(Asked(some_users), some_items, None, some)


class WindowBatches:
    """Every sequence window once an epoch, in random order (protocol: sequence windows)."""

    def __init__(
        self, train: Events, length: int, targets: int, batch_size: int, seed: int, device: torch.device
    ) -> None:
        self.batch_size, self.seed = batch_size, seed
        self.length, self.targets = length, targets
        starts = window_starts(train, targets)
        self.padded = torch.from_numpy(padded_sequences(train, length)).to(device)
        self.starts = torch.from_numpy(starts).to(device)
        self.users = torch.from_numpy(train.users[starts]).to(device, torch.int64)
        ends = train.indptr[train.users[starts].astype(np.int64) + 1]
        self.left = torch.from_numpy(ends - starts).to(device)
        self.existing = self.left.clamp(max=targets)
        self.some_missing = bool((ends - starts < targets).any())
        self.rows = len(starts)
        self.lags = torch.arange(length, device=device)
        self.ahead = torch.arange(targets, device=device)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return -(-self.rows // self.batch_size)

    def epoch(self, number: int, first: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from ``first`` on; the order depends on the seed and the epoch alone."""
        chosen = [*shuffled(self.rows, self.batch_size, key(self.seed, "shuffle", number), self.users.device, first)]
        for at, existing in zip(chosen, self._existing(chosen), strict=True):
            users, starts = self.users[at], self.starts[at]
            begin = starts + (users + 1) * self.length
            windows = self.padded[(begin - self.length).unsqueeze(1) + self.lags]
            mask = self.ahead < self.left[at].unsqueeze(1)
            ahead = (begin.unsqueeze(1) + self.ahead).clamp(max=len(self.padded) - 1)
            targets = torch.where(mask, self.padded[ahead], 0)
            yield Batch(Asked(users, windows), targets, mask, starts, existing)

    def _existing(self, chosen: list[Tensor]) -> list[int] | list[None]:
        """Targets that exist in each batch; all of an epoch at once, since reading them waits for the device."""
        if not self.some_missing or not chosen:
            return [None] * len(chosen)
        sums = self.existing[torch.cat(chosen)].cumsum(0)
        ends = torch.tensor([len(at) for at in chosen]).cumsum(0) - 1
        found = sums[ends.to(sums.device)].cpu()
        return found.diff(prepend=found.new_zeros(1)).tolist()


def window_starts(train: Events, targets: int) -> npt.NDArray[np.int64]:
    """Position of the first target of every window, ``[windows]`` int64.

    A user with n events has windows for t = 1 .. n - T; with 2 <= n <= T one window at t = 1, its missing targets
    masked; with n = 1 none.
    """
    counts = np.diff(train.indptr)
    windows = np.where(counts > targets, counts - targets, (counts >= 2).astype(np.int64))
    owners = np.repeat(np.arange(train.n_users), windows)
    before = np.cumsum(windows) - windows
    t = np.arange(len(owners)) - before[owners] + 1
    starts: npt.NDArray[np.int64] = train.indptr[owners] + t
    return starts


def padded_sequences(events: Events, length: int) -> npt.NDArray[np.int64]:
    """All users' items one after another, each user's preceded by ``length`` paddings (``n_items``).

    Event e of user u lies at ``e + (u + 1) * length``, so every window is a plain slice.
    """
    padded = np.full(len(events) + events.n_users * length, events.n_items, np.int64)
    padded[np.arange(len(events)) + (events.users.astype(np.int64) + 1) * length] = events.items
    return padded


@dataclass(frozen=True)
class RowBatch:
    """Whole rows of the interaction matrix.

    Attributes:
        rows: ``[rows]`` int64, users (or items) of the batch.
        inputs: ``[rows, inputs]`` float32, missing entries 0.
        entry_rows: ``[entries]`` int64, row of the batch of each observed entry.
        entry_columns: ``[entries]`` int64.
        entry_values: ``[entries]`` float32, rating or 1.
    """

    rows: Tensor
    inputs: Tensor
    entry_rows: Tensor
    entry_columns: Tensor
    entry_values: Tensor


class RowBatches:
    """Every user's row (or item's column) that has an entry, once an epoch, in random order."""

    def __init__(
        self,
        pairs: Pairs,
        values: npt.NDArray[np.float32] | None,
        batch_size: int,
        seed: int,
        device: torch.device,
    ) -> None:
        self.pairs, self.values = pairs, values
        self.batch_size, self.seed, self.device = batch_size, seed, device
        self.filled = np.flatnonzero(np.diff(pairs.indptr))
        self.rows = len(self.filled)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return -(-self.rows // self.batch_size)

    def epoch(self, number: int, first: int = 0) -> Iterator[RowBatch]:
        """The batches of an epoch from ``first`` on; the order depends on the seed and the epoch alone."""
        for at in shuffled(self.rows, self.batch_size, key(self.seed, "shuffle", number), torch.device("cpu"), first):
            yield self.batch(self.filled[at.numpy()])

    def batch(self, rows: npt.NDArray[np.int64]) -> RowBatch:
        """Dense inputs and the observed entries of the given rows."""
        counts = self.pairs.indptr[rows + 1] - self.pairs.indptr[rows]
        entry_rows = np.repeat(np.arange(len(rows)), counts)
        before = np.cumsum(counts) - counts
        entries = self.pairs.indptr[rows][entry_rows] + np.arange(len(entry_rows)) - before[entry_rows]
        columns = self.pairs.items[entries].astype(np.int64)
        values = np.ones(len(entries), np.float32) if self.values is None else self.values[entries]
        place = [torch.from_numpy(each).to(self.device) for each in (rows, entry_rows, columns, values)]
        inputs = torch.zeros(len(rows), self.pairs.n_items, device=self.device)
        inputs[place[1], place[2]] = place[3]
        return RowBatch(place[0], inputs, place[1], place[2], place[3])


def pair_values(events: Events) -> tuple[Pairs, npt.NDArray[np.float32] | None]:
    """Distinct pairs with the weight of each pair's last event."""
    pairs = events.pairs
    if events.weights is None:
        return pairs, None
    keys = events.users.astype(np.int64) * events.n_items + events.items
    order = np.argsort(keys, kind="stable")
    last = np.concatenate([keys[order][1:] != keys[order][:-1], [True]]) if len(keys) else np.zeros(0, np.bool_)
    return pairs, events.weights[order][last]


def transposed(pairs: Pairs, values: npt.NDArray[np.float32] | None) -> tuple[Pairs, npt.NDArray[np.float32] | None]:
    """The same pairs as (item, user)."""
    users = np.repeat(np.arange(pairs.n_users, dtype=np.int32), np.diff(pairs.indptr))
    order = np.argsort(pairs.items, kind="stable")
    counts = np.bincount(pairs.items, minlength=pairs.n_items)
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    return Pairs(indptr, users[order], pairs.n_users), None if values is None else values[order]


def shuffled(
    rows: int, batch_size: int, seed: int, device: torch.device, first: int = 0, several: int = 1
) -> Iterator[Tensor]:
    """Row numbers in random order, cut into batches, drawn on the device; the batches before ``first`` are left out.

    Args:
        several: so many batches are given in one piece.
    """
    generator = torch.Generator(device).manual_seed(seed)
    order = torch.randperm(rows, generator=generator, device=device)
    length = batch_size * several
    yield from (order[start : start + length] for start in range(first * batch_size, rows, length))
