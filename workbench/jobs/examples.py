"""The guide's examples that need compiled code, which takes seconds when it is first asked for."""

from __future__ import annotations

from typing import Any

from workbench.jobs.job import JobControl, Tell, Work


def dividing_example(key: str, settings: Any, seed: int) -> Work:
    """Work that divides the guide's example; gives the part of each event, ``[events]`` int8."""

    def work(control: JobControl, tell: Tell) -> Any:
        from core.insight.examples.splits import example_parts

        return example_parts(key, settings, seed)

    return work
