"""Icons: the drawings of assets/icons, tinted with a colour of the theme."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import assets

SIZES = (16, 24, 32)
"""Logical pixels that an icon is drawn at beforehand; Qt makes the others of the next larger one."""
RATIO = 2
FOLDER = Path(assets.__file__).with_name("icons")


@lru_cache(maxsize=256)
def drawing(name: str) -> str:
    """The SVG text of an icon."""
    return (FOLDER / f"{name}.svg").read_text("utf-8")


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int, ratio: float = RATIO) -> QPixmap:
    """An icon as a picture of ``size`` pixels, ``ratio`` device pixels each.

    The same one each time: Qt keeps what it scales of a picture by the picture, up to 10 MB of pictures seen once.
    """
    return _painted(_renderer(name, colour), size, ratio)


@lru_cache(maxsize=64)
def swatch(colour: str, size: int) -> QIcon:
    """A square of a colour, ``size`` pixels wide; the same one each time, as ``pixmap``.

    A row of a table that gives a bare colour gets a new picture whenever it is painted.
    """
    made = QPixmap(round(size * RATIO), round(size * RATIO))
    made.fill(colour)
    made.setDevicePixelRatio(RATIO)
    return QIcon(made)


def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(drawing(name).replace("currentColor", colour).encode()))


def _painted(renderer: QSvgRenderer, size: int, ratio: float = RATIO) -> QPixmap:
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


@lru_cache(maxsize=512)
def icon(name: str, colour: str, checked: str = "", disabled: str = "") -> QIcon:
    """An icon for buttons and menus; ``checked`` and ``disabled`` are the colours of these states."""
    made = QIcon()
    looks = (
        (colour, QIcon.Mode.Normal, QIcon.State.Off),
        (checked, QIcon.Mode.Normal, QIcon.State.On),
        (disabled, QIcon.Mode.Disabled, QIcon.State.Off),
    )
    for tint, mode, state in looks:
        if tint:
            renderer = _renderer(name, tint)
            for size in SIZES:
                made.addPixmap(_painted(renderer, size), mode, state)
    return made


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="rankscope-")


@lru_cache(maxsize=64)
def icon_file(name: str, colour: str) -> str:
    """The path of a tinted drawing; style sheets take pictures by path only."""
    path = Path(_folder().name) / f"{name}-{colour.lstrip('#')}.svg"
    path.write_text(drawing(name).replace("currentColor", colour), "utf-8")
    return path.as_posix()
