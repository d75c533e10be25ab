"""Cleaning once more with dictionaries and lists of Python, to compare with: slow, plain, independent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One event; ``place`` is its place in the file."""

    user: str
    item: str
    time: int | None
    weight: float | None
    place: int


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.time or 0, row.place))


def by_user(rows: list[Row]) -> dict[str, list[Row]]:
    histories: dict[str, list[Row]] = {}
    for row in rows:
        histories.setdefault(row.user, []).append(row)
    return {user: in_order(history) for user, history in histories.items()}


def without_repeats(rows: list[Row], how: str) -> list[Row]:
    if how == "all":
        return rows
    kept = []
    for history in by_user(rows).values():
        groups: dict[str, list[Row]] = {}
        for row in history:
            groups.setdefault(row.item, []).append(row)
        for group in groups.values():
            if how == "last":
                kept.append(group[-1])
            elif how == "first":
                kept.append(group[0])
            else:
                weight = sum(1.0 if row.weight is None else row.weight for row in group)
                kept.append(Row(group[0].user, group[0].item, group[0].time, weight, group[0].place))
    return kept


def core_of(rows: list[Row], minimum_user: int, minimum_item: int) -> list[Row]:
    while True:
        items_of: dict[str, set[str]] = {}
        users_of: dict[str, set[str]] = {}
        for row in rows:
            items_of.setdefault(row.user, set()).add(row.item)
            users_of.setdefault(row.item, set()).add(row.user)
        kept = [
            row for row in rows if len(items_of[row.user]) >= minimum_user and len(users_of[row.item]) >= minimum_item
        ]
        if len(kept) == len(rows):
            return rows
        rows = kept


def cleaned(
    rows: list[Row], threshold: float | None, how: str, minimum_user: int, minimum_item: int
) -> dict[str, list[Row]]:
    """History of each user that stays, in order."""
    if threshold is not None:
        rows = [row for row in rows if row.weight is not None and row.weight >= threshold]
    return by_user(core_of(without_repeats(rows, how), minimum_user, minimum_item))
