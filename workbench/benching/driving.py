"""A window of its own to measure: driven as a person would, waited for without stopping its event loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QSettings, QTimer
from PySide6.QtWidgets import QAbstractItemView, QWidget

from workbench.app import make_application, make_window
from workbench.jobs.job import Job
from workbench.main_window import MainWindow
from workbench.settings import Settings

SIZE = (1440, 900)
PATIENCE = 600.0


def benched_window(folder: Path) -> MainWindow:
    """A window with settings and a workspace of its own, shown and with everything loaded."""
    application = make_application()
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    window = make_window(application, settings, folder / "workspace")
    window.resize(*SIZE)
    window.show()
    wait_for(lambda: "training" in window.warm)
    return window


def let_live(seconds: float) -> None:
    """Run the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_for(until: Callable[[], object], patience: float = PATIENCE) -> None:
    """Run the event loop until something is so.

    Raises:
        TimeoutError: it never was.
    """
    end = time.monotonic() + patience
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window did not come so far")
        let_live(0.01)


def until_ended(job: Job) -> None:
    """Run the event loop, undisturbed by looks at the clock, until a job that was begun has ended.

    Raises:
        RuntimeError: it did not end well.
        TimeoutError: it did not end.
    """
    loop = QEventLoop()
    job.ended.connect(lambda _: loop.quit())
    patience = QTimer()
    patience.setSingleShot(True)
    patience.timeout.connect(loop.quit)
    patience.start(round(1000 * PATIENCE))
    if job.end is None:
        loop.exec()
    if job.end is None:
        raise TimeoutError(f"{job.title} did not end")
    if job.end.error is not None:
        raise RuntimeError(job.end.error.sentence())


def idle(window: MainWindow) -> bool:
    """Nothing runs and nothing waits."""
    return not window.jobs.running and not window.jobs.queue


class Painting(QObject):
    """When the lists of a page were filled anew, and when that was seen."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._filled: dict[QObject, float] = {}
        self.seen: dict[QObject, float] = {}
        self._views = [view for view in page.findChildren(QAbstractItemView) if view.model() is not None]
        for view in self._views:
            view.viewport().installEventFilter(self)
            model, viewport = view.model(), view.viewport()
            for signal in (model.modelReset, model.layoutChanged, model.dataChanged):
                signal.connect(lambda *_, at=viewport: self._fill(at))

    def _fill(self, viewport: QObject) -> None:
        self._filled[viewport] = time.perf_counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note the first painting after a filling."""
        if event.type() == QEvent.Type.Paint and watched in self._filled:
            del self._filled[watched]
            # the painting itself is still to be done: it counts too
            QTimer.singleShot(0, self, lambda: self._saw(watched))
        return False

    def _saw(self, watched: QObject) -> None:
        self.seen[watched] = time.perf_counter()

    def most_rows(self) -> QObject | None:
        """The viewport of the list with the most rows."""
        shown = [view for view in self._views if view.isVisible()]
        view = max(shown, key=lambda each: each.model().rowCount(), default=None)
        return view.viewport() if view is not None else None

    def close(self) -> None:
        """Stop watching."""
        for view in self._views:
            with suppress(RuntimeError):
                view.viewport().removeEventFilter(self)


def until_painted(
    page: QWidget, begin: Callable[[], object], list_is: Callable[[], QWidget | None] | None = None
) -> float:
    """Milliseconds from ``begin`` until a list of the page, the longest unless named, is filled anew and painted."""
    painting, wanted = Painting(page), None
    began = time.perf_counter()
    begin()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        let_live(0.002)
        wanted = list_is() if list_is is not None else painting.most_rows()
        if wanted is not None and painting.seen.get(wanted, 0.0) > began:
            break
    painting.close()
    found = painting.seen.get(wanted) if wanted is not None else None
    return float("nan") if found is None else 1000 * (found - began)
