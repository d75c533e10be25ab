"""Pictures of the real window for the README: ``python -m workbench.pictures FOLDER`` drives it and grabs it."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.main_window import MainWindow
    from workbench.page import Page

LARGE, SMALL = (1440, 900), (1024, 700)
PATIENCE = 300.0
"""Seconds to wait for one thing at most."""


def main(words: list[str] | None = None) -> int:
    """Write the pictures into the folder that is named."""
    given = sys.argv[1:] if words is None else words
    if len(given) != 1 or given[0].startswith("-"):
        print("usage: python -m workbench.pictures FOLDER", file=sys.stderr)
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(given[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as held:
        take_pictures(folder, Path(held))
    return 0


def take_pictures(folder: Path, held: Path) -> None:
    """Open the sample, train two models, and take a picture on each page, light and dark."""
    from PySide6.QtCore import QSettings

    from workbench.app import make_application, make_window
    from workbench.settings import Settings

    application = make_application()
    settings = Settings(QSettings(str(held / "settings.ini"), QSettings.Format.IniFormat))
    window = make_window(application, settings, held / "workspace")
    window.resize(*LARGE)
    window.show()

    def keep(name: str) -> None:
        for theme in ("light", "dark"):
            window.theme.choose(theme)
            for size, (width, height) in {"": LARGE, "-small": SMALL}.items():
                window.resize(width, height)
                pause(0.5)
                window.grab().save(str(folder / f"{name}-{theme}{size}.png"))
        window.resize(*LARGE)
        window.theme.choose("light")

    keep("start")
    window.open_data("sample")
    wait_for(lambda: window.session.opened is not None and getattr(window.page("data"), "overview", None) is not None)
    keep("data")
    window.go("train")
    wait_for(lambda: window.page("train") is not None and "training" in window.warm)
    train = window.page("train")
    for values in (
        {"model": {"name": "mf"}, "training": {"epochs": 30}},
        {"model": {"name": "neumf"}, "training": {"epochs": 4}},
    ):
        train.form.give(values)  # type: ignore[union-attr]
        train.form.start.click()  # type: ignore[union-attr]
    wait_for(lambda: train.live.plan.model.name == "neumf" and len(train.live.trace.epochs) >= 2)  # type: ignore[union-attr]
    keep("train")
    wait_for(lambda: not window.jobs.running and not window.jobs.queue)
    runs = show_runs(window)
    keep("runs")
    runs.details.tabs.setCurrentWidget(runs.details.users)  # type: ignore[attr-defined]
    keep("runs-users")
    window.page("runs").table.selectRow(0)  # type: ignore[union-attr]
    window.page("runs").opening.inspect()  # type: ignore[union-attr]
    wait_for(lambda: getattr(window.page("users"), "view", None) is not None)
    chooser = window.page("users").controls.chooser  # type: ignore[union-attr]
    wait_for(lambda: chooser.combo.count() > 1)
    chooser.combo.setCurrentIndex(1)
    chooser.combo.activated.emit(1)
    wait_for(lambda: getattr(window.page("users"), "other_view", None) is not None)
    window.page("users").ranked_table.choose(0)  # type: ignore[union-attr]
    pause(1.0)
    keep("users")
    show_items(window)
    keep("items")
    window.go("export")
    wait_for(lambda: window.page("export") is not None)
    window.page("export").cards.choose("embeddings")  # type: ignore[union-attr]
    keep("export")
    show_sequences(window)
    keep("sequences")
    window.context.explain("model.caser")
    pause(1.0)
    keep("guide")
    window.close()
    wait_for(lambda: not window.isVisible())


def show_runs(window: MainWindow) -> Page:
    """Choose all runs, and wait until they are compared."""
    window.go("runs")
    page = window.page("runs")
    assert page is not None
    wait_for(lambda: page.runs.rowCount() and not window.jobs.running)  # type: ignore[attr-defined]
    page.table.selectAll()  # type: ignore[attr-defined]
    details = page.details  # type: ignore[attr-defined]
    wait_for(lambda: details.users.pairs is not None and not window.jobs.running)
    details.tabs.setCurrentWidget(details.metrics)
    window.message_bar.clear()
    return page


def show_items(window: MainWindow) -> None:
    """Turn to the items of the run in view, and lay near neighbours near to each other, in the colours of clusters."""
    window.go("items")
    wait_for(lambda: getattr(getattr(window.page("items"), "map_panel", None), "mapped", None) is not None)
    page = window.page("items")
    for combo, key in (("colour", "cluster"), ("method", "neighbours")):
        box = getattr(page.map_panel, combo)  # type: ignore[union-attr]
        box.setCurrentIndex(box.findData(key))
        box.activated.emit(box.currentIndex())
    wait_for(lambda: not window.jobs.running)


def show_sequences(window: MainWindow) -> None:
    """Train a Caser, turn to its sequences, and take an item out of a window."""
    from core.runs.opening import open_run

    window.go("train")
    train = window.page("train")
    train.form.give({"model": {"name": "caser"}, "training": {"epochs": 3}})  # type: ignore[union-attr]
    train.form.start.click()  # type: ignore[union-attr]
    wait_for(lambda: train.live.plan.model.name == "caser" and not window.jobs.long)  # type: ignore[union-attr]
    window.message_bar.clear()
    window.session.choose_run(open_run(train.live.trace.path))  # type: ignore[union-attr]
    window.go("sequences")
    page = window.page("sequences")
    wait_for(lambda: page.looked is not None and not page.busy)  # type: ignore[union-attr]
    page.editor.choose(1)  # type: ignore[union-attr]
    page.editor.remove()  # type: ignore[union-attr]
    wait_for(lambda: page.looked.edited)  # type: ignore[union-attr]


def wait_for(until: Callable[[], object]) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window did not come so far")
        pause(0.05)


def pause(seconds: float) -> None:
    """Let the window live for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
