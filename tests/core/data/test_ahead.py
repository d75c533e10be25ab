from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from core.data.ahead import ahead


def test_that_blocks_come_in_order_with_their_results() -> None:
    found = [
        (block, result() if result else None) for block, result in ahead(lambda number: number * 2, iter(range(20)))
    ]
    assert found == [(number, number * 2 if number > 1 else None) for number in range(20)]


def test_that_nothing_is_read_ahead_of_a_look_at_the_beginning() -> None:
    taken: list[int] = []

    def blocks() -> Iterator[int]:
        for number in range(9):
            taken.append(number)
            yield number

    threads = threading.active_count()
    following = ahead(abs, blocks())
    next(following)
    next(following)
    assert (taken, threading.active_count()) == ([0, 1], threads)


def test_that_earlier_blocks_are_handed_over_before_the_error_of_a_later_one() -> None:
    def blocks() -> Iterator[int]:
        yield from range(5)
        raise ValueError("no sixth")

    seen: list[int] = []
    with pytest.raises(ValueError, match="no sixth"):
        seen.extend(block for block, _ in ahead(abs, blocks()))
    assert seen == [0, 1, 2, 3, 4]


def test_that_threads_are_gone_when_the_reader_stops_early() -> None:
    threads = threading.active_count()
    following = ahead(abs, iter(range(50)))
    for _ in range(10):
        next(following)
    following.close()  # type: ignore[attr-defined]
    assert threading.active_count() == threads
