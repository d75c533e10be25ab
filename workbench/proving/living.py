"""A window with nobody before it: hostile data, trainings that begin by themselves, nothing that leaves the process."""

from __future__ import annotations

import json
import random
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from core.data.plan import DataPlan
from core.errors import RankscopeError
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.app import make_application, make_window
from workbench.jobs.importing import importing
from workbench.jobs.job import Job, JobControl
from workbench.main_window import MainWindow
from workbench.settings import Settings

TITLES = (
    "<h1>Huge</h1><img src='file:///etc/passwd'>",
    "\u202eright to left\u202c",
    "😀👩‍👩‍👧‍👦 emoji",
    "=HYPERLINK(1)",
    "e\u0301\u0301\u0301",
    "x" * 5_000,
    "{0} %s &amp; &File",
)
MODELS = ("mf", "gmf", "mlp", "neumf", "autorec-user", "autorec-item", "caser", "popularity")


class Living(QObject):
    """The window and what is counted about it."""

    def __init__(self, home: Path, seed: int) -> None:
        super().__init__()
        self.home, self.hand = home, random.Random(seed)
        self.exceptions: list[str] = []
        self.trainings = 0
        close_the_doors()
        settings = Settings(QSettings(str(home / "settings.ini"), QSettings.Format.IniFormat))
        self.application = make_application()
        self.window: MainWindow = make_window(self.application, settings, home / "workspace")
        self._caught, sys.excepthook = sys.excepthook, self._take
        self.window.jobs.ended.connect(self._look_at)
        self.window.installEventFilter(self)
        self.window.resize(1100, 760)
        self.window.show()
        self.open_data()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keep the window from being closed."""
        return watched is self.window and event.type() == QEvent.Type.Close

    def open_data(self) -> None:
        """Write a source with titles that nobody wants, read it and open it."""
        users, items = self.hand.randint(20, 40), self.hand.randint(14, 30)
        views, titles = self.home / "views.csv", self.home / "titles.csv"
        lines = [
            f"<b>u{user}</b>,i{(user * 7 + step * step) % items},{1_000_000_000 + step}"
            for user in range(users)
            for step in range(8)
        ]
        views.write_text("\n".join(["user,item,timestamp", *lines]), "utf-8")
        named = [f'i{at},"{TITLES[at % len(TITLES)]}"' for at in range(items)]
        titles.write_text("\n".join(["item,title", *named]), "utf-8")
        choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
        plan = DataPlan(source=str(views), items=str(titles))
        self.window.session.open(importing(plan, choice)(JobControl(), lambda event: None))

    def train(self) -> None:
        """Begin a short training, as the Train page does."""
        page: Any = self.window.page("train")
        if not hasattr(page, "form"):
            # it is still being loaded, in a thread: nothing of it may be imported here meanwhile
            return
        epochs = self.hand.randint(2, 30)
        model = self.hand.choice(MODELS)
        page.form.give({"model": {"name": model}, "training": {"epochs": epochs}, "evaluation": {"bootstrap": 10}})
        page.form.start.click()
        self.trainings += 1

    def _look_at(self, job: Job) -> None:
        end = job.end
        if end is not None and end.error is not None and end.error.code == "unexpected":
            self.exceptions.append(f"{job.title}: {end.details[-1500:]}")

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        import traceback

        if not isinstance(error, RankscopeError):
            self.exceptions.append("".join(traceback.format_exception(kind, error, trace))[-1500:])
        self._caught(kind, error, trace)


def close_the_doors() -> None:
    """No file of the user's is chosen, no other program is opened, nothing is fetched."""
    for name in ("getOpenFileName", "getSaveFileName", "getOpenFileNames"):
        setattr(QFileDialog, name, staticmethod(lambda *_, **__: ("", "")))
    QFileDialog.getExistingDirectory = staticmethod(lambda *_, **__: "")  # type: ignore[method-assign]
    QDesktopServices.openUrl = staticmethod(lambda *_: True)  # type: ignore[method-assign]
    socket.socket.connect = _refused  # type: ignore[method-assign]


def _refused(*_: object) -> NoReturn:
    raise ConnectionRefusedError("a proof has no network")


def say(values: dict[str, Any]) -> None:
    """One line for the parent."""
    print(json.dumps(values), flush=True)
