"""Pictures of what is drawn: copied from its menu, saved as PNG, SVG or PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from workbench.theme import Theme


class Drawn(Protocol):
    """What a picture can be made of."""

    theme: Theme

    def size(self) -> QSize:
        """Size on the screen."""
        ...

    def rect(self) -> QRect:
        """The same as a rectangle at 0, 0."""
        ...

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture."""
        ...


def offer_picture(
    parent: QWidget, drawn: Drawn, name: str, place: QPoint, show_all: Callable[[], None] | None = None
) -> None:
    """The menu of a drawing: show everything where it can be zoomed, copy, save.

    Args:
        parent: owner of the menu and the dialog.
        name: of the file that is proposed.
        place: on the screen.
    """
    menu = QMenu(parent)
    if show_all is not None:
        menu.addAction("Show everything").triggered.connect(show_all)
    menu.addAction("Copy picture").triggered.connect(lambda: QGuiApplication.clipboard().setImage(picture(drawn)))
    menu.addAction("Save picture…").triggered.connect(lambda: save_picture(parent, drawn, name))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def save_picture(parent: QWidget, drawn: Drawn, name: str) -> None:
    """Ask where to keep a picture, and write it."""
    kinds = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
    path, _ = QFileDialog.getSaveFileName(parent, "Save the picture", f"{name.lower().replace(' ', '-')}.png", kinds)
    if path:
        from core import durable

        durable.write(Path(path), picture_bytes(drawn, Path(path).suffix.lower().lstrip(".") or "png"))


def picture(plot: Drawn, ratio: float = 2.0) -> QImage:
    """A plot as an image of ``ratio`` device pixels each."""
    image = QImage(plot.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    _paint(plot, image, plot.size())
    return image


def picture_bytes(plot: Drawn, kind: str) -> bytes:
    """A plot as ``png``, ``svg`` or ``pdf``."""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind == "svg":
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(plot.size())
        generator.setViewBox(plot.rect())
        _paint(plot, generator, plot.size())
    elif kind == "pdf":
        writer = QPdfWriter(buffer)
        writer.setPageSize(QPageSize(QSizeF(plot.size()), QPageSize.Unit.Point))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        _paint(plot, writer, QSize(writer.width(), writer.height()))
    else:
        picture(plot).save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(held.data())


def _paint(plot: Drawn, device: QPaintDevice, size: QSize) -> None:
    painter = QPainter(device)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(plot.theme.colours.surface))
    plot.draw(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
