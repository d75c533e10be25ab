"""The window: sidebar of pages, title with the session, message bar, job bar, menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core import __version__
from core.data.plan import DataPlan
from core.runs.bundles import is_bundle
from core.runs.workspace import Workspace
from core.training.plan import Choice
from workbench.bundle_import import ask_bundle, import_bundle
from workbench.icons import icon
from workbench.interrupted import look_for_interrupted
from workbench.jobs.job import End, Job
from workbench.jobs.jobs import Jobs
from workbench.jobs.warming import STAGES, warm
from workbench.last_data import LastData, keep_data, last_data
from workbench.logbook import Logbook
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages import PAGES, page_modules
from workbench.session import Opened, Session
from workbench.settings import Settings
from workbench.theme import CHOICES, Theme
from workbench.widgets.chip import Chip
from workbench.widgets.job_bar import JobBar
from workbench.widgets.message_bar import MessageBar
from workbench.widgets.parts import label, tip
from workbench.widgets.room import Room
from workbench.widgets.sidebar import Sidebar
from workbench.widgets.splits import keep_splits, restore_splits
from workbench.words import cell
from workbench.workspaces import Workspaces

SMALLEST = QSize(560, 400)
CHIP = 26
"""Characters of a name on a chip."""


class MainWindow(QMainWindow):
    """Everything that is always in view."""

    painted = Signal()

    def __init__(self, theme: Theme, settings: Settings, workspace: Workspace, log: Logbook | None = None) -> None:
        super().__init__()
        self.theme, self.settings, self.log = theme, settings, log
        self.ended_badly = False
        self.session, self.jobs = Session(workspace, self), Jobs(self)
        self._painted = self._closing = False
        self.warm: set[str] = set()
        self._waiting: dict[str, list[Callable[[], None]]] = {}
        self._pages: dict[str, Page] = {}
        self._rooms: dict[str, Room] = {}
        self.current = ""
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
        self.workspaces = Workspaces(self.context, self)
        self.setWindowTitle("Rankscope")
        self.setWindowIcon(icon("rankscope", "#2F6FDE"))
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self._build()
        self._build_menus()
        self._restore()
        theme.changed.connect(self._tint)
        self.session.data_changed.connect(self._data_changed)
        self.session.run_changed.connect(self._show_session)
        self.session.other_changed.connect(self._show_session)
        self.session.user_changed.connect(self._show_session)
        self.session.item_changed.connect(self._show_session)
        self._show_session()
        self.painted.connect(self._begin, Qt.ConnectionType.QueuedConnection)
        self.jobs.ended.connect(self._log_job)

    # --- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.message_bar = MessageBar(self.theme)
        self.stack = QStackedWidget()
        self.title = label("", "title")
        self.subtitle = label("", "muted")
        self.data_chip = Chip(lambda: self.go("data"), "The data that is open")
        self.run_chip = Chip(self._clear_run, "The run in view; a click lets it go")
        self.other_chip = Chip(self._clear_other, "Run B, beside it; a click lets it go")
        self.user_chip = Chip(self._clear_user, "The pinned user; a click lets go")
        self.item_chip = Chip(self._clear_item, "The pinned item; a click lets go")
        row = QWidget()
        row.setObjectName("title-row")
        across = QHBoxLayout(row)
        across.setContentsMargins(16, 10, 16, 8)
        across.setSpacing(8)
        across.addWidget(self.title)
        across.addSpacing(4)
        across.addWidget(self.subtitle, 1)
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for chip in (self.data_chip, self.run_chip, self.other_chip, self.user_chip, self.item_chip):
            across.addWidget(chip)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(row)
        right.addWidget(self.message_bar)
        right.addWidget(self.stack, 1)
        self.job_bar = JobBar(self.theme, self.jobs)
        centre = QWidget()
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._sidebar())
        middle.addLayout(right, 1)
        whole.addLayout(middle, 1)
        whole.addWidget(self.job_bar)
        self.setCentralWidget(centre)
        self._tint()

    def _sidebar(self) -> QWidget:
        bar = Sidebar()
        column = QVBoxLayout(bar)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(2)
        self.page_buttons: dict[str, QToolButton] = {}
        for number, (key, entry) in enumerate(PAGES.items(), 1):
            made = QToolButton()
            made.setProperty("role", "page")
            made.setText(entry.label)
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setIconSize(QSize(22, 22))
            made.setFixedWidth(74)
            made.setCheckable(True)
            made.setAutoExclusive(True)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setToolTip(tip(f"{entry.help} (Ctrl+{number})"))
            made.setAccessibleName(entry.label)
            made.clicked.connect(lambda _=False, key=key: self.go(key))
            column.addWidget(made)
            self.page_buttons[key] = made
        column.addStretch(1)
        bar.hold(self.page_buttons.values())
        return bar

    def _build_menus(self) -> None:
        bar = self.menuBar()
        file = bar.addMenu("&File")
        self._act(file, "&Open file…", self._ask_file, QKeySequence.StandardKey.Open)
        self._act(file, "Open &folder…", self._ask_folder, "Ctrl+Shift+O")
        self._act(file, "Open the &sample data", lambda: self.open_data("sample"), "Ctrl+Shift+S")
        self._act(file, "&Download a MovieLens set…", self._ask_download)
        self._act(file, "&Import a run bundle…", self._ask_bundle, "Ctrl+I")
        self.recent_menu = file.addMenu("&Recent")
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        file.addSeparator()
        self.workspace_menu = file.addMenu("&Workspace")
        self.workspace_menu.aboutToShow.connect(lambda: self.workspaces.fill(self.workspace_menu))
        self._act(file, "Choose another wor&kspace…", self.workspaces.ask)
        self._act(file, "Show the workspace fol&der", self._show_workspace)
        file.addSeparator()
        self._act(file, "&Quit", self.close, QKeySequence.StandardKey.Quit)
        go = bar.addMenu("&Go")
        for number, (key, entry) in enumerate(PAGES.items(), 1):
            self._act(go, entry.label, partial(self.go, key), f"Ctrl+{number}")
        go.addSeparator()
        self._act(go, "&Command palette…", self._palette, "Ctrl+K")
        job = bar.addMenu("&Job")
        self.pause_action = self._act(job, "&Pause or resume", self.job_bar._pause, "Ctrl+P")
        self.stop_action = self._act(job, "&Stop and keep what is trained", self.job_bar._stop, "Ctrl+.")
        job.aboutToShow.connect(self._enable_job_actions)
        view = bar.addMenu("&View")
        group = QActionGroup(self)
        self.theme_actions: dict[str, QAction] = {}
        for key, text in CHOICES.items():
            action = self._act(view, text, partial(self._choose_theme, key))
            action.setCheckable(True)
            action.setChecked(key == self.theme.choice)
            group.addAction(action)
            self.theme_actions[key] = action
        self._act(view, "Switch light and dark", self._switch_theme, "Ctrl+T")
        view.addSeparator()
        self._act(view, "Dismiss the message", self.message_bar.clear, "Escape")
        self._act(view, "&Full screen", self._full_screen, "F11")
        help = bar.addMenu("&Help")
        about_page = self._act(help, "About this &page", self._explain_page)
        about_page.setShortcuts([QKeySequence("F1"), QKeySequence("?")])
        self._act(help, "Terms of the &sample data", self._show_terms)
        self._act(help, "Show the &log", self.show_log)
        self._act(help, "&About Rankscope", self._about)

    def _act(self, menu: QObject, text: str, slot: Callable[[], object], keys: object = None) -> QAction:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))  # type: ignore[call-overload]
        action.triggered.connect(lambda: slot())
        menu.addAction(action)  # type: ignore[attr-defined]
        return action

    def _tint(self) -> None:
        colours = self.theme.colours
        for key, each in self.page_buttons.items():
            each.setIcon(icon(PAGES[key].icon, colours.muted, colours.accent))

    # --- starting -----------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry = self.settings.state("geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self._default_size()
        self.go(self.settings.text("page", "data", tuple(PAGES)))

    def _default_size(self) -> None:
        screen = QGuiApplication.primaryScreen()
        room = screen.availableGeometry() if screen is not None else None
        wanted = QSize(1360, 860)
        self.resize(wanted if room is None else wanted.boundedTo(room.size() - QSize(20, 60)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw, and tell once that something is to be seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def _begin(self) -> None:
        """The window is on the screen: offer what was open last, load what is heavy."""
        last = last_data(self.settings)
        if last is not None and self.session.opened is None and self.message_bar.message is None:
            remedy = Remedy("Open again", lambda: self._open_again(last))
            self.tell(Message(f"Last time {cell(last.name, 60)} was open.", "note", remedy))
        modules = page_modules()
        job = Job("Loading", lambda control, tell: warm(control, tell, modules), quiet=True, parent=self)
        job.told.connect(self._warmed)
        job.ended.connect(self._loaded)
        self.jobs.start(job)

    def _loaded(self, end: End) -> None:
        if end.error is not None:
            self.tell(message_of(end.error, end.details))
        elif not self._closing:
            look_for_interrupted(self.context, self._tell_bad_end if self.ended_badly else None)

    def _tell_bad_end(self) -> None:
        """The last sitting ended without a word, and left no run to go on with; what was offered stays offered."""
        told = self.message_bar.message
        offered = f" {told.text}" if told is not None and told.kind == "note" else ""
        remedy = told.remedy if told is not None and offered else Remedy("Show the log", self.show_log)
        text = f"Rankscope ended unexpectedly last time. No training was cut off.{offered}"
        self.tell(Message(text, "warning", remedy))

    def _warmed(self, stages: list[str]) -> None:
        for stage in stages:
            self.warm.add(stage)
            for call in self._waiting.pop(stage, []):
                call()

    def when_warm(self, stage: str, call: Callable[[], None]) -> None:
        """Call back once a stage is loaded; at once when it is, or when none is named."""
        assert not stage or stage in STAGES
        if not stage or stage in self.warm:
            call()
        else:
            self._waiting.setdefault(stage, []).append(call)

    # --- pages --------------------------------------------------------------------------------------------------

    def go(self, key: str) -> None:
        """Turn to a page; it is made when it is first shown."""
        if key not in PAGES or key == self.current:
            return
        before = self._pages.get(self.current)
        if before is not None:
            before.left()
        self.current = key
        entry = PAGES[key]
        self.title.setText(entry.label)
        self.subtitle.setText(entry.help)
        self._show_title()
        self.page_buttons[key].setChecked(True)
        self.settings.keep("page", key)
        if key in self._pages:
            self._show_page(key)
        else:
            self.when_warm(entry.needs, lambda: self._make(key))

    def page(self, key: str) -> Page | None:
        """A page that was made."""
        return self._pages.get(key)

    def _make(self, key: str) -> None:
        if key not in self._pages:
            page = PAGES[key].make(self.context)
            self._pages[key] = page
            self._rooms[key] = Room(page)
            self.stack.addWidget(self._rooms[key])
            restore_splits(page, key, self.settings)
        if key == self.current:
            self._show_page(key)

    def _show_page(self, key: str) -> None:
        self.stack.setCurrentWidget(self._rooms[key])
        self._pages[key].setFocus()
        self._rooms[key].go_to_start()
        self._pages[key].entered()

    def explain(self, topic: str) -> None:
        """Open the guide at a topic."""
        self.session.ask(topic)
        self.go("guide")

    def _explain_page(self) -> None:
        self.explain(f"page.{self.current}")

    # --- data and files -----------------------------------------------------------------------------------------

    def open_data(self, source: str) -> None:
        """Open a path, or the word ``sample``, on the Data page; a bundle comes into the workspace instead."""
        if is_bundle(Path(source)):
            import_bundle(self.context, self, source)
            return
        self.go("data")
        page = self._pages.get("data")
        if page is not None:
            page.take_files([source])

    def _open_again(self, last: LastData) -> None:
        self.go("data")
        self.read_data(last.plan, last.choice)

    def read_data(self, plan: DataPlan, choice: Choice) -> None:
        """Have the Data page read what a plan names; the page in view stays."""
        self._make("data")
        self._pages["data"].read(plan, choice)  # type: ignore[attr-defined]

    def _data_changed(self) -> None:
        self._show_session()
        if self.session.opened is not None:
            keep_data(self.settings, self.session.opened)

    def _ask_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open interactions", self.settings.text("folder"))
        if path:
            self.settings.keep("folder", path.rpartition("/")[0])
            self.open_data(path)

    def _ask_download(self) -> None:
        from workbench.pages.data.page import DataPage

        self.go("data")
        page = self.page("data")
        if isinstance(page, DataPage):
            page.ask_download()

    def _ask_bundle(self) -> None:
        ask_bundle(self.context, self)

    def _ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Open a folder of interactions", self.settings.text("folder"))
        if path:
            self.settings.keep("folder", path)
            self.open_data(path)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self.settings.recent():
            action = QAction(cell(path, 80).replace("&", "&&"), self.recent_menu)
            action.triggered.connect(lambda _=False, path=path: self.open_data(path))
            self.recent_menu.addAction(action)
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction("Nothing yet").setEnabled(False)
            return
        self.recent_menu.addSeparator()
        self.recent_menu.addAction("Forget these").triggered.connect(self.settings.forget_recent)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files may be dropped anywhere on the window."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Hand files to the page in view, else to Data."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        page = self._pages.get(self.current)
        if paths and is_bundle(Path(paths[0])):
            self.open_data(paths[0])
        elif paths and (page is None or not page.take_files(paths)):
            self.go("data")
            self._pages["data"].take_files(paths)

    # --- session ------------------------------------------------------------------------------------------------

    def _show_title(self) -> None:
        """Page and data, so that a list of windows tells them apart and a reader of the screen says where one is."""
        opened, page = self.session.opened, PAGES[self.current].label
        self.setWindowTitle(f"{page} · {cell(opened.name, 60)}" if opened is not None else page)

    def _show_session(self) -> None:
        self._show_title()
        session = self.session
        opened, run, other = session.opened, session.run, session.other
        self._chip(self.data_chip, None if opened is None else data_words(opened), "No data")
        letter = "" if other is None else "A: "
        self._chip(self.run_chip, None if run is None else f"{letter}{run_words(run)}", "No run")
        self._chip(self.other_chip, None if other is None else f"B: {run_words(other)}", "No run B")
        self._chip(self.user_chip, None if session.user is None else f"user {session.user}", "No user")
        self._chip(self.item_chip, None if session.item is None else f"item {session.item}", "No item")
        self.run_chip.setVisible(run is not None)
        self.other_chip.setVisible(other is not None)
        self.user_chip.setVisible(session.user is not None)
        self.item_chip.setVisible(session.item is not None)

    def _chip(self, chip: Chip, text: str | None, empty: str) -> None:
        chip.show_text(cell(text or empty, 2 * CHIP), text is None)

    def _clear_run(self) -> None:
        self.session.choose_run(None)

    def _clear_other(self) -> None:
        self.session.choose_other(None)

    def _clear_user(self) -> None:
        self.session.pin(None)

    def _clear_item(self) -> None:
        self.session.pin_item(None)

    # --- messages and small actions -----------------------------------------------------------------------------

    def tell(self, message: Message) -> None:
        """Show a message under the title."""
        self.message_bar.show_message(message)

    def _log_job(self, job: Job) -> None:
        """What a job was about is not written: titles and paths are the user's own."""
        if self.log is not None and job.end is not None and job.end.error is not None:
            self.log.write("job failed:", job.end.error.code, job.end.where)

    def show_log(self) -> None:
        """The latest lines of the log."""
        from workbench.widgets.text_dialog import TextDialog

        lines = self.log.latest() if self.log is not None else ()
        text = "\n".join(lines) or "Nothing is in the log."
        where = f"{cell(str(self.log.path), 300)}\n\n" if self.log is not None else ""
        TextDialog(self, "Log", where + text).exec()

    def _choose_theme(self, choice: str) -> None:
        self.theme.choose(choice)
        self.settings.keep("theme", choice)
        self.theme_actions[choice].setChecked(True)

    def _switch_theme(self) -> None:
        self._choose_theme("light" if self.theme.colours.dark else "dark")

    def _full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _enable_job_actions(self) -> None:
        self.pause_action.setEnabled(self.jobs.long is not None)
        self.stop_action.setEnabled(self.jobs.shown is not None)

    def _show_workspace(self) -> None:
        path = self.context.workspace.path
        if not path.exists():
            self.tell(Message(f"The workspace {path} is made when the first run is kept."))
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _palette(self) -> None:
        from workbench.searching import PaletteSearch
        from workbench.widgets.palette import CommandPalette

        palette = CommandPalette(self, self.commands())
        PaletteSearch(self.context, palette)
        palette.exec()

    def commands(self) -> dict[str, Callable[[], object]]:
        """Everything that the command palette offers, by what it is called."""
        found: dict[str, Callable[[], object]] = {}
        for action in self.findChildren(QAction, options=Qt.FindChildOption.FindDirectChildrenOnly):
            text = action.text().replace("&", "")
            if text and action.isEnabled():
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                found[f"{text}\t{keys}"] = action.trigger
        for path in self.settings.recent():
            found[f"Open {cell(path, 80)}\t"] = partial(self.open_data, path)
        if "plots" in self.warm:
            from workbench.pages.guide.topics import read_topics

            for key, topic in read_topics().items():
                found[f"Explain: {topic.title}\t"] = partial(self.explain, key)
        return found

    def _show_terms(self) -> None:
        from core.data.sample import sample_terms
        from workbench.widgets.text_dialog import TextDialog

        TextDialog(self, "Terms of the sample data", sample_terms()).exec()

    def _about(self) -> None:
        from workbench.widgets.text_dialog import TextDialog

        text = (
            f"Rankscope {__version__}\n\nA workbench for personalised ranking: load interactions, train, watch, "
            f"inspect, compare, export.\n\nRuns are kept in {self.context.workspace.path}\n\nMIT licence."
        )
        TextDialog(self, "About Rankscope", text).exec()

    # --- closing ------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """While something runs: ask, stop it, and close once its thread has ended."""
        if not self.jobs.running:
            self._remember()
            event.accept()
            return
        event.ignore()
        if self._closing:
            return
        discard = False
        if self.jobs.long is not None:
            answer = self.ask_to_close()
            if answer == "cancel":
                return
            discard = answer == "discard"
        self._closing = True
        self.setEnabled(False)
        self.jobs.ended.connect(self._close_when_idle)
        self.jobs.stop_all(discard)
        self._close_when_idle()

    def ask_to_close(self) -> str:
        """Ask what becomes of the training: ``keep``, ``discard`` or ``cancel``."""
        box = QMessageBox(self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Rankscope")
        box.setText("A model is being trained.")
        queued = len(self.jobs.queue)
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

    def _close_when_idle(self, _: object = None) -> None:
        if not self.jobs.running:
            # bound to the window: several jobs can end at once, and the window may be gone when the second one is heard
            QTimer.singleShot(0, self, self.close)

    def _remember(self) -> None:
        geometry: QByteArray = self.saveGeometry()
        self.settings.keep("geometry", geometry)
        for key, page in self._pages.items():
            keep_splits(page, key, self.settings)
        self.settings.write()


def data_words(opened: Opened) -> str:
    """The data on its chip."""
    return f"{cell(opened.name, CHIP)} · {opened.choice.name.replace('-', ' ')}"


def run_words(run: object) -> str:
    """A run on its chip."""
    plan = run.plan  # type: ignore[attr-defined]
    loss = f" · {plan.loss.name}" if plan.loss is not None else ""
    return f"{plan.model.name}{loss} · seed {plan.seed}"
