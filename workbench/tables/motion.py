"""Rows that glide to their new places when a list is ranked again, so that the eye can follow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QPoint, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QTableView, QWidget

LASTS = 140
"""Milliseconds."""


class RowMotion(QWidget):
    """Lies over the rows of a table while they move, and lets the mouse through.

    Call ``before`` with the keys of the rows as shown, replace what the table shows, then call ``after``.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table.viewport())
        self._table = table
        self._from: dict[int, int] = {}
        self._picture = QPixmap()
        self._rows: list[tuple[int, int, int]] = []
        self._part = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(LASTS)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._advance)
        self._animation.finished.connect(self.hide)
        self.hide()

    @property
    def moving(self) -> bool:
        """Rows are on their way."""
        return self.isVisible()

    def before(self, keys: Sequence[int]) -> None:
        """Remember where rows stand, by what tells them apart."""
        self._from = dict(self._in_view(keys))

    def after(self, keys: Sequence[int]) -> None:
        """Let rows glide from where they stood; one that was not in view comes from below."""
        table, view = self._table, self._table.viewport()
        self._animation.stop()
        self.hide()
        if not table.isVisible() or not self._from:
            return
        now = self._in_view(keys)
        self._rows = [(self._from.get(key, view.height()), y, self._height(y)) for key, y in now]
        if all(was == y for was, y, _ in self._rows):
            return
        self._picture = view.grab()
        self.setGeometry(view.rect())
        self._part = 0.0
        self.show()
        self.raise_()
        self._animation.start()

    def _in_view(self, keys: Sequence[int]) -> list[tuple[int, int]]:
        """Key and upper edge of the rows in view."""
        table = self._table
        # asking for an index makes the table lay out what was replaced
        first = table.indexAt(QPoint(1, 1)).row()
        if first < 0:
            return []
        found = []
        for row in range(first, len(keys)):
            y = table.rowViewportPosition(row)
            if y > table.viewport().height():
                break
            found.append((int(keys[row]), y))
        return found

    def _height(self, y: int) -> int:
        return self._table.rowHeight(max(self._table.rowAt(max(y, 0)), 0))

    def _advance(self, part: float) -> None:
        self._part = float(part)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw each row between where it was and where it will be."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        ratio = self._picture.devicePixelRatio()
        for was, will, high in self._rows:
            y = round(was + (will - was) * self._part)
            cut = QRect(0, round(will * ratio), self._picture.width(), round(high * ratio))
            painter.drawPixmap(QRect(0, y, self.width(), high), self._picture, cut)
        painter.end()
