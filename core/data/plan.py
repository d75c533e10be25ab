"""What defines the data of a run: what to open, and how to clean it."""

from __future__ import annotations

from dataclasses import dataclass

from core.params import param


@dataclass(frozen=True)
class CleaningPlan:
    """How rows become interactions; the steps are taken in the order of the fields."""

    merge_ids: bool = param(
        False,
        "Treat ids as one that differ only in spaces around them or in the way their accents are composed.",
        label="Merge twin ids",
    )
    rating_threshold: float | None = param(
        None,
        "Ratings from this value on are positives; rows below it count as unobserved. Empty: every row is a positive.",
    )
    ratings: str = param(
        "keep",
        "Keep the ratings as weights, or ignore them; ignored after the threshold was applied.",
        choices=("keep", "ignore"),
    )
    repeats: str = param(
        "auto",
        "What to do when a user meets an item again: keep the first event, the last, all of them, or sum them into a "
        "weight. Auto keeps the first; or all for models that look at sequence windows, where one event in 100 or more "
        "meets an item again at another time.",
        choices=("auto", "first", "last", "all", "sum"),
    )
    minimum_user_interactions: int = param(
        1, "Leave out users with fewer different items; repeated until nothing more falls.", low=1, high=1_000_000
    )
    minimum_item_interactions: int = param(
        1, "Leave out items with fewer different users; repeated until nothing more falls.", low=1, high=1_000_000
    )


@dataclass(frozen=True)
class SourcePlan:
    """What to open."""

    source: str = param("sample", "File or folder of interactions, or sample: MovieLens small, which is built in.")
    format: str = param("", "Format of the source; empty: found out from its content.")
    columns: str = param(
        "", "Which column is what, such as user=A,item=B,time=C,rating=D; empty: found out from the names."
    )
    items: str = param(
        "", "File with titles, genres or other columns of the items, or none; empty: one that lies beside the source."
    )
    test: str = param("", "A test part of its own; the split is then predefined.")
    validation: str = param(
        "", "A validation part of its own, or none: train a fixed number of epochs; empty: as the split makes it."
    )
    candidates: str = param("", "Candidate lists of the test part; the protocol is then sampled.")


# the fields of the last base come first: a form asks what to open before it asks how to clean
@dataclass(frozen=True)
class DataPlan(CleaningPlan, SourcePlan):
    """Everything that defines the data of a run."""
