"""The window: the rooms of its frame put together, and the doors that pages are given to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QChildEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QMoveEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from core.runs.workspace import Workspace
from workbench.frame.closing import Closing, ask_to_close
from workbench.frame.commands import found_commands, show_palette
from workbench.frame.files import Files, local_paths
from workbench.frame.menus import Menus
from workbench.frame.page_bar import PageBar
from workbench.frame.page_stack import PageStack
from workbench.frame.starting import Start, Warmth
from workbench.frame.telling import show_log
from workbench.frame.title_row import TitleRow
from workbench.icons import icon
from workbench.jobs.job import Job
from workbench.jobs.jobs import Jobs
from workbench.jobs.large_blocks import LargeBlocks
from workbench.logbook import Logbook
from workbench.page import Context, Message, Page
from workbench.pages import PAGES
from workbench.session import Session
from workbench.settings import Settings
from workbench.theme import Theme
from workbench.widgets.job_bar import JobBar
from workbench.widgets.message_bar import MessageBar
from workbench.words import cell
from workbench.workspaces import Workspaces

if TYPE_CHECKING:
    from core.data.plan import DataPlan
    from core.training.plan import Choice

SMALLEST = QSize(560, 400)
USUAL = QSize(1360, 860)
BESIDE = QSize(20, 60)
"""Pixels of the screen that are left around the window."""
STANDS = 2000
"""Milliseconds that a page and a place on the screen must stand before they are kept, lest a crash forget them."""


class MainWindow(QMainWindow):
    """Everything that is always in view."""

    painted = Signal()

    def __init__(self, theme: Theme, settings: Settings, workspace: Workspace, log: Logbook | None = None) -> None:
        super().__init__()
        self.theme, self.settings, self.log = theme, settings, log
        self.session, self.jobs = Session(workspace, self), Jobs(self)
        LargeBlocks(self.jobs)
        self._painted = False
        self._warmth = Warmth()
        self._stands = QTimer(self, singleShot=True, interval=STANDS)
        self._stands.timeout.connect(self._keep_place)
        self.context = Context(
            session=self.session,
            jobs=self.jobs,
            settings=settings,
            theme=theme,
            tell=self.tell,
            go=self.go,
            open_data=self.open_data,
            read_data=self.read_data,
            explain=self.explain,
            when_warm=self.when_warm,
        )
        self.setWindowTitle("Rankscope")
        self.setWindowIcon(icon("rankscope", "#2F6FDE"))
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.message_bar = MessageBar(theme)
        self.job_bar = JobBar(theme, self.jobs)
        self.title_row = TitleRow(self.session, lambda: self.go("data"))
        self.page_bar = PageBar(self.go)
        self.stack = PageStack(self.context)
        self.files = Files(self.context, self.stack, self)
        self.workspaces = Workspaces(self.context, self)
        self.start = Start(self.context, self.message_bar, self._warmth, self.show_log, self)
        self.closing = Closing(self, self.jobs, lambda: ask_to_close(self, len(self.jobs.queue)))
        self._arrange()
        self._add_menus()
        self._tint()
        self._restore()
        self._listen()
        self._show_session()

    # --- building -----------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.title_row)
        right.addWidget(self.message_bar)
        right.addWidget(self.stack, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.page_bar)
        middle.addLayout(right, 1)
        centre = QWidget()
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        whole.addWidget(self.job_bar)
        self.setCentralWidget(centre)
        for part in (self.menuBar(), self.title_row, self.message_bar, self.page_bar, self.job_bar):
            self.theme.dress(part)

    def _add_menus(self) -> None:
        menus = Menus(self, self.context)
        menus.add_file(self.files, self.workspaces)
        menus.add_go(lambda: show_palette(self, self.context, self.commands()))
        menus.add_job(self.job_bar)
        menus.add_view(self.message_bar)
        menus.add_help(lambda: self.explain(f"page.{self.current}"), self.show_log)

    def _tint(self) -> None:
        self.page_bar.tint(self.theme.colours)

    def _restore(self) -> None:
        geometry = self.settings.state("geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen()
            room = screen.availableGeometry() if screen is not None else None
            self.resize(USUAL if room is None else USUAL.boundedTo(room.size() - BESIDE))
        self.go(self.settings.text("page", "data", tuple(PAGES)))

    def _listen(self) -> None:
        self.theme.changed.connect(self._tint)
        self.session.data_changed.connect(self._data_changed)
        self.session.run_changed.connect(self._show_session)
        self.session.other_changed.connect(self._show_session)
        self.session.user_changed.connect(self._show_session)
        self.session.item_changed.connect(self._show_session)
        self.painted.connect(self.start.begin, Qt.ConnectionType.QueuedConnection)
        self.jobs.ended.connect(self._log_job)

    # --- the doors of pages -------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """Key of the page in view."""
        return self.stack.current

    @property
    def warm(self) -> set[str]:
        """The stages of ``workbench.jobs.warming`` that are loaded."""
        return self._warmth.stages

    def when_warm(self, stage: str, call: Callable[[], None]) -> None:
        """Call back once a stage is loaded; at once when it is, or when none is named."""
        self._warmth.when_warm(stage, call)

    def go(self, key: str) -> None:
        """Turn to a page; it is made when it is first shown."""
        if key not in PAGES or key == self.current:
            return
        self.stack.leave()
        self.stack.current = key
        self.title_row.show_page(PAGES[key].label, PAGES[key].help)
        self._show_title()
        self.page_bar.buttons[key].setChecked(True)
        self.stack.enter()
        self._stands.start()

    def page(self, key: str) -> Page | None:
        """A page that was made."""
        return self.stack.page(key)

    def tell(self, message: Message) -> None:
        """Show a message under the title."""
        self.message_bar.show_message(message)

    def explain(self, topic: str) -> None:
        """Open the guide at a topic."""
        self.session.ask(topic)
        self.go("guide")

    def open_data(self, source: str) -> None:
        """Open a path, or the word ``sample``, on the Data page; a bundle comes into the workspace instead."""
        self.files.open(source)

    def read_data(self, plan: DataPlan, choice: Choice) -> None:
        """Have the Data page read what a plan names; the page in view stays."""
        self.stack.made("data").read(plan, choice)  # type: ignore[attr-defined]

    # --- what is told of the session and its jobs ---------------------------------------------------------------

    def _data_changed(self) -> None:
        self._show_session()
        if self.session.opened is not None:
            from workbench.last_data import keep_data

            keep_data(self.settings, self.session.opened)

    def _show_session(self) -> None:
        self._show_title()
        self.title_row.show_session(self.session)

    def _show_title(self) -> None:
        """Page and data, so that a list of windows tells them apart and a reader of the screen says where one is."""
        opened, page = self.session.opened, PAGES[self.current].label
        self.setWindowTitle(f"{page} · {cell(opened.name, 60)}" if opened is not None else page)

    def commands(self) -> dict[str, Callable[[], object]]:
        """Everything that the command palette offers, by what it is called."""
        return found_commands(self, self.context, "plots" in self.warm)

    def show_log(self) -> None:
        """The latest lines of the log."""
        show_log(self, self.log)

    def _log_job(self, job: Job) -> None:
        """What a job was about is not written: titles and paths are the user's own."""
        if self.log is not None and job.end is not None and job.end.error is not None:
            self.log.write("job failed:", job.end.error.code, job.end.where)

    # --- events -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw, and tell once that something is to be seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Have the size kept once it stands."""
        super().resizeEvent(event)
        self._stands.start()

    def moveEvent(self, event: QMoveEvent) -> None:  # noqa: N802
        """Have the place kept once it stands."""
        super().moveEvent(event)
        self._stands.start()

    def childEvent(self, event: QChildEvent) -> None:  # noqa: N802 - Qt's name
        """A dialog of the window is about to be shown."""
        if event.polished() and isinstance(event.child(), QDialog):
            self.theme.dress(event.child())  # type: ignore[arg-type]
        super().childEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files may be dropped anywhere on the window."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Hand files to the page in view, else to Data."""
        self.files.drop(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Close at once, or once what runs has been stopped."""
        allowed = self.closing.allowed()
        self.start.closing = self.closing.begun
        event.setAccepted(allowed)
        if allowed:
            self._remember()

    def _keep_place(self) -> None:
        self.settings.keep("page", self.current)
        geometry: QByteArray = self.saveGeometry()
        self.settings.keep("geometry", geometry)
        self.stack.remember()

    def _remember(self) -> None:
        self._stands.stop()
        self._keep_place()
        self.settings.write()
