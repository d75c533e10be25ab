"""A place that a page fills; where the window is smaller than the page needs, the page keeps its size and scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStyle, QWidget

MOST = QSize(1200, 900)
"""What a page may ask for at most: a hint that grows without end must not move the page further and further away."""
QUIET = 100
"""Milliseconds in which a page asks for nothing, after which it is taken at its word that it needs less now."""


class Room(QScrollArea):
    """Holds one page.

    The size of the page follows from that of the room and from the most that the page has asked for since the room was
    last resized. So the two can never chase each other, as they do where ``widgetResizable`` asks the page anew for
    each of its own layouts, and each layout changes what it asks for. A page that has come to rest and asks for less is
    given less; one that then asks for as much again keeps it until the room is resized.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self._needed = self._own = QSize(0, 0)
        self._before: tuple[QSize, QSize] | None = None
        self._restless = False
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(self._take_back)
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
            self._begin_anew()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """What is in the page has changed: it may need more at once, and less once it has come to rest."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._page:
            self._reckon(self._needed)
        return super().eventFilter(watched, event)

    def go_to_start(self) -> None:
        """The page comes into view: as large as it needs now, from its upper left corner."""
        self._begin_anew()
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)

    def _begin_anew(self) -> None:
        self._before, self._restless = None, False
        self._quiet.stop()
        self._reckon(QSize(0, 0))

    def _take_back(self) -> None:
        """The page is at rest: it has no more than it asks for now."""
        self._before, asked = None, self._asked()
        if asked != self._needed and not self._restless:
            self._before, self._needed = (self._needed, asked), asked
            self._quiet.start()
            self._give()

    def _asked(self) -> QSize:
        return self._page.minimumSizeHint().boundedTo(MOST)

    def _reckon(self, least: QSize) -> None:
        """What the page needs now; less than what it has had is given to it later, unless it took it back before."""
        asked = self._asked()
        self._needed = needed = least.expandedTo(asked)
        if self._before is not None and grown_back(*self._before, needed):
            self._before, self._restless = None, True
        if asked != needed and not self._restless:
            self._quiet.start()
        self._give()

    def _give(self) -> None:
        """Give the page the room's own size, or what it needs where that is more.

        A scroll bar takes its width from the other direction.
        """
        page, needed = self._page, self._needed
        own, bar = self.size(), self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        across, down = needed.width() > own.width(), needed.height() > own.height()
        across = across or (down and needed.width() > own.width() - bar)
        down = down or (across and needed.height() > own.height() - bar)
        size = needed.expandedTo(QSize(own.width() - bar * down, own.height() - bar * across))
        if page.size() != size:
            page.resize(size)


def grown_back(before: QSize, less: QSize, now: QSize) -> bool:
    """Whether a size that was made less is in one direction what it was before."""
    wide = less.width() < before.width() <= now.width()
    return wide or less.height() < before.height() <= now.height()
