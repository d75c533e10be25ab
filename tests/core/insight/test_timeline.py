"""The windows that the page shows are the windows that training draws, and the moments that rank."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.batches import WindowBatches
from core.data.interactions import Events, merge_events
from core.insight.timeline import NOBODY, PARTS, timeline_of, windows_of
from core.scoring import Histories, known_before
from core.splits.split import Split
from tests.core.training.boards import chance, split_of


def events(lists: list[list[int]], times: list[list[int]] | None = None, items: int = 20) -> Events:
    users = np.repeat(np.arange(len(lists)), [len(each) for each in lists]).astype(np.int32)
    moments = None if times is None else np.array([time for each in times for time in each], np.int64)
    return Events(
        users, np.array([item for each in lists for item in each], np.int32), moments, None, len(lists), items
    )


def drawn_for(train: Events, user: int, length: int, targets: int) -> list[tuple[list[int], list[int]]]:
    batches = WindowBatches(train, length, targets, 7, 1, torch.device("cpu"))
    found = []
    for batch in batches.epoch(0):
        assert batch.asked.windows is not None
        assert batch.mask is not None
        rows = zip(
            batch.asked.users.tolist(),
            batch.asked.windows.tolist(),
            batch.targets.tolist(),
            batch.mask.tolist(),
            batch.events.tolist(),
            strict=True,
        )
        for owner, window, wanted, mask, event in rows:
            if owner == user:
                exist = [item if there else NOBODY for item, there in zip(wanted, mask, strict=True)]
                found.append((event, (window, exist)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


@pytest.mark.parametrize(("length", "targets"), [(3, 2), (5, 3), (2, 1), (6, 9)])
@pytest.mark.parametrize("refitted", [False, True])
def test_that_the_windows_are_those_of_training(length: int, targets: int, refitted: bool) -> None:
    sizes = [1, 2, 3, 4, 8]
    train = events([[3 * user + step for step in range(size)] for user, size in enumerate(sizes)])
    split = split_of(train, events([[15 + user] for user in range(5)]), events([[19] for _ in range(5)]))
    trained = merge_events(split.train, split.validation) if refitted else split.train
    for user in range(5):
        windows = windows_of(split, user, length, targets, refitted)
        items = windows.timeline.items
        shown = []
        for at in range(windows.drawn):
            window = windows.window(at)
            assert window.part == "train"
            inputs = [20 if place == NOBODY else int(items[place]) for place in window.inputs]
            shown.append((inputs, [NOBODY if place == NOBODY else int(items[place]) for place in window.targets]))
        assert shown == drawn_for(trained, user, length, targets)


def test_that_the_last_windows_are_what_evaluation_reads_and_hides() -> None:
    split = chance()
    for user in (0, 7):
        windows = windows_of(split, user, 5, 3)
        assert windows.ranked == ("validation", "test", "next")
        for at, moment in enumerate(windows.ranked, windows.drawn):
            window = windows.window(at)
            known = Histories(known_before(split, moment), np.array([user], np.int32))
            inputs = np.where(window.inputs == NOBODY, split.train.n_items, windows.timeline.items[window.inputs])
            assert inputs.tolist() == known.last(5, split.train.n_items)[0].tolist()
            assert windows.hidden(window).tolist() == sorted(set(known.items.tolist()))
        held = windows.window(windows.drawn + 1)
        assert windows.timeline.items[held.true_next].tolist() == split.test.items_of(user).tolist()
        assert len(windows.window(windows.drawn + 2).true_next) == 0


def test_that_a_training_window_hides_what_came_before_and_never_what_comes_next() -> None:
    train = events([[4, 2, 4, 9, 2, 7]])
    none = events([[]])
    windows = windows_of(split_of(train, none, none), 0, 2, 2)
    window = windows.window(2)
    assert windows.timeline.items[window.true_next].tolist() == [9, 2]
    # 2 was met before and comes again
    assert windows.hidden(window).tolist() == [4]


def test_that_nothing_is_hidden_where_repeats_are_events() -> None:
    train, none = events([[4, 2, 4, 9]]), events([[]])
    split = split_of(train, none, none)
    kept = Split("leave-last-out", split.interactions, train, none, none, hide_seen=False)
    windows = windows_of(kept, 0, 2, 1)
    assert len(windows.hidden(windows.window(1))) == 0


def test_that_the_parts_are_merged_by_time_and_windows_skip_what_was_not_trained_on() -> None:
    train = events([[1, 2, 3]], [[10, 30, 50]])
    split = split_of(train, events([[8]], [[20]]), events([[9]], [[50]]))
    timeline = timeline_of(split, 0)
    assert timeline.items.tolist() == [1, 8, 2, 3, 9]
    assert [PARTS[part] for part in timeline.parts] == ["train", "validation", "train", "train", "test"]
    windows = windows_of(split, 0, 2, 1)
    assert windows.window(0).inputs.tolist() == [NOBODY, 0]
    assert windows.window(0).targets.tolist() == [2]
    assert windows.window(1).inputs.tolist() == [0, 2]


def test_that_a_model_without_windows_reads_all_that_came_before() -> None:
    split = chance()
    windows = windows_of(split, 3, 0, 1)
    assert windows.window(4).inputs.tolist() == windows.trained[:5].tolist()
    assert windows.window(4).targets.tolist() == [windows.trained[5]]


def test_that_an_event_is_found_by_what_follows_the_window() -> None:
    train = events([list(range(12))], [list(range(12))])
    windows = windows_of(split_of(train, events([[12]], [[12]]), events([[13]], [[13]])), 0, 5, 3)
    for place in (1, 4, windows.drawn, 12, 13):
        assert windows.window(windows.followed_by(place)).targets[0] == place
    assert windows.followed_by(0) == 0
    assert windows.window(windows.followed_by(14)).part == "next"


def test_that_users_with_nothing_have_one_moment() -> None:
    none = events([[], [1, 2]])
    windows = windows_of(split_of(none, none, none), 0, 3, 2)
    assert len(windows) == 1
    assert windows.window(0).inputs.tolist() == [NOBODY] * 3
    assert windows.followed_by(0) == 0
