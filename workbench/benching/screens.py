"""From a click to what is painted: a thousand runs, a user's list, a list after the sequence was edited."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QAbstractItemView, QWidget

from core import strict_json
from core.runs.opening import open_run
from workbench.benching.driving import benched_window, idle, let_live, until_painted, wait_for
from workbench.main_window import MainWindow

RUNS = 1000


def fill_workspace(folder: Path, model: Path) -> None:
    """Make a thousand runs of one, each with an id of its own; what is in their files is shared with it."""
    for _ in range(RUNS - 1):
        made = folder / str(uuid.uuid4())
        shutil.copytree(model, made, copy_function=_link, ignore=shutil.ignore_patterns("*.lock", ".*"))
        record = strict_json.read(model / "run.json")
        record["id"] = made.name
        (made / "run.json").unlink()
        (made / "run.json").write_bytes(strict_json.dumps(record))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def runs_listed(folder: Path) -> float:
    """Milliseconds from turning to the Runs page of a fresh window until a list of all runs is painted."""
    window = benched_window(folder)
    window.go("data")
    let_live(0.5)
    began = time.perf_counter()
    window.go("runs")
    wait_for(lambda: full_list(window.page("runs")) is not None)
    view = full_list(window.page("runs"))
    assert view is not None
    view.viewport().repaint()
    taken = 1000 * (time.perf_counter() - began)
    wait_for(lambda: idle(window))
    window.go("data")
    window.close()
    wait_for(lambda: not window.isVisible())
    return taken


def full_list(page: QWidget | None) -> QAbstractItemView | None:
    """The list that shows all the runs, once it does."""
    views = page.findChildren(QAbstractItemView) if page is not None else []
    return next((view for view in views if view.model() is not None and view.model().rowCount() >= RUNS), None)


def user_lists(window: MainWindow, run: Path, users: int) -> list[float]:
    """Milliseconds from choosing a user until the ranked list is painted, for several users."""
    window.session.choose_run(open_run(run))
    window.go("users")
    wait_for(lambda: window.page("users") is not None)
    let_live(1.0)
    wait_for(lambda: idle(window))
    page: Any = window.page("users")
    opened = window.session.opened
    assert opened is not None
    ids = opened.split.interactions.users
    found = []
    for row in range(users):
        user = ids.id((row + 1) * len(ids) // (users + 1))
        found.append(until_painted(page, lambda user=user: window.session.pin(user), page.panels[0].table.viewport))  # type: ignore[misc]
        wait_for(lambda: idle(window))
    return found


def re_ranked(window: MainWindow, run: Path, edits: int) -> list[float]:
    """Milliseconds from taking an item out of a window, or putting it back, until the new list is painted."""
    window.session.choose_run(open_run(run))
    opened = window.session.opened
    assert opened is not None
    window.session.pin(opened.split.interactions.users.id(0))
    window.go("sequences")
    wait_for(lambda: window.page("sequences") is not None)
    page: Any = window.page("sequences")
    wait_for(lambda: page.looked is not None and idle(window))
    let_live(1.0)
    found = []
    for _ in range(edits):
        if page.editor.is_edited:
            edit = page.editor.reset
        else:
            page.editor.choose(0)
            edit = page.editor.remove
        found.append(until_painted(page, edit, page.ranked.table.viewport))
        wait_for(lambda: idle(window))
    return found
