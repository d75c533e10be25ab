"""Of many questions the first and the last are answered; a hasty one stops what is in hand."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from workbench.jobs.job import Cancelled, End, JobControl, Tell
from workbench.jobs.jobs import Jobs
from workbench.jobs.latest import Latest


def test_that_what_lies_between_the_first_and_the_last_is_forgotten(qtbot: QtBot) -> None:
    jobs, gate, done, answers = Jobs(), threading.Event(), [], []
    latest = Latest(jobs, "Asking")

    def ask(number: int) -> None:
        def work(control: JobControl, tell: Tell) -> int:
            gate.wait(10)
            done.append(number)
            return number

        latest.ask(work, lambda end: answers.append(end.value))

    for number in range(5):
        ask(number)
    assert latest.busy
    gate.set()
    qtbot.waitUntil(lambda: not latest.busy, timeout=10_000)
    assert answers == [0, 4]
    assert done == [0, 4]


def test_that_a_hasty_one_stops_the_work_in_hand_and_gives_no_answer_for_it(qtbot: QtBot) -> None:
    jobs = Jobs()
    ends: list[End] = []
    latest = Latest(jobs, "Asking", hasty=True)

    def endless(control: JobControl, tell: Tell) -> None:
        while not control.stopped:
            tell("still here")
        raise Cancelled

    latest.ask(endless, ends.append)
    latest.ask(lambda control, tell: "second", ends.append)
    qtbot.waitUntil(lambda: not latest.busy, timeout=10_000)
    assert [end.value for end in ends] == ["second"]


def test_that_what_is_forgotten_is_not_answered(qtbot: QtBot) -> None:
    jobs = Jobs()
    ends: list[End] = []
    latest = Latest(jobs, "Asking")
    latest.ask(lambda control, tell: 1, ends.append)
    latest.ask(lambda control, tell: 2, ends.append)
    latest.forget()
    qtbot.waitUntil(lambda: not latest.busy, timeout=10_000)
    assert ends == []
