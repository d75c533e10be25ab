"""The Runs page itself: the list, the chosen runs, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSplitter, QVBoxLayout, QWidget

from core import durable
from core.runs.entries import DAMAGED, Entry
from workbench.jobs.job import End, Job
from workbench.jobs.library import Shelf, shelving
from workbench.page import Context, Message, Page, message_of
from workbench.pages.runs.chosen import ChosenRuns
from workbench.pages.runs.details import DetailsPanel
from workbench.pages.runs.list_panel import ListPanel
from workbench.pages.runs.marks import Marks
from workbench.pages.runs.opening import Opening
from workbench.pages.runs.trash import Trash
from workbench.tables.table import ROW
from workbench.widgets.empty import Empty
from workbench.widgets.parts import button, set_icon
from workbench.widgets.shown_stack import ShownStack
from workbench.words import cell

AGAIN = 3000
"""Milliseconds after which the list is read again while a run is being written."""
AROUND, MOST_ROWS = 132, 9
"""Pixels of the list around its rows, and rows that the list has room for at first."""


class RunsPage(Page):
    """A table over curves, metrics, users and parameters."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.shelf: Shelf | None = None
        self._reading: Job | None = None
        self._stale = False
        self._faults: tuple[str, ...] = ()
        self.list = ListPanel(context.theme)
        self.details = DetailsPanel(context)
        self.table, self.runs = self.list.table, self.list.model
        self._chosen_runs = chosen = ChosenRuns(context, self.list, self.read)
        self.marks, self.trash, self.opening = Marks(chosen, self), Trash(chosen), Opening(chosen, self)
        self.list.chosen.connect(self._chosen)
        self.table.opened.connect(lambda _: self.opening.inspect())
        self.table.starred.connect(self.marks.toggle_stars)
        self.table.star_clicked.connect(lambda row: self.marks.toggle_star(self.runs.entries[row]))
        self.table.deleted.connect(self.trash.delete)
        self.table.noted.connect(self.marks.write_note)
        self.table.asked.connect(self._menu)
        self.runs.renamed.connect(self.marks.rename)
        self.list.trash.clicked.connect(self.trash.show_menu)
        self._add_buttons()
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        undo.activated.connect(self.trash.undo)
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setChildrenCollapsible(False)
        self.halves.setHandleWidth(8)
        self.halves.addWidget(self.list)
        self.halves.addWidget(self.details)
        self.halves.setStretchFactor(0, 0)
        self.halves.setStretchFactor(1, 1)
        self.list.setMinimumHeight(AROUND + 3 * ROW)
        self._divide(0)
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(16, 0, 16, 12)
        outer.addWidget(self.halves)
        self.empty = Empty(
            context.theme,
            "runs",
            "Runs that were trained are kept here, to be looked at and compared.",
            "Start training",
            lambda: context.go("train"),
        )
        self.stack = ShownStack(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(whole)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN)
        self._again.timeout.connect(self.read)
        context.session.workspace_changed.connect(self._begin_anew)
        context.session.runs_changed.connect(self.read)
        self._restore_choices()

    def _restore_choices(self) -> None:
        """The part and the order that were in view when the program was last used."""
        settings, tabs = self.context.settings, self.details.tabs
        titles = [tabs.tabText(at) for at in range(tabs.count())]
        tabs.setCurrentIndex(titles.index(settings.text("runs-part", titles[0], tuple(titles))))
        tabs.currentChanged.connect(lambda at: settings.keep("runs-part", tabs.tabText(at)))
        self.list.remember_order(settings)

    def _add_buttons(self) -> None:
        row = self.list.actions_row
        theme = self.context.theme

        def add(text: str, do: Callable[[], object], icon: str, help: str, role: str = "") -> QPushButton:
            made = button(text, do, role, help)
            set_icon(made, theme, icon)
            row.addWidget(made)
            return made

        opening, marks = self.opening, self.marks
        first, second = "Look at it on the other pages (Enter)", "Set it beside A on the other pages"
        self.open_first = button("Open as A", opening.open_as_first, "primary", first)
        row.addWidget(self.open_first)
        self.open_second = button("Open as B", opening.open_as_second, help=second)
        row.addWidget(self.open_second)
        form = "Put its plan into the form of the Train page"
        self.clone = add("Clone", opening.clone_plan, "copy", form)
        longer = "Go on training where it stands, or for more epochs"
        self.go_on = add("Continue", opening.continue_training, "play", longer)
        row.addStretch(1)
        self.star = add("Star", marks.toggle_stars, "star", "Mark as a favourite, or take the mark away (S)")
        self.rename = add("Rename", self.table.rename_current, "edit", "Give it a name (F2)")
        self.note = add("Note", marks.write_note, "note", "Write a note to it (N)")
        self.remove = add("Delete", self.trash.delete, "trash", "Move to the trash; Ctrl+Z brings it back (Del)")

    def entered(self) -> None:
        """Runs may have come from elsewhere."""
        self.read()

    def left(self) -> None:
        """Nothing needs to be followed."""
        self._again.stop()

    # --- the list -----------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the library; once more afterwards where something changed meanwhile."""
        self._again.stop()
        if self._reading is not None or self.table.editing:
            self._stale = True
            self._again.start()
            return
        self._stale = False
        job = Job("Reading the runs", shelving(self.context.workspace, self.shelf), quiet=True)
        self._reading = job
        job.told.connect(lambda shelves: self._show_shelf(shelves[-1]) if job is self._reading else None)
        job.ended.connect(lambda end: self._read(end) if job is self._reading else None)
        self.context.when_warm("reading", lambda: self._begin(job))

    def _begin(self, job: Job) -> None:
        self.context.jobs.start(job)

    def _begin_anew(self) -> None:
        """Another workspace: nothing of the one before is shown, or brought back from its trash."""
        self.shelf, self._reading, self._stale = None, None, False
        self.trash.forget()
        self._faults = ()

    def _read(self, end: End) -> None:
        self._reading = None
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
            return
        if isinstance(end.value, Shelf):
            self._show_shelf(end.value)
        if self._stale:
            self.read()
        elif self.isVisible() and any(each.state == "running" for each in self.runs.entries):
            self._again.start()

    def _show_shelf(self, shelf: Shelf) -> None:
        if self.table.editing:
            self._stale = True
            return
        if self.shelf is None:
            self._divide(len(shelf.library.entries))
        self._tell_when_gone(self.shelf, shelf)
        self.shelf = shelf
        self.context.theme.run_colours.learn({each.folder: each.number for each in shelf.library.entries})
        faults = tuple(each.fault for each in shelf.library.entries if each.fault) + shelf.library.notes
        if faults and faults != self._faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            self.context.tell(Message(f"{faults[0]}{more}", "warning", details="\n".join(faults)))
        self._faults = faults
        self.stack.setCurrentIndex(1 if shelf.library.entries or shelf.trashed else 0)
        self.list.show_shelf(shelf)

    def _tell_when_gone(self, before: Shelf | None, now: Shelf) -> None:
        """Runs that were listed are not merely none: their workspace was moved away, or its drive."""
        path = self.context.workspace.path
        if before is not None and before.library.entries and not now.library.entries and not path.is_dir():
            where = cell(durable.printable_path(path), 120)
            text = f"The workspace {where} is not there any more. Bring it back, or choose another in the File menu."
            self.context.tell(Message(text, "warning"))

    def _divide(self, rows: int) -> None:
        """Give the table as much room as its first rows need, the rest to what is below."""
        above = AROUND + ROW * min(max(rows, 4), MOST_ROWS)
        self.halves.setSizes([above, max(self.height() - above, above)])

    def chosen(self) -> list[Entry]:
        """The chosen runs, in the order in which they were selected."""
        return self.list.chosen_entries()

    def _chosen(self) -> None:
        chosen = self.chosen()
        one = len(chosen) == 1
        readable = [each for each in chosen if each.state != DAMAGED]
        changeable = self._chosen_runs.changeable()
        self.open_first.setEnabled(len(readable) >= 1 and len(chosen) <= 2)
        self.open_second.setEnabled(one and bool(readable))
        self.open_first.setText("Open as A and B" if len(chosen) == 2 else "Open as A")
        self.clone.setEnabled(one and bool(readable))
        self.go_on.setEnabled(one and self.opening.can_continue(chosen[0]))
        self.go_on.setText("Train longer…" if one and chosen[0].state == "completed" else "Continue")
        self.rename.setEnabled(one and bool(changeable))
        self.note.setEnabled(one and bool(changeable))
        self.star.setEnabled(bool(changeable))
        self.star.setText("Unstar" if changeable and all(each.star for each in changeable) else "Star")
        self.remove.setEnabled(bool(self._chosen_runs.deletable()))
        self.details.show_runs(chosen)

    def _menu(self, place: QPoint) -> None:
        actions: list[tuple[str, Callable[[], object], bool]] = [
            (self.open_first.text() + "\tEnter", self.opening.open_as_first, self.open_first.isEnabled()),
            ("Open as B", self.opening.open_as_second, self.open_second.isEnabled()),
            ("Clone into the form", self.opening.clone_plan, self.clone.isEnabled()),
            (self.go_on.text(), self.opening.continue_training, self.go_on.isEnabled()),
            (f"{self.star.text()}\tS", self.marks.toggle_stars, self.star.isEnabled()),
            ("Rename\tF2", self.table.rename_current, self.rename.isEnabled()),
            ("Note…\tN", self.marks.write_note, self.note.isEnabled()),
            ("Delete\tDel", self.trash.delete, self.remove.isEnabled()),
        ]
        self.list.popup(actions, place)
