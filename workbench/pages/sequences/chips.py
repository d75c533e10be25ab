"""A row of chips, one an item, in one painted widget that scrolls; only the chips in view are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip

from workbench.theme import Theme, mixed
from workbench.widgets.parts import tip

NARROW, CHIP = 84, 112
"""Width of a chip: at least, and at most."""
HIGH, GAP = 38, 4
BAND = 4
"""Width of the stripe in the colour of the genre."""
EDGE = 2
ELIDE = Qt.TextElideMode.ElideRight


@dataclass(frozen=True)
class Chip:
    """What a chip shows; texts are plain.

    Attributes:
        title: first line; empty for a padding.
        below: second line, small.
        colour: of the genre; empty for none.
        frame: colour of the frame, empty for the usual one.
        tinted: filled with a little of the frame's colour.
        brief: the second line where the whole one does not fit.
    """

    title: str
    below: str = ""
    colour: str = ""
    frame: str = ""
    tinted: bool = False
    brief: str = ""


class ChipRow(QAbstractScrollArea):
    """Chips from left to right.

    Args:
        name: accessible name.
        above, below: pixels over and under the chips for whoever inherits to draw on.
    """

    keeps_bar = False
    """The room of the scroll bar is kept while there is nothing to scroll."""

    def __init__(self, theme: Theme, name: str, above: int, below: int) -> None:
        super().__init__()
        self.theme, self.above = theme, above
        self._high = above + HIGH + below
        self.small = QFont(self.font())
        self.small.setPixelSize(11)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.viewport().update)

    # --- what whoever inherits says -----------------------------------------------------------------------------

    def count(self) -> int:
        """Number of slots."""
        return 0

    def chip(self, slot: int) -> Chip:
        """What a slot shows."""
        raise NotImplementedError

    def words(self, slot: int) -> str:
        """The tooltip of a slot."""
        raise NotImplementedError

    def decorate(self, painter: QPainter, first: int, last: int) -> None:
        """Draw around the slots ``first`` to ``last`` that are in view."""

    def wanted(self) -> int:
        """Slots that should be in view together."""
        return 0

    # --- places -------------------------------------------------------------------------------------------------

    @property
    def wide(self) -> int:
        """Width of a chip: narrower when all that are wanted are in view for it."""
        room = (self.viewport().width() - 2 * EDGE) / max(self.wanted(), 1) - GAP
        return CHIP if room < NARROW else int(min(room, CHIP))

    @property
    def pitch(self) -> int:
        """From one chip to the next."""
        return self.wide + GAP

    def area(self, slot: int) -> QRectF:
        """Where a slot is in the viewport."""
        return QRectF(EDGE + slot * self.pitch - self.horizontalScrollBar().value(), self.above, self.wide, HIGH)

    def slot_at(self, place: QPointF, clamped: bool = False) -> int:
        """The slot at a place of the viewport, -1 for none; ``clamped``: the nearest."""
        slot = int((place.x() - EDGE + self.horizontalScrollBar().value()) // self.pitch)
        if clamped:
            return min(max(slot, 0), max(self.count() - 1, 0))
        inside = 0 <= slot < self.count() and self.above <= place.y() < self.above + HIGH
        return slot if inside else -1

    def reveal(self, first: int, last: int) -> None:
        """Scroll so that slots are in view, with one beside them; what is wanted most is the last."""
        bar, step, room = self.horizontalScrollBar(), self.pitch, self.viewport().width()
        left, right = (first - 1) * step, (last + 2) * step + 2 * EDGE
        value = min(bar.value(), left)
        bar.setValue(max(value, right - room))

    def renew(self) -> None:
        """The number of slots or their content has changed."""
        bar, room = self.horizontalScrollBar(), self.viewport().width()
        bar.setRange(0, max(self.count() * self.pitch - GAP + 2 * EDGE - room, 0))
        bar.setPageStep(room)
        bar.setSingleStep(self.pitch)
        self.setFixedHeight(self._high + (bar.sizeHint().height() if bar.maximum() or self.keeps_bar else 0))
        self.viewport().update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One row, and its scroll bar."""
        return QSize(6 * CHIP, self._high + self.horizontalScrollBar().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Two chips."""
        return QSize(2 * CHIP, self.sizeHint().height())

    # --- events -------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is more or less room."""
        super().resizeEvent(event)
        self.renew()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """The wheel scrolls along the row."""
        delta = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - delta)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """The tooltip of a slot."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            slot = self.slot_at(QPointF(event.pos()))
            if slot < 0:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), tip(self.words(slot)), self)
            return True
        return super().viewportEvent(event)

    # --- drawing ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the slots in view."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.count():
            first = self.slot_at(QPointF(0, 0), clamped=True)
            last = self.slot_at(QPointF(self.viewport().width(), 0), clamped=True)
            for slot in range(first, last + 1):
                self.draw_chip(painter, self.area(slot), self.chip(slot))
            self.decorate(painter, first, last)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self.theme.colours.accent), 1, Qt.PenStyle.DotLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show that the keys act here."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """They no longer do."""
        super().focusOutEvent(event)
        self.viewport().update()

    def draw_chip(self, painter: QPainter, area: QRectF, chip: Chip) -> None:
        """Draw one chip."""
        colours = self.theme.colours
        frame = chip.frame or colours.line
        fill = mixed(frame, colours.surface, 0.86) if chip.tinted else QColor(colours.surface)
        pen = QPen(QColor(frame), 1.5 if chip.frame else 1)
        if not chip.title:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(area.adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)
        left = 8
        if chip.colour:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(chip.colour))
            painter.drawRoundedRect(QRectF(area.left() + 4, area.top() + 5, BAND, HIGH - 10), 2, 2)
            left = 13
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = area.adjusted(left, 3, -6, -3)
        painter.setFont(self.font())
        if chip.title:
            painter.setPen(QColor(colours.text))
            title = self.fontMetrics().elidedText(chip.title, ELIDE, int(inner.width()))
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(self.small)
        painter.setPen(QColor(colours.muted))
        side = Qt.AlignmentFlag.AlignBottom if chip.title else Qt.AlignmentFlag.AlignVCenter
        metrics, room = QFontMetrics(self.small), int(inner.width())
        whole = metrics.horizontalAdvance(chip.below) <= room
        below = metrics.elidedText(chip.below if whole else chip.brief or chip.below, ELIDE, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | side, below)
