"""Which other runs are drawn beside the one in view: those of this session, and those that the workspace has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from workbench.jobs.job import End
from workbench.jobs.latest import Latest
from workbench.page import Context, message_of
from workbench.trace import Trace
from workbench.widgets.check_menu import CheckMenu

if TYPE_CHECKING:
    from core.runs.entries import Entry

MOST_EARLIER = 12
"""Runs of this session that are offered, and runs of the workspace beside them; all are in the list of runs."""


class Overlay(CheckMenu):
    """Offers runs; those of the workspace are listed when the menu opens, and read when they are ticked.

    Signals:
        redrawn: other lines are to be drawn.
    """

    redrawn = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "Overlay")
        self._context = context
        self.earlier: list[Trace] = []
        self._kept: dict[str, tuple[str, Trace | None]] = {}
        self._listing, self._reading = Latest(context.jobs, "Listing runs"), Latest(context.jobs, "Reading a run")
        self.entries.aboutToShow.connect(self._list)
        self.changed.connect(self._read)
        context.session.workspace_changed.connect(self._forget)
        self._offer()

    def add(self, trace: Trace) -> None:
        """Offer a run of this session that has ended; the oldest of many are let go of."""
        if trace not in self.earlier:
            self.earlier = [*self.earlier, trace][-MOST_EARLIER:]
        self._offer()

    def drawn(self, beside: Trace | None) -> list[Trace]:
        """The runs that are ticked and read, without the one in view."""
        path = beside.path if beside is not None else None
        known = {key: trace for key, (_, trace) in self._kept.items()}
        known |= {key_of(each): each for each in self.earlier}
        found = [trace for key in self.ticked if (trace := known.get(key)) is not None]
        return [each for each in found if each is not beside and (path is None or each.path != path)]

    def _offer(self) -> None:
        own = {key_of(each): each.title for each in self.earlier}
        kept = {key: title for key, (title, _) in self._kept.items() if key not in own}
        self.offer([*own.items(), *kept.items()], self.ticked)
        if not own and not kept:
            self.entries.clear()
            self.entries.addAction("No other run has been kept yet").setEnabled(False)
        # whether the workspace has runs is known once they were listed
        self.setEnabled(True)

    def _list(self) -> None:
        from workbench.jobs.library import latest_runs

        workspace = self._context.workspace

        def listed(end: End) -> None:
            if end.value is None or workspace != self._context.workspace:
                return
            found: list[Entry] = end.value
            ticked = [(key, self._kept[key]) for key in self.ticked if key in self._kept]
            before = self._kept
            self._kept = {each.folder: (each.title, before.get(each.folder, ("", None))[1]) for each in found}
            # one that is drawn stays, however many came after it
            self._kept |= dict(ticked)
            self._offer()

        self._listing.ask(latest_runs(workspace, MOST_EARLIER), listed)

    def _read(self) -> None:
        """Read the first run that is ticked and not known yet; then the next."""
        from workbench.jobs.run_details import Detail, detailing

        self.redrawn.emit()
        own = {key_of(each) for each in self.earlier}
        wanted = [key for key in self.ticked if key in self._kept and key not in own and self._kept[key][1] is None]
        if not wanted or self._reading.busy:
            return
        key, (title, _) = wanted[0], self._kept[wanted[0]]
        colour = self._context.theme.run_colours.of(key)
        workspace = self._context.workspace

        def known(end: End) -> None:
            if workspace != self._context.workspace:
                return
            if isinstance(end.value, Detail):
                self._kept[key] = (title, end.value.trace)
            else:
                self._kept.pop(key, None)
                self._offer()
                if end.error is not None:
                    self._context.tell(message_of(end.error, end.details))
            self._read()

        self._reading.ask(detailing(workspace.runs_folder / key, title, colour), known)

    def _forget(self) -> None:
        """Another workspace has other runs."""
        self._listing.forget()
        self._reading.forget()
        self._kept = {}
        self._offer()
        self.redrawn.emit()


def key_of(trace: Trace) -> str:
    """What tells runs apart: the name of the folder, where it has one."""
    return trace.path.name if trace.path is not None else f"\0{id(trace)}"
