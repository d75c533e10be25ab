"""The Runs page itself: the list, the chosen runs, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QInputDialog,
    QMenu,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from core.commands.text import count
from core.errors import RankscopeError
from core.models import MODELS
from core.runs.entries import DAMAGED, Entry
from core.runs.folder import RunFolder
from core.runs.trash import Deleted, deleted_runs
from workbench.jobs.job import End, Job, Work
from workbench.jobs.library import Shelf, deleting, emptying, marking, restoring, shelving
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages.runs.details import DetailsPanel
from workbench.pages.runs.list_panel import ListPanel
from workbench.pages.runs.note_dialog import NoteDialog
from workbench.tables.table import ROW
from workbench.widgets.empty import Empty
from workbench.widgets.parts import button, set_icon
from workbench.words import cell

AGAIN = 3000
"""Milliseconds after which the list is read again while a run is being written."""
RESTORABLE = 12
"""Deleted runs that the menu of the trash names."""
MANY = 20
"""Runs from which on moving them takes a while."""
MOST_EPOCHS = 1_000_000
AROUND, MOST_ROWS = 132, 9
"""Pixels of the list around its rows, and rows that the list has room for at first."""


class RunsPage(Page):
    """A table over curves, metrics, users and parameters."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.shelf: Shelf | None = None
        self._reading: Job | None = None
        self._stale = False
        self._deleted: list[list[Deleted]] = []
        self._faults: tuple[str, ...] = ()
        self.list = ListPanel(context.theme)
        self.details = DetailsPanel(context)
        self.table, self.runs = self.list.table, self.list.model
        self.list.chosen.connect(self._chosen)
        self.table.opened.connect(lambda _: self.inspect())
        self.table.starred.connect(self.toggle_stars)
        self.table.star_clicked.connect(self._star_row)
        self.table.deleted.connect(self.delete)
        self.table.noted.connect(self.write_note)
        self.table.asked.connect(self._menu)
        self.runs.renamed.connect(self._rename)
        self.list.trash.clicked.connect(self._trash_menu)
        self._add_buttons()
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        undo.activated.connect(self.undo)
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
        self.stack = QStackedLayout(self)
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

        self.open_first = button("Open as A", self.open_as_first, "primary", "Look at it on the other pages (Enter)")
        row.addWidget(self.open_first)
        self.open_second = button("Open as B", self.open_as_second, help="Set it beside A on the other pages")
        row.addWidget(self.open_second)
        self.clone = add("Clone into the form", self.clone_plan, "copy", "Put its plan into the form of the Train page")
        self.go_on = add(
            "Continue", self.continue_training, "play", "Go on training where it stands, or for more epochs"
        )
        row.addStretch(1)
        self.star = add("Star", self.toggle_stars, "star", "Mark as a favourite, or take the mark away (S)")
        self.rename = add("Rename", self.table.rename_current, "edit", "Give it a name (F2)")
        self.note = add("Note", self.write_note, "note", "Write a note to it (N)")
        self.remove = add("Delete", self.delete, "trash", "Move to the trash; Ctrl+Z brings it back (Del)")

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
        self._deleted.clear()
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
        self.shelf = shelf
        self.context.theme.run_colours.learn({each.folder: each.number for each in shelf.library.entries})
        faults = tuple(each.fault for each in shelf.library.entries if each.fault) + shelf.library.notes
        if faults and faults != self._faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            self.context.tell(Message(f"{faults[0]}{more}", "warning", details="\n".join(faults)))
        self._faults = faults
        self.stack.setCurrentIndex(1 if shelf.library.entries or shelf.trashed else 0)
        self.list.show_shelf(shelf)

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
        changeable = [each for each in chosen if self.runs.may_change(each)]
        self.open_first.setEnabled(len(readable) >= 1 and len(chosen) <= 2)
        self.open_second.setEnabled(one and bool(readable))
        self.open_first.setText("Open as A and B" if len(chosen) == 2 else "Open as A")
        self.clone.setEnabled(one and bool(readable))
        self.go_on.setEnabled(one and self._can_continue(chosen[0]))
        self.go_on.setText("Train longer…" if one and chosen[0].state == "completed" else "Continue")
        self.rename.setEnabled(one and bool(changeable))
        self.note.setEnabled(one and bool(changeable))
        self.star.setEnabled(bool(changeable))
        self.star.setText("Unstar" if changeable and all(each.star for each in changeable) else "Star")
        self.remove.setEnabled(bool(self._deletable(chosen)))
        self.details.show_runs(chosen)

    def _deletable(self, entries: Sequence[Entry]) -> list[Entry]:
        return [each for each in entries if not each.owner and not self.runs.read_only]

    def _folders(self, entries: Sequence[Entry]) -> list[RunFolder]:
        return [RunFolder(self.context.workspace.runs_folder / each.folder) for each in entries]

    def _do(self, title: str, work: Work, then: Callable[[End], None] | None = None, long: bool = False) -> Job:
        """Do something to the library, then read it again; what takes long is shown in the bar of jobs."""

        def ended(end: End) -> None:
            if end.error is not None:
                self.context.tell(message_of(end.error, end.details))
            elif then is not None:
                then(end)
            self.read()

        job = Job(title, work, quiet=not long)
        job.ended.connect(ended)
        return self.context.jobs.start(job)

    # --- names, stars, notes ------------------------------------------------------------------------------------

    def _rename(self, entry: Entry, name: str) -> None:
        self._do("Renaming", marking(self.context.workspace, self._folders([entry]), name=name))

    def toggle_stars(self) -> None:
        """Star the chosen runs, or unstar them when all are."""
        self._star([each for each in self.chosen() if self.runs.may_change(each)])

    def _star_row(self, row: int) -> None:
        entry = self.runs.entries[row]
        if self.runs.may_change(entry):
            self._star([entry])

    def _star(self, entries: Sequence[Entry]) -> None:
        if entries:
            on = not all(each.star for each in entries)
            self._do("Starring", marking(self.context.workspace, self._folders(entries), star=on))

    def write_note(self) -> None:
        """Open the editor of the note of the one chosen run."""
        chosen = self.chosen()
        if len(chosen) != 1 or not self.runs.may_change(chosen[0]):
            return
        from core.runs.marks import read_marks

        folder = self._folders(chosen)[0]
        try:
            text = read_marks(folder).note
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        dialog = NoteDialog(self, chosen[0].title, text)
        dialog.accepted.connect(lambda: self._keep_note(folder, dialog.text.toPlainText()))
        dialog.open()

    def _keep_note(self, folder: RunFolder, text: str) -> None:
        self._do("Keeping a note", marking(self.context.workspace, [folder], note=text))

    # --- the trash ----------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Move the chosen runs to the trash; a message offers to bring them back."""
        entries = self._deletable(self.chosen())
        if not entries:
            return
        moved: list[Deleted] = []
        place = self.table.shown_chosen()[0]
        job = self._do("Deleting", deleting(self.context.workspace, self._folders(entries)), long=len(entries) > MANY)
        job.told.connect(moved.extend)
        names = [each.title for each in entries]
        job.ended.connect(lambda _: self._gone(moved, names, place))

    def _gone(self, moved: list[Deleted], names: list[str], place: int) -> None:
        if not moved:
            return
        self._deleted.append(moved)
        gone = {each.name for each in moved}
        self._let_go(gone)
        left = [
            entry.folder for row in range(self.runs.rowCount()) if (entry := self.runs.entry(row)).folder not in gone
        ]
        self.list.choose_when_read(left[min(place, len(left) - 1) :][:1] if left else [])
        words = cell(names[0], 60) if len(moved) == 1 else count(len(moved), "run")
        self.context.tell(
            Message(
                f"{words} is in the trash." if len(moved) == 1 else f"{words} are in the trash.",
                remedy=Remedy("Undo", self.undo),
            )
        )

    def _let_go(self, gone: set[str]) -> None:
        """A run that was deleted is no longer open."""
        session = self.context.session
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
            self.list.choose_when_read(end.value)
            words = "The run is" if len(deleted) == 1 else f"{len(deleted):,} runs are"
            self.context.tell(Message(f"{words} back.", "good"))

        self._do("Restoring", restoring(self.context.workspace, deleted), back, len(deleted) > MANY)

    def _trash_menu(self) -> None:
        from core.runs.entries import read_entry

        menu = QMenu(self)
        found = list(deleted_runs(self.context.workspace))
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
        menu.popup(self.list.trash.mapToGlobal(QPoint(0, self.list.trash.height())))

    def empty_trash(self) -> None:
        """Ask, and remove for good what was deleted."""
        if not self.ask_to_empty(self.shelf.trashed if self.shelf is not None else 0):
            return

        def emptied(end: End) -> None:
            self._deleted.clear()
            self.context.tell(Message(f"{count(end.value, 'run')} removed for good."))

        self._do("Emptying the trash", emptying(self.context.workspace), emptied, long=True)

    def ask_to_empty(self, number: int) -> bool:
        """Whether what was deleted may go for good."""
        box = QMessageBox(self)
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

    # --- opening ------------------------------------------------------------------------------------------------

    def _opened(self, entry: Entry) -> Any:
        from core.runs.opening import open_run

        try:
            return open_run(self._folders([entry])[0].path)
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return None

    def open_as_first(self) -> None:
        """Take the chosen run into view as A, and a second one as B."""
        self.context.when_warm("training", self._open_as_first)

    def _open_as_first(self) -> None:
        chosen = self.chosen()[:2]
        takers = (self.context.session.choose_run, self.context.session.choose_other)
        taken = 0
        for entry, take in zip(chosen, takers, strict=False):
            run = self._opened(entry)
            if run is not None:
                take(run)
                taken += 1
        if taken:
            words = ("It is in view", "See its lists") if taken == 1 else ("Both are in view", "See their lists")
            self.context.tell(
                Message(f"{words[0]} on the other pages.", remedy=Remedy(words[1], lambda: self.context.go("users")))
            )

    def open_as_second(self) -> None:
        """Take the chosen run into view as B."""
        self.context.when_warm("training", self._open_as_second)

    def _open_as_second(self) -> None:
        chosen = self.chosen()
        run = self._opened(chosen[0]) if chosen else None
        if run is not None:
            self.context.session.choose_other(run)

    def inspect(self) -> None:
        """Take the chosen run to the Users page."""
        self.context.when_warm("training", self._inspect)

    def _inspect(self) -> None:
        chosen = self.chosen()
        run = self._opened(chosen[0]) if chosen else None
        if run is not None:
            self.context.session.choose_run(run)
            self.context.go("users")

    def clone_plan(self) -> None:
        """Take the plan of the chosen run to the Train page."""
        chosen = self.chosen()
        if not chosen:
            return
        from core.runs.record import read_record

        try:
            record = read_record(self._folders(chosen)[0])
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        self.context.session.offer_plan(record.plan)
        self.context.go("train")

    def _can_continue(self, entry: Entry) -> bool:
        trains = entry.model in MODELS and bool(MODELS[entry.model].losses)
        return trains and entry.state != DAMAGED and not entry.owner and not self.runs.read_only

    def continue_training(self) -> None:
        """Go on with a run that was stopped, failed or cut off; one that was completed is trained longer."""
        chosen = self.chosen()
        if len(chosen) != 1 or not self._can_continue(chosen[0]):
            return
        entry, folder = chosen[0], self._folders(chosen)[0]
        if entry.state == "completed":
            epochs = self.ask_epochs(entry)
            if epochs is not None:
                self._train_longer(folder, epochs)
            return
        self.context.session.offer_run(folder.path)
        self.context.go("train")

    def _train_longer(self, folder: RunFolder, epochs: int) -> None:
        """Go on to more epochs; where the end would not be that of a longer run, its plan goes into the form."""
        from core.runs.record import read_record
        from core.runs.standing import longer_obstacle

        try:
            record = read_record(folder)
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        obstacle = longer_obstacle(record, epochs)
        if not obstacle:
            self.context.session.offer_run(folder.path, epochs)
        else:
            plan = {section: dict(fields) for section, fields in record.plan.items()}
            plan.setdefault("training", {})["epochs"] = epochs
            self.context.session.offer_plan(plan)
            text = f"{obstacle}. Its plan with {count(epochs, 'epoch')} is in the form, to be trained anew."
            self.context.tell(Message(text))
        self.context.go("train")

    def ask_epochs(self, entry: Entry) -> int | None:
        """How many epochs a completed run is to have in all; None when it is left as it is."""
        words = f"Epochs in all; {entry.epoch:,} are trained"
        least = max(entry.epoch, 0) + 1
        wanted = max(2 * entry.epochs, least)
        epochs, agreed = QInputDialog.getInt(self, "Train longer", words, wanted, least, MOST_EPOCHS)
        return epochs if agreed else None

    def _menu(self, place: QPoint) -> None:
        actions: list[tuple[str, Callable[[], object], bool]] = [
            (self.open_first.text() + "\tEnter", self.open_as_first, self.open_first.isEnabled()),
            ("Open as B", self.open_as_second, self.open_second.isEnabled()),
            ("Clone into the form", self.clone_plan, self.clone.isEnabled()),
            (self.go_on.text(), self.continue_training, self.go_on.isEnabled()),
            (f"{self.star.text()}\tS", self.toggle_stars, self.star.isEnabled()),
            ("Rename\tF2", self.table.rename_current, self.rename.isEnabled()),
            ("Note…\tN", self.write_note, self.note.isEnabled()),
            ("Delete\tDel", self.delete, self.remove.isEnabled()),
        ]
        self.list.popup(actions, place)
