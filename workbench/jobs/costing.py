"""Reckoning what a run will take off the GUI thread, and measuring a few of its steps where no earlier run tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.training.plan import Plan
from workbench.jobs.job import JobControl, Tell, Work
from workbench.session import Opened

if TYPE_CHECKING:
    from core.training.costing import Cost

MOST_MEMORY = 1 << 30
"""Bytes of a run above which it is not tried out: making its tables takes longer than a preview is worth."""


@dataclass(frozen=True)
class Preview:
    """What is shown before a run starts.

    Attributes:
        seconds: about how long all epochs take, None where nobody knows.
    """

    cost: Cost
    seconds: float | None = None


def costing(plan: Plan, opened: Opened, measure: bool) -> Work:
    """Work that tells a Preview with the sizes at once and gives one with the time, where it is to be measured."""

    def work(control: JobControl, tell: Tell) -> Preview:
        from core.training.costing import calibrated, cost, seconds_for

        reckoned = cost(plan, opened.split)
        tell(Preview(reckoned))
        if not measure or control.stopped or not reckoned.examples or reckoned.memory > MOST_MEMORY:
            return Preview(reckoned)
        speed = calibrated(plan, opened.split, control)
        return Preview(reckoned, None if speed is None else seconds_for(plan, speed))

    return work
