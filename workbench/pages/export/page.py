"""The Export page: choose a target, its options and a place; see what would be written; export it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PySide6.QtCore import QStandardPaths, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from core.durable import printable_path
from core.errors import RankscopeError
from core.export import TARGETS
from core.export.facts import Facts, facts_of
from core.export.names import safe_name
from core.export.preview import Planned
from core.models import MODELS
from core.params import build
from core.runs.bundles import is_bundle
from workbench.bundle_import import ask_bundle, import_bundle
from workbench.forms.form import SettingsForm
from workbench.jobs.exporting import exporting
from workbench.jobs.importing import follow_reading
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages.export.cards import TargetCards
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.empty import Empty
from workbench.widgets.parts import Card, button, label, scrolled, set_icon, tip
from workbench.words import cell

CARDS_WIDTH = 336
LOOKING = 250
"""Milliseconds of quiet before the place is looked at."""


class ExportPage(Page):
    """Takes run A out of Rankscope."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.job: Job | None = None
        self.facts: Facts | None = None
        self._named_by_hand = False
        self.empty = Empty(
            context.theme,
            "export",
            "Choose a run to take its model, its vectors, its lists, a report or all of it with you.",
            "Choose a run",
            lambda: context.go("runs"),
        )
        self.cards = TargetCards(context.theme)
        self.cards.chosen.connect(lambda _: self._target_changed())
        self.form: SettingsForm | None = None
        self.files = ColumnsModel()
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(16, 0, 16, 12)
        across.setSpacing(12)
        area = scrolled(self.cards)
        area.setFixedWidth(CARDS_WIDTH)
        across.addWidget(area)
        across.addLayout(self._right(), 1)
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(whole)
        context.session.run_changed.connect(self._run_changed)
        self._run_changed()

    def _right(self) -> QVBoxLayout:
        self.options = Card("Options", " ")
        self.place_card = Card("Where")
        self.place = QLineEdit()
        self.place.setAccessibleName("File or folder to write")
        self.place.textEdited.connect(lambda _: self._place_edited())
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(LOOKING)
        self._looking.timeout.connect(self.look)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.place, 1)
        row.addWidget(button("Choose…", self.choose_place))
        self.place_card.body.addLayout(row)
        self.problem = label("", "error", wrap=True)
        self.place_card.body.addWidget(self.problem)
        self.preview = Card("What is written", " ")
        self.table = Table(self.files, "Files that are written")
        self.preview.body.addWidget(self.table, 1)
        self.export_button = button("Export", self.export, "primary")
        self.copy_button = button("Copy command", self.copy_command, help="The same export as a command line")
        set_icon(self.copy_button, self.context.theme, "copy")
        self.show_button = button("Show folder", self.show_folder, help="Where it was written")
        set_icon(self.show_button, self.context.theme, "folder")
        self.show_button.hide()
        self.import_button = button("Import a bundle…", lambda: ask_bundle(self.context, self))
        set_icon(self.import_button, self.context.theme, "import")
        self.done = label("", "muted", selectable=True)
        self.written: Path | None = None
        last = QHBoxLayout()
        last.setSpacing(8)
        for each in (self.export_button, self.copy_button, self.show_button):
            last.addWidget(each)
        last.addWidget(self.done, 1)
        last.addWidget(self.import_button)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.options)
        column.addWidget(self.place_card)
        column.addWidget(self.preview, 1)
        column.addLayout(last)
        return column

    # --- what is chosen -----------------------------------------------------------------------------------------

    def _run_changed(self) -> None:
        run = self.context.session.run
        self.stack.setCurrentIndex(0 if run is None else 1)
        if run is None:
            self.facts = None
            return
        self.facts = facts_of(run)
        self._named_by_hand = False
        self._forget_done()
        self.cards.show_facts(self.facts)
        self._target_changed()

    def _target_changed(self) -> None:
        if self.facts is None:
            return
        target = TARGETS[self.cards.key]
        clear_form(self.options, self.form)
        self.form = SettingsForm(self.context.theme, target.settings)
        self.form.changed.connect(self.look)
        self.options.body.addWidget(self.form)
        self.options.setVisible(bool(self.form.fields))
        self.options.caption.setText(target.label)
        if self._named_by_hand:
            # the folder that was chosen stays, the name belongs to the target
            self._show_place(Path(self.place.text()).parent / self._usual_name())
        else:
            self._show_place(self._usual_folder() / self._usual_name())
        self._forget_done()
        self.look()

    def _usual_folder(self) -> Path:
        kept = self.context.settings.text("export_folder")
        if kept and Path(kept).is_dir():
            return Path(kept)
        found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Path(found) if found and Path(found).is_dir() else Path.home()

    def _usual_name(self) -> str:
        assert self.facts is not None
        target = TARGETS[self.cards.key]
        data = self.facts.data_name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].split(".")[0]
        name = f"{data} {MODELS[self.facts.model].label} {target.label}".lower().replace(" ", "-").replace(",", "")
        return safe_name(name + (target.suffixes[0] if target.suffixes else ""))

    def _show_place(self, path: Path) -> None:
        self.place.setText(printable_path(path))
        self.place.setCursorPosition(len(self.place.text()))

    def _place_edited(self) -> None:
        self._named_by_hand = True
        self._looking.start()

    def choose_place(self) -> None:
        """Choose a file, or the folder that a folder is made in."""
        target, now = TARGETS[self.cards.key], Path(self.place.text())
        if target.suffixes:
            endings = " ".join(f"*{suffix}" for suffix in target.suffixes)
            # what is there is marked in the preview and asked for by the button: one question is enough
            option = QFileDialog.Option.DontConfirmOverwrite
            path, _ = QFileDialog.getSaveFileName(
                self, f"Export: {target.label}", str(now), f"{target.label} ({endings})", options=option
            )
        else:
            folder = QFileDialog.getExistingDirectory(self, f"Export: {target.label}", str(now.parent))
            path = str(Path(folder) / now.name) if folder else ""
        if path:
            self._named_by_hand = True
            self._show_place(Path(path))
            self.look()

    # --- what would be written ----------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """Options that differ from their defaults, as they stand in the form."""
        return self.form.given() if self.form is not None else {}

    def planned(self) -> tuple[Path, tuple[Planned, ...]]:
        """Where the export goes and the files that it would write.

        Raises:
            RankscopeError: an option or the name cannot be.
        """
        from core.export.exporting import final_path

        assert self.facts is not None
        target = TARGETS[self.cards.key]
        options = build(target.settings, self.values(), target.label)
        out, _ = final_path(target, _typed(self.place.text().strip()))
        return out, target.files(self.facts, options)

    def look(self) -> None:
        """Show what would be written, and mark what is there already."""
        if self.facts is None:
            return
        try:
            out, files = self.planned()
        except RankscopeError as error:
            self._refuse(error.sentence())
            return
        missing = not out.parent.is_dir()
        self.problem.setText(f"There is no folder {cell(printable_path(out.parent), 100)}." if missing else "")
        self.problem.setVisible(missing)
        places = [out / each.name if each.name else out for each in files]
        there = [_is_there(path) for path in places]
        shown = [printable_path(path.relative_to(out.parent)) for path in places]
        columns = [
            Column("File", pa.array(shown, pa.large_string()), cell),
            Column("About", np.array([each.size for each in files]), size_words, True, first_down=True),
            Column("Now", pa.array(["replaces one" if each else "new" for each in there], pa.large_string()), cell),
        ]
        self.files.replace(columns, [at for at, each in enumerate(there) if each])
        self.table.set_widths([260, 90, 110], 0)
        total = size_words(sum(each.size for each in files))
        count = f"{len(files)} files" if len(files) > 1 else "one file"
        self.preview.caption.setText(f"{count}, about {total}, in {cell(printable_path(out.parent), 70)}")
        self.preview.caption.setToolTip(tip(printable_path(out.parent)))
        self.export_button.setText("Export and replace" if _is_there(out) and any(there) else "Export")
        self._enable(not missing)

    def _refuse(self, why: str) -> None:
        self.problem.setText(why)
        self.problem.show()
        self.files.replace(())
        self.preview.caption.setText("")
        self._enable(False)

    def _enable(self, possible: bool) -> None:
        self.copy_button.setEnabled(possible)
        self.export_button.setEnabled(possible and self.job is None)

    # --- exporting ----------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Begin; where something is there, ask first."""
        try:
            out, files = self.planned()
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        if _is_there(out) and not (out.is_dir() and not any(out.iterdir())):
            name = cell(printable_path(out), 90)
            what = "The files in it are" if len(files) > 1 else "It is"
            question = f"{name} is there already. {what} replaced once the new export is whole."
            self.context.tell(Message(question, "warning", Remedy("Replace", lambda: self.begin(True))))
            return
        self.begin(False)

    def begin(self, replace: bool) -> None:
        """Export in the background."""
        run = self.context.session.run
        if run is None or self.job is not None:
            return
        try:
            out, _ = self.planned()
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        self._forget_done()
        self.context.settings.keep("export_folder", str(out.parent))
        work = exporting(run.folder.path, self.cards.key, out, self.values(), replace)
        self.job = Job(f"Exporting: {TARGETS[self.cards.key].label}", work, follow_reading)
        command = self.command(replace)
        self.job.ended.connect(lambda end: self._ended(end, command))
        self._enable(True)
        job = self.job

        def start() -> None:
            self.context.jobs.start(job)

        self.context.when_warm("training", start)

    def _ended(self, end: End, command: str) -> None:
        self.job = None
        self.look()
        if end.cancelled:
            self.context.tell(Message("The export was stopped; nothing was written."))
            return
        if end.error is not None:
            remedy = None
            if end.error.code == "export.exists":
                remedy = Remedy("Replace", lambda: self.begin(True))
            self.context.tell(message_of(end.error, end.details, remedy))
            return
        done = end.value
        self.written = done.out
        shown = cell(printable_path(done.out), 90)
        self.done.setText(f"Written, {size_words(done.size)}")
        self.show_button.show()
        notes = " ".join(note.rstrip(".") + "." for note in done.notes)
        text = f"Exported to {shown}, {size_words(done.size)}. {notes}".strip()
        details = f"{text}\n\nThe same as a command line:\n{command}"
        self.context.tell(Message(text, "good", Remedy("Show folder", self.show_folder), details))

    def _forget_done(self) -> None:
        self.done.setText("")
        self.show_button.hide()

    def show_folder(self) -> None:
        """Open the folder that holds what was written."""
        if self.written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.written.parent)))

    def command(self, replace: bool = False) -> str:
        """The same export as a command line."""
        run = self.context.session.run
        assert run is not None
        out, _ = self.planned()
        words = ["rankscope", "export", printable_path(run.folder.path), "--to", self.cards.key, printable_path(out)]
        for name, value in self.values().items():
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            words += ["--set", f"{name}={shown}"]
        return shlex.join([*words, "--replace"] if replace else words)

    def copy_command(self) -> None:
        """Put the command line on the clipboard."""
        try:
            out, _ = self.planned()
            QGuiApplication.clipboard().setText(self.command(_is_there(out)))
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        self.context.tell(Message("The command line is on the clipboard.", "good"))

    # --- the window ---------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """The place may have changed meanwhile."""
        self.look()

    def take_files(self, paths: list[str]) -> bool:
        """A bundle that is dropped here is imported."""
        if not is_bundle(Path(paths[0])):
            return False
        import_bundle(self.context, self, paths[0])
        return True


def clear_form(card: Card, form: SettingsForm | None) -> None:
    """Take the form of another target out of its card."""
    if form is not None:
        card.body.removeWidget(form)
        form.hide()
        form.deleteLater()


def size_words(size: float) -> str:
    """Bytes as people say them: 3 kB, 1.2 MB."""
    for unit, bytes_of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_of:
            return f"{size / bytes_of:.3g} {unit}"
    return f"{size:.0f} B"


def _is_there(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except (OSError, ValueError):
        return False


def _typed(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        # ~somebody who is not known here
        return Path(text)
