"""The menus of the window, and the few things that only a menu does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from workbench.frame.files import Files
from workbench.frame.telling import show_about, show_terms
from workbench.page import Context, Message
from workbench.pages import PAGES
from workbench.theme import CHOICES
from workbench.widgets.job_bar import JobBar
from workbench.widgets.message_bar import MessageBar
from workbench.workspaces import Workspaces

Keys = str | QKeySequence.StandardKey | None


class Menus:
    """Fills the menu bar of a window; its actions are the window's, where the command palette finds them."""

    def __init__(self, window: QMainWindow, context: Context) -> None:
        self._window, self._context = window, context

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _act(self, menu: QMenu, text: str, slot: Callable[[], object], keys: Keys = None) -> QAction:
        action = QAction(text, self._window)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: slot())
        menu.addAction(action)
        return action

    # --- one function a menu ------------------------------------------------------------------------------------

    def add_file(self, files: Files, workspaces: Workspaces) -> None:
        """What comes in, and where runs are kept."""
        menu = self._menu("&File")
        self._act(menu, "&Open file…", files.ask_file, QKeySequence.StandardKey.Open)
        self._act(menu, "Open &folder…", files.ask_folder, "Ctrl+Shift+O")
        self._act(menu, "Open the &sample data", lambda: self._context.open_data("sample"), "Ctrl+Shift+S")
        self._act(menu, "&Download a MovieLens set…", files.ask_download)
        self._act(menu, "&Import a run bundle…", files.ask_bundle, "Ctrl+I")
        recent = menu.addMenu("&Recent")
        recent.aboutToShow.connect(lambda: files.list_recent(recent))
        menu.addSeparator()
        folders = menu.addMenu("&Workspace")
        folders.aboutToShow.connect(lambda: workspaces.fill(folders))
        self._act(menu, "Choose another wor&kspace…", workspaces.ask)
        self._act(menu, "Show the workspace fol&der", self._show_workspace)
        self._act(menu, "&Kept data…", workspaces.show_kept)
        menu.addSeparator()
        self._act(menu, "&Quit", self._window.close, QKeySequence.StandardKey.Quit)

    def add_go(self, palette: Callable[[], None]) -> None:
        """The pages, and whatever else can be found by its words."""
        menu = self._menu("&Go")
        for number, (key, entry) in enumerate(PAGES.items(), 1):
            self._act(menu, entry.label, partial(self._context.go, key), f"Ctrl+{number}")
        menu.addSeparator()
        self._act(menu, "&Command palette…", palette, "Ctrl+K")

    def add_job(self, job_bar: JobBar) -> None:
        """What is being done now."""
        menu, jobs = self._menu("&Job"), self._context.jobs
        pause = self._act(menu, "&Pause or resume", job_bar.toggle_pause, "Ctrl+P")
        stop = self._act(menu, "&Stop and keep what is trained", job_bar.stop_job, "Ctrl+.")

        def enable() -> None:
            pause.setEnabled(jobs.long is not None)
            stop.setEnabled(jobs.shown is not None)

        # not only when the menu opens: a shortcut does nothing while its action is disabled
        jobs.changed.connect(enable)
        enable()

    def add_view(self, message_bar: MessageBar) -> None:
        """How the window looks."""
        menu = self._menu("&View")
        group = QActionGroup(self._window)
        themes: dict[str, QAction] = {}

        def choose(choice: str) -> None:
            self._context.theme.choose(choice)
            self._context.settings.keep("theme", choice)
            themes[choice].setChecked(True)

        for key, text in CHOICES.items():
            action = themes[key] = self._act(menu, text, partial(choose, key))
            action.setCheckable(True)
            action.setChecked(key == self._context.theme.choice)
            group.addAction(action)
        theme = self._context.theme
        self._act(menu, "Switch light and dark", lambda: choose("light" if theme.colours.dark else "dark"), "Ctrl+T")
        menu.addSeparator()
        self._act(menu, "Dismiss the message", message_bar.clear, "Escape")
        self._act(menu, "&Full screen", self._full_screen, "F11")

    def add_help(self, about_page: Callable[[], None], show_log: Callable[[], None]) -> None:
        """Words about the page in view and the program."""
        menu = self._menu("&Help")
        page = self._act(menu, "About this &page", about_page)
        page.setShortcuts([QKeySequence("F1"), QKeySequence("?")])
        self._act(menu, "Terms of the &sample data", lambda: show_terms(self._window))
        self._act(menu, "Show the &log", show_log)
        self._act(menu, "&About Rankscope", lambda: show_about(self._window, self._context.workspace))

    # --- what only a menu does ----------------------------------------------------------------------------------

    def _full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _show_workspace(self) -> None:
        path = self._context.workspace.path
        if not path.exists():
            self._context.tell(Message(f"The workspace {path} is made when the first run is kept."))
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
