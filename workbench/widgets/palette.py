"""The command palette: type a few letters of what you want, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.widgets.parts import label, tip

TYPING = 120
"""Milliseconds after the last letter until users, items and runs are searched."""
MOST = 60
DETAIL = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One thing that can be done.

    Attributes:
        detail: what kind of thing it is, or its shortcut, shown at the right.
        help: shown as a tooltip.
    """

    text: str
    detail: str
    action: Callable[[], object]
    help: str = ""


def matches(asked: str, text: str) -> bool:
    """Every word that was typed occurs in the text."""
    folded = text.casefold()
    return all(word in folded for word in asked.casefold().split())


class CommandPalette(QDialog):
    """Lists commands that hold all words typed, and what a search finds beside them.

    Args:
        commands: what is done, by ``name<tab>shortcut``.

    Signals:
        asked: a text was typed that users, items and runs are to be searched for; ``show_found`` takes the answer.
    """

    asked = Signal(str)

    def __init__(self, parent: QWidget, commands: Mapping[str, Callable[[], object]]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Commands")
        self.resize(580, 440)
        self._commands = [Entry(*name.partition("\t")[::2], action) for name, action in commands.items()]
        self._found: Sequence[Entry] = ()
        self._shown: list[Entry] = []
        layout = QVBoxLayout(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("A page, an action, a user, an item or a run")
        self.search.setAccessibleName("Search commands, users, items and runs")
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        self.list.setItemDelegate(TwoTexts(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.state = label("", "caption")
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        layout.addWidget(self.state)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(self._ask)
        self.search.textChanged.connect(self._typed)
        self.search.installEventFilter(self)
        self.list.itemActivated.connect(lambda _: self._do())
        self.finished.connect(self.deleteLater)
        self._fill()

    def _typed(self, asked: str) -> None:
        self._found = ()
        self._fill()
        self._typing.start()
        self.state.setText("searching" if asked.strip() else "")

    def _ask(self) -> None:
        self.asked.emit(self.search.text().strip())

    def show_found(self, asked: str, entries: Sequence[Entry]) -> None:
        """What a search for a text has found; nothing is done when another text stands there by now."""
        if asked != self.search.text().strip():
            return
        self._found = entries
        self.state.setText("" if entries or self._shown or not asked else "nothing is called so")
        self._fill()

    def _fill(self) -> None:
        asked = self.search.text()
        row = max(self.list.currentRow(), 0)
        commands = [each for each in self._commands if matches(asked, f"{each.text} {each.detail}")]
        before, self._shown = self._shown, [*commands[:MOST], *self._found]
        self.list.clear()
        for entry in self._shown:
            item = QListWidgetItem(entry.text)
            item.setData(DETAIL, entry.detail)
            item.setToolTip(tip(entry.help or entry.text))
            self.list.addItem(item)
        # what is found later stands below: the row that one has gone to stays
        same = before and self._shown[: len(before)] == before
        self.list.setCurrentRow(row if same else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Up and down move in the list while one types; Enter does what is chosen."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
            if event.key() in moves and self.list.count():
                by, last = moves[Qt.Key(event.key())], self.list.count() - 1
                row = self.list.currentRow() + by
                self.list.setCurrentRow(row % (last + 1) if abs(by) == 1 else min(max(row, 0), last))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do()
                return True
        return super().eventFilter(watched, event)

    def _do(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            action = self._shown[row].action
            self.accept()
            # after the dialog is gone, so that what is done can open one of its own
            QTimer.singleShot(0, action)


class TwoTexts(QStyledItemDelegate):
    """The name at the left, what it is at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        """Draw the row, then the second text."""
        drawn = QStyleOptionViewItem(option)
        self.initStyleOption(drawn, index)  # type: ignore[arg-type]
        detail = str(index.data(DETAIL) or "")  # type: ignore[attr-defined]
        metrics = drawn.fontMetrics
        room = drawn.rect
        width = metrics.horizontalAdvance(detail) + 16
        text, drawn.text = drawn.text, ""
        widget = drawn.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, drawn, painter, widget)
        painter.save()
        palette = widget.palette()
        left = room.adjusted(8, 0, -width, 0)
        painter.setPen(palette.text().color())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(QColor(palette.placeholderText().color()))
        painter.drawText(
            room.adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, detail
        )
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:  # noqa: N802 - Qt's name
        """Rows of one height."""
        return QSize(100, option.fontMetrics.height() + 10)
