"""Start the application: settings, theme, window; nothing heavy is imported before the window is painted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from core import __version__
from core.garbage import collect_seldom
from workbench.excepthook import Catcher
from workbench.logbook import Logbook
from workbench.main_window import MainWindow
from workbench.page import Message, Remedy
from workbench.preparation import prepare_kernels
from workbench.settings import Settings
from workbench.sittings import Sitting
from workbench.theme import CHOICES, Theme
from workbench.workspaces import workspace_at_start

SWITCH = 0.001
"""Seconds that a thread may keep Python's lock while another waits: the window must get it often."""


def run_app(words: Sequence[str], sitting: Sitting) -> int:
    """Open the window and stay until it is closed; gives the exit code.

    Args:
        sitting: has begun.
    """
    application = make_application()
    past, log = sitting.past, Logbook(sitting.folder / "logs")
    log.write("begin", __version__, "python", sys.version.split()[0], sys.platform, "safe" if past.safe else "")
    log.watch_crashes()
    settings = set_aside(sitting.folder) if past.safe else None
    window = make_window(application, settings, named_workspace(words), log)
    window.start.ended_badly = past.unclean
    if past.safe:
        window.tell(safe_mode())
    window.when_warm("training", sitting.stand)
    window.when_warm("training", lambda: prepare_kernels(window.context))
    window.show()
    code = application.exec()
    sitting.end()
    log.write("end")
    log.close()
    return code


def set_aside(folder: Path) -> Settings:
    """Settings of safe mode: empty at first, and apart from those that may be the reason why nothing started."""
    store = QSettings(str(folder / "safe-mode.ini"), QSettings.Format.IniFormat)
    store.clear()
    return Settings(store)


def safe_mode() -> Message:
    """What safe mode tells, with a way to leave what was remembered for good."""
    text = (
        "Rankscope did not get to its feet twice, so it begins without what it remembered of the window, the pages "
        "and the workspace. Help, Show the log says more."
    )
    return Message(text, "warning", Remedy("Forget it for good", lambda: Settings().forget()))


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
    application: QApplication,
    settings: Settings | None = None,
    workspace: str | Path | None = None,
    log: Logbook | None = None,
) -> MainWindow:
    """The main window, not yet shown."""
    settings = settings or Settings()
    theme = Theme(application, settings.text("theme", "system", tuple(CHOICES)))
    place, note = workspace_at_start(settings, workspace)
    window = MainWindow(theme, settings, place, log)
    if note:
        window.tell(Message(note, "warning"))
    Catcher(window.tell, window, log).install()
    return window


def named_workspace(words: Sequence[str]) -> str | None:
    """The folder after ``--workspace``, or None."""
    if not words:
        return None
    name, equals, value = words[0].partition("=")
    return value if equals else words[1] if name == "--workspace" and len(words) > 1 else None
