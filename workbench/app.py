"""Start the application: settings, theme, window; nothing heavy is imported before the window is painted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from core.garbage import collect_seldom
from workbench.excepthook import Catcher
from workbench.main_window import MainWindow
from workbench.page import Message
from workbench.settings import Settings
from workbench.theme import CHOICES, Theme
from workbench.workspaces import workspace_at_start

SWITCH = 0.001
"""Seconds that a thread may keep Python's lock while another waits: the window must get it often."""


def run_app(words: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed; gives the exit code."""
    application = make_application()
    window = make_window(application, workspace=named_workspace(words))
    window.show()
    return application.exec()


def make_application() -> QApplication:
    """The one QApplication of the process."""
    sys.setswitchinterval(SWITCH)
    collect_seldom()
    QCoreApplication.setApplicationName("rankscope")
    QCoreApplication.setOrganizationName("rankscope")
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationDisplayName("Rankscope")
    application.setDesktopFileName("rankscope")
    return application


def make_window(
    application: QApplication, settings: Settings | None = None, workspace: str | Path | None = None
) -> MainWindow:
    """The main window, not yet shown."""
    settings = settings or Settings()
    theme = Theme(application, settings.text("theme", "system", tuple(CHOICES)))
    place, note = workspace_at_start(settings, workspace)
    window = MainWindow(theme, settings, place)
    if note:
        window.tell(Message(note, "warning"))
    Catcher(window.tell, window).install()
    return window


def named_workspace(words: Sequence[str]) -> str | None:
    """The folder after ``--workspace``, or None."""
    if not words:
        return None
    name, equals, value = words[0].partition("=")
    return value if equals else words[1] if name == "--workspace" and len(words) > 1 else None
