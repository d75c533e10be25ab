"""What became of the rows: notes, what was not kept and why, all of it to be saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from core import durable
from core.data.rejects import Rejects
from core.errors import RankscopeError
from core.export.outputs import check_output
from workbench.page import Context, Message, message_of
from workbench.session import Opened
from workbench.widgets.parts import Card, button, clear, label, scrolled
from workbench.words import cell


class ReportPanel(QWidget):
    """Notes of reading and cleaning, and the rejected rows."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._read: tuple[str, ...] = ()
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.addWidget(scrolled(holder))

    def show_report(self, opened: Opened) -> None:
        """Replace what is shown."""
        plan = opened.plan
        named = (plan.source, plan.items, plan.test, plan.validation, plan.candidates)
        self._read = tuple(each for each in named if each)
        clear(self._column)
        found = Card("How it was read")
        for note in opened.loaded.notes:
            found.body.addWidget(label(sentence(note), wrap=True, selectable=True))
        self._column.addWidget(found)
        for name, report in opened.loaded.reports.items():
            unread = opened.loaded.rejects[name].total if name in opened.loaded.rejects else 0
            dropped = {"could not be read": unread, **report.dropped} if unread else report.dropped
            counts = [
                ("rows", report.read + unread),
                *((f"− {what}", number) for what, number in dropped.items()),
                ("kept", report.kept),
            ]
            card = Card(f"Rows of {'the ' + name if name != 'source' else 'the file'}")
            for what, number in counts:
                card.body.addLayout(_line(what, number))
            for what, number in report.noted.items():
                card.body.addLayout(_line(f"noted: {what}", number))
            self._column.addWidget(card)
        for name, rejects in opened.loaded.rejects.items():
            if rejects.total:
                self._column.addWidget(self._rejected(name, rejects))
        self._column.addStretch(1)

    def _rejected(self, name: str, rejects: Rejects) -> Card:
        shown = "" if rejects.total <= len(rejects.first) else f"the first {len(rejects.first)} of them"
        card = Card(f"{rejects.total:,} rows of the {name} that could not be read", shown)
        save = button("Save all as CSV…", lambda: self._save(name, rejects))
        card.head.addWidget(save)
        for reason, count in rejects.counts.items():
            card.body.addLayout(_line(reason, count))
        for row in sorted(rejects.first, key=lambda row: row.line):
            place = f"line {row.line}" + (f", column {cell(row.column, 30)}" if row.column else "")
            value = f": {cell(row.value, 90)}" if row.value.strip() else ""
            card.body.addWidget(label(f"{place}: {row.reason}{value}", "caption", selectable=True))
        return card

    def _save(self, name: str, rejects: Rejects) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save the rejected rows", f"{name}-rejected.csv", "CSV (*.csv)")
        if not path:
            return
        try:
            check_output(Path(path), self._read)
            with durable.replacing(Path(path)) as place:
                rejects.export(place)
        except RankscopeError as error:
            self._context.tell(message_of(error))
            return
        self._context.tell(Message(f"{rejects.total:,} rows were saved as {path}.", "good"))


def sentence(note: str) -> str:
    """A note with a capital in front, unless it begins with a name, which stays as it is written, and a full stop."""
    note = f"{note.rstrip('.')}."
    return f"{note[:1].upper()}{note[1:]}" if note.partition(" ")[0].isalpha() else note


def _line(what: str, number: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(label(what[:1].upper() + what[1:], wrap=True, selectable=True), 1)
    row.addWidget(label(f"{number:,}", selectable=True))
    return row
