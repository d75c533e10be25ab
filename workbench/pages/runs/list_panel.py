"""The upper half of the page: filter, table, and what can be done with the chosen runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget

from core.runs.entries import Entry
from workbench.jobs.library import Shelf
from workbench.pages.runs.rows import NAME, RunsModel, last_columns, plan_columns, run_columns
from workbench.pages.runs.table import RunsTable
from workbench.settings import Settings
from workbench.theme import Theme
from workbench.widgets.parts import button, label, tip
from workbench.words import cell

TYPING = 150
STATES = ("running", "completed", "stopped", "failed", "interrupted", "damaged")


class ListPanel(QWidget):
    """All runs of a shelf, filtered and sorted; the choice outlives new rows.

    Signals:
        chosen: other runs are selected; ``picked`` has them in the order in which they were selected.
    """

    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.shelf: Shelf | None = None
        self.picked: list[str] = []
        self._showing = self._reveal = False
        self._order = ("", Qt.SortOrder.AscendingOrder)
        self.model = RunsModel(theme)
        self.table = RunsTable(self.model, theme)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find in names, notes, data")
        self.search.setAccessibleName("Find a run")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(280)
        self.states, self.models = self._combo("Any state", "State"), self._combo("Any model", "Model")
        self.starred = QCheckBox("Starred")
        self.starred.setToolTip("Only favourites")
        self.count = label("", "caption")
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.trash = button("Trash", None, "chip", "Bring deleted runs back, or remove them for good")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(self._renew)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.states.activated.connect(lambda _: self._renew())
        self.models.activated.connect(lambda _: self._renew())
        self.starred.toggled.connect(lambda _: self._renew())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 2)
        for each in (self.states, self.models, self.starred):
            row.addWidget(each)
        row.addWidget(self.count, 3)
        row.addWidget(self.trash)
        self.actions_row = QHBoxLayout()
        self.actions_row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addLayout(self.actions_row)

    def _combo(self, every: str, name: str) -> QComboBox:
        made = QComboBox()
        made.addItem(every, "")
        made.setAccessibleName(name)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return made

    # --- rows ---------------------------------------------------------------------------------------------------

    def show_shelf(self, shelf: Shelf) -> None:
        """Show a library; what is selected, the order and the place of the view stay."""
        before, self.shelf = self.shelf, shelf
        self.trash.setText(f"Trash ({shelf.trashed:,})" if shelf.trashed else "Trash")
        self.trash.setEnabled(shelf.trashed > 0)
        if before is not None and before.library == shelf.library and before.plans is shelf.plans:
            return
        met = {entry.state for entry in shelf.library.entries}
        self._offer(self.states, [state for state in STATES if state in met])
        self._offer(self.models, sorted({entry.model for entry in shelf.library.entries if entry.model}))
        self._renew()

    def _offer(self, combo: QComboBox, keys: Sequence[str]) -> None:
        if [combo.itemData(at) for at in range(1, combo.count())] == list(keys):
            return
        kept = combo.currentData()
        while combo.count() > 1:
            combo.removeItem(1)
        for key in keys:
            combo.addItem(cell(key, 30), key)
        combo.setCurrentIndex(max(combo.findData(kept), 0))

    def _renew(self) -> None:
        """Filter, and build the columns of what is shown."""
        if self.shelf is None:
            return
        entries = self.shelf.library.entries
        rows = self._wanted(entries)
        shown = [entries[at] for at in rows]
        columns, widths = run_columns(shown)
        differing, more_widths, hidden = plan_columns(self.shelf.plans, rows, shown)
        last, last_widths = last_columns(shown)
        titles = [column.title for column in self.model.columns]
        across, down = self.table.horizontalScrollBar().value(), self.table.verticalScrollBar().value()
        self._showing = True
        self.model.show_runs(shown, [*columns, *differing, *last], bool(self.shelf.library.read_only))
        now = [column.title for column in self.model.columns]
        if now != titles:
            self.table.take_widths([*widths, *more_widths, *last_widths])
        title, way = self._order
        if title in now:
            self.table.order_by(now.index(title), way)
        self._reselect()
        self._showing = False
        self.table.horizontalScrollBar().setValue(across)
        self.table.verticalScrollBar().setValue(down)
        if self._reveal:
            self._reveal = False
            self.table.scrollTo(self.table.currentIndex())
        self._say(len(shown), len(entries), hidden)
        self._selected()

    def _say(self, shown: int, total: int, hidden: int) -> None:
        of = f" of {total:,}" if shown != total else ""
        words = f"{shown:,}{of} run{'' if total == 1 else 's'}"
        if hidden:
            words += f", {hidden} more parameters differ"
        if shown > 1:
            words += "; Ctrl+click compares"
        reason = self.shelf.library.read_only if self.shelf is not None else ""
        self.count.setText(f"{words}. View only: {reason}" if reason else words)
        self.count.setToolTip(tip(self.count.text()))

    def _wanted(self, entries: Sequence[Entry]) -> npt.NDArray[np.int32]:
        """Places of the runs that pass the filter."""
        words = self.search.text().casefold().split()
        state, model, starred = self.states.currentData(), self.models.currentData(), self.starred.isChecked()
        found = list(range(len(entries)))
        if state:
            found = [at for at in found if entries[at].state == state]
        if model:
            found = [at for at in found if entries[at].model == model]
        if starred:
            found = [at for at in found if entries[at].star]
        if words:
            found = [at for at in found if holds(entries[at], words)]
        return np.array(found, np.int32)

    def remember_order(self, settings: Settings) -> None:
        """Take the order of the last time, and keep each that is chosen."""
        title, _, way = settings.text("runs-order").rpartition(" ")
        self._order = title, Qt.SortOrder.DescendingOrder if way == "down" else Qt.SortOrder.AscendingOrder

        def keep(column: int) -> None:
            way = self.table.horizontalHeader().sortIndicatorOrder()
            self._order = self.model.columns[column].title, way
            settings.keep("runs-order", f"{self._order[0]} {'down' if way == Qt.SortOrder.DescendingOrder else 'up'}")

        self.table.horizontalHeader().sectionClicked.connect(keep)

    # --- selection ----------------------------------------------------------------------------------------------

    def choose(self, folders: Sequence[str]) -> None:
        """Select runs by folder."""
        self.picked = list(folders)
        self._showing = True
        self._reselect()
        self._showing = False
        self._selected()

    def choose_when_read(self, folders: Sequence[str]) -> None:
        """Select runs by folder, and bring them into view, when the list is next shown."""
        self.picked = list(folders)
        self._reveal = True

    def chosen_entries(self) -> list[Entry]:
        """The selected runs in the order in which they were selected."""
        by_folder = {entry.folder: entry for entry in self.model.entries}
        return [by_folder[folder] for folder in self.picked if folder in by_folder]

    def _reselect(self) -> None:
        """Select what is picked; the latest begun where nothing ever was."""
        places = {entry.folder: at for at, entry in enumerate(self.model.entries)}
        rows = [places[folder] for folder in self.picked if folder in places]
        if not rows and not self.picked and places:
            rows = [int(self.model.order[0])]
        shown = np.full(len(places), -1, np.int64)
        shown[self.model.order] = np.arange(len(self.model.order))
        found = QItemSelection()
        last = self.model.columnCount() - 1
        for first, end in stretches(np.sort(shown[rows])):
            found.select(self.model.index(first, 0), self.model.index(end, last))
        selection = self.table.selectionModel()
        selection.select(found, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            current = self.model.index(int(shown[rows[0]]), NAME)
            selection.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _selected(self) -> None:
        if self._showing:
            return
        now = [self.model.entries[row].folder for row in self.table.chosen_rows() if row < len(self.model.entries)]
        held = set(now)
        kept = [folder for folder in self.picked if folder in held]
        before = set(kept)
        self.picked = kept + [folder for folder in now if folder not in before]
        self.chosen.emit()

    # --- actions ------------------------------------------------------------------------------------------------

    def popup(self, actions: Sequence[tuple[str, Callable[[], object], bool]], place: QPoint) -> QMenu:
        """A menu of actions (text, what it does, whether it can be done) with copying and saving below."""
        menu = QMenu(self.table)
        for text, do, possible in actions:
            action = menu.addAction(text)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, do=do: do())
        menu.addSeparator()
        menu.addAction("Copy as text\tCtrl+C").triggered.connect(self.table.copy)
        menu.addAction("Save the table as CSV…").triggered.connect(self.table._save)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu


def holds(entry: Entry, words: Sequence[str]) -> bool:
    """Whether each of some words occurs in what is known of a run."""
    parts = (entry.title, entry.note, entry.data, entry.model, entry.loss, entry.sampler, entry.folder)
    text = "\n".join(parts).casefold()
    return all(word in text for word in words)


def stretches(rows: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last of each run of neighbours among ascending rows."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) > 1)
    firsts, lasts = [0, *(breaks + 1)], [*breaks, len(rows) - 1]
    return [(int(rows[first]), int(rows[last])) for first, last in zip(firsts, lasts, strict=True)]
