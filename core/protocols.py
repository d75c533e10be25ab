"""Evaluation protocols: who is ranked, for which held-out items, against what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events, Pairs, distinct_pairs
from core.errors import SplitError, UsageError
from core.kernels.pairs import met_before
from core.kernels.unions import unite_rows
from core.scoring import known_before
from core.splits.split import Candidates, Split

Part = Literal["validation", "test"]


@dataclass(frozen=True, eq=False)
class Protocol:
    """What is ranked.

    Attributes:
        users: users with a held-out item to rank, ``[users]``, ascending.
        indptr: start of each user's held-out items, ``[users + 1]``.
        items: the held-out items, distinct and ascending within a user, ``[held-out]``.
        sampled: ``field`` holds the candidates; else ``field`` holds what is hidden from the whole catalogue.
        field: items of every user of the data set.
        excluded: users left out, by reason.
        counts: what else was counted.
    """

    part: Part
    users: npt.NDArray[np.int32]
    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    sampled: bool
    field: Pairs
    excluded: dict[str, int]
    counts: dict[str, int]


def protocol_for(split: Split, part: Part, candidates: Candidates | Literal["split"] | None) -> Protocol:
    """Put together what a part is ranked against.

    Args:
        candidates: None ranks in full; ``split`` takes the lists of the split where it has any, for the test part.

    Raises:
        SplitError: the part is empty.
        UsageError: candidates for the validation part.
    """
    if candidates == "split":
        candidates = split.candidates if part == "test" else None
    if candidates is not None and part == "validation":
        raise UsageError(
            code="evaluation.candidates-for-validation",
            what="candidate lists belong to the test part",
            remedy="Rank the validation part in full, or choose the test part",
        )
    events = split.test if part == "test" else split.validation
    if not len(events):
        raise SplitError(
            code=f"evaluation.no-{part}",
            what=f"there is nothing to rank: the {part} part is empty",
            remedy="Choose a split that holds something out, or rank the other part",
        )
    held = events.pairs
    having = np.diff(held.indptr) > 0
    known = sum(np.diff(each.indptr) for each in (split.train, split.validation)) > 0
    excluded = some({"no held-out item": int(np.sum(known & ~having))})
    counts = some({"cold held-out items": int(np.sum(split.train.item_counts[held.items] == 0))})
    if candidates is None:
        return _protocol(part, held, having, False, hidden_pairs(split, part), excluded, counts)
    sets = as_sets(candidates, held)
    excluded |= some({"no candidate list": int(np.sum(having & ~sets.listed))})
    field = Pairs(sets.indptr, sets.items, held.n_items)
    counts |= sets.counts
    counts |= some({"items already met": int(met_already(split, part, field).sum())})
    return _protocol(part, held, having & sets.listed, True, field, excluded, counts)


def check_rankable(split: Split, part: Part) -> None:
    """Refuse a part of which nobody can be ranked, before anything is trained for it; an empty part is not looked at.

    Raises:
        SplitError: each of its users has met all other items, or has no candidates.
    """
    events = split.test if part == "test" else split.validation
    held = np.diff(events.pairs.indptr)
    having = held > 0
    if not having.any():
        return
    sampled = split.candidates is not None and part == "test"
    if sampled:
        assert split.candidates is not None
        sets = as_sets(split.candidates, events.pairs)
        having, left = having & sets.listed, np.diff(sets.indptr)
    else:
        taken = (*(known_before(split, part) if split.hide_seen else ()), events)
        # with repeats counted as often as they occur; nearly always that is few enough
        left = events.n_items - np.sum([np.diff(each.indptr) for each in taken], axis=0)
        if not (left[having] > 0).any():
            left = events.n_items - np.diff(united(taken, split.train).indptr)
    if not (left[having] > 0).any():
        reason = "no candidate list" if sampled and not having.any() else "no candidate"
        raise nobody_ranked(part, {reason: int(np.count_nonzero(held > 0))})


def nobody_ranked(part: Part, excluded: dict[str, int]) -> SplitError:
    """The error for a part of which every user is left out."""
    return SplitError(
        code="evaluation.no-user",
        what=f"no user of the {part} part can be ranked",
        why="Users left out: " + ", ".join(f"{reason} {count}" for reason, count in excluded.items()),
        remedy="Give candidates for these users, or choose a split that leaves them items to rank",
    )


def hidden_pairs(split: Split, part: Part) -> Pairs:
    """What full ranking hides: the user's known items; nothing when the split keeps repeats as events."""
    if not split.hide_seen:
        return united((), split.train)
    return united(known_before(split, part), split.train)


def hidden_when_recommending(split: Split) -> Pairs:
    """What recommendations hide: all that is known of the user, and the items rated below the threshold."""
    known = known_before(split, "next") if split.hide_seen else ()
    return united((*known, split.interactions.below), split.train)


def united(parts: tuple[Events, ...], like: Events) -> Pairs:
    """The distinct pairs of several parts over the users and items of ``like``, in time linear in their number."""
    sets = [part.pairs for part in parts if len(part)]
    if not sets:
        return Pairs(np.zeros(like.n_users + 1, np.int64), np.zeros(0, np.int32), like.n_items)
    union = sets[0]
    for each in sets[1:]:
        union = Pairs(*unite_rows(union.indptr, union.items, each.indptr, each.items), like.n_items)
    return union


def as_sets(candidates: Candidates, held: Pairs) -> Candidates:
    """The same lists without duplicates and without the user's held-out items; what was removed is counted."""
    owners = np.repeat(np.arange(held.n_users, dtype=np.int32), np.diff(candidates.indptr))
    distinct = distinct_pairs(owners, candidates.items, held.n_users, held.n_items)
    among = met_before(held.indptr, held.items, distinct.indptr, distinct.items, held.n_items)
    removed = {
        "duplicates": len(candidates.items) - len(distinct.items),
        "held-out items among the candidates": int(among.sum()),
    }
    owners = np.repeat(np.arange(held.n_users, dtype=np.int32), np.diff(distinct.indptr))[~among]
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owners, minlength=held.n_users))])
    return Candidates(indptr, distinct.items[~among], candidates.listed, {**candidates.counts, **some(removed)})


def met_already(split: Split, part: Part, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs the user had met before the part, ``[pairs]``."""
    met = np.zeros(len(pairs), np.bool_)
    for known in known_before(split, part):
        met |= met_before(known.indptr, known.items, pairs.indptr, pairs.items, pairs.n_items)
    return met


def some(counts: dict[str, int]) -> dict[str, int]:
    """The counts that are not zero."""
    return {reason: count for reason, count in counts.items() if count}


def _protocol(
    part: Part,
    held: Pairs,
    having: npt.NDArray[np.bool_],
    sampled: bool,
    field: Pairs,
    excluded: dict[str, int],
    counts: dict[str, int],
) -> Protocol:
    sizes = np.diff(held.indptr)
    return Protocol(
        part=part,
        users=np.flatnonzero(having).astype(np.int32),
        indptr=np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[having])]),
        items=held.items[np.repeat(having, sizes)],
        sampled=sampled,
        field=field,
        excluded=excluded,
        counts=counts,
    )
