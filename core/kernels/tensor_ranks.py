"""The counts of ``kernels.ranks`` with tensor operations, for scores that are already on an accelerator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]


def count_tensor(
    scores: torch.Tensor,
    users: Codes,
    indptr: Places,
    items: Codes,
    listed: bool,
    held_indptr: Places,
    held_items: Codes,
) -> tuple[Codes, Codes, Codes, int]:
    """Count candidates above and equal to each held-out item of a block.

    Args:
        scores: ``[rows, items]`` on any device; only read.
        users: user row of each row, ``[rows]``.
        indptr, items: CSR over all users: the candidates if ``listed``, else what is hidden.
        held_indptr: ``[rows + 1]``, places in ``held_items``.

    Returns:
        above and equal ``[held-out of the block]``, candidates ``[rows]``, and the first row with a NaN or -1.
    """
    rows = len(users)
    first, last = int(held_indptr[0]), int(held_indptr[-1])
    mine_of = torch.from_numpy(held_items[first:last].astype(np.int64)).to(scores.device)
    counts = np.diff(held_indptr)
    owners = torch.from_numpy(np.repeat(np.arange(rows), counts)).to(scores.device)
    allowed = _marked(scores, users, indptr, items) if listed else ~_marked(scores, users, indptr, items)
    allowed[owners, mine_of] = False

    above = torch.zeros(last - first, dtype=torch.int64, device=scores.device)
    equal = torch.zeros_like(above)
    starts = held_indptr[:-1] - first
    # the nth held-out item of all users at once: a block of scores is swept as often as the busiest user has items
    for nth in range(int(counts.max(initial=0))):
        having = np.flatnonzero(counts > nth)
        places = torch.from_numpy(starts[having] + nth).to(scores.device)
        block, mask = scores, allowed
        if len(having) < rows:
            chosen = torch.from_numpy(having).to(scores.device)
            block, mask = scores[chosen], allowed[chosen]
        mine = block.gather(1, mine_of[places][:, None])
        above[places] = ((block > mine) & mask).sum(1)
        equal[places] = ((block == mine) & mask).sum(1)
    # one transfer for all results: each is a point where the host waits for the device
    bad = torch.isnan(scores).any(1)
    found = torch.cat([above, equal, allowed.sum(1), bad]).cpu().numpy()
    held = last - first
    broken = np.flatnonzero(found[2 * held + rows :])
    return (
        found[:held].astype(np.int32),
        found[held : 2 * held].astype(np.int32),
        found[2 * held : 2 * held + rows].astype(np.int32),
        int(broken[0]) if len(broken) else -1,
    )


def _marked(scores: torch.Tensor, users: Codes, indptr: Places, items: Codes) -> torch.Tensor:
    """True where the CSR set has the item, ``[rows, items]``."""
    starts = indptr[users]
    counts = indptr[users + 1] - starts
    ends = np.cumsum(counts)
    places = np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
    flat = np.repeat(np.arange(len(users)), counts) * scores.shape[1] + items[places]
    marked = torch.zeros(scores.numel(), dtype=torch.bool, device=scores.device)
    marked[torch.from_numpy(flat).to(scores.device)] = True
    return marked.view(scores.shape)
