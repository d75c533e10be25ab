"""A place that a page fills; where the window is smaller than the page needs, the page keeps its size and scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStyle, QWidget

MOST = QSize(1200, 900)
"""What a page may ask for at most: a hint that grows without end must not move the page further and further away."""


class Room(QScrollArea):
    """Holds one page.

    The size of the page follows from that of the room and from the most that the page has asked for since the room was
    last resized. So the two can never chase each other, as they do where ``widgetResizable`` asks the page anew for
    each of its own layouts, and each layout changes what it asks for.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self._needed = self._own = QSize(0, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Any size will do."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The window is larger or smaller; a scroll bar that comes or goes is told here too, and is no news."""
        super().resizeEvent(event)
        if self.size() != self._own:
            self._own = self.size()
            self._reckon(QSize(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """What is in the page has changed, and it may need more."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._page:
            self._reckon(self._needed)
        return super().eventFilter(watched, event)

    def go_to_start(self) -> None:
        """The page comes into view: as large as it needs now, from its upper left corner."""
        self._reckon(QSize(0, 0))
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)

    def _reckon(self, least: QSize) -> None:
        """Give the page the room's own size, or what it needs where that is more.

        A scroll bar takes its width from the other direction.
        """
        page = self._page
        self._needed = needed = least.expandedTo(page.minimumSizeHint().boundedTo(MOST))
        own, bar = self.size(), self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        across, down = needed.width() > own.width(), needed.height() > own.height()
        across = across or (down and needed.width() > own.width() - bar)
        down = down or (across and needed.height() > own.height() - bar)
        size = needed.expandedTo(QSize(own.width() - bar * down, own.height() - bar * across))
        if page.size() != size:
            page.resize(size)
