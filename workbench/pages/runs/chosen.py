"""The runs that are chosen in the list, and doing something to the library they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.runs.entries import Entry
from core.runs.folder import RunFolder
from workbench.jobs.job import End, Job, Work
from workbench.page import Context, message_of
from workbench.pages.runs.list_panel import ListPanel


class ChosenRuns:
    """What the actions of the page share.

    Args:
        read: reads the library again.
    """

    def __init__(self, context: Context, panel: ListPanel, read: Callable[[], None]) -> None:
        self.context, self.panel, self._read = context, panel, read

    def chosen(self) -> list[Entry]:
        """The chosen runs, in the order in which they were selected."""
        return self.panel.chosen_entries()

    def folders(self, entries: Sequence[Entry]) -> list[RunFolder]:
        """Where runs are kept."""
        return [RunFolder(self.context.workspace.runs_folder / each.folder) for each in entries]

    def changeable(self) -> list[Entry]:
        """Those of the chosen runs whose marks may be changed."""
        return [each for each in self.chosen() if self.panel.model.may_change(each)]

    def deletable(self) -> list[Entry]:
        """Those of the chosen runs that may be deleted."""
        return [each for each in self.chosen() if not each.owner and not self.panel.model.read_only]

    def do(self, title: str, work: Work, then: Callable[[End], None] | None = None, long: bool = False) -> Job:
        """Do something to the library, then read it again; what takes long is shown in the bar of jobs."""

        def ended(end: End) -> None:
            if end.error is not None:
                self.context.tell(message_of(end.error, end.details))
            elif then is not None:
                then(end)
            self._read()

        job = Job(title, work, quiet=not long)
        job.ended.connect(ended)
        return self.context.jobs.start(job)
