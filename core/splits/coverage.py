"""What the doctor says of who is measured and on what: cold users and items, users left out, small or odd parts."""

from __future__ import annotations

import numpy as np

from core.splits.finding import Finding, counted, graded
from core.splits.split import Split


def cold_items(split: Split) -> list[Finding]:
    """Held-out items that training never saw."""
    cold = split.train.item_counts[split.test.items] == 0
    return counted(
        "cold-items",
        graded(np.count_nonzero(cold), 0.05 * len(split.test)),
        "Test interactions with an item that training never saw",
        int(np.count_nonzero(cold)),
        len(split.test),
        "Nothing was learned about these items; they stay in the average with their untrained score.",
        "Raise minimum_item_interactions, or read the figures by item popularity (rankscope evaluate --buckets).",
    )


def cold_users(split: Split) -> list[Finding]:
    """Tested users that training never saw."""
    tested = np.diff(split.test.indptr) > 0
    cold = tested & (np.diff(split.train.indptr) == 0)
    return counted(
        "cold-users",
        graded(np.count_nonzero(cold), 0.05 * np.count_nonzero(tested)),
        "Tested users without a training interaction",
        int(np.count_nonzero(cold)),
        int(np.count_nonzero(tested)),
        "Nothing was learned about these users; they stay in the average.",
        "Move the cut, or read the figures by user activity (rankscope evaluate --buckets).",
    )


def untested_users(split: Split) -> list[Finding]:
    """Users that train and are not measured."""
    trained = np.diff(split.train.indptr) > 0
    without = trained & (np.diff(split.test.indptr) == 0)
    return counted(
        "untested-users",
        graded(np.count_nonzero(without), 0.5 * np.count_nonzero(trained)),
        "Users without a test interaction",
        int(np.count_nonzero(without)),
        int(np.count_nonzero(trained)),
        "They help to train and are in no average.",
        "Users with few interactions give no test; minimum_user_interactions leaves them out altogether.",
    )


def candidate_lists(split: Split) -> list[Finding]:
    """Users without a list, and candidates that were already met."""
    if split.candidates is None:
        return []
    tested = int(np.count_nonzero(np.diff(split.test.indptr)))
    without = split.candidates.counts.get("tested users without a list", 0)
    found = counted(
        "users-without-list",
        "warning",
        "Tested users without a candidate list",
        without,
        tested,
        "They are in no average.",
        "Check that the lists belong to this test part.",
    )
    met = split.candidates.counts.get("items already met", 0)
    return found + counted(
        "candidates-met",
        "warning",
        "Candidates that the user had already met",
        met,
        len(split.candidates.items),
        "They are ranked as given; a model that knows them puts them first, above the held-out item.",
        "Draw the lists among items that the user has not met.",
    )


def repeats(split: Split) -> list[Finding]:
    """Pairs that occurred more than once in the source."""
    report = split.interactions.source.get("cleaning", {}).get("source", {})
    counts = {**report.get("dropped", {}), **report.get("noted", {})}
    number = sum(count for what, count in counts.items() if "repeat" in what)
    how = {"first": "The first was kept.", "last": "The last was kept.", "all": "All were kept.", "sum": "Summed."}
    return counted(
        "repeats",
        "note",
        "Repeated interactions",
        number,
        int(report.get("read", 0)),
        how[split.interactions.repeats],
        "The field repeats decides: first, last, all or sum.",
    )


def no_validation(split: Split) -> list[Finding]:
    """Nothing to choose the epoch by."""
    if len(split.validation):
        return []
    return [
        Finding(
            "no-validation",
            "note",
            "No validation part",
            0,
            None,
            "Nothing picks the best epoch: training runs the full number of epochs.",
            "Choose the number of epochs beforehand, not by the test part.",
        )
    ]


def small_test(split: Split) -> list[Finding]:
    """Averages over so few users that chance shows."""
    users = int(np.count_nonzero(np.diff(split.test.indptr)))
    if users >= 1000:
        return []
    error = 0.5 / users**0.5
    return [
        Finding(
            "small-test",
            "warning" if users < 200 else "note",
            "Few tested users",
            users,
            None,
            f"A Hit@k can be off by {error:.3f} (one standard error) by chance alone.",
            "Read the confidence intervals, and repeat with several seeds.",
        )
    ]


def density(split: Split) -> list[Finding]:
    """So few, or so many, interactions that figures need care."""
    train = split.train
    users = int(np.count_nonzero(np.diff(train.indptr)))
    items = int(np.count_nonzero(train.item_counts))
    per_user = float(np.median(np.diff(train.indptr)[np.diff(train.indptr) > 0]))
    density = len(train) / (users * items)
    found = []
    if per_user < 3:
        found.append(
            Finding(
                "sparse",
                "warning",
                "Very few training interactions a user",
                per_user,
                None,
                f"Half of the users have {per_user:g} or fewer: personal taste can hardly be learned.",
                "Compare with the popularity baseline; raise minimum_user_interactions.",
            )
        )
    if density > 0.25:
        found.append(
            Finding(
                "dense",
                "note",
                "Very dense data",
                len(train),
                min(density, 1.0),
                "Users have met a large part of all items: few are left to rank, and unseen often means unwanted.",
                "Use the ratings (rating_threshold), if there are any.",
            )
        )
    return found
