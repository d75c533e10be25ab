"""All jobs of the window: one long job after the other, short ones beside them, and a clean end of all."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.jobs.job import Job


class Jobs(QObject):
    """Starts jobs and knows which are running.

    Signals:
        changed: a job began, ended, told something or was added to the queue.
        started, ended: with the job.
    """

    changed = Signal()
    started = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[Job] = []
        self.queue: list[Job] = []
        self._long: Job | None = None

    @property
    def shown(self) -> Job | None:
        """The job that the status bar tells of: the one from the queue, else the latest other one."""
        visible = [job for job in self.running if not job.quiet]
        return self._long or (visible[-1] if visible else None)

    @property
    def long(self) -> Job | None:
        """The job from the queue that is running."""
        return self._long

    def start(self, job: Job) -> Job:
        """Start a job now, beside what is running."""
        self.running.append(job)
        job.changed.connect(self.changed)
        job.ended.connect(lambda _: self._ended(job))
        job.start()
        self.started.emit(job)
        self.changed.emit()
        return job

    def add(self, job: Job) -> Job:
        """Start a job when those added before it have ended."""
        self.queue.append(job)
        self._next()
        self.changed.emit()
        return job

    def remove(self, job: Job) -> None:
        """Take a job that has not begun out of the queue."""
        self.queue.remove(job)
        self.changed.emit()

    def move(self, job: Job, by: int) -> None:
        """Move a job that has not begun to an earlier (negative) or later place of the queue."""
        at = self.queue.index(job)
        to = min(max(at + by, 0), len(self.queue) - 1)
        self.queue.insert(to, self.queue.pop(at))
        self.changed.emit()

    def replace(self, job: Job, other: Job) -> bool:
        """Put another job in the place of one that has not begun; False when it has."""
        if job not in self.queue:
            return False
        self.queue[self.queue.index(job)] = other
        self.changed.emit()
        return True

    def stop_all(self, discard: bool = False) -> None:
        """Ask everything to end; nothing that waits is begun."""
        self.queue.clear()
        for job in self.running:
            if discard:
                job.discard()
            else:
                job.stop()
        self.changed.emit()

    def _ended(self, job: Job) -> None:
        self.running.remove(job)
        if job is self._long:
            self._long = None
        self.ended.emit(job)
        self._next()
        self.changed.emit()
        job.deleteLater()

    def _next(self) -> None:
        if self._long is None and self.queue:
            self._long = self.queue.pop(0)
            self.start(self._long)
