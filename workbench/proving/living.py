"""A window with nobody before it: hostile data, trainings that begin by themselves, nothing that leaves the process."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path
from typing import Any, NoReturn

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from core.data.plan import DataPlan
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.app import make_application, make_window
from workbench.jobs.importing import importing
from workbench.jobs.job import Job, JobControl
from workbench.jobs.training import RunEnded
from workbench.main_window import MainWindow
from workbench.proving.witness import Witness
from workbench.session import Opened
from workbench.settings import Settings

TITLES = (
    "<h1>Huge</h1><img src='file:///etc/passwd'>",
    "\u202eright to left\u202c",
    "😀👩‍👩‍👧‍👦 emoji",
    "=HYPERLINK(1)",
    "e\u0301\u0301\u0301",
    "x" * 10_000,
    "{0} %s &amp; &File",
)
FILES = {
    "empty.csv": b"",
    "rubbish.csv": bytes(range(256)) * 20,
    "plan.toml": b'[model]\nname = "mf"\n',
    "broken.toml": b"[[[",
    "broken.zip": b"PK\x03\x04" + bytes(range(256)),
    "other.csv": b"user,item,rating\n"
    + b"".join(b"a%d,b%d,%d\n" % (at % 30, at * 7 % 19, at % 5) for at in range(400)),
}
"""What may be dropped on the window, or chosen in a dialog."""
ACTS = "acts.txt"
"""What was done, in the folder of the process: the last line is what it died of."""
MODELS = ("mf", "gmf", "mlp", "neumf", "autorec-user", "autorec-item", "caser", "popularity")


class Living(QObject):
    """The window and what is counted about it.

    Attributes:
        trainings: how often one was begun, as far as the page let it.
        trained: how many have come to an end, stopped ones included.
        failed: jobs that ended with an error; data drawn at random may leave nobody an item to rank.
    """

    def __init__(self, home: Path, seed: int) -> None:
        super().__init__()
        self.home, self.hand = home, random.Random(seed)
        self.trainings = 0
        self.trained = 0
        self.failed = 0
        self._close_the_doors()
        settings = Settings(QSettings(str(home / "settings.ini"), QSettings.Format.IniFormat))
        self.application = make_application()
        self.window: MainWindow = make_window(self.application, settings, home / "workspace")
        self.witness = Witness(self.window)
        self.witness.install()
        self.window.installEventFilter(self)
        self.window.jobs.ended.connect(self._count)
        self.window.resize(1100, 760)
        self.window.show()
        self.open_data()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keep the window from being closed."""
        return watched is self.window and event.type() == QEvent.Type.Close

    def files(self) -> tuple[Path, ...]:
        """Good and broken files."""
        for name, content in FILES.items():
            (self.home / name).write_bytes(content)
        return tuple(self.home / name for name in FILES)

    def leave(self) -> None:
        """Close the window; nothing runs any more."""
        self.window.removeEventFilter(self)
        self.window.close()

    @property
    def exceptions(self) -> list[str]:
        """What must not have happened."""
        return self.witness.seen

    def open_data(self) -> None:
        """Make a source with titles that nobody wants, read it and open it."""
        self.window.session.open(hostile_data(self.home, self.hand))

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

    def _count(self, job: Job) -> None:
        self.trained += job.end is not None and isinstance(job.end.value, RunEnded)
        self.failed += job.end is not None and job.end.error is not None

    def _close_the_doors(self) -> None:
        """What is chosen is chosen at random in the own folder, no other program is opened, nothing is fetched."""
        folder, hand = self.home / "chosen", random.Random(0)
        folder.mkdir()

        def save(*_: object, **__: object) -> tuple[str, str]:
            name = hand.choice(("", "a.csv", "a.png", "a.svg", "a.pdf", "no/such/folder.csv", "b\u00fcndel\u202e.zip"))
            return str(folder / name) if name else "", ""

        def read(*_: object, **__: object) -> tuple[str, str]:
            return hand.choice(["", *map(str, self.files())]), ""

        def enter(*_: object, **__: object) -> str:
            return hand.choice(["", str(folder), str(self.home)])

        for name, choose in {"getOpenFileName": read, "getSaveFileName": save, "getExistingDirectory": enter}.items():
            setattr(QFileDialog, name, staticmethod(choose))
        QDesktopServices.openUrl = staticmethod(lambda *_: True)  # type: ignore[method-assign]
        socket.socket.connect = refused  # type: ignore[method-assign]


def hostile_data(folder: Path, hand: random.Random) -> Opened:
    """A source with titles that nobody wants, and of another size each time, read and divided."""
    users, items = hand.randint(20, 40), hand.randint(14, 30)
    views, titles = folder / "views.csv", folder / "titles.csv"
    lines = [
        f"<b>u{user}</b>,i{(user * 7 + step * step) % items},{1_000_000_000 + step}"
        for user in range(users)
        for step in range(8)
    ]
    views.write_text("\n".join(["user,item,timestamp", *lines]), "utf-8")
    named = [f'i{at},"{TITLES[at % len(TITLES)]}"' for at in range(items)]
    titles.write_text("\n".join(["item,title", *named]), "utf-8")
    choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
    opened = importing(DataPlan(source=str(views), items=str(titles)), choice)(JobControl(), lambda event: None)
    assert isinstance(opened, Opened)
    return opened


def refused(*_: object) -> NoReturn:
    """A connection that cannot be made, whatever it leads to."""
    raise ConnectionRefusedError("a proof has no network")


def say(values: dict[str, Any]) -> None:
    """One line for the parent."""
    print(json.dumps(values), flush=True)
