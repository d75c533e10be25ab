"""What breaks while nobody looks: exceptions of slots, jobs' unforeseen ends, warnings of Qt, stray windows."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from PySide6.QtCore import QEvent, QMessageLogContext, QObject, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from core.errors import RankscopeError
from workbench.jobs.job import Job
from workbench.main_window import MainWindow

OF_THE_PLATFORM = "This plugin does not support"
"""What the offscreen platform says of itself."""
CAUSES = 6
"""Acts before something broke that are told with it."""
LONGEST = 1500
"""Characters of a trace that are kept."""


class Witness(QObject):
    """Writes down what must not happen; an error that tells the user what to do may.

    Args:
        window: whose jobs are watched.

    Attributes:
        seen: what has happened, and what was done before.
        acts: the latest acts, replaced by who acts.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.acts: Sequence[str] = ()
        self._window = window
        window.jobs.ended.connect(self.look_at)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A widget that nobody owns is a window of its own, if for an instant: it flashes and takes the keys."""
        if event.type() == QEvent.Type.Show and is_stray(watched) and watched is not self._window:
            name = watched.accessibleName() if isinstance(watched, QWidget) else ""
            self._note(f"{type(watched).__name__} {name!r} is a window\n{''.join(traceback.format_stack(limit=6))}")
        return False

    def install(self) -> None:
        """Stand before the hooks that are there."""
        self._caught, sys.excepthook = sys.excepthook, self._take
        qInstallMessageHandler(self._hear)

    def look_at(self, job: Job) -> None:
        """How a job has ended."""
        end = job.end
        if end is not None and end.error is not None and end.error.code == "unexpected":
            self._note(f"{job.title}: {end.details[-LONGEST:]}")

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that left a slot."""
        if not isinstance(error, RankscopeError):
            self._note("".join(traceback.format_exception(kind, error, trace))[-LONGEST:])

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.take(kind, error, trace)
        self._caught(kind, error, trace)

    def _hear(self, kind: QtMsgType, where: QMessageLogContext, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and OF_THE_PLATFORM not in text:
            self._note(f"Qt: {text}\n{''.join(traceback.format_stack(limit=4))}")

    def _note(self, what: str) -> None:
        last = "\n  ".join(list(self.acts)[-CAUSES:])
        self.seen.append(f"{what}\n  after\n  {last}" if last else what)


def is_stray(shown: QObject) -> bool:
    """A widget that is a window because it has no parent; dialogs, menus and tips are windows by nature."""
    return isinstance(shown, QWidget) and shown.isWindow() and shown.windowType() == Qt.WindowType.Window
