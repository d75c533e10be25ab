"""What the Data page shows while nothing is open: where to drop, what to press."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from workbench.icons import pixmap
from workbench.jobs.job import Job
from workbench.page import Context
from workbench.widgets.job_bar import WHOLE
from workbench.widgets.parts import button, clear, label, set_icon
from workbench.words import cell

MOST_RECENT = 5
TITLE = "Drop a file, a folder or a zip of interactions here"
WORDS = "Who met what, and when: CSV, TSV, Parquet, Feather, JSON lines, MovieLens, RecBole, sparse matrices."


class Welcome(QWidget):
    """A drop zone with the ways to open data, and the recent ones."""

    def __init__(
        self,
        context: Context,
        ask_file: Callable[[], None],
        ask_folder: Callable[[], None],
        ask_download: Callable[[], None],
    ) -> None:
        super().__init__()
        self._context = context
        self._job: Job | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 8, 24, 24)
        self.frame = QFrame()
        self.frame.setProperty("role", "drop")
        outer.addWidget(self.frame)
        column = QVBoxLayout(self.frame)
        column.setSpacing(10)
        column.addStretch(2)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._picture)
        self.title = self._centred(TITLE, "title")
        self.text = self._centred(WORDS, "muted")
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(8)
        self.buttons = self._ways(ask_file, ask_folder, ask_download)
        column.addWidget(self.buttons)
        self.terms = self._centred(
            "The sample is MovieLens small, by GroupLens, for research; its terms are in the Help menu.", "caption"
        )
        column.addWidget(self.terms)
        self.busy = self._waiting()
        column.addWidget(self.busy)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        column.addSpacing(12)
        column.addLayout(self._recent)
        column.addStretch(3)
        context.theme.changed.connect(self._tint)
        self._tint()
        self.show_job(None)

    def _ways(
        self, ask_file: Callable[[], None], ask_folder: Callable[[], None], ask_download: Callable[[], None]
    ) -> QWidget:
        """The buttons, side by side."""
        self.sample = button("Open the sample data", lambda: self._context.open_data("sample"), "primary")
        self.file = button("Open file…", ask_file)
        self.folder = button("Open folder…", ask_folder)
        self.download = button(
            "Download a MovieLens set…", ask_download, help="Fetch one from GroupLens; its terms are shown first"
        )
        set_icon(self.sample, self._context.theme, "sample", "on_accent")
        set_icon(self.file, self._context.theme, "file")
        set_icon(self.folder, self._context.theme, "folder")
        set_icon(self.download, self._context.theme, "import")
        made = QWidget()
        row = QHBoxLayout(made)
        row.setSpacing(10)
        row.addStretch(1)
        for each in (self.sample, self.file, self.folder, self.download):
            row.addWidget(each)
        row.addStretch(1)
        return made

    def _waiting(self) -> QWidget:
        """What stands in their place while something is read."""
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, WHOLE)
        self.progress.setFixedWidth(360)
        self.cancel = button("Cancel", self._cancel)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setSpacing(10)
        column.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignCenter)
        return made

    def _centred(self, text: str, role: str) -> QLabel:
        made = label(text, role, wrap=True)
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return made

    def show_recent(self) -> None:
        """List what was opened lately."""
        clear(self._recent)
        paths = self._context.settings.recent()[:MOST_RECENT]
        if not paths or self._job is not None:
            return
        self._recent.addWidget(self._centred("Opened lately", "caption"))
        for path in paths:
            made = button(cell(path, 70), lambda path=path: self._context.open_data(path), "chip")  # type: ignore[misc]
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(made)
            row.addStretch(1)
            self._recent.addLayout(row)

    def show_job(self, job: Job | None) -> None:
        """Show a reading in place of the buttons."""
        self._job = job
        self.cancel.setEnabled(True)
        self.busy.setVisible(job is not None)
        self.buttons.setVisible(job is None)
        self.terms.setVisible(job is None)
        if job is None:
            self.title.setText(TITLE)
            self.text.setText(WORDS)
        else:
            self.title.setText(job.title)
            job.changed.connect(self._follow)
            self._follow()
        self.show_recent()

    def show_read(self) -> None:
        """Everything is read: it is being drawn, which nothing can stop."""
        self._job = None
        self.text.setText("Drawing it")
        self.progress.setValue(WHOLE)
        self.cancel.setEnabled(False)

    def _follow(self) -> None:
        if self._job is not None:
            progress = self._job.progress
            self.text.setText("Cancelling" if self._job.stopping else progress.text.capitalize())
            self.progress.setValue(round((progress.fraction or 0) * WHOLE))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _tint(self) -> None:
        self._picture.setPixmap(pixmap("import", self._context.theme.colours.accent, 48))
