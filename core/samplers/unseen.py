"""Draw unseen items with torch operations, on any device: what core.kernels.sampling does, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data.interactions import Pairs
from core.kernels.sampling import ATTEMPTS, SPAN, Shares
from core.samplers.streams import below, row_numbers, streams_of, words


@dataclass(frozen=True)
class DeviceSeen:
    """Distinct training pairs on a device.

    Attributes:
        indptr: ``[users + 1]`` int64.
        keys: ``[pairs]`` int64, user * n_items + item, ascending.
        halvings: steps of a search in the longest history.
    """

    indptr: Tensor
    keys: Tensor
    n_items: int
    halvings: int

    def counts(self, users: Tensor) -> Tensor:
        """Distinct training items of each user, ``[rows]``."""
        return self.indptr[users + 1] - self.indptr[users]

    def contains(self, users: Tensor, items: Tensor) -> Tensor:
        """Which pairs are in the set; shapes as given."""
        asked = users * self.n_items + items
        at = torch.searchsorted(self.keys, asked)
        return self.keys[at.clamp(max=len(self.keys) - 1)] == asked

    def first_where(self, users: Tensor, past: Callable[[Tensor], Tensor]) -> Tensor:
        """First position of each user's history where ``past(position)`` holds, monotone; its end where nowhere."""
        low, high = self.indptr[users], self.indptr[users + 1]
        for _ in range(self.halvings):
            middle = (low + high) >> 1
            inside = low < high
            beyond = past(middle.clamp(max=len(self.keys) - 1)) & inside
            high = torch.where(beyond, middle, high)
            low = torch.where(inside & ~beyond, middle + 1, low)
        return low


def device_seen(pairs: Pairs, device: torch.device) -> DeviceSeen:
    """Put pairs on a device; a set without pairs gets one key that nothing is equal to."""
    indptr = torch.from_numpy(pairs.indptr).to(device)
    counts = indptr.diff()
    owners = torch.repeat_interleave(torch.arange(pairs.n_users, device=device), counts)
    keys = owners * pairs.n_items + torch.from_numpy(pairs.items).to(device, torch.int64)
    longest = int(counts.max()) if len(counts) else 0
    if not len(keys):
        keys = torch.full((1,), -1, dtype=torch.int64, device=device)
    return DeviceSeen(indptr, keys, pairs.n_items, longest.bit_length() + 1)


def draw_uniform(seen: DeviceSeen, users: Tensor, n: int, key: int, first_row: int) -> tuple[Tensor, Tensor]:
    """Items ``[rows, n]`` int64 and valid ``[rows]``; see the kernel of the same name."""
    unseen = seen.n_items - seen.counts(users)
    bound = torch.full_like(users, seen.n_items)

    def index(rows: Tensor, bits: Tensor) -> Tensor:
        owners, place = users[rows], below(bits, unseen[rows])
        starts = seen.indptr[owners]

        def past(at: Tensor) -> Tensor:
            return seen.keys[at] - owners * seen.n_items - (at - starts) > place

        return place + seen.first_where(owners, past) - starts

    return _draw(seen, users, n, key, first_row, bound, unseen, lambda unit: unit, index)


def draw_by_share(
    seen: DeviceSeen, shares: tuple[Tensor, Tensor], users: Tensor, n: int, key: int, first_row: int
) -> tuple[Tensor, Tensor]:
    """Items ``[rows, n]`` int64 and valid ``[rows]``; see the kernel of the same name."""
    ends, seen_ends = shares
    unseen = ends[-1] - (seen_ends[seen.indptr[users + 1]] - seen_ends[seen.indptr[users]])
    bound = ends[-1].expand_as(users)

    def item_of(unit: Tensor) -> Tensor:
        return torch.searchsorted(ends, unit, right=True) - 1

    def index(rows: Tensor, bits: Tensor) -> Tensor:
        owners, unit = users[rows], below(bits, unseen[rows])
        before = seen_ends[seen.indptr[owners]]

        def past(at: Tensor) -> Tensor:
            return ends[seen.keys[at] - owners * seen.n_items] - (seen_ends[at] - before) > unit

        return item_of(unit + seen_ends[seen.first_where(owners, past)] - before)

    return _draw(seen, users, n, key, first_row, bound, unseen, item_of, index)


def shares_on(shares: Shares, device: torch.device) -> tuple[Tensor, Tensor]:
    """Units before each item, and before each training pair, on a device."""
    return torch.from_numpy(shares.ends).to(device), torch.from_numpy(shares.seen_ends).to(device)


def _draw(
    seen: DeviceSeen,
    users: Tensor,
    n: int,
    key: int,
    first_row: int,
    bound: Tensor,
    unseen: Tensor,
    item_of: Callable[[Tensor], Tensor],
    index: Callable[[Tensor, Tensor], Tensor],
) -> tuple[Tensor, Tensor]:
    """Draw, redraw what was seen, and index into the unseen for what is left after ATTEMPTS.

    Args:
        bound: units among which is drawn, ``[rows]``.
        unseen: units of the items that the row's user has not seen, ``[rows]``.
        item_of: unit -> item, over all items.
        index: (rows, words) -> item, over the unseen items of the rows' users.
    """
    valid = unseen > 0
    streams = streams_of(key, row_numbers(len(users), first_row, users.device))
    items = torch.zeros(len(users) * n, dtype=torch.int64, device=users.device)
    waiting = valid.repeat_interleave(n).nonzero().squeeze(1)
    for attempt in range(ATTEMPTS):
        if not len(waiting):
            break
        rows, columns = waiting // n, waiting % n
        drawn = item_of(below(words(streams[rows], columns * SPAN + attempt), bound[rows]))
        items[waiting] = drawn
        waiting = waiting[seen.contains(users[rows], drawn)]
    if len(waiting):
        rows, columns = waiting // n, waiting % n
        items[waiting] = index(rows, words(streams[rows], columns * SPAN + ATTEMPTS))
    return items.view(-1, n), valid
