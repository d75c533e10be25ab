"""A diagram as a description: nodes on a grid, links between them; and the canvas that paints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPolygonF

from workbench.pages.guide.canvas import BODY, CAPTION, Canvas
from workbench.theme import Theme

Kind = Literal["table", "vector", "sign", "layer", "score", "window", "filters", "bars", "row"]
COLUMNS = 12.0
MARGIN = 6.0
HEIGHTS: dict[Kind, float] = {"vector": 16, "sign": 26, "score": 28, "layer": 26, "row": 16}
"""Pixels of the drawn part where it does not follow the room of its row."""
MOST_CELLS = 10


@dataclass(frozen=True)
class Node:
    """One part.

    Attributes:
        key: what links name.
        text: a few letters beside or inside of the part.
        size: its size, such as ``671 × 64``.
        row, column: centre, in rows from the top and in twelfths of the width.
        width: in twelfths.
        colour: of the series; user parts are 0, item parts 1, what follows 2.
        cells: cells of a vector (or of a row of filters), columns of a window.
        lines: rows of a window, or of filters; a row with one line is filled in.
        span: rows of the diagram that it may take.
        marks: filters that lie over a window, ``horizontal`` and ``vertical``.
        help: what it does.
    """

    key: str
    kind: Kind
    text: str
    row: float
    column: float
    width: float = 3.0
    size: str = ""
    colour: int = 2
    cells: int = 8
    lines: int = 5
    span: float = 1.0
    marks: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class Diagram:
    """Nodes, links between their keys, and the number of rows."""

    nodes: tuple[Node, ...]
    links: tuple[tuple[str, str], ...]
    rows: float


class DiagramCanvas(Canvas):
    """Paints a diagram; a part that is pointed at, or stepped to with the arrow keys, is explained.

    Signals:
        chosen: the part that is explained now, or None.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Diagram")
        self.diagram = Diagram((), (), 1)
        self.at = -1
        self.setMouseTracking(True)
        self.setMinimumSize(280, 320)

    def show_diagram(self, diagram: Diagram, name: str) -> None:
        """Another diagram."""
        self.diagram, self.at = diagram, -1
        self.setAccessibleName(name)
        self.chosen.emit(None)
        self.update()

    def choose(self, at: int) -> None:
        """Explain a part, by its place; -1 none."""
        if at != self.at:
            self.at = at
            node = self.diagram.nodes[at] if at >= 0 else None
            self.setAccessibleDescription("" if node is None else f"{node.text} {node.size}: {node.help}")
            self.chosen.emit(node)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Explain what is pointed at; elsewhere the last part stays explained."""
        for at, node in enumerate(self.diagram.nodes):
            if self._whole(node).contains(event.position()):
                self.choose(at)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Step from part to part."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.diagram.nodes:
            super().keyPressEvent(event)
            return
        start = self.at if self.at >= 0 else (-1 if step > 0 else 0)
        self.choose((start + step) % len(self.diagram.nodes))

    # --- places -------------------------------------------------------------------------------------------------

    def _whole(self, node: Node) -> QRectF:
        """The room of a node: its drawing and the words below."""
        tall = (self.height() - 2 * MARGIN) / self.diagram.rows
        unit = (self.width() - 2 * MARGIN) / COLUMNS
        width = node.width * unit
        top = MARGIN + (node.row - node.span / 2) * tall
        return QRectF(MARGIN + node.column * unit - width / 2, top + 2, width, node.span * tall - 4)

    def _drawn(self, node: Node) -> QRectF:
        """The room of the drawing itself."""
        whole = self._whole(node)
        inside = node.kind in ("sign", "score", "layer")
        words = 0.0 if inside else 15.0 * (bool(node.text) + bool(node.size))
        height = min(HEIGHTS.get(node.kind, whole.height()), max(whole.height() - words, 8.0))
        top = whole.top() + (whole.height() - words - height) / 2
        if node.kind == "sign":
            side = min(height, whole.width())
            return QRectF(whole.center().x() - side / 2, top, side, side)
        return QRectF(whole.left(), top, whole.width(), height)

    def paint(self, painter: QPainter) -> None:
        """Links first, parts over them."""
        nodes = {node.key: node for node in self.diagram.nodes}
        for source, target in self.diagram.links:
            above, below = self._drawn(nodes[source]), self._drawn(nodes[target])
            words = 15.0 * (bool(nodes[source].text) + bool(nodes[source].size))
            inside = nodes[source].kind in ("sign", "score", "layer")
            start = QPointF(above.center().x(), above.bottom() + (1 if inside else words + 1))
            if abs(above.center().y() - below.center().y()) < 12:
                left = above.center().x() < below.center().x()
                start = QPointF(above.right() if left else above.left(), above.center().y())
                end = QPointF(below.left() - 1 if left else below.right() + 1, below.center().y())
            else:
                start.setX(_within(below.center().x(), above))
                end = QPointF(_within(above.center().x(), below), below.top() - 1)
            self.arrow(painter, start, end)
        for at, node in enumerate(self.diagram.nodes):
            place = self._drawn(node)
            PAINTERS[node.kind](self, painter, node, place)
            if node.kind not in ("sign", "score", "layer"):
                self._name(painter, node, place)
            if at == self.at:
                painter.setPen(self.pen("accent", 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(place.adjusted(-3, -3, 3, 3), 5, 5)

    def _name(self, painter: QPainter, node: Node, place: QRectF) -> None:
        line = QRectF(place.left() - 20, place.bottom() + 1, place.width() + 40, 15)
        for text, colour, size in ((node.text, "text", BODY), (node.size, "muted", CAPTION)):
            if text:
                self.write(painter, line, text, colour, size)
                line.translate(0, 14)


def _within(x: float, place: QRectF) -> float:
    """The place nearest to x on the middle part of an edge."""
    reach = place.width() * 0.36
    return min(max(x, place.center().x() - reach), place.center().x() + reach)


def _table(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    painter.setPen(canvas.pen(canvas.series(node.colour)))
    painter.setBrush(canvas.faint(node.colour, 0.88))
    painter.drawRect(place)
    lines = max(int(place.height() // 7), 2)
    step = place.height() / lines
    for line in range(lines):
        if line == lines // 2:
            painter.fillRect(
                QRectF(place.left(), place.top() + line * step, place.width(), step), canvas.series(node.colour)
            )
        painter.setPen(canvas.pen(canvas.faint(node.colour, 0.6)))
        height = place.top() + line * step
        painter.drawLine(QPointF(place.left(), height), QPointF(place.right(), height))


def _vector(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    """As many cells as numbers, or a few with a gap that stands for the rest."""
    cells = min(node.cells, MOST_CELLS, max(int(place.width() // 9), 2))
    gap = cells - 2 if node.cells > cells else -1
    side = place.width() / cells
    for cell in range(cells):
        box = QRectF(place.left() + cell * side, place.top(), side - 1.5, place.height())
        if cell == gap:
            canvas.write(painter, box, "…", canvas.series(node.colour))
            continue
        shade = (cell * 37 + node.column * 11) % 5 / 5
        painter.fillRect(box, canvas.faint(node.colour, 0.15 + 0.65 * shade))


def _row(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    """A row of the interaction matrix: few entries are known; with colour 2 all are filled in."""
    cells = max(int(place.width() // 11), 4)
    side = place.width() / cells
    for cell in range(cells):
        box = QRectF(place.left() + cell * side, place.top(), side - 1.5, place.height())
        known = cell % 5 in (1, 4)
        full = node.lines == 1
        painter.setPen(canvas.pen(canvas.faint(node.colour, 0.5)))
        painter.setBrush(canvas.series(node.colour) if known else canvas.faint(node.colour, 0.55 if full else 0.95))
        painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _sign(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    painter.setPen(canvas.pen("muted"))
    painter.setBrush(canvas.theme.colours.raised)
    painter.drawEllipse(place)
    canvas.write(painter, place, node.text)


def _layer(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    """A trapezoid: what comes in is wider than what goes out."""
    slant = min(10.0, place.width() / 8)
    shape = QPolygonF(
        [
            place.topLeft(),
            place.topRight(),
            QPointF(place.right() - slant, place.bottom()),
            QPointF(place.left() + slant, place.bottom()),
        ]
    )
    painter.setPen(canvas.pen(canvas.series(node.colour)))
    painter.setBrush(canvas.faint(node.colour, 0.85))
    painter.drawPolygon(shape)
    canvas.write(
        painter,
        place.adjusted(slant, 0, -slant, 0),
        ": ".join(each for each in (node.text, node.size) if each),
        size=CAPTION,
    )


def _score(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(canvas.pen("accent").color())
    painter.drawRoundedRect(place, 6, 6)
    canvas.write(painter, place, node.text, "on_accent", bold=True)


def _window(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    """L rows of k cells; a horizontal filter may lie over two rows, a vertical one over a column."""
    columns, lines = min(node.cells, 12), min(node.lines, 10)
    wide, tall = place.width() / columns, place.height() / lines
    for line in range(lines):
        for column in range(columns):
            shade = (line * 31 + column * 17) % 7 / 7
            box = QRectF(place.left() + column * wide, place.top() + line * tall, wide - 1, tall - 1)
            painter.fillRect(box, canvas.faint(node.colour, 0.45 + 0.45 * shade))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if "horizontal" in node.marks:
        painter.setPen(canvas.pen(canvas.series(0), 2))
        top = place.top() + max(lines // 2 - 1, 0) * tall
        painter.drawRect(QRectF(place.left() - 2, top, place.width() + 3, min(2, lines) * tall - 1))
    if "vertical" in node.marks:
        painter.setPen(canvas.pen(canvas.series(2), 2))
        painter.drawRect(QRectF(place.right() - 2 * wide, place.top() - 2, wide, place.height() + 3))


def _filters(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    """A bundle of lines of numbers: one for each height (or each filter)."""
    lines = max(min(node.lines, 6), 1)
    tall = min(place.height() / lines, 11.0)
    top = place.center().y() - lines * tall / 2
    for line in range(lines):
        cells = max(node.cells - line, 1) if node.cells > 1 else 1
        side = min(place.width() / max(node.cells, 1), 14.0)
        left = place.center().x() - cells * side / 2
        for cell in range(cells):
            shade = (line * 13 + cell * 29) % 6 / 6
            box = QRectF(left + cell * side, top + line * tall, side - 1, tall - 1.5)
            painter.fillRect(box, canvas.faint(node.colour, 0.2 + 0.6 * shade))


def _bars(canvas: DiagramCanvas, painter: QPainter, node: Node, place: QRectF) -> None:
    """A long tail."""
    count = max(int(place.width() // 9), 4)
    side = place.width() / count
    for bar in range(count):
        height = place.height() / (1 + 0.55 * bar)
        box = QRectF(place.left() + bar * side, place.bottom() - height, side - 2, height)
        painter.fillRect(box, canvas.series(node.colour) if bar == 2 else canvas.faint(node.colour, 0.5))


PAINTERS: dict[Kind, Callable[[DiagramCanvas, QPainter, Node, QRectF], None]] = {
    "table": _table,
    "vector": _vector,
    "row": _row,
    "sign": _sign,
    "layer": _layer,
    "score": _score,
    "window": _window,
    "filters": _filters,
    "bars": _bars,
}
