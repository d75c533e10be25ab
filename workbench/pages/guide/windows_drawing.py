"""How a window of L inputs and T targets slides along one history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from workbench.page import Context
from workbench.pages.guide.canvas import CAPTION, Canvas
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.sliders import Slide
from workbench.theme import Theme
from workbench.widgets.parts import label

if TYPE_CHECKING:
    from core.insight.examples.windows import ExampleWindow

PADDING = -1
TALLEST = 30.0
NAME = 44


class WindowsCanvas(Canvas):
    """The history on top, a row for each window below; one of them is chosen.

    Signals:
        stepped: another window was chosen, by its place.
    """

    stepped = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Windows over a history")
        self.windows: tuple[ExampleWindow, ...] = ()
        self.events = self.length = self.targets = 0
        self.chosen = 0
        self.setMinimumSize(240, 220)

    def show_windows(self, windows: tuple[ExampleWindow, ...], events: int, length: int, targets: int) -> None:
        """Other windows."""
        self.windows, self.events, self.length, self.targets = windows, events, length, targets
        self.choose(min(self.chosen, max(len(windows) - 1, 0)))

    def choose(self, at: int) -> None:
        """Step to a window."""
        self.chosen = at
        self.setAccessibleDescription(self.words())
        self.update()
        self.stepped.emit(at)

    def words(self) -> str:
        """The chosen window in words."""
        if not self.windows:
            return "A single event gives no window: there is nothing before it to learn from."
        window = self.windows[self.chosen]
        inputs = " ".join("–" if each == PADDING else str(each + 1) for each in window.inputs)
        targets = " ".join("masked" if each == PADDING else str(each + 1) for each in window.targets)
        return f"Window {self.chosen + 1} of {len(self.windows)}: after {inputs} comes {targets}."

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows step through the windows."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.windows:
            super().keyPressEvent(event)
            return
        self.choose(min(max(self.chosen + step, 0), len(self.windows) - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the window that is clicked."""
        row = int(event.position().y() / max(self._tall, 1)) - 1
        if 0 <= row < len(self.windows):
            self.choose(row)

    @property
    def _tall(self) -> float:
        return min(self.height() / (len(self.windows) + 1), TALLEST)

    def paint(self, painter: QPainter) -> None:
        """Columns are places in the history; paddings stand left of the first."""
        span = self.length + self.events + max(self.targets - 1, 0)
        wide = min((self.width() - NAME) / max(span, 1), 40.0)
        tall = self._tall
        for place in range(self.events):
            box = QRectF(NAME + (self.length + place) * wide, 0, wide, tall).adjusted(1, 2, -1, -2)
            painter.fillRect(box, self.pen("raised").color())
            self.write(painter, box, str(place + 1), "text", CAPTION)
        self.write(painter, QRectF(0, 0, NAME, tall), "events", "muted", CAPTION, Qt.AlignmentFlag.AlignLeft)
        for row, window in enumerate(self.windows, 1):
            first = self.length + window.targets[0]
            front = row - 1 == self.chosen
            name = QRectF(0, row * tall, NAME, tall)
            align = Qt.AlignmentFlag.AlignLeft
            self.write(painter, name, f"t = {window.targets[0]}", "text" if front else "muted", CAPTION, align, front)
            for kind, places, start in ((0, window.inputs, first - self.length), (1, window.targets, first)):
                for at, place in enumerate(places):
                    box = QRectF(NAME + (start + at) * wide, row * tall, wide, tall).adjusted(1, 2, -1, -2)
                    self._cell(painter, box, kind, place, front)

    def _cell(self, painter: QPainter, box: QRectF, kind: int, place: int, front: bool) -> None:
        if place == PADDING:
            pen = self.pen("muted")
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            return
        painter.fillRect(box, self.faint(kind, 0.35 if front else 0.75))
        if front:
            painter.setPen(self.pen(self.series(kind), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
        self.write(painter, box, str(place + 1), "text", CAPTION)


class WindowsDrawing(Drawing):
    """The strip, with sliders for the history, L and T."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.canvas = WindowsCanvas(context.theme)
        self.told = label("", wrap=True, selectable=True)
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing())
        self.events = Slide("events", 1, 12, 8, 1)
        self.length = Slide("inputs L", 1, 8, 5, 1)
        self.targets = Slide("targets T", 1, 5, 3, 1)
        self.at = Slide("window", 1, 1, 1, 1)
        caption = (
            "Blue are the inputs, orange the targets; dotted is padding on the left, a masked target on the right."
        )
        self.column.addWidget(label("Windows of one history", "section"))
        self.column.addWidget(label(caption, "caption", wrap=True))
        self.column.addWidget(self.canvas, 1000)
        self.canvas.setMaximumHeight(int(13 * TALLEST))
        self.column.addWidget(self.told)
        for slide in (self.at, self.length, self.targets, self.events):
            self.column.addWidget(slide)
        for slide in (self.events, self.length, self.targets):
            slide.changed.connect(lambda _: self._draw())
        self.at.changed.connect(lambda at: self.canvas.choose(int(at) - 1))
        self.canvas.stepped.connect(self._stepped)

    def show_key(self, key: str) -> None:
        """Draw, once torch is there: windows are cut by the code that trains."""
        self.context.when_warm("training", self._draw)

    def _draw(self) -> None:
        from core.insight.examples.windows import example_windows

        events, length, targets = (int(slide.value) for slide in (self.events, self.length, self.targets))
        windows = example_windows(events, length, targets)
        self.at.set_high(float(max(len(windows), 1)))
        self.canvas.show_windows(windows, events, length, targets)

    def _stepped(self, at: int) -> None:
        self.at.set_value(at + 1.0)
        self.told.setText(self.canvas.words())
