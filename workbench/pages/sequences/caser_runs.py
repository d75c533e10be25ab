"""The way from a model without windows to one that has them: a Caser run of the workspace, or the plan of one."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from core.runs.entries import Entry
from core.runs.library import read_library
from workbench.jobs.calling import calling
from workbench.jobs.job import End
from workbench.jobs.latest import Latest
from workbench.page import Context, message_of
from workbench.words import cell

CASER = {"model": {"name": "caser"}}
PLAN = "Plan a Caser run"
CHOOSE = "Choose a Caser run"
MOST_OFFERED = 12
"""Runs in the menu; the Runs page has all."""


class CaserRuns(QObject):
    """Knows the Caser runs of the workspace once it was asked to look.

    Attributes:
        changed: others are there; ``words`` says what can be done.
    """

    changed = Signal()

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page
        self.entries: tuple[Entry, ...] = ()
        self._looking = Latest(context.jobs, "Reading the library")
        self._taking = Latest(context.jobs, "Opening the run")

    @property
    def busy(self) -> bool:
        """Runs are looked for, or one is being opened."""
        return self._looking.busy or self._taking.busy

    @property
    def words(self) -> str:
        """What the button says."""
        return CHOOSE if self.entries else PLAN

    def look(self) -> None:
        """Find those that can be chosen."""
        workspace = self._context.workspace

        def found(end: End) -> None:
            # what cannot be read is told by the Runs page
            entries = end.value.entries if end.value is not None else ()
            self.entries = tuple(each for each in entries if each.model == "caser" and each.epoch and not each.fault)
            self.changed.emit()

        self._looking.ask(calling(lambda: read_library(workspace)), found)

    def offer(self, place: QPoint) -> None:
        """Offer the runs that there are; where there is none, put a plan of one into the Train page."""
        if self.entries:
            self.menu().popup(place)
        else:
            self.plan()

    def plan(self) -> None:
        """Put a Caser plan in front of the form of the Train page."""
        self._context.session.offer_plan({key: dict(values) for key, values in CASER.items()})
        self._context.go("train")

    def menu(self) -> QMenu:
        """The runs by name, and the way to another."""
        menu = QMenu(self._page)
        for entry in self.entries[:MOST_OFFERED]:
            words = f"{cell(entry.title, 40)}, {cell(entry.data, 30)}"
            menu.addAction(words.replace("&", "&&")).triggered.connect(lambda _=False, each=entry: self._take(each))
        menu.addSeparator()
        if len(self.entries) > MOST_OFFERED:
            menu.addAction("All runs").triggered.connect(lambda: self._context.go("runs"))
        menu.addAction("Plan another").triggered.connect(lambda: self.plan())
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _take(self, entry: Entry) -> None:
        """Take a run of the workspace into view."""
        path = self._context.workspace.runs_folder / entry.folder

        def take(end: End) -> None:
            if end.error is not None:
                self._context.tell(message_of(end.error, end.details))
            elif end.value is not None:
                self._context.session.choose_run(end.value)

        def begin() -> None:
            from core.runs.opening import open_run

            self._taking.ask(calling(lambda: open_run(path)), take)

        self._context.when_warm("training", begin)
