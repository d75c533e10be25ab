"""Icons: the drawings of assets/icons, tinted with a colour of the theme."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 20, 24, 32, 48, 64)
RATIO = 2


@lru_cache(maxsize=256)
def drawing(name: str) -> str:
    """The SVG text of an icon."""
    return files("assets").joinpath("icons", f"{name}.svg").read_text("utf-8")


def pixmap(name: str, colour: str, size: int, ratio: float = RATIO) -> QPixmap:
    """An icon as a picture of ``size`` pixels, ``ratio`` device pixels each."""
    renderer = QSvgRenderer(QByteArray(drawing(name).replace("currentColor", colour).encode()))
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
    for size in SIZES[:4]:
        made.addPixmap(pixmap(name, colour, size))
        if checked:
            made.addPixmap(pixmap(name, checked, size), QIcon.Mode.Normal, QIcon.State.On)
        if disabled:
            made.addPixmap(pixmap(name, disabled, size), QIcon.Mode.Disabled)
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
