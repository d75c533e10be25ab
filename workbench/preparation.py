"""Have the kernels of this machine prepared once the window is there, and say where that cannot last."""

from __future__ import annotations

from workbench.jobs.job import End, Job
from workbench.page import Context, Message

ANEW = (
    "Compiled kernels cannot be kept: neither the program's folder nor your home folder can be written to. "
    "They are compiled anew each time Rankscope is started."
)


def prepare_kernels(context: Context) -> None:
    """Start it; the status bar shows it once something has to be compiled."""
    # what starts processes is loaded after the window is painted
    from workbench.jobs.preparing import TITLE, Prepared, follow_preparing, preparing

    job = Job(TITLE, preparing(), follow_preparing, quiet=True)

    def told(_: object) -> None:
        job.quiet = False

    def ended(end: End) -> None:
        if isinstance(end.value, Prepared) and not end.value.lasts:
            context.tell(Message(ANEW, "warning"))

    job.told.connect(told)
    job.ended.connect(ended)
    context.jobs.start(job)
