"""The script ``rankscope``: commands go to the engine's command line, no command opens the window."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence

DEBIAN = (
    "libglib2.0-0 libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "
    "libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)
"""Packages that have the libraries which Qt loads."""
COMMANDS_WORK = "The commands work without a window, see `rankscope --help`"


def main(argv: Sequence[str] | None = None) -> int:
    """Open the workbench, or run the command that is named.

    Args:
        argv: words after the program's name; those of the process when left out.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if asks_for_window(words):
        return open_window(words)
    from core.commands import main as command_main

    return command_main(words)


def asks_for_window(words: Sequence[str]) -> bool:
    """No command and no question: at most a workspace is named."""
    return not words or (words[0].startswith("--workspace") and len(words) == (1 if "=" in words[0] else 2))


def open_window(words: Sequence[str]) -> int:
    """Open the window, or say in one sentence why there is none."""
    reason = missing_for_window()
    if reason:
        print(f"rankscope: {reason}", file=sys.stderr)
        return 1
    from workbench.app import run_app  # type: ignore[import-not-found,unused-ignore]

    code: int = run_app(list(words))
    return code


def missing_for_window() -> str:
    """What keeps the window from opening and what to do, in one sentence; empty when nothing does."""
    if importlib.util.find_spec("workbench.app") is None:
        return f"this version has no window yet. {COMMANDS_WORK}."
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        return f"there is no display to open a window on. {COMMANDS_WORK}."
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        remedy = f"Install what is missing (Debian: apt install {DEBIAN})"
        return f"the window needs a library that is not there ({error}). {remedy}. {COMMANDS_WORK}."
    return ""


if __name__ == "__main__":
    sys.exit(main())
