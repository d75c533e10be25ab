"""Runs cut off at random places and gone on with, for every way to learn: the end is that of a run in one piece."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable
from pathlib import Path

from core.errors import RankscopeError
from core.proving.ending import differences, ending
from core.proving.material import Case, all_cases, forget, made_split, recording
from core.proving.proof import Options, Progress, Verdict, amount
from core.runs.opening import open_run
from core.runs.resuming import resume
from core.splits.split import Split
from core.training.control import Control
from core.training.events import EvaluationAdvanced, RunCompleted, RunStarted, StepsDone

CUTS, QUICK_CUTS = 20, 1


def prove(options: Options, folder: Path, cases: Iterable[Case] | None = None) -> Generator[Progress, None, Verdict]:
    """Cut every case at random events, half of them by a stop and half as by a kill."""
    generator = random.Random(options.seed)
    cases = list(all_cases() if cases is None else cases)
    cuts = amount(options.cuts, CUTS, QUICK_CUTS, options)
    violations: list[str] = []
    figures = {
        "cases": len(cases),
        "best before the end": 0,
        "cuts": 0,
        "within an epoch": 0,
        "ranking": 0,
        "after refit began": 0,
    }
    for done, case in enumerate(cases):
        yield Progress(done, len(cases), {"case": case.name})
        split = made_split(options.seed, case.refit)
        told = list(recording(folder / "whole", case.plan, split, every=1000.0))
        if not isinstance(told[-1], RunCompleted):
            violations.append(f"{case.name}: {told[-1]}")
            continue
        whole = ending(folder / "whole")
        figures["best before the end"] += told[-1].result["best_epoch"] < case.plan.training.epochs
        first = next(at for at, event in enumerate(told) if isinstance(event, RunStarted))
        places = range(first + 1, len(told) - 1)
        for at in generator.sample(places, min(cuts, len(places))):
            figures["cuts"] += 1
            figures["within an epoch"] += isinstance(told[at], StepsDone)
            figures["ranking"] += isinstance(told[at], EvaluationAdvanced)
            figures["after refit began"] += any(isinstance(e, RunStarted) for e in told[first + 1 : at + 1])
            stop = generator.random() < 0.5
            way = "stopped" if stop else "killed"
            try:
                cut(folder / "cut", case, split, at, stop)
                if open_run(folder / "cut").record.state != "completed":
                    # a stop within the last ranking comes too late
                    list(resume(folder / "cut", every=1000.0))
                wrong = differences(whole, ending(folder / "cut"))
            except RankscopeError as error:
                wrong = [error.sentence()]
            if wrong:
                violations.append(f"{case.name}, {way} at event {at} ({told[at]}): {', '.join(wrong)[:300]}")
            forget(folder / "cut")
        forget(folder / "whole")
    return Verdict(figures, tuple(violations))


def cut(path: Path, case: Case, split: Split, at: int, stop: bool) -> None:
    """Record until event ``at``; then stop, or leave everything as a kill would."""
    control = Control()
    # a kill finds what was saved at the event before it; a stop saves by itself
    events = recording(path, case.plan, split, control, every=1000.0 if stop else 0.0)
    for number, _ in enumerate(events):
        if number == at:
            if not stop:
                break
            control.stop()
    events.close()
