"""The Data page: a welcome, then the overview of what is open, its users, items, split and report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from workbench.jobs.job import End, Job
from workbench.jobs.keeping import kept_gigabytes
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages.data.welcome import Welcome
from workbench.words import cell

SAMPLE = "sample"
"""The source that stands for the sample data in a plan of the data."""


# the first page: what reads is loaded after the window is painted
if TYPE_CHECKING:
    from core.data.downloads.movielens import Download
    from core.data.plan import DataPlan
    from core.training.plan import Choice
    from workbench.pages.data.overview import Overview


class DataPage(Page):
    """Opens data by drop, dialog or menu."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.job: Job | None = None
        self.overview: Overview | None = None
        self._made: Overview | None = None
        self.welcome = Welcome(context, self.ask_file, self.ask_folder, self.ask_download)
        holder = QVBoxLayout(self)
        holder.setContentsMargins(0, 0, 0, 0)
        inner = QWidget()
        self.stack = QStackedLayout(inner)
        self.stack.addWidget(self.welcome)
        holder.addWidget(inner)
        context.session.data_changed.connect(self._show)
        self._prepare()
        self.setAcceptDrops(False)

    def entered(self) -> None:
        """The recent list may have changed."""
        if self.context.session.opened is None:
            self.welcome.show_recent()

    # --- opening ------------------------------------------------------------------------------------------------

    def take_files(self, paths: list[str]) -> bool:
        """Open files: the sample at once, anything else through the dialog; several are told apart first."""
        if self.job is not None:
            self.context.tell(Message("Something is being read already. Cancel it first.", "warning"))
            return True
        if paths[0] == SAMPLE:
            from core.data.plan import DataPlan

            self.read(DataPlan(source=SAMPLE))
        else:
            self.context.when_warm("reading", lambda: self._tell_apart(paths))
        return True

    def _tell_apart(self, paths: list[str]) -> None:
        """Find out which of the files holds interactions, and what the others are."""
        from core.data.plan import DataPlan
        from core.splits.dropped import sort_out
        from workbench.jobs.calling import calling

        if len(paths) == 1:
            self._ask_how(DataPlan(source=paths[0]))
            return

        job = Job("Looking at the files", calling(lambda: sort_out(paths)), quiet=True)
        job.ended.connect(self._told_apart)
        self.context.jobs.start(job)

    def _told_apart(self, end: End) -> None:
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
            return
        if end.value.left:
            names = ", ".join(cell(path.rpartition("/")[2], 40) for path in end.value.left[:3])
            more = f" and {len(end.value.left) - 3:,} more" if len(end.value.left) > 3 else ""
            text = f"It is not clear what {names}{more} should be; name files in the dialog."
            self.context.tell(Message(text, "warning"))
        self._ask_how(end.value.plan)

    def ask_file(self) -> None:
        """Choose a file."""
        from PySide6.QtWidgets import QFileDialog

        path, _ = QFileDialog.getOpenFileName(self, "Open interactions", self.context.settings.text("folder"))
        if path:
            self.take_files([path])

    def ask_folder(self) -> None:
        """Choose a folder."""
        from PySide6.QtWidgets import QFileDialog

        path = QFileDialog.getExistingDirectory(self, "Open a folder", self.context.settings.text("folder"))
        if path:
            self.take_files([path])

    def ask_download(self) -> None:
        """Choose a MovieLens set and accept its terms."""
        from workbench.pages.data.download_dialog import DownloadDialog

        if self.job is not None:
            self.context.tell(Message("Something is being read already. Cancel it first.", "warning"))
            return
        dialog = DownloadDialog(self, self.context.workspace.downloads_folder)
        dialog.confirmed.connect(self._download)
        dialog.open()

    def _download(self, download: Download) -> None:
        """Fetch a set in the background; it is then opened like any other archive."""
        from workbench.jobs.downloading import downloading, follow_fetching

        self.job = Job(f"Downloading {download.name}", downloading(download, self.context.workspace), follow_fetching)
        self.job.ended.connect(lambda end: self._downloaded(download, end))
        self.welcome.show_job(self.job)
        self.stack.setCurrentWidget(self.welcome)
        self.context.jobs.start(self.job)

    def _downloaded(self, download: Download, end: End) -> None:
        self.job = None
        self.welcome.show_job(None)
        self._show()
        if end.error is not None:
            again = Remedy("Try again", lambda: self._download(download)) if end.error.retryable else None
            self.context.tell(message_of(end.error, end.details, again))
        elif end.cancelled:
            text = f"The download of {download.name} was stopped. What has come is kept: it can be gone on with."
            self.context.tell(Message(text, remedy=Remedy("Go on", lambda: self._download(download))))
        else:
            self.context.tell(Message(f"{download.name} is in the workspace. {end.value.check}", "good"))
            self.take_files([str(end.value.path)])

    def _ask_how(self, plan: DataPlan) -> None:
        from workbench.pages.data.import_dialog import ImportDialog

        dialog = ImportDialog(self, self.context, plan)
        dialog.confirmed.connect(self.read)
        dialog.open()

    def read(self, plan: DataPlan, choice: Choice | None = None) -> None:
        """Read what a plan names, in the background, and divide it as is chosen or as is usual."""
        from core.splits import SPLITS
        from core.training.plan import Choice
        from workbench.jobs.importing import follow_reading, importing

        if self.job is not None:
            self.context.tell(Message("Something is being read already. Cancel it first.", "warning"))
            return
        key = "predefined" if plan.test else "leave-last-out"
        choice = choice or Choice(key, SPLITS[key].settings())
        name = "the sample data" if plan.source == SAMPLE else cell(plan.source.rstrip("/").rpartition("/")[2], 60)
        work = importing(
            plan, choice, workspace=self.context.workspace, gigabytes=kept_gigabytes(self.context.settings)
        )
        self.job = Job(f"Reading {name}", work, follow_reading)
        self.job.ended.connect(lambda end: self._read(plan, end))
        self.welcome.show_job(self.job)
        self.stack.setCurrentWidget(self.welcome)
        if self._made is not None:
            # to make it meanwhile would save nothing: both want Python's lock, and an event that waits for it is felt
            self._made.rest()
        self.context.jobs.start(self.job)

    def _read(self, plan: DataPlan, end: End) -> None:
        self.job = None
        if end.error is None and not end.cancelled:
            self.welcome.show_read()
        else:
            self.welcome.show_job(None)
        if end.error is not None:
            remedy = Remedy("Change how it is read", lambda: self._ask_how(plan))
            self.context.tell(message_of(end.error, end.details, None if plan.source == SAMPLE else remedy))
        elif end.cancelled:
            self.context.tell(Message("Reading was cancelled; nothing was kept."))
        else:
            if plan.source != SAMPLE:
                self.context.settings.remember(plan.source)
            # whoever hears of new data shows it, this page among them
            self.context.session.open(end.value)
            return
        self._show()
        self._prepare()

    # --- showing ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        opened = self.context.session.opened
        if opened is None:
            if self._made is not None:
                self._made.forget()
            if self.job is None:
                self.welcome.show_job(None)
            self.stack.setCurrentWidget(self.welcome)
            return
        self.context.when_warm("plots", self._show_overview)

    def _show_overview(self) -> None:
        opened = self.context.session.opened
        if opened is None or self.job is not None:
            return
        self._make_overview()
        self.overview = self._made
        assert self.overview is not None
        self.overview.show_data(opened)

    def _turn_to_overview(self) -> None:
        """Show it once its first tab is filled, unless something else is being read by then."""
        if self._made is not None and self.job is None:
            self.stack.setCurrentWidget(self._made)
            self.welcome.show_job(None)

    def _prepare(self) -> None:
        """Make the overview before there is something to show, once all is loaded and while nothing is read."""
        # not before the window has shown this page
        self.context.when_warm("training", lambda: QTimer.singleShot(0, self, self._make_ahead))

    def _make_ahead(self) -> None:
        if self.job is None:
            self._make_overview()

    def _make_overview(self) -> None:
        """Begin to make it, in portions: making and filling it in one go would be felt."""
        if self._made is None:
            from workbench.pages.data.overview import Overview

            self._made = Overview(self.context, self.ask_file, self.ask_folder)
            self._made.filled.connect(self._turn_to_overview)
            self.stack.addWidget(self._made)
        self._made.begin()
