"""What nobody foresaw: told in the message bar from the GUI thread, in the terminal from any other."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal

from core.errors import RankscopeError
from workbench.jobs.job import unexpected
from workbench.logbook import Logbook
from workbench.page import Message, message_of


class Catcher(QObject):
    """Takes unhandled exceptions of all threads; widgets are made in the GUI thread only."""

    caught = Signal(object)

    def __init__(
        self, tell: Callable[[Message], None], parent: QObject | None = None, log: Logbook | None = None
    ) -> None:
        super().__init__(parent)
        self._tell, self._log = tell, log
        # queued: the exception may come from a paint event, or from another thread
        self.caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take the place of Python's hooks."""
        sys.excepthook = self.take
        threading.excepthook = self._take_from_thread

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Handle one exception."""
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        told = error if isinstance(error, RankscopeError) else unexpected(error)
        # what the user can mend is a sentence in the terminal too
        sys.stderr.write(f"rankscope: {told.sentence()}\n" if told is error else details)
        if self._log is not None:
            self._log.fault(error, trace)
        self.caught.emit(message_of(told, details=details))

    def _take_from_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.take(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, message: Message) -> None:
        application = QCoreApplication.instance()
        if application is not None and QThread.currentThread() is application.thread():
            self._tell(message)
