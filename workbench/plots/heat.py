"""Heat maps side by side on one colour scale: cells, winners outlined, a colour bar, the number under the mouse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from workbench.plots.colour_scale import colour_scale, highest_of, scale_text
from workbench.plots.heat_layout import CAPTION, Block, Cell, Layout, lay_out
from workbench.plots.heat_painting import Sheet, paint_sheet
from workbench.plots.picture import offer_picture
from workbench.theme import Theme
from workbench.widgets.parts import tip


class HeatMap(QAbstractScrollArea):
    """Blocks from left to right; ``pointed`` tells the cell that the mouse or the keys are at, None for none.

    Args:
        name: accessible name; also the name of saved files.
        words: what a cell says of itself.
        diverging: blue below 0, white at 0, orange above; else viridis from 0 up.
    """

    pointed = Signal(object)

    def __init__(self, theme: Theme, name: str, words: Callable[[Cell], str], diverging: bool = False) -> None:
        super().__init__()
        self.theme, self._name, self._words = theme, name, words
        self.cell: Cell | None = None
        self.scale = colour_scale(diverging)
        self._images: list[QImage] = []
        self._chosen = False
        font = QFont(self.font())
        font.setPixelSize(11)
        self.setFont(font)
        self._layout = self._laid_out(())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setMinimumSize(100, 72)
        theme.changed.connect(self.viewport().update)

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Replace what is drawn; the chosen cell stays where there still is one."""
        self.scale = replace(self.scale, top=highest_of([block.values for block in blocks]))
        self._images = [self.scale.image(block.values) for block in blocks]
        self._layout = self._laid_out(blocks)
        if self.cell is not None and not self._layout.holds(self.cell):
            self._point(None)
        self._renew_bars()
        self.viewport().update()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What is drawn."""
        return self._layout.blocks

    # --- places -------------------------------------------------------------------------------------------------

    def _laid_out(self, blocks: Sequence[Block]) -> Layout:
        numbers = (scale_text(self.scale.top), scale_text(self.scale.bottom))
        return lay_out(blocks, self.fontMetrics(), self.viewport().size(), numbers)

    def _scrolled(self) -> QPointF:
        return QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _rectangle(self, cell: Cell) -> QRectF:
        return self._layout.rectangle(cell).translated(-self._scrolled())

    def cell_at(self, place: QPointF) -> Cell | None:
        """The cell under a place of the viewport."""
        unscrolled = place + self._scrolled()
        return self._layout.cell_at(unscrolled.x(), unscrolled.y())

    def _renew_bars(self) -> None:
        layout = self._layout
        for bar, needed, there in (
            (self.horizontalScrollBar(), layout.right, layout.room),
            (self.verticalScrollBar(), 2 * CAPTION + layout.rows * layout.cell[1], layout.view.height()),
        ):
            bar.setRange(0, max(math.ceil(needed - there - 0.5), 0))
            bar.setPageStep(max(there, 1))
            bar.setSingleStep(16)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """There is more or less room."""
        super().resizeEvent(event)
        self._layout = self._laid_out(self.blocks)
        self._renew_bars()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Cells of a good size."""
        layout = self._layout
        return QSize(layout.left + 20 * layout.columns + layout.bar + 40, 2 * CAPTION + 14 * layout.rows)

    # --- pointing -----------------------------------------------------------------------------------------------

    def _point(self, cell: Cell | None) -> None:
        if cell != self.cell:
            self.cell = cell
            self.setAccessibleDescription("" if cell is None else self._words(cell))
            self.viewport().update()
            self.pointed.emit(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Point at the cell under the mouse until one is chosen by a click."""
        if not self._chosen:
            self._point(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose a cell; beside the cells, or on the chosen one, choose none."""
        cell = self.cell_at(event.position())
        self._chosen = cell is not None and not (self._chosen and cell == self.cell)
        self._point(cell)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Point at nothing but what was chosen."""
        super().leaveEvent(event)
        if not self._chosen:
            self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows go from cell to cell, also from block to block."""
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.blocks:
            super().keyPressEvent(event)
            return
        self._chosen = True
        self._point((0, 0, 0) if self.cell is None else self._layout.beside(self.cell, *step))
        if self.cell is not None:
            self._reveal(self.cell)

    def _reveal(self, cell: Cell) -> None:
        area = self._rectangle(cell)
        left, room = self._layout.left, self._layout.room
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        if area.left() < left:
            across.setValue(int(across.value() + area.left() - left))
        elif area.right() > room:
            across.setValue(int(across.value() + area.right() - room))
        if area.top() < CAPTION:
            down.setValue(int(down.value() + area.top() - CAPTION))
        elif area.bottom() > self.viewport().height() - CAPTION:
            down.setValue(int(down.value() + area.bottom() - self.viewport().height() + CAPTION))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """The tooltip of a cell."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), tip(self._words(cell)), self)
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Copy, save."""
        offer_picture(self, self, self._name, event.globalPos())

    # --- drawing ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw what is in view."""
        painter = QPainter(self.viewport())
        self._draw(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.colours.accent), 1, Qt.PenStyle.DotLine))
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

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture."""
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / max(self.width(), 1), area.height() / max(self.height(), 1))
        self._draw(painter)
        painter.restore()

    def _draw(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        sheet = Sheet(
            layout=self._layout,
            images=self._images,
            scale=self.scale,
            scrolled=self._scrolled(),
            cell=self.cell,
            colours=self.theme.colours,
            metrics=self.fontMetrics(),
        )
        paint_sheet(painter, sheet)
