"""The Export page: choose a target, its options and a place; see what would be written; export it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.durable import printable_path
from core.errors import RankscopeError
from core.export import TARGETS
from core.export.facts import Facts, facts_of
from core.export.preview import Planned
from core.params import build
from core.runs.bundles import is_bundle
from workbench.bundle_import import ask_bundle, import_bundle
from workbench.forms.form import SettingsForm
from workbench.jobs.exporting import exporting
from workbench.jobs.importing import follow_reading
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages.export.cards import TargetCards
from workbench.pages.export.place import PlaceCard
from workbench.pages.export.preview import PreviewCard, is_empty_folder, is_there, size_words
from workbench.widgets.empty import Empty
from workbench.widgets.parts import Card, button, scrolled, set_icon
from workbench.widgets.shown_stack import ShownStack
from workbench.words import cell

CARDS_WIDTH = 336


class ExportPage(Page):
    """Takes run A out of Rankscope."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.job: Job | None = None
        self.facts: Facts | None = None
        self.empty = Empty(
            context.theme,
            "export",
            "Choose a run to take its model, its vectors, its lists, a report or all of it with you.",
            "Choose a run",
            lambda: context.go("runs"),
        )
        self.cards = TargetCards(context.theme)
        self.cards.chosen.connect(self._chosen)
        self.form: SettingsForm | None = None
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(16, 0, 16, 12)
        across.setSpacing(12)
        self.area = scrolled(self.cards)
        self.area.setFixedWidth(CARDS_WIDTH)
        across.addWidget(self.area)
        across.addLayout(self._right(), 1)
        self.stack = ShownStack(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(whole)
        context.session.run_changed.connect(self._run_changed)
        self._run_changed()

    def _right(self) -> QVBoxLayout:
        self.options = Card("Options", " ")
        self.place = PlaceCard(self.context.settings)
        self.place.changed.connect(self.look)
        self.preview = PreviewCard()
        self.export_button = button("Export", self.export, "primary")
        self.copy_button = button("Copy command", self.copy_command, help="The same export as a command line")
        set_icon(self.copy_button, self.context.theme, "copy")
        self.show_button = button("Show folder", self.show_folder, help="Where it was written")
        set_icon(self.show_button, self.context.theme, "folder")
        self.show_button.hide()
        self.import_button = button("Import a bundle…", lambda: ask_bundle(self.context, self))
        set_icon(self.import_button, self.context.theme, "import")
        self.written: Path | None = None
        last = QHBoxLayout()
        last.setSpacing(8)
        for each in (self.export_button, self.copy_button, self.show_button):
            last.addWidget(each)
        last.addStretch(1)
        last.addWidget(self.import_button)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.options)
        column.addWidget(self.place)
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
        self.cards.show_facts(self.facts)
        self._target_changed(afresh=True)

    def _chosen(self, key: str) -> None:
        self.area.ensureWidgetVisible(self.cards.cards[key], 0, 8)
        self._target_changed()

    def _target_changed(self, afresh: bool = False) -> None:
        if self.facts is None:
            return
        target = TARGETS[self.cards.key]
        clear_form(self.options, self.form)
        self.form = SettingsForm(self.context.theme, target.settings)
        self.form.changed.connect(self.look)
        self.options.body.addWidget(self.form)
        self.options.setVisible(bool(self.form.fields))
        self.options.caption.setText(target.label)
        self.place.offer(self.cards.key, self.facts, afresh)
        self._forget_done()
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
        out, _ = final_path(target, self.place.path())
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
        self.place.tell(f"There is no folder {cell(printable_path(out.parent), 100)}." if missing else "")
        some = self.preview.show_files(out, files)
        target = TARGETS[self.cards.key]
        self.preview.tell(target.holds(build(target.settings, self.values(), target.label)))
        self.export_button.setText("Replace" if some else "Export")
        self._enable(not missing)

    def _refuse(self, why: str) -> None:
        self.place.tell(why)
        self.preview.clear()
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
        if is_there(out) and not is_empty_folder(out):
            name = cell(printable_path(out), 90)
            what = "The files in it are" if len(files) > 1 else "It is"
            question = f"{name} is there already. {what} replaced once the new export is whole."
            self.context.tell(Message(question, "warning", Remedy("Replace", lambda: self.replace(out))))
            return
        self.begin(False)

    def replace(self, asked: Path) -> None:
        """Export over what is there, if that is still the place that was asked about."""
        try:
            same = self.planned()[0] == asked
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        if same:
            self.begin(True)
        else:
            self.export()

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
        self.place.keep_folder(out)
        work = exporting(run.folder.path, self.cards.key, out, self.values(), replace)
        self.job = Job(f"Exporting: {TARGETS[self.cards.key].label}", work, follow_reading)
        command = self.command(replace)
        self.job.ended.connect(lambda end: self._ended(end, out, command))
        self._enable(True)
        job = self.job

        def start() -> None:
            self.context.jobs.start(job)

        self.context.when_warm("training", start)

    def _ended(self, end: End, out: Path, command: str) -> None:
        self.job = None
        self.look()
        if end.cancelled:
            self.context.tell(Message("The export was stopped; nothing was written."))
            return
        if end.error is not None:
            remedy = None
            if end.error.code == "export.exists":
                remedy = Remedy("Replace", lambda: self.replace(out))
            self.context.tell(message_of(end.error, end.details, remedy))
            return
        done = end.value
        self.written = done.out
        shown = cell(printable_path(done.out), 90)
        self.show_button.show()
        notes = " ".join(note.rstrip(".") + "." for note in done.notes)
        text = f"Exported to {shown}, {size_words(done.size)}. {notes}".strip()
        details = f"{text}\n\nThe same as a command line:\n{command}"
        self.context.tell(Message(text, "good", Remedy("Show folder", self.show_folder), details))

    def _forget_done(self) -> None:
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
            QGuiApplication.clipboard().setText(self.command(is_there(out)))
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
