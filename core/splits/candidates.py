"""Match given candidate lists to the test part: a list is a set, and everything that does not fit is counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.ids import rows_of
from core.data.interactions import Events, Interactions, Pairs, distinct_pairs
from core.data.raw import RawCandidates
from core.errors import InputError
from core.kernels.pairs import met_before
from core.splits.split import Candidates

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


def match_candidates(
    raw: RawCandidates, interactions: Interactions, known: tuple[Events, ...], test: Events, merge_ids: bool = False
) -> Candidates:
    """Turn lists of ids into one set of item rows a tested user.

    Counted, by what it is in plain words: lists of unknown users and of users without a test item (left out), unknown
    items and duplicates (left out), held-out items among the candidates (left out, the evaluation adds the held-out
    item itself), items that the user has already met (kept), tested users without a list (``listed`` is False: they
    are excluded).

    Args:
        raw: the lists as read; several lines of a user are joined.
        interactions: whose vocabularies number the ids.
        known: parts that come before the test: training, validation.
        test: the held-out events.
        merge_ids: ids were merged when the data was cleaned, so the lists' ids are too.

    Raises:
        InputError: a line is keyed by a (user, item) pair whose item is not held out for the user; or no tested
            user has a list.
    """
    users = rows_of(interactions.users, raw.users, merge_ids)
    items = rows_of(interactions.items, raw.items, merge_ids)
    tested = np.diff(test.indptr) > 0
    used = (users >= 0) & tested[np.maximum(users, 0)]
    if raw.held_out is not None:
        _check_keys(raw, users, rows_of(interactions.items, raw.held_out, merge_ids), used, test)
    owners = np.repeat(np.where(used, users, -1), np.diff(raw.indptr))
    known_item = items >= 0
    inside = (owners >= 0) & known_item
    pairs = distinct_pairs(owners[inside], items[inside], test.n_users, test.n_items)
    held = met_before(test.indptr, test.items, pairs.indptr, pairs.items, test.n_items)
    listed = np.zeros(test.n_users, np.bool_)
    listed[users[used]] = True
    counts = {
        "lists of unknown users": np.count_nonzero(users < 0),
        "lists of users without a test item": np.count_nonzero((users >= 0) & ~used),
        "unknown items": np.count_nonzero((owners >= 0) & ~known_item),
        "duplicates": np.count_nonzero(inside) - len(pairs),
        "held-out items among the candidates": np.count_nonzero(held),
        "items already met": np.count_nonzero(_met(known, pairs) & ~held),
        "tested users without a list": np.count_nonzero(tested & ~listed),
    }
    if not listed.any():
        raise _no_list(raw)
    rest = pairs.items[~held]
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(~held)])[pairs.indptr]
    return Candidates(indptr, rest, listed, {what: int(number) for what, number in counts.items() if number})


def _check_keys(raw: RawCandidates, users: Codes, held_out: Codes, used: Mask, test: Events) -> None:
    held = distinct_pairs(test.users, test.items, test.n_users, test.n_items)
    right = held.contains(np.maximum(users, 0), np.maximum(held_out, 0)) & (held_out >= 0)
    wrong = np.flatnonzero(used & ~right)
    if len(wrong) and raw.held_out is not None:
        line = int(wrong[0])
        raise InputError(
            code="input.candidate-key",
            what=f"the key ({raw.users[line].as_py()},{raw.held_out[line].as_py()}) names an item that is not "
            "the user's test item",
            where=f"{raw.source.get('name', 'candidates')}, list {line + 1:,}",
            why=f"This holds for {len(wrong):,} of {len(raw):,} lists; they were made for another test part",
            remedy="Give the test file that belongs to the lists, or choose the split that they were made for",
        )


def _met(known: tuple[Events, ...], pairs: Pairs) -> Mask:
    met = np.zeros(len(pairs), np.bool_)
    for part in known:
        met |= met_before(part.indptr, part.items, pairs.indptr, pairs.items, part.n_items)
    return met


def _no_list(raw: RawCandidates) -> InputError:
    shown = ", ".join(str(each) for each in pa.array(raw.users[:3]).to_pylist())
    return InputError(
        code="input.no-candidates",
        what="no user of the test part has a candidate list",
        where=str(raw.source.get("name", "candidates")),
        why=f"The lists belong to users such as {shown}" if shown else "The file holds no list",
        remedy="Check that the lists belong to this data set and that user ids are written alike",
    )
