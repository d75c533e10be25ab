"""Work that is one call of a function that takes its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.jobs.job import JobControl, Tell, Work


def calling(function: Callable[[], Any]) -> Work:
    """Work that calls a function, which touches no widget; gives what it gives."""

    def work(control: JobControl, tell: Tell) -> Any:
        return function()

    return work
