"""What the doctor says of time: leaks from the future, ties, unknown order, pairs that stand in two parts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.data.ordering import tied
from core.splits.finding import Finding, Severity, counted, graded
from core.splits.repeats import known_already
from core.splits.split import Split


def later_shares(train: Events, test: Events) -> npt.NDArray[np.float64] | None:
    """Share of all training events later than a user's test event, mean over the user's test events.

    Of each user with a test event, ``[tested users]``; None where times are not known.
    """
    if train.times is None or test.times is None or not len(train) or not len(test):
        return None
    moments = np.sort(train.times)
    # searching in order stays in the cache
    order = np.argsort(test.times)
    later = np.empty(len(test))
    later[order] = 1.0 - np.searchsorted(moments, test.times[order], side="right") / len(moments)
    sizes = np.diff(test.indptr)
    sums = np.bincount(test.users, weights=later, minlength=test.n_users)
    shares: npt.NDArray[np.float64] = sums[sizes > 0] / sizes[sizes > 0]
    return shares


def later_share(train: Events, test: Events) -> float | None:
    """The mean of ``later_shares`` over users; None where times are not known."""
    shares = later_shares(train, test)
    return None if shares is None else float(shares.mean())


def future(split: Split) -> list[Finding]:
    """Training knows what came after a user's test interaction, if only from other users."""
    if split.interactions.clock != "utc":
        return []
    share = later_share(split.train, split.test)
    if not share:
        return []
    moments = f"{share:.1%} of the training interactions are, on average, later than a user's test interaction"
    return [
        Finding(
            "future",
            graded(share, 0.01),
            "Training interactions later than the test interaction",
            round(share * len(split.train)),
            share,
            f"{moments}. The model learns from a future that it would not know: figures come out too good.",
            "Split by time to see what is left of them.",
        )
    ]


def own_future(split: Split) -> list[Finding]:
    """Training knows the user's own later choices."""
    train, test = split.train, split.test
    if train.times is None or test.times is None or not len(train):
        return []
    ends = train.indptr[test.users.astype(np.int64) + 1]
    has = ends > train.indptr[test.users]
    earlier = has & (train.times[np.maximum(ends - 1, 0)] > test.times)
    return counted(
        "own-future",
        "warning",
        "Test interactions earlier than the user's last training interaction",
        int(np.count_nonzero(earlier)),
        len(test),
        "The user's own later choices are known in training; a next item is not what is measured.",
        "Choose leave-last-out or a split by time.",
    )


def boundary_ties(split: Split) -> list[Finding]:
    """The test interaction is told from the known ones by its place in the file alone."""
    train, test = split.train, split.test
    known = (train, split.validation)
    if test.times is None or any(part.times is None and len(part) for part in known):
        return []
    users = np.flatnonzero(np.diff(test.indptr))
    first = test.times[test.indptr[users]]
    tie = np.zeros(len(users), np.bool_)
    for part in known:
        if part.times is not None and len(part):
            ends = part.indptr[users + 1]
            tie |= (ends > part.indptr[users]) & (part.times[np.maximum(ends - 1, 0)] == first)
    return counted(
        "boundary-ties",
        graded(np.count_nonzero(tie), 0.05 * len(users)),
        "Users whose test interaction has the same time as one before it",
        int(np.count_nonzero(tie)),
        len(users),
        "Only the place in the file decides which of them is the test.",
        "Use finer times, or treat the order of these users with care.",
    )


def ties(split: Split) -> list[Finding]:
    """Equal times anywhere in a history."""
    events = split.interactions.events
    return counted(
        "ties",
        "note",
        "Interactions with the same user and time as the one before",
        tied(events),
        len(events),
        "Their order is that of the file; models of sequences read it as if it were known.",
        "Use finer times where they exist.",
    )


def no_clock(split: Split) -> list[Finding]:
    """There are no times at all."""
    interactions = split.interactions
    if interactions.clock != "file" or split.kind == "random":
        return []
    if not interactions.ordered:
        severity: Severity = "warning" if split.kind == "leave-last-out" else "note"
        meaning = (
            "Neither times nor the order of the file say what came first: the last interaction is an arbitrary one."
        )
    else:
        severity, meaning = "note", "The order of the file stands for time; a leak from the future cannot be measured."
    return [
        Finding(
            "no-times",
            severity,
            "No times",
            len(interactions.events),
            None,
            meaning,
            "Name the column of the times if there is one, or split at random.",
        )
    ]


def duplicates(split: Split) -> list[Finding]:
    """A pair that is held out stands in an earlier part too."""
    wanted = split.interactions.repeats == "all"
    met = {
        "test": known_already((split.train, split.validation), split.test),
        "validation": known_already((split.train,), split.validation),
    }
    found = []
    for name, mask in met.items():
        found += counted(
            f"{name}-duplicates",
            "note" if wanted else "warning",
            f"{name.capitalize()} interactions with an item that the user already has",
            int(np.count_nonzero(mask)),
            len(mask),
            "Repeats are kept as events: they are reported apart, and "
            + ("other items already met are hidden." if split.hide_seen else "items already met are not hidden.")
            if wanted
            else "The same pair stands in two parts: the model has seen the answer.",
            "Compare the figures for repeats and for new items."
            if wanted
            else "Take the pairs out of one of the files.",
        )
    return found
