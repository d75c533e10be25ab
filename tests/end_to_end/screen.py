"""A screen of its own: Xvfb whose pixels are read from its memory, and hands that reach it through the X server."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SIZE = (1280, 800)
PATIENCE = 60.0
NEEDED = ("Xvfb", "xdotool")
CLIPBOARD = """
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
QTimer.singleShot(0, lambda: (print(application.clipboard().text(), end=""), application.exit(0)))
application.exec()
"""

Pixels = npt.NDArray[np.uint8]


def missing() -> str:
    """Programs that a screen needs and that are not here."""
    return ", ".join(name for name in NEEDED if shutil.which(name) is None)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Screen:
    """A display that nobody sees.

    Args:
        name: of the display, such as ``:99``.
        memory: the file in which the server keeps its pixels, as X window dumps are laid out.
    """

    def __init__(self, name: str, memory: Path) -> None:
        self.name, self._memory = name, memory
        self.environment = {**os.environ, "DISPLAY": name, "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
        self.environment.pop("WAYLAND_DISPLAY", None)

    def pixels(self) -> Pixels:
        """What is seen now: height, width, red green blue."""
        content = self._memory.read_bytes()
        head = struct.unpack(">25I", content[:100])
        start, width, height, line = head[0] + 12 * head[19], head[4], head[5], head[12]
        rows = np.frombuffer(content, np.uint8, line * height, start).reshape(height, line)
        return rows[:, : 4 * width].reshape(height, width, 4)[:, :, 2::-1]

    def save(self, path: Path) -> None:
        """Keep what is seen as a PNG."""
        pixels = self.pixels()
        height, width, _ = pixels.shape
        rows = b"".join(b"\0" + row.tobytes() for row in pixels)
        head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
        chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)

    def blocks(self, colour: str, width: int = 40, height: int = 18) -> list[tuple[int, int]]:
        """Centres of blocks of one colour that are as large as a button, from the top."""
        wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.uint8)
        same = (self.pixels() == wanted).all(axis=2)
        # buttons have words on them: their upper edges are whole
        found: list[tuple[int, int]] = []
        for y in range(same.shape[0]):
            edges = np.flatnonzero(np.diff(np.concatenate(([0], same[y].astype(np.int8), [0]))))
            for left, right in zip(edges[::2], edges[1::2], strict=True):
                middle = int(left + right) // 2
                tall = same[y : y + height, left + 6].all() if left + 6 < same.shape[1] else False
                new = all(abs(middle - x) >= width or y - at >= 2 * height for x, at in found)
                if right - left >= width and tall and new:
                    found.append((middle, y + height // 2))
        return found

    # --- hands ----------------------------------------------------------------------------------------------------

    def do(self, *words: str) -> str:
        """Run xdotool."""
        ended = subprocess.run(["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False)
        return ended.stdout

    def windows(self) -> dict[str, str]:
        """Titles of the windows that are seen, by their number."""
        found = self.do("search", "--onlyvisible", "--name", ".").split()
        return {number: self.do("getwindowname", number).strip() for number in found}

    def window(self, title: str) -> str | None:
        """The number of a window whose title holds these words."""
        return next((number for number, name in self.windows().items() if title in name), None)

    def wait_for_window(self, title: str) -> str:
        """The window, once it is seen."""
        return str(wait_for(lambda: self.window(title), f"a window {title!r}"))

    def focus(self, window: str) -> None:
        """Give the keys to a window; there is nobody else who does when a dialog is gone."""
        self.do("windowfocus", "--sync", window)

    def press(self, *keys: str) -> None:
        """Press keys, such as ``ctrl+k``."""
        self.do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self.do("type", "--delay", "2", text)

    def click(self, x: int, y: int) -> None:
        """Click there."""
        self.do("mousemove", str(x), str(y), "click", "1")

    def copied(self) -> str:
        """What lies on the clipboard."""
        ended = subprocess.run(
            [sys.executable, "-c", CLIPBOARD], env=self.environment, capture_output=True, text=True, check=False
        )
        return ended.stdout

    def settled(self) -> Pixels:
        """What is seen once two looks in a row are the same."""
        last = [self.pixels()]

        def same() -> bool:
            time.sleep(0.1)
            before, now = last[0], self.pixels()
            last[0] = now
            return bool((before == now).all())

        wait_for(same, "a picture that stands still")
        return last[0]


def wait_for(until: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What is given at last.

    Raises:
        TimeoutError: it never was so.
    """
    end = time.monotonic() + patience
    while True:
        found = until()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"there never was {what}")
        time.sleep(0.05)


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """A screen that is gone afterwards."""
    reading, writing = os.pipe()
    look = ["-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-fbdir", str(folder)]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", *look], pass_fds=(writing,), stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError("Xvfb has not started")
        yield Screen(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(20)
