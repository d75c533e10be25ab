"""A dashed line across a plot, or upright in it, with its name on it: a baseline, the best epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont

from workbench.plots.pens import line_pen
from workbench.theme import Colours

# an upright line has its name on one side; of one across it is below in the upper half of the plot and above in the
# lower: there it would be cut off
ANCHORS = [(1.0, 0.0), (1.0, 1.0)]
LEFT, RIGHT = [(1.1, 0.5)] * 2, [(-0.1, 0.5)] * 2
ACROSS = tuple(0.98 - 0.04 * step for step in range(24))
UPRIGHT = tuple(0.07 + 0.05 * step for step in range(18))
"""Where along a line its name may stand, from left to right or from below, 0..1; the first is where it should."""


@dataclass(frozen=True)
class Place:
    """Where a name could stand.

    Attributes:
        rect: what it would cover, in pixels of the view.
    """

    position: float
    anchors: list[tuple[float, float]]
    rect: QRectF


class Level(pg.InfiniteLine):  # type: ignore[misc]
    """A line that knows its name.

    Args:
        text: the name, a format of which nothing is filled in.
        upright: at a place of the lower axis, not at a height.
    """

    def __init__(self, text: str, upright: bool) -> None:
        options = {"position": (UPRIGHT if upright else ACROSS)[0], "anchors": LEFT if upright else ANCHORS}
        super().__init__(angle=90 if upright else 0, label=text, labelOpts={**options, "movable": False})

    def stand(self, value: float, text: str) -> bool:
        """Take a value and a name where they are other ones; gives whether one is."""
        moved = bool(self.value() != value)
        if moved:
            self.setValue(value)
        if self.label.format == text:
            return moved
        self.label.setFormat(text)
        return True

    def places(self, box: pg.ViewBox) -> Iterator[Place]:
        """Where the name can stand in a view, the best place first; nowhere where the line is not in view."""
        (left, right), (bottom, top) = box.viewRange()
        size, width, height = self.label.boundingRect().size(), box.width(), box.height()
        wide, high = size.width(), size.height()
        if self.angle == 90 and left <= self.value() <= right > left:
            x = (self.value() - left) / (right - left) * width
            anchors, start = (LEFT, x - 1.1 * wide) if x >= 1.1 * wide else (RIGHT, x + 0.1 * wide)
            for position in UPRIGHT if high < height else ():
                # in a low plot the first place would be cut off below
                position = min(max(position, high / 2 / height), 1 - high / 2 / height)
                yield Place(position, anchors, QRectF(start, (1 - position) * height - high / 2, wide, high))
        elif self.angle == 0 and bottom <= self.value() <= top > bottom:
            y = (top - self.value()) / (top - bottom) * height
            for position in ACROSS:
                end = position * width
                if end >= wide or position == ACROSS[0]:
                    yield Place(position, ANCHORS, QRectF(end - wide, y - high if y > height / 2 else y, wide, high))

    def drawn(self, box: pg.ViewBox) -> QRectF:
        """What an upright line itself covers; nothing for one across, which names hide where they stand on it."""
        left, right = box.viewRange()[0]
        if self.angle == 0 or not left <= self.value() <= right > left:
            return QRectF()
        return QRectF((self.value() - left) / (right - left) * box.width() - 1, 0, 2, box.height())

    def name_at(self, place: Place) -> None:
        """Let the name stand there."""
        if self.label.anchors is not place.anchors or self.label.orthoPos != place.position:
            self.label.anchors = place.anchors
            self.label.setPosition(place.position)

    def wear(self, colours: Colours, font: QFont) -> None:
        """Take the colours of a theme, and the height among other lines that belongs to the value."""
        self.setPen(line_pen(QColor(colours.muted), 1, True))
        self.label.setColor(QColor(colours.muted))
        # no other line goes through a name: upright lines lie highest, then those further down, whose names stand above
        self.label.fill = pg.mkBrush(colours.surface)
        self.setZValue(-9 if self.angle == 90 else -10 - math.atan(self.value()) / math.pi)
        self.label.setFont(font)


def part_names(lines: Iterable[Level], box: pg.ViewBox) -> None:
    """Move names to where they cover no other and no upright line; where there is none, to where they cover least."""
    # an upright line has more places where its name covers nothing
    lines = sorted(lines, key=lambda each: float(each.angle))
    taken = [line.drawn(box) for line in lines]
    for line in lines:
        chosen, least = None, math.inf
        for place in line.places(box) if line.label.format else ():
            covered = sum(_area(place.rect & other) for other in taken)
            if covered < least:
                chosen, least = place, covered
            if not covered:
                break
        if chosen is not None:
            line.name_at(chosen)
            taken.append(chosen.rect)


def _area(rect: QRectF) -> float:
    return rect.width() * rect.height()
