"""Names, stars and notes of the chosen runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from core.errors import RankscopeError
from core.runs.entries import Entry
from core.runs.folder import RunFolder
from workbench.jobs.library import marking
from workbench.page import message_of
from workbench.pages.runs.chosen import ChosenRuns
from workbench.pages.runs.note_dialog import NoteDialog


class Marks:
    """Changes what the user says of runs."""

    def __init__(self, runs: ChosenRuns, parent: QWidget) -> None:
        self._runs, self._parent = runs, parent

    def rename(self, entry: Entry, name: str) -> None:
        """Give a run a name."""
        self._runs.do("Renaming", marking(self._runs.context.workspace, self._runs.folders([entry]), name=name))

    def toggle_stars(self) -> None:
        """Star the chosen runs, or unstar them when all are."""
        self._star(self._runs.changeable())

    def toggle_star(self, entry: Entry) -> None:
        """Star one run, or unstar it, chosen or not."""
        if self._runs.panel.model.may_change(entry):
            self._star([entry])

    def _star(self, entries: Sequence[Entry]) -> None:
        if entries:
            on = not all(each.star for each in entries)
            self._runs.do("Starring", marking(self._runs.context.workspace, self._runs.folders(entries), star=on))

    def write_note(self) -> None:
        """Open the editor of the note of the one chosen run."""
        chosen = self._runs.chosen()
        if len(chosen) != 1 or not self._runs.changeable():
            return
        from core.runs.marks import read_marks

        folder = self._runs.folders(chosen)[0]
        try:
            text = read_marks(folder).note
        except RankscopeError as error:
            self._runs.context.tell(message_of(error))
            return
        dialog = NoteDialog(self._parent, chosen[0].title, text)
        dialog.accepted.connect(lambda: self._keep_note(folder, dialog.text.toPlainText()))
        dialog.open()

    def _keep_note(self, folder: RunFolder, text: str) -> None:
        self._runs.do("Keeping a note", marking(self._runs.context.workspace, [folder], note=text))
