"""Closing the window while something runs: ask, stop it, and close once its thread has ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from workbench.jobs.jobs import Jobs


class Closing:
    """Decides whether the window may close now.

    Attributes:
        begun: the window waits for what runs, and then closes.
    """

    def __init__(self, window: QWidget, jobs: Jobs, ask: Callable[[], str]) -> None:
        self._window, self._jobs, self._ask = window, jobs, ask
        self.begun = False

    def allowed(self) -> bool:
        """Whether nothing runs; otherwise what runs is stopped if the user agrees, and the window closes after it."""
        if not self._jobs.running:
            return True
        if self.begun:
            return False
        discard = False
        if self._jobs.long is not None:
            answer = self._ask()
            if answer == "cancel":
                return False
            discard = answer == "discard"
        self.begun = True
        self._window.setEnabled(False)
        self._jobs.ended.connect(self._close_when_idle)
        self._jobs.stop_all(discard)
        self._close_when_idle()
        return False

    def _close_when_idle(self, _: object = None) -> None:
        if not self._jobs.running:
            # bound to the window: several jobs can end at once, and the window may be gone when the second one is heard
            QTimer.singleShot(0, self._window, self._window.close)


def ask_to_close(window: QWidget, queued: int) -> str:
    """Ask what becomes of the training: ``keep``, ``discard`` or ``cancel``."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Rankscope")
    box.setText("A model is being trained.")
    more = f" The {queued} queued {'run is' if queued == 1 else 'runs are'} not begun." if queued else ""
    box.setInformativeText(f"What was trained so far can be kept as a run.{more}")
    keep = box.addButton("Stop and keep", QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton("Stop and discard", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton("Go on training", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return "keep" if clicked is keep else "discard" if clicked is discard else "cancel"
