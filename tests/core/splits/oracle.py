"""Every split once more with dictionaries and lists of Python, to compare with: slow, plain, independent."""

from __future__ import annotations

import math

from tests.core.data.oracle import Row

Histories = dict[str, list[Row]]
Three = tuple[Histories, Histories, Histories]


def leave_last_out(histories: Histories, validation: bool) -> Three:
    train: Histories = {}
    middle: Histories = {}
    test: Histories = {}
    for user, history in histories.items():
        rest = list(history)
        if len(history) >= 2:
            test[user] = [rest.pop()]
        if validation and len(history) >= 3:
            middle[user] = [rest.pop()]
        train[user] = rest
    return train, middle, test


def by_time(histories: Histories, test_share: float, validation_share: float) -> Three:
    """Walk back from the latest event until the share is full, then on to the end of its tie."""
    rows = sorted((row for history in histories.values() for row in history), key=lambda row: row.time or 0)
    wanted = max(round(len(rows) * test_share), 1)
    cut = rows[-wanted].time or 0
    before = [row for row in rows if (row.time or 0) < cut]
    start = cut
    if validation_share and before:
        also = max(round(len(rows) * validation_share), 1)
        start = before[-min(also, len(before))].time or 0
    return (
        only(histories, lambda row: (row.time or 0) < start),
        only(histories, lambda row: start <= (row.time or 0) < cut),
        only(histories, lambda row: (row.time or 0) >= cut),
    )


def by_chance(
    histories: Histories, test_share: float, validation_share: float, per_user: bool, uniforms: list[float]
) -> Three:
    """Take the events one by one; each is drawn with the chance: still wanted / still to come."""
    groups = list(histories.values()) if per_user else [[row for rows in histories.values() for row in rows]]
    places: dict[int, int] = {}
    at = 0
    for group in groups:
        n = len(group)
        test = min(max(math.floor(n * test_share + 0.5), 1), n - 1) if n >= 2 else 0
        middle = 0
        if validation_share and n >= 3:
            middle = min(max(math.floor(n * validation_share + 0.5), 1), n - 1 - test)
        for left, row in zip(range(n, 0, -1), group, strict=True):
            mark = uniforms[at] * left
            at += 1
            if mark < test:
                places[row.place] = 2
                test -= 1
            elif mark < test + middle:
                places[row.place] = 1
                middle -= 1
            else:
                places[row.place] = 0
    train, validation, held = (only(histories, lambda row, part=part: places[row.place] == part) for part in range(3))
    return train, validation, held


def only(histories: Histories, wanted) -> Histories:  # type: ignore[no-untyped-def]
    return {user: [row for row in history if wanted(row)] for user, history in histories.items()}
