"""The slim bar at the bottom: the running job, how far it is, pause and stop, what waits."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from core.text import rate
from workbench.jobs.jobs import Jobs
from workbench.theme import Theme
from workbench.widgets.parts import IconButton, label
from workbench.words import clock

WHOLE = 1000


class JobBar(QWidget):
    """Follows ``jobs.shown``."""

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("job-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._jobs = jobs
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 3, 10, 3)
        row.setSpacing(12)
        self.title = label("Ready", selectable=False)
        self.text = label("", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setMaximumWidth(360)
        self.progress.setAccessibleName("Progress of the running job")
        self.share = label("", "muted")
        self.left = label("", "muted")
        self.rate = label("", "muted")
        self.waiting = label("", "muted")
        self.pause = IconButton(theme, "pause", "Pause", self.toggle_pause)
        self.stop = IconButton(theme, "stop", "Stop and keep what is trained", self.stop_job)
        row.addWidget(self.title)
        row.addWidget(self.text)
        row.addWidget(self.progress, 1)
        row.addWidget(self.share)
        row.addWidget(self.left)
        row.addWidget(self.rate)
        row.addStretch(1)
        row.addWidget(self.waiting)
        row.addWidget(self.pause)
        row.addWidget(self.stop)
        for words in (self.title, self.text, self.share, self.left, self.rate):
            words.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.setFixedHeight(32)
        jobs.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        job = self._jobs.shown
        for each in (self.progress, self.stop, self.text, self.share, self.left, self.rate):
            each.setVisible(job is not None)
        # not shown in between: its icon would be drawn for nothing
        self.pause.setVisible(job is not None and job is self._jobs.long)
        queued = len(self._jobs.queue)
        self.waiting.setText(f"{queued} queued" if queued else "")
        self.title.setText(job.title if job is not None else "Ready")
        if job is None:
            return
        progress = job.progress
        paused, stopping = job.control.paused, job.stopping
        self.text.setText("stopping" if stopping else "paused" if paused else progress.text)
        if progress.fraction is None:
            # a bar that runs to and fro repaints all the time; an empty one says as much
            self.progress.setRange(0, WHOLE)
            self.progress.setValue(0)
            self.share.setText("")
        else:
            self.progress.setRange(0, WHOLE)
            self.progress.setValue(round(progress.fraction * WHOLE))
            self.share.setText(f"{progress.fraction:.0%}".replace("%", " %"))
        left = progress.seconds_left
        self.left.setText(f"{clock(left)} left" if left is not None and not paused else "")
        self.rate.setText(rate(progress.rate) if progress.rate else "")
        self.pause.show_icon("play" if paused else "pause", "Resume" if paused else "Pause")
        self.pause.setEnabled(not stopping)
        self.stop.setEnabled(not stopping)
        help = "Stop and keep what is trained" if job is self._jobs.long else "Cancel"
        self.stop.show_icon("stop", help)

    def toggle_pause(self) -> None:
        """Have the running job wait, or go on."""
        job = self._jobs.shown
        if job is not None:
            if job.control.paused:
                job.resume()
            else:
                job.pause()

    def stop_job(self) -> None:
        """Ask the running job to end."""
        job = self._jobs.shown
        if job is not None:
            job.stop()
