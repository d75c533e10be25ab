"""From rows as read to interactions: threshold, repeats, minimum counts, ids; everything left out is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from core.data.catalogue import Catalogue
from core.data.cleaned import Cleaned
from core.data.ids import Numbering, canonical, number
from core.data.interactions import Events, Interactions, merge_events
from core.data.minimum_counts import find_removed
from core.data.ordering import Columns, join, renumber, sort_events, tied
from core.data.plan import CleaningPlan
from core.data.raw import RawCandidates, RawRows, Watch
from core.data.repeats import REASONS, first_events, merge_repeats, resolve
from core.data.report import Tally
from core.data.twins import twins_in_words
from core.data.vocabulary import Vocabulary
from core.errors import InputError

Weighing = Literal["rating", "count", "none"]
Mask = npt.NDArray[np.bool_]

SOURCE, TRAIN = "source", "train"
GIVEN = ("validation", "test")
STEPS = 5


def clean(
    rows: RawRows,
    plan: CleaningPlan,
    *,
    parts: Mapping[str, RawRows] | None = None,
    candidates: RawCandidates | None = None,
    windows: bool = False,
    watch: Watch | None = None,
) -> Cleaned:
    """Rating threshold, then repeats, then minimum counts, then ids.

    The item universe is that of the source, the parts and the candidate lists; items that only a catalogue knows
    are left out. A row of a part falls with a user or item that the minimum counts took out of the source.

    Args:
        rows: the source.
        plan: what to keep.
        parts: predefined ``validation`` and ``test`` parts; minimum counts are counted in the source only.
        candidates: candidate lists, whose items join the item universe.
        windows: the model reads sequence windows; decides what ``repeats=auto`` means.
        watch: told how many of the steps are done; may cancel between them.

    Raises:
        InputError: a threshold without ratings, or nothing is left.
        ReadingCancelled: the watch says so.
    """
    watch = watch or Watch()
    raw = {SOURCE: rows, **{name: parts[name] for name in GIVEN if parts and name in parts}}
    tallies = {name: Tally(len(part)) for name, part in raw.items()}

    watch.step(0, STEPS)
    listed = [candidates.items] if candidates else []
    users = number([part.users for part in raw.values()], plan.merge_ids)
    items = number([part.items for part in raw.values()] + listed, plan.merge_ids)

    watch.step(1, STEPS)
    events, below = _apply_threshold(raw, users, items, plan, tallies, lambda: watch.step(1, STEPS))

    watch.step(2, STEPS)
    how, distinct = _merge_repeats(events, plan.repeats, windows and rows.ordered, tallies)

    watch.step(3, STEPS)
    _apply_minimum_counts(events, distinct, plan, tallies)
    if not len(events[SOURCE]):
        raise _nothing_left(rows, tallies[SOURCE])

    watch.step(4, STEPS)
    weighing = _weighing(events[SOURCE], how)
    stay = (
        _present(len(users.ids), [each.users for each in events.values()]),
        _present(len(items.ids), [each.items for each in events.values()] + list(items.columns[len(raw) :])),
    )
    vocabulary = _staying(items, stay[1])
    catalogue, unused = _align(rows.catalogue, vocabulary, plan.merge_ids)
    tallies[SOURCE].note("catalogue items without interactions", unused)
    reports = {name: tallies[name].freeze(len(each)) for name, each in events.items()}
    done = {name: renumber(_weighed(each, weighing), *stay) for name, each in events.items()}
    interactions = Interactions(
        events=reduce(merge_events, done.values()),
        below=renumber(below, *stay),
        users=_staying(users, stay[0]),
        items=vocabulary,
        catalogue=catalogue,
        clock=rows.clock,
        repeats=how,
        weights=weighing,
        source={**rows.source, "cleaning": {name: report.plain() for name, report in reports.items()}},
        ordered=rows.ordered,
    )
    watch.step(STEPS, STEPS)
    notes = (*_twin_notes(rows, users, items, plan.merge_ids), *_weight_notes(rows, plan, weighing))
    given = {TRAIN if name == SOURCE else name: each for name, each in done.items()} if parts else {}
    return Cleaned(interactions, given, candidates, reports, notes)


def _apply_threshold(
    raw: Mapping[str, RawRows],
    users: Numbering,
    items: Numbering,
    plan: CleaningPlan,
    tallies: Mapping[str, Tally],
    pause: Callable[[], None],
) -> tuple[dict[str, Events], Events]:
    """The positives of each part in order, and the rows below the threshold of all parts."""
    sizes = len(users.ids), len(items.ids)
    positives, below = {}, []
    for at, (name, part) in enumerate(raw.items()):
        columns = Columns(users.columns[at], items.columns[at], part.times, part.ratings)
        enough = _enough(name, part, plan.rating_threshold)
        if enough is not None and not enough.all():
            below.append(columns.select(~enough))
            pause()
            columns = columns.select(enough)
            tallies[name].drop("below the rating threshold", len(enough) - len(columns.users))
        pause()
        if plan.ratings == "ignore":
            columns = dataclasses.replace(columns, weights=None)
        positives[name] = sort_events(columns, *sizes, pause)
        tallies[name].note("same user and time as the one before", tied(positives[name]))
    return positives, sort_events(join(below), *sizes, pause)


def _enough(name: str, part: RawRows, threshold: float | None) -> Mask | None:
    """Rows that are positives; None where all are."""
    if threshold is None or (part.ratings is None and name != SOURCE):
        return None
    if part.ratings is None:
        raise InputError(
            code="input.no-ratings",
            what=f"rating_threshold is {threshold:g}, and there are no ratings",
            where=str(part.source.get("name", name)),
            remedy="Leave rating_threshold empty, or name the column of the ratings with --columns rating=NAME",
        )
    return np.asarray(part.ratings >= threshold)


def _merge_repeats(
    events: dict[str, Events], asked: str, windows: bool, tallies: Mapping[str, Tally]
) -> tuple[str, Mask]:
    """Treat repeats in each part on its own; what ``auto`` came to, and one event of each pair of the source."""
    first = {name: first_events(each) for name, each in events.items()}
    how = resolve(asked, events[SOURCE], first[SOURCE], windows)
    for name, each in events.items():
        repeats = len(each) - int(np.count_nonzero(first[name]))
        events[name] = merge_repeats(each, how, first[name])
        if how == "all":
            tallies[name].note("repeats of an earlier interaction", repeats)
        else:
            tallies[name].drop(REASONS[how], repeats)
    return how, first[SOURCE] if how == "all" else np.ones(len(events[SOURCE]), np.bool_)


def _apply_minimum_counts(
    events: dict[str, Events], distinct: Mask, plan: CleaningPlan, tallies: Mapping[str, Tally]
) -> None:
    if max(plan.minimum_user_interactions, plan.minimum_item_interactions) <= 1:
        return
    removed = find_removed(events[SOURCE], distinct, plan.minimum_user_interactions, plan.minimum_item_interactions)
    for name, each in events.items():
        keeps = removed.keeps(each)
        reason = "of users or items below the minimum counts"
        tallies[name].drop(
            reason if name == SOURCE else f"{reason} in training", len(each) - int(np.count_nonzero(keeps))
        )
        events[name] = each if keeps.all() else each.select(keeps)
    tallies[SOURCE].note("users below the minimum counts", int(np.count_nonzero(removed.users)))
    tallies[SOURCE].note("items below the minimum counts", int(np.count_nonzero(removed.items)))


def _weighing(source: Events, how: str) -> Weighing:
    """What the weights mean; weights that are all the same say nothing, the data is then binary."""
    if source.weights is None or source.weights.min() == source.weights.max():
        return "none"
    return "count" if how == "sum" else "rating"


def _weighed(events: Events, weighing: Weighing) -> Events:
    return dataclasses.replace(events, weights=None) if weighing == "none" else events


def _staying(numbered: Numbering, stay: Mask) -> Vocabulary:
    # a copy of 20 million ids is half a gigabyte
    return Vocabulary(numbered.ids if stay.all() else numbered.ids.filter(pa.array(stay)))


def _present(size: int, columns: Sequence[npt.NDArray[np.int32]]) -> Mask:
    present = np.zeros(size, np.bool_)
    for codes in columns:
        present[codes] = True
    return present


def _align(frame: pd.DataFrame | None, items: Vocabulary, merge_ids: bool) -> tuple[Catalogue, int]:
    """The catalogue in the order of the item rows, and how many of its items were never met."""
    if frame is None:
        return Catalogue.empty(len(items)), 0
    if merge_ids:
        frame = frame.set_axis(canonical(pa.array(frame.index.tolist(), pa.large_string())).to_pylist(), axis=0)
    frame = frame[~frame.index.duplicated()]
    ids = items.ids.to_pylist()
    aligned = frame.reindex(ids)
    # each id is there once on both sides; pandas would look at the ids one by one to tell which of its own are met
    unused = len(frame) - int((frame.index.get_indexer(ids) >= 0).sum())
    return Catalogue(aligned.fillna("").astype(str).reset_index(drop=True)), unused


def _nothing_left(rows: RawRows, tally: Tally) -> InputError:
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in tally.freeze(0).dropped.items())
    return InputError(
        code="input.no-interactions",
        what="no interactions are left",
        where=str(rows.source.get("name", "")),
        why=f"Of {len(rows):,} rows: {reasons}" if reasons else "",
        remedy="Lower the rating threshold or the minimum counts" if reasons else "Choose a file with interactions",
    )


def _twin_notes(rows: RawRows, users: Numbering, items: Numbering, merged: bool) -> list[str]:
    """Twins over all parts; what reading has told of the one source is not told again."""
    done = "They were merged" if merged else "merge_ids treats them as one"
    return [
        f"{kind} ids that differ from another one only in spaces or in composed accents: {numbering.twins:,}. {done}."
        for kind, numbering in (("User", users), ("Item", items))
        if numbering.twins and (merged or twins_in_words(kind.lower(), numbering.twins) not in rows.notes)
    ]


def _weight_notes(rows: RawRows, plan: CleaningPlan, weighing: Weighing) -> list[str]:
    if rows.ratings is None or plan.ratings == "ignore" or weighing != "none":
        return []
    return ["All interactions that were kept have the same weight: the data counts as binary."]
