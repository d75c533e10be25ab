"""Named values as bars between 0 and 1, one of them in the foreground."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from workbench.pages.guide.canvas import Canvas
from workbench.theme import Theme, with_digits

LINE = 22
NAME, NUMBER = 96, 64

Value = tuple[str, float | None, str]


class Values(Canvas):
    """Draws (name, value, unit); a value that has a unit, or none, gets no bar."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Values")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFont(with_digits(self.font()))
        self.shown: list[Value] = []
        self.front = 0

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line for each value."""
        return QSize(240, LINE * max(len(self.shown), 1))

    def show_values(self, shown: Sequence[Value], front: int) -> None:
        """Replace the values; ``front`` is the place of the one that is explained."""
        self.shown, self.front = list(shown), front
        self.setFixedHeight(LINE * max(len(shown), 1))
        self.setAccessibleDescription("; ".join(f"{name} {written(value, unit)}" for name, value, unit in shown))
        self.update()

    def paint(self, painter: QPainter) -> None:
        """A line each."""
        for at, (name, value, unit) in enumerate(self.shown):
            front = at == self.front
            top = float(at * LINE)
            left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
            self.write(painter, QRectF(0, top, NAME, LINE), name, "text" if front else "muted", align=left, bold=front)
            place = QRectF(self.width() - NUMBER, top, NUMBER, LINE)
            self.write(painter, place, written(value, unit), "text" if front else "muted", align=right, bold=front)
            room = QRectF(NAME, top + 7, self.width() - NAME - NUMBER - 4, LINE - 14)
            if unit or room.width() < 10:
                continue
            painter.fillRect(room, self.pen("raised").color())
            if value is not None:
                room.setWidth(room.width() * min(max(value, 0.0), 1.0))
                painter.fillRect(room, self.pen("accent").color() if front else self.faint(6, 0.4))


def written(value: float | None, unit: str = "") -> str:
    """``.631``, ``1.58 bit``, a dash where there is none."""
    if value is None:
        return "–"
    if unit:
        return f"{value:.2f} {unit}" if unit != "rating" else f"{value:.2f}"
    shown = f"{value:.3f}"
    return shown[1:] if shown.startswith("0") else shown
