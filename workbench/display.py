"""Whether a window can open here, asked before Qt is: Qt ends the process where it finds no display."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

DEBIAN = (
    "libglib2.0-0 libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "
    "libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)
"""Packages that have the libraries which Qt loads."""
COMMANDS_WORK = "The commands work without a window, see `rankscope --help`."


def obstacle() -> str:
    """What keeps a window from opening and what to do about it; empty when nothing does."""
    if chosen_platform() == "xcb" and not os.environ.get("DISPLAY"):
        return f"there is no display to open a window on. {COMMANDS_WORK}"
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return missing_library(error)
    return obstacle_of_x11() if chosen_platform() == "xcb" else ""


def chosen_platform() -> str:
    """The way Qt will take to the screen: ``xcb`` is X11; any other name needs nothing that could be missing."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if chosen:
        return chosen.split(":")[0]
    if not sys.platform.startswith("linux"):
        return sys.platform
    return "wayland" if os.environ.get("WAYLAND_DISPLAY") else "xcb"


def obstacle_of_x11() -> str:
    """What keeps Qt from X11: a library that its plugin lacks, or a server that does not answer."""
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        if plugin.exists():
            ctypes.CDLL(str(plugin))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return missing_library(error)
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        return f"the display {os.environ.get('DISPLAY', '')} does not answer. {COMMANDS_WORK}"
    return ""


def missing_library(error: Exception) -> str:
    """The sentence for a library that is not there."""
    what = str(error).splitlines()[0]
    return f"the window needs a library that is missing ({what}). Debian has it: apt install {DEBIAN}. {COMMANDS_WORK}"
