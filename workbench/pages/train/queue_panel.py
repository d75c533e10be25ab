"""The runs that wait: their order, and a way to change, move or remove each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QListWidgetItem

from core.training.plan import Plan, differing, make_plan
from workbench.jobs.job import Job
from workbench.page import Context
from workbench.widgets.parts import Card, IconButton, tip
from workbench.words import cell

IGNORED = ("data.", "split.")


class QueueList(QListWidget):
    """Ctrl+Up and Ctrl+Down move the chosen row, Delete removes it.

    Signals:
        moved: by how many rows.
        removed: the chosen row is not wanted.
    """

    moved = Signal(int)
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move, remove, or what a list does."""
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Delete:
            self.removed.emit()
        elif key in moves and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(moves[key])
        else:
            super().keyPressEvent(event)


class QueuePanel(Card):
    """Follows ``jobs.queue``; hidden while nothing waits.

    Signals:
        edited: a queued run is to be changed in the form: its job.
    """

    edited = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__("Queue")
        self._jobs = context.jobs
        self.list = QueueList()
        self.list.setAccessibleName("Queued runs")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.itemActivated.connect(lambda _: self._edit())
        self.list.currentRowChanged.connect(lambda _: self._enable())
        theme = context.theme
        self.up = IconButton(theme, "up", "Earlier (Ctrl+Up)", lambda: self._move(-1))
        self.down = IconButton(theme, "down", "Later (Ctrl+Down)", lambda: self._move(1))
        self.change = IconButton(theme, "edit", "Change it in the form (Enter)", self._edit)
        self.remove = IconButton(theme, "trash", "Remove it from the queue (Delete)", self._remove)
        for each in (self.up, self.down, self.change, self.remove):
            self.head.addWidget(each)
        self.body.addWidget(self.list, 1)
        self.list.moved.connect(self._move)
        self.list.removed.connect(self._remove)
        context.jobs.changed.connect(self._show)
        self._shown: list[Job] = []
        self._show()

    def _show(self) -> None:
        queue = self._jobs.queue
        if queue == self._shown and self.isHidden() == (not queue):
            return
        chosen = self._chosen()
        self._shown = list(queue)
        self.list.clear()
        for at, job in enumerate(queue):
            item = QListWidgetItem(f"{at + 1}.  {cell(job.title, 40)}{summary(job)}")
            item.setToolTip(tip(f"{job.title}{summary(job)}"))
            self.list.addItem(item)
        self.caption.setText(f"{len(queue)} waiting")
        if queue:
            self.list.setCurrentRow(queue.index(chosen) if chosen is not None and chosen in queue else 0)
        self.setVisible(bool(queue))
        self._enable()

    def _chosen(self) -> Job | None:
        row = self.list.currentRow()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _enable(self) -> None:
        row, last = self.list.currentRow(), self.list.count() - 1
        job = self._chosen()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < last)
        self.change.setEnabled(job is not None and plan_of(job) is not None)
        self.remove.setEnabled(job is not None)

    def _move(self, by: int) -> None:
        job = self._chosen()
        if job is not None:
            self._jobs.move(job, by)

    def _edit(self) -> None:
        job = self._chosen()
        if job is not None and plan_of(job) is not None:
            self.edited.emit(job)

    def _remove(self) -> None:
        job = self._chosen()
        if job is not None:
            self._jobs.remove(job)


def plan_of(job: Job) -> Plan | None:
    """The plan that a job trains; None for a job of another kind."""
    plan = job.tag[0] if isinstance(job.tag, tuple) and job.tag else None
    return plan if isinstance(plan, Plan) else None


def summary(job: Job) -> str:
    """What of its plan is not the default of its model and loss, in a few words."""
    plan = plan_of(job)
    if plan is None:
        return ""
    names = {"model": {"name": plan.model.name}}
    if plan.loss is not None:
        names["loss"] = {"name": plan.loss.name}
    changed = differing(make_plan(names), plan)
    words = [
        f"{name.partition('.')[2]} {value}" for name, (_, value) in changed.items() if not name.startswith(IGNORED)
    ]
    return f"  ·  {cell(', '.join(words), 120)}" if words else "  ·  defaults"
