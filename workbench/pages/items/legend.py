"""What the colours of the map mean; a click on a group chooses its items."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.pages.items.colouring import Colouring
from workbench.widgets.parts import clear, label, scrolled, tip
from workbench.words import cell

WIDTH = 136
DOT, ROW = 10, 24


class MapLegend(QWidget):
    """A column of groups, or a bar from little to much.

    Signals:
        chosen: numbers of the groups that are switched on, a frozenset; empty when none is.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = scrolled(self._inner)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(area)
        self.buttons: list[tuple[QToolButton, tuple[int, ...]]] = []
        self._shown: object = None

    def show_colouring(self, colouring: Colouring, about: str) -> None:
        """Show other groups; those that were switched on stay so while the groups are the same."""
        names = tuple((group.name, group.codes) for group in colouring.groups)
        on = self.on() if names == self._shown else frozenset()
        self._shown = names
        clear(self._column)
        self.buttons = []
        self._column.addWidget(label(about, "caption", wrap=True))
        for group in colouring.groups:
            made = QToolButton()
            made.setCheckable(True)
            made.setChecked(bool(on.intersection(group.codes)))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.setIcon(_dot(group.colour))
            made.setIconSize(QSize(DOT, DOT))
            words = cell(group.name, 60)
            made.setText(
                made.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, WIDTH - 46).replace("&", "&&")
            )
            made.setToolTip(tip(f"{words}: {group.count:,} items. A click chooses them."))
            made.setAccessibleName(f"{words}, {group.count:,} items")
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            made.setFixedHeight(ROW)
            made.setStyleSheet("padding: 0 3px;")
            made.clicked.connect(self._clicked)
            self._column.addWidget(made)
            self.buttons.append((made, group.codes))
        if colouring.scale is not None:
            self._column.addWidget(Scale(*colouring.scale))
        self._column.addStretch(1)

    def on(self) -> frozenset[int]:
        """Numbers of the groups that are switched on."""
        return frozenset(code for made, codes in self.buttons if made.isChecked() for code in codes)

    def let_go(self) -> None:
        """Switch all off without telling."""
        for made, _ in self.buttons:
            made.setChecked(False)

    def _clicked(self) -> None:
        self.chosen.emit(self.on())


class Scale(QWidget):
    """A bar of colours with its ends in words."""

    def __init__(self, colours: tuple[str, ...], low: str, high: str) -> None:
        super().__init__()
        self._colours, self._low, self._high = colours, low, high
        font = self.font()
        font.setPixelSize(11)
        self.setFont(font)
        self.setFixedHeight(34)
        self.setAccessibleName(f"From {low} to {high}")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bar and the words under it."""
        painter = QPainter(self)
        gradient = QLinearGradient(0, 0, self.width() - 4, 0)
        for at, colour in enumerate(self._colours):
            gradient.setColorAt(at / max(len(self._colours) - 1, 1), QColor(colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(QRectF(0, 4, self.width() - 4, 10), 3, 3)
        painter.setPen(self.palette().text().color())
        room = self.rect().adjusted(0, 16, -4, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self._low)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self._high)
        painter.end()


@lru_cache(maxsize=64)
def _dot(colour: str) -> QIcon:
    made = QPixmap(2 * DOT, 2 * DOT)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(1, 1, 2 * DOT - 2, 2 * DOT - 2)
    painter.end()
    made.setDevicePixelRatio(2)
    return QIcon(made)
