"""By time: one moment for all users parts the past from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from core.data.interactions import Clock
from core.errors import PlanError, SplitError
from core.splits.parts import Material, Parts, counted, divide
from core.splits.settings import TimeSettings

Times = npt.NDArray[np.int64]


def by_time(material: Material, settings: TimeSettings) -> Parts:
    """Divide at one or two moments; events at the moment itself belong to the later part, so no tie is torn apart.

    Raises:
        SplitError: the interactions have no times, or a part would be empty.
        PlanError: a moment cannot be read, or validation would start after the test.
    """
    events, clock = material.interactions.events, material.interactions.clock
    times = events.times
    if times is None:
        raise SplitError(
            code="split.no-times",
            what="the interactions have no times",
            where="split time",
            remedy="Choose leave-last-out or random, or name the column of the times with --columns time=NAME",
        )
    cut = moment(settings.test_from, clock, "test_from")
    cut = start_of_latest(times, len(times) * settings.test_share) if cut is None else cut
    test = times >= cut
    validation = np.zeros(len(events), np.bool_)
    if material.validation and (settings.validation_from or settings.validation_share) and not test.all():
        validation = (times >= _validation_start(settings, clock, times[~test], len(times), cut)) & ~test
    if (validation | test).all():
        raise SplitError(
            code="split.no-training",
            what="no interaction is left for training",
            where="split time",
            why=f"All {len(events):,} lie at or after the moment of the cut; the earliest ones may share one time",
            remedy="Choose smaller shares or later moments, or another split",
        )
    counts = counted(interactions_at_the_moment_of_the_cut=int(np.count_nonzero(times == cut)))
    return divide(events, validation, test, counts)


def _validation_start(settings: TimeSettings, clock: Clock, before: Times, total: int, cut: int) -> int:
    """The first moment of the validation part; ``before`` holds the times before the test."""
    start = moment(settings.validation_from, clock, "validation_from")
    if start is None:
        return start_of_latest(before, total * settings.validation_share)
    if start >= cut:
        raise PlanError(
            code="plan.moments",
            what="validation_from is not before the test",
            where="split time",
            remedy="Choose an earlier validation_from",
        )
    return start


def start_of_latest(times: Times, wanted: float) -> int:
    """The moment from which on there are ``wanted`` events, rounded; one at least, more where times are equal."""
    place = len(times) - min(max(round(wanted), 1), len(times))
    return int(np.partition(times, place)[place])


def moment(text: str | None, clock: Clock, name: str) -> int | None:
    """A moment as a number on the clock: a date or time (without a zone: UTC), or a position.

    Raises:
        PlanError: the text cannot be read.
    """
    if not text:
        return None
    try:
        if clock == "order":
            return int(text)
        date = datetime.fromisoformat(text)
    except ValueError:
        raise PlanError(
            code="plan.moment",
            what=f"{name} cannot be {text!r}",
            where="split time",
            remedy="Write a whole number"
            if clock == "order"
            else "Write a date such as 2016-05-01 or 2016-05-01T12:00",
        ) from None
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return (date - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
