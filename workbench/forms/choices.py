"""A choice among the entries of a table: those that do not fit stay in sight, greyed, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.forms.editors import StillCombo
from workbench.widgets.parts import label, tip

KEY = Qt.ItemDataRole.UserRole


class TableChoice(QWidget):
    """A combo box over a table of entries with ``label`` and ``help``.

    Signals:
        chosen: the user chose another entry.
    """

    chosen = Signal(str)

    def __init__(self, name: str, table: Mapping[str, Any]) -> None:
        super().__init__()
        self._table = table
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        row = QHBoxLayout()
        self.combo = StillCombo()
        self.combo.setAccessibleName(name)
        self._items = QStandardItemModel(self.combo)
        for key, entry in table.items():
            item = QStandardItem(entry.label)
            item.setData(key, KEY)
            self._items.appendRow(item)
        self.combo.setModel(self._items)
        row.addWidget(self.combo, 1)
        column.addLayout(row)
        self.formula = label("", "formula", wrap=True, selectable=True)
        column.addWidget(self.formula)
        self.combo.activated.connect(lambda _: self._chosen())
        self._show_help()

    @property
    def key(self) -> str:
        """The key of the chosen entry."""
        return str(self.combo.currentData(KEY))

    def choose(self, key: str) -> None:
        """Choose an entry without telling."""
        at = list(self._table).index(key)
        if at != self.combo.currentIndex():
            self.combo.setCurrentIndex(at)
        self._show_help()

    def offer(self, reason: Callable[[str], str]) -> None:
        """Grey the entries for which ``reason`` gives a sentence."""
        for at, (key, entry) in enumerate(self._table.items()):
            item, why = self._items.item(at), reason(key)
            flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(Qt.ItemFlag.NoItemFlags if why else flags)
            item.setToolTip(tip(f"{why}." if why else entry.help))

    def reason_at(self, key: str) -> str:
        """Whether an entry is greyed, as its tooltip says."""
        item = self._items.item(list(self._table).index(key))
        return "" if item.flags() & Qt.ItemFlag.ItemIsEnabled else item.toolTip()

    def _chosen(self) -> None:
        self._show_help()
        self.chosen.emit(self.key)

    def _show_help(self) -> None:
        entry = self._table.get(self.key)
        if entry is None:
            return
        source = getattr(entry, "source", "")
        self.combo.setToolTip(tip(f"{entry.help}" + (f"\n{source}" if source else "")))
        formula = subscripted(getattr(entry, "formula", ""))
        self.formula.setText(formula)
        self.formula.setVisible(bool(formula))
        self.formula.setToolTip(self.combo.toolTip())


def subscripted(formula: str) -> str:
    """``p_u`` as people write it."""
    return re.sub(r"_([uitj])(?![A-Za-z])", lambda found: SUBSCRIPTS[found[1]], formula)


SUBSCRIPTS = {"u": "ᵤ", "i": "ᵢ", "t": "ₜ", "j": "ⱼ"}
