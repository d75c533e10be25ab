"""After an unclean end: what was saved and when, with a way to go on; offered once, never done unasked."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.jobs.calling import calling
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Remedy
from workbench.words import cell

if TYPE_CHECKING:
    from core.runs.standing import Unfinished

OFFERED = "interrupted"
"""Setting: the run that was offered last, and when it had been saved; it is offered once."""


def look_for_interrupted(context: Context, otherwise: Callable[[], None] | None = None) -> Job:
    """Find the run that was cut off last and tell of it, once; gives the job that looks.

    Args:
        otherwise: called when there is nothing to tell.
    """

    workspace = context.workspace

    def latest() -> Unfinished | None:
        from core.runs.standing import unfinished

        return max(unfinished(workspace), key=lambda run: run.saved, default=None)

    def ended(end: End) -> None:
        if context.workspace != workspace:
            # what was cut off lies in a workspace that is no longer in view
            return
        told = end.value is not None and offer(context, end.value)
        if not told and otherwise is not None:
            otherwise()

    job = Job("Looking for runs that were cut off", calling(latest), quiet=True)
    job.ended.connect(ended)
    return context.jobs.start(job)


def offer(context: Context, run: Unfinished) -> bool:
    """Tell of a run, once; tells whether it did."""
    told = f"{run.folder.path.name} {run.saved}"
    if not run.saved or context.settings.text(OFFERED, "") == told:
        return False
    context.settings.keep(OFFERED, told)
    context.tell(Message(sentence(run), "warning", Remedy("Continue", continuing(context, run.folder.path))))
    return True


def continuing(context: Context, path: Path) -> Callable[[], None]:
    """What the button does: the Train page goes on with the run."""

    def go_on() -> None:
        context.session.offer_run(path)
        # the page takes it when it is turned to, also from itself
        context.go("data")
        context.go("train")

    return go_on


def sentence(run: Unfinished) -> str:
    """What was saved and when, in local time."""
    when = datetime.datetime.fromisoformat(run.saved).astimezone()
    today = datetime.datetime.now().astimezone().date() == when.date()
    shown = when.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")
    step = f", step {run.step}" if run.step else ""
    name = cell(f"{run.model} {run.folder.path.name[:8]}", 40)
    return f"Training of {name} was cut off: epoch {run.epoch} of {run.epochs}{step} was saved at {shown}."
