"""Each split on seven users along one clock: which events are training, validation and test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from core.insight.examples.splits import PARTS, SPANS, example_events, later_than_tests
from core.splits import SPLITS
from workbench.jobs.examples import dividing_example
from workbench.jobs.job import End, Job
from workbench.page import Context
from workbench.pages.guide.canvas import CAPTION, Canvas
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.sliders import Slide
from workbench.theme import Theme
from workbench.widgets.parts import label

COLOURS = (0, 4, 1)
NAME, FOOT = 52, 42
TALLEST_ROW = 44.0


class ClockCanvas(Canvas):
    """A line a user, a sign an event; what was not yet known at another's test has a ring."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Events of seven users along one clock")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.events = example_events()
        self.parts: npt.NDArray[np.int8] = np.zeros(len(self.events), np.int8)
        self.later: npt.NDArray[np.bool_] = np.zeros(len(self.events), np.bool_)
        self.setMinimumSize(240, 200)
        self.setMaximumHeight(int(TALLEST_ROW) * len(SPANS) + FOOT)

    def show_parts(self, parts: npt.NDArray[np.int8]) -> None:
        """Another division."""
        self.parts, self.later = parts, later_than_tests(parts)
        counts = ", ".join(f"{int(np.sum(parts == at))} {name}" for at, name in enumerate(PARTS))
        self.setAccessibleDescription(f"{counts}; {int(self.later.sum())} training events are later than a test event")
        self.update()

    def paint(self, painter: QPainter) -> None:
        """The clock runs to the right."""
        assert self.events.times is not None
        tall = min((self.height() - FOOT) / len(SPANS), TALLEST_ROW)
        width = self.width() - NAME - 14
        for user in range(len(SPANS)):
            y = (user + 0.5) * tall
            name = QRectF(0, y - 10, NAME, 20)
            self.write(painter, name, f"user {user + 1}", "muted", CAPTION, Qt.AlignmentFlag.AlignLeft)
            painter.setPen(self.pen("line"))
            painter.drawLine(QPointF(NAME, y), QPointF(self.width() - 4, y))
        for at in range(len(self.events)):
            y = (int(self.events.users[at]) + 0.5) * tall
            place = QPointF(NAME + 6 + float(self.events.times[at]) / 99 * width, y)
            self._event(painter, place, int(self.parts[at]), bool(self.later[at]))
        floor = len(SPANS) * tall
        self.arrow(painter, QPointF(NAME, floor + 4), QPointF(self.width() - 4, floor + 4))
        self.write(painter, QRectF(NAME, floor + 6, width, 14), "time", "muted", CAPTION, Qt.AlignmentFlag.AlignRight)
        x = 4.0
        for part, words in enumerate((*PARTS, "leak")):
            sign = QPointF(x + 6, floor + 30)
            self._event(painter, sign, part % len(PARTS), part == len(PARTS))
            painter.setFont(self.letters(CAPTION))
            room = painter.fontMetrics().horizontalAdvance(words) + 4
            box = QRectF(x + 16, floor + 20, room, 20)
            self.write(painter, box, words, "text", CAPTION, Qt.AlignmentFlag.AlignLeft)
            x += room + 26

    def _event(self, painter: QPainter, place: QPointF, part: int, later: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.series(COLOURS[part]))
        if part == 0:
            painter.drawEllipse(place, 4, 4)
        elif part == 1:
            painter.drawPolygon([place + QPointF(0, -6), place + QPointF(6, 5), place + QPointF(-6, 5)])
        else:
            painter.drawRect(QRectF(place.x() - 5, place.y() - 5, 10, 10))
        if later:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.pen("error", 1.5))
            painter.drawEllipse(place, 7, 7)


class SplitDrawing(Drawing):
    """The clock, with sliders for the shares where the split has them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.key = ""
        self._asked = 0
        self.title = label("", "section")
        self.canvas = ClockCanvas(context.theme)
        self.told = label("", wrap=True, selectable=True)
        self.test = Slide("test share", 0.05, 0.6, 0.2, 0.05)
        self.validation = Slide("validation", 0.05, 0.35, 0.1, 0.05)
        self.seed = Slide("seed", 1, 20, 1, 1)
        self.column.addWidget(self.title)
        self.column.addWidget(self.canvas, 1000)
        self.column.addWidget(self.told)
        for slide in (self.test, self.validation, self.seed):
            slide.changed.connect(lambda _: self._draw())
            self.column.addWidget(slide)
        self.column.addStretch(1)

    def show_key(self, key: str) -> None:
        """Divide the example in this way, once what divides is loaded."""
        self.key = key
        self.title.setText(f"{SPLITS[key].label}: seven users")
        for slide in (self.test, self.validation):
            slide.setVisible(key in ("time", "random"))
        self.seed.setVisible(key == "random")
        self.context.when_warm("reading", self._draw)

    def _draw(self) -> None:
        settings = SPLITS[self.key].settings
        if self.key in ("time", "random"):
            made = settings(test_share=self.test.value, validation_share=self.validation.value)
        else:
            made = settings()
        self._asked += 1
        asked = self._asked
        job = Job("Dividing the example", dividing_example(self.key, made, int(self.seed.value)), quiet=True)
        job.ended.connect(lambda end: self._divided(asked, end))
        self.context.jobs.start(job)

    def _divided(self, asked: int, end: End) -> None:
        if asked != self._asked:
            return
        if end.error is not None:
            self.told.setText(end.error.sentence())
            return
        parts = end.value
        self.canvas.show_parts(parts)
        later, training = int(self.canvas.later.sum()), int(np.sum(parts == 0))
        if later:
            text = f"{later} of {training} training events are later than a test event of somebody else (ringed)."
        else:
            text = f"None of the {training} training events is later than a test event: nothing leaks."
        self.told.setText(text)
