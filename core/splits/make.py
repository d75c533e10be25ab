"""Make a Split: call the chosen split, refuse parts that cannot be used, count, match the candidates."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.data.interactions import Events, Interactions
from core.data.raw import RawCandidates
from core.errors import SplitError, UsageError
from core.params import unknown_name
from core.splits import SPLITS
from core.splits.candidates import match_candidates
from core.splits.parts import Material, Parts, counted
from core.splits.repeats import known_already
from core.splits.split import Split


def make_split(
    kind: str,
    settings: Any,
    interactions: Interactions,
    *,
    given: Mapping[str, Events] | None = None,
    candidates: RawCandidates | None = None,
    validation: bool = True,
    merge_ids: bool = False,
    seed: int = 1,
) -> Split:
    """Divide cleaned interactions.

    Args:
        kind: key of the SPLITS table.
        settings: instance of that entry's settings.
        interactions: cleaned data.
        given: ``train``, ``validation`` and ``test`` parts where they came in files of their own.
        candidates: candidate lists of the test part.
        validation: False when no validation part is wanted.
        merge_ids: ids were merged when the data was cleaned.
        seed: the run's seed; splits by chance follow from it.

    Raises:
        SplitError: one user, one item, or an empty part.
        UsageError, PlanError: files or values that do not go with the split.
        InputError: candidate lists that belong to another test part.
    """
    if kind not in SPLITS:
        raise unknown_name(kind, SPLITS, "split")
    given = given or {}
    if given and kind != "predefined":
        files = " and a ".join(name for name in given if name != "train")
        raise UsageError(
            code="usage.given-parts",
            what=f"the split {kind} makes its own parts, and a {files} file is given",
            where=f"split {kind}",
            remedy="Leave the file out, or choose the split predefined",
        )
    _refuse_too_little(interactions, given.get("train", interactions.events))
    # the same recipe as core.seeding, which stands above this package
    generator = np.random.default_rng([seed, zlib.crc32(b"split")])
    parts = SPLITS[kind].load()(Material(interactions, given, validation, generator), settings)
    _refuse_empty(kind, parts)
    matched = None
    if candidates is not None:
        matched = match_candidates(candidates, interactions, (parts.train, parts.validation), parts.test, merge_ids)
    return Split(
        kind=kind,
        interactions=interactions,
        train=parts.train,
        validation=parts.validation,
        test=parts.test,
        ordered=interactions.ordered,
        hide_seen=_hides(settings.hide_seen, interactions),
        refit=settings.refit and len(parts.validation) > 0,
        candidates=matched,
        counts={**parts.counts, **_count(parts)},
    )


def _refuse_too_little(interactions: Interactions, events: Events) -> None:
    users = np.count_nonzero(np.diff(events.indptr))
    for number, name in ((users, "user"), (events.n_items, "item")):
        if number < 2:
            raise SplitError(
                code=f"split.one-{name}",
                what=f"there is only {number} {name}",
                where=str(interactions.source.get("name", "")),
                why="Ranking is learned from several users who chose among several items",
                remedy="Check which columns hold the users and the items, and the minimum counts",
            )


def _refuse_empty(kind: str, parts: Parts) -> None:
    if not len(parts.test):
        raise SplitError(
            code="split.no-test",
            what="no interaction falls into the test part",
            where=f"split {kind}",
            why="; ".join(f"{number:,} {what}" for what, number in parts.counts.items()),
            remedy="Choose a larger share or an earlier moment, or give users with at least two interactions",
        )
    if not len(parts.train):
        raise SplitError(
            code="split.no-training",
            what="no interaction is left for training",
            where=f"split {kind}",
            remedy="Choose smaller shares, or give more interactions",
        )


def _hides(asked: str, interactions: Interactions) -> bool:
    """What ``hide_seen`` comes to: ``auto`` hides unless repeats are kept as events."""
    return interactions.repeats != "all" if asked == "auto" else asked == "on"


def _count(parts: Parts) -> dict[str, int]:
    train_sizes, test_sizes = np.diff(parts.train.indptr), np.diff(parts.test.indptr)
    unseen = parts.train.item_counts[parts.test.items] == 0
    repeated = known_already((parts.train, parts.validation), parts.test)
    return counted(
        users_without_a_test_interaction=np.count_nonzero((train_sizes > 0) & (test_sizes == 0)),
        test_users_without_training_interactions=np.count_nonzero((train_sizes == 0) & (test_sizes > 0)),
        test_interactions_with_items_unseen_in_training=np.count_nonzero(unseen),
        test_interactions_with_items_the_user_already_had=np.count_nonzero(repeated),
    )
