"""Deleting runs and bringing them back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QMessageBox

from core.runs.trash import Deleted, deleted_runs
from core.text import count
from workbench.jobs.job import End
from workbench.jobs.library import deleting, emptying, restoring
from workbench.page import Message, Remedy
from workbench.pages.runs.chosen import ChosenRuns
from workbench.words import cell

RESTORABLE = 12
"""Deleted runs that the menu of the trash names."""
MANY = 20
"""Runs from which on moving them takes a while."""


class Trash:
    """Moves the chosen runs to the trash, and knows what was deleted last."""

    def __init__(self, runs: ChosenRuns) -> None:
        self._runs, self._context, self._panel = runs, runs.context, runs.panel
        self._deleted: list[list[Deleted]] = []

    def forget(self) -> None:
        """Another workspace is in view: nothing is brought back to the one before."""
        self._deleted.clear()

    def delete(self) -> None:
        """Move the chosen runs to the trash; a message offers to bring them back."""
        entries = self._runs.deletable()
        if not entries:
            return
        moved: list[Deleted] = []
        place = self._panel.table.shown_chosen()[0]
        work = deleting(self._context.workspace, self._runs.folders(entries))
        job = self._runs.do("Deleting", work, long=len(entries) > MANY)
        job.told.connect(moved.extend)
        names, workspace = [each.title for each in entries], self._context.workspace
        # in another workspace that was turned to meanwhile nothing is gone, and nothing can be brought back
        job.ended.connect(lambda _: self._gone(moved, names, place) if workspace == self._context.workspace else None)

    def _gone(self, moved: list[Deleted], names: list[str], place: int) -> None:
        if not moved:
            return
        self._deleted.append(moved)
        gone = {each.name for each in moved}
        self._let_go(gone)
        rows = range(self._panel.model.rowCount())
        left = [folder for row in rows if (folder := self._panel.model.entry(row).folder) not in gone]
        self._panel.choose_when_read(left[min(place, len(left) - 1) :][:1] if left else [])
        words = cell(names[0], 60) if len(moved) == 1 else count(len(moved), "run")
        self._context.tell(
            Message(
                f"{words} is in the trash." if len(moved) == 1 else f"{words} are in the trash.",
                remedy=Remedy("Undo", self.undo),
            )
        )

    def _let_go(self, gone: set[str]) -> None:
        """A run that was deleted is no longer open."""
        session = self._context.session
        if session.run is not None and session.run.folder.path.name in gone:
            session.choose_run(None)
        if session.other is not None and session.other.folder.path.name in gone:
            session.choose_other(None)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._deleted:
            self._restore(self._deleted.pop())

    def _restore(self, deleted: Sequence[Deleted]) -> None:
        def back(end: End) -> None:
            self._panel.choose_when_read(end.value)
            words = "The run is" if len(deleted) == 1 else f"{len(deleted):,} runs are"
            self._context.tell(Message(f"{words} back.", "good"))

        self._runs.do("Restoring", restoring(self._context.workspace, deleted), back, len(deleted) > MANY)

    def show_menu(self) -> None:
        """Offer what can be brought back."""
        from core.runs.entries import read_entry

        menu = QMenu(self._panel)
        found = list(deleted_runs(self._context.workspace))
        for each in found[:RESTORABLE]:
            title = cell(read_entry(each.folder)[0].title, 50).replace("&", "&&")
            menu.addAction(f"Restore {title}").triggered.connect(lambda _=False, each=each: self._restore([each]))
        if len(found) > 1:
            menu.addAction(f"Restore all {len(found):,}").triggered.connect(lambda: self._restore(found))
        menu.addSeparator()
        empty = menu.addAction("Empty the trash…")
        empty.setEnabled(bool(found))
        empty.triggered.connect(self.empty_trash)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._panel.trash.mapToGlobal(QPoint(0, self._panel.trash.height())))

    def empty_trash(self) -> None:
        """Ask, and remove for good what was deleted."""
        if not self.ask_to_empty(self._panel.shelf.trashed if self._panel.shelf is not None else 0):
            return

        def emptied(end: End) -> None:
            self._deleted.clear()
            self._context.tell(Message(f"{count(end.value, 'run')} removed for good."))

        self._runs.do("Emptying the trash", emptying(self._context.workspace), emptied, long=True)

    def ask_to_empty(self, number: int) -> bool:
        """Whether what was deleted may go for good."""
        box = QMessageBox(self._panel)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Rankscope")
        box.setText(f"Remove {count(number, 'deleted run')} for good?")
        box.setInformativeText("Their weights, results and data cannot be brought back.")
        yes = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        return clicked is yes
