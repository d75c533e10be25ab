from __future__ import annotations

import sys
import threading
import types
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.errors import InputError
from workbench.jobs.job import Cancelled, End, Job, JobControl, Progress, Tell, unexpected
from workbench.jobs.jobs import Jobs


def run(qtbot: QtBot, job: Job) -> tuple[list[Any], list[End]]:
    told: list[Any] = []
    ends: list[End] = []
    job.told.connect(told.extend)
    job.ended.connect(ends.append)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.start()
    return told, ends


def test_that_events_come_in_order_and_are_followed_by_one_end(qtbot: QtBot) -> None:
    def work(control: JobControl, tell: Tell) -> str:
        for number in range(10_000):
            tell(number)
        return "done"

    told, ends = run(qtbot, Job("count", work))
    assert told == list(range(10_000))
    assert ends == [End(value="done")]


def test_that_the_work_runs_in_another_thread_and_the_signals_in_this_one(qtbot: QtBot) -> None:
    here = threading.get_ident()
    seen: list[int] = []
    job = Job("where", lambda control, tell: threading.get_ident())
    job.ended.connect(lambda end: seen.append(threading.get_ident()))
    _, ends = run(qtbot, job)
    assert ends[0].value != here
    assert seen == [here]


def test_that_a_job_may_begin_while_torch_is_being_imported(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))
    _, ends = run(qtbot, Job("early", lambda control, tell: "done"))
    assert ends == [End(value="done")]


def test_that_an_error_of_the_family_is_handed_over_as_it_is(qtbot: QtBot) -> None:
    error = InputError("input.test", "nothing is right")

    def work(control: JobControl, tell: Tell) -> None:
        raise error

    _, ends = run(qtbot, Job("fail", work))
    assert ends[0].error is error
    assert "InputError" in ends[0].details


def test_that_any_other_exception_becomes_one_sentence_with_details(qtbot: QtBot) -> None:
    def work(control: JobControl, tell: Tell) -> None:
        raise ZeroDivisionError("by nothing")

    _, ends = run(qtbot, Job("fail", work))
    assert ends[0].error is not None
    assert ends[0].error.code == "unexpected"
    assert "by nothing" in ends[0].error.sentence()
    assert "Traceback" in ends[0].details


def test_that_a_paused_job_waits_and_a_stopped_one_ends(qtbot: QtBot) -> None:
    def work(control: JobControl, tell: Tell) -> None:
        while not control.should_stop():
            tell("step")
        raise Cancelled

    job = Job("loop", work)
    job.start()
    job.pause()
    assert job.control.paused
    with qtbot.waitSignal(job.ended, timeout=10_000) as ended:
        job.stop()
    assert ended.args[0].cancelled


def test_that_progress_follows_the_events(qtbot: QtBot) -> None:
    def work(control: JobControl, tell: Tell) -> None:
        tell(0.25)
        tell(0.5)

    job = Job("follow", work, lambda before, event: Progress("going", event))
    run(qtbot, job)
    assert job.progress == Progress("going", 0.5)


def test_that_queued_jobs_run_one_after_the_other(qtbot: QtBot) -> None:
    jobs, order = Jobs(), []
    lock = threading.Lock()

    def work(name: str) -> Any:
        def inner(control: JobControl, tell: Tell) -> None:
            assert lock.acquire(blocking=False)
            order.append(name)
            lock.release()

        return inner

    made = [Job(name, work(name)) for name in ("a", "b", "c")]
    ends: list[Any] = []
    jobs.ended.connect(lambda job: ends.append(job.end))
    for job in made:
        jobs.add(job)
    assert jobs.long is made[0]
    assert jobs.queue == made[1:]
    qtbot.waitUntil(lambda: len(ends) == 3, timeout=10_000)
    assert order == ["a", "b", "c"]
    assert all(end.error is None for end in ends)
    assert not jobs.running
    assert jobs.long is None


def test_that_stopping_all_begins_nothing_that_waits(qtbot: QtBot) -> None:
    jobs, begun = Jobs(), []

    def endless(control: JobControl, tell: Tell) -> None:
        begun.append(1)
        while not control.should_stop():
            pass

    for name in ("a", "b"):
        jobs.add(Job(name, endless))
    jobs.stop_all()
    qtbot.waitUntil(lambda: not jobs.running, timeout=10_000)
    assert len(begun) == 1
    assert not jobs.queue


def test_that_short_memory_is_told_as_such() -> None:
    assert unexpected(MemoryError()).code == "memory"
    assert unexpected(RuntimeError("DefaultCPUAllocator: can't allocate memory")).retryable
    assert unexpected(RuntimeError("a defect")).code == "unexpected"
