"""Which MovieLens set to fetch: size, terms, and their acceptance."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.data.downloads.movielens import DOWNLOADS, Download, place_of, present
from workbench.forms.editors import StillCombo
from workbench.widgets.parts import button, label
from workbench.words import cell

FIRST = "ml-1m"


class DownloadDialog(QDialog):
    """Offers the sets; nothing is fetched before the terms of the chosen one are accepted.

    Args:
        folder: where archives lie that were fetched before.

    Signals:
        confirmed: with the Download.
    """

    confirmed = Signal(object)

    def __init__(self, parent: QWidget, folder: Path) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setWindowTitle("Download a MovieLens set")
        self.resize(640, 560)
        self.sets = StillCombo()
        self.sets.setAccessibleName("Set")
        for key, each in DOWNLOADS.items():
            self.sets.addItem(f"{key}, {each.size / 1e6:,.0f} MB", key)
        self.where = label("", "muted", wrap=True, selectable=True)
        self.terms = QPlainTextEdit()
        self.terms.setReadOnly(True)
        self.terms.setTabChangesFocus(True)
        self.terms.setAccessibleName("Terms")
        self.accepted_ = QCheckBox("I have read these terms and accept them")
        self.fetch = button("Download", self._confirm, "primary")
        self.fetch.setDefault(True)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(label("Set"))
        top.addWidget(self.sets, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self.accepted_, 1)
        bottom.addWidget(button("Cancel", self.reject))
        bottom.addWidget(self.fetch)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.terms, 1)
        column.addWidget(self.where)
        column.addLayout(bottom)
        self.sets.currentIndexChanged.connect(lambda _: self._show())
        self.accepted_.toggled.connect(self.fetch.setEnabled)
        self.finished.connect(self.deleteLater)
        self.sets.setCurrentIndex(self.sets.findData(FIRST))
        self._show()

    @property
    def chosen(self) -> Download:
        """The set in view."""
        return DOWNLOADS[str(self.sets.currentData())]

    def _show(self) -> None:
        """Another set: its terms are to be accepted anew."""
        chosen = self.chosen
        self.terms.setPlainText(chosen.terms)
        self.accepted_.setChecked(False)
        self.fetch.setEnabled(False)
        begun, whole = present(chosen, self._folder), place_of(chosen, self._folder).is_file()
        source = f"{chosen.size / 1e6:,.1f} MB from {chosen.url}"
        if whole:
            state = "It is in the workspace already."
        elif begun:
            state = f"{begun / 1e6:,.1f} MB of it have come before."
        else:
            state = f"It will be kept in {cell(str(self._folder), 200)}."
        self.where.setText(f"{source}\n{state}")
        self.fetch.setText("Open" if whole and chosen.fixed else "Go on" if begun else "Download")

    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit(self.chosen)
