from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from pytestqt.qtbot import QtBot

from workbench.jobs.job import Job, JobControl, Tell
from workbench.jobs.jobs import Jobs
from workbench.jobs.large_blocks import MANY, LargeBlocks, pages_taken


class Watched:
    """Jobs, a clock and pages that are moved by hand, and what was asked of the heaps."""

    def __init__(self) -> None:
        self.seconds, self.pages = 0.0, 0
        self.asked: list[bool] = []
        self.jobs = Jobs()
        self.blocks = LargeBlocks(self.jobs, lambda: self.pages, self.asked.append, lambda: self.seconds)
        self.goes_on = threading.Event()

    def begin(self, quiet: bool = False) -> Job:
        def work(control: JobControl, tell: Tell) -> None:
            self.goes_on.wait(30)

        return self.jobs.start(Job("", work, quiet=quiet))

    def pass_by(self, seconds: float, pages: int) -> None:
        self.seconds += seconds
        self.pages += pages
        self.blocks.look()

    def end(self, qtbot: QtBot) -> None:
        self.goes_on.set()
        qtbot.waitUntil(lambda: not self.jobs.running)
        self.goes_on.clear()


@pytest.fixture
def watched() -> Generator[Watched, None, None]:
    made = Watched()
    yield made
    made.goes_on.set()


def test_that_heaps_hold_large_blocks_while_work_takes_very_many_pages(qtbot: QtBot, watched: Watched) -> None:
    for _ in range(2):
        watched.asked.clear()
        watched.pages += 10 * MANY
        watched.begin()
        watched.pass_by(0.5, MANY // 4)
        assert watched.asked == []
        watched.pass_by(0.5, MANY)
        watched.pass_by(0.5, MANY)
        assert watched.asked == [True]
        watched.end(qtbot)
        assert watched.asked == [True, False]


def test_that_they_hold_none_before_the_last_of_several_ends(qtbot: QtBot, watched: Watched) -> None:
    watched.begin()
    other = threading.Event()
    job = watched.jobs.start(Job("", lambda control, tell: other.wait(30)))
    watched.pass_by(0.5, MANY)
    other.set()
    qtbot.waitUntil(lambda: job not in watched.jobs.running)
    assert watched.asked == [True]
    watched.end(qtbot)
    assert watched.asked == [True, False]


def test_that_small_work_is_not_looked_at_and_work_of_few_pages_changes_nothing(qtbot: QtBot, watched: Watched) -> None:
    watched.begin(quiet=True)
    assert not watched.blocks._timer.isActive()
    watched.begin()
    assert watched.blocks._timer.isActive()
    watched.pass_by(0.5, MANY // 4)
    watched.end(qtbot)
    assert not watched.blocks._timer.isActive()
    assert watched.asked == []


@pytest.mark.skipif(not pages_taken(), reason="pages are counted on Linux only")
def test_that_pages_that_are_touched_are_counted() -> None:
    before = pages_taken()
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
    assert pages_taken() - before > 30
