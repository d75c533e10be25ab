"""Fetching a data set off the GUI thread, when the user asks for it: the only job that uses a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.downloads.movielens import Download
from core.runs.workspace import Workspace
from workbench.jobs.importing import StageDone
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work

if TYPE_CHECKING:
    from core.data.downloads.fetching import Fetched


def downloading(download: Download, workspace: Workspace) -> Work:
    """Work that fetches a set into the workspace, or goes on with it; gives a Fetched."""

    def work(control: JobControl, tell: Tell) -> Fetched:
        from core.data.downloads import fetching
        from core.data.raw import ReadingCancelled

        workspace.prepare()
        try:
            return fetching.fetch(
                download,
                workspace.downloads_folder,
                lambda stage, done, total: tell(StageDone(stage, done, total)),
                lambda: control.stopped,
            )
        except ReadingCancelled:
            raise Cancelled from None

    return work


def follow_fetching(before: Progress, event: object) -> Progress:
    """The progress bar of a download, with the megabytes."""
    if not isinstance(event, StageDone):
        return before
    if not event.total:
        return Progress(f"{event.stage}: {event.done / 1e6:,.1f} MB")
    text = f"{event.stage}: {event.done / 1e6:,.1f} of {event.total / 1e6:,.1f} MB"
    return Progress(text, min(event.done / event.total, 1.0))
