"""The Train page: form, live plots, the queue of runs."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.errors import RankscopeError, StorageError
from core.models import MODELS
from core.runs.folder import RunFolder
from core.runs.record import read_record
from core.training.events import RunCompleted, RunEvent, RunFailed, RunStopped, SavingPaused, SavingResumed
from core.training.plan import Plan
from workbench.jobs.job import End, Job, Work
from workbench.jobs.keeping import kept_gigabytes
from workbench.jobs.training import Earlier, Follower, RunEnded, resuming, training
from workbench.last_data import data_of
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages.train.costs import remember_speed
from workbench.pages.train.form_panel import FormPanel
from workbench.pages.train.live import LivePanel
from workbench.pages.train.queue_panel import plan_of
from workbench.session import Opened
from workbench.trace import Trace, result_words, verdict_words
from workbench.widgets.empty import Empty

FRAME = 250
"""Milliseconds between two looks at what a run told: each takes time from it, and nobody reads faster."""


class TrainPage(Page):
    """Starts runs and follows them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._runs = self._numbered = 0
        self.form = FormPanel(context)
        self.form.asked.connect(self.start)
        self.form.changed_queued.connect(self._change_queued)
        self.live = LivePanel(context, self.form)
        self.live.queue.edited.connect(self._edit)
        words = "Choose a model on the left and start. What happens is drawn here."
        self.idle = Empty(context.theme, "train", words, "Start training", self.form.start.click)
        words = "Training needs interactions. The sample is MovieLens small: 100,004 ratings."
        self.no_data = Empty(context.theme, "data", words, "Open the sample data", lambda: context.open_data("sample"))
        self.right = QStackedWidget()
        for each in (self.no_data, self.idle, self.live):
            self.right.addWidget(each)
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setObjectName("train-halves")
        self.halves.setChildrenCollapsible(False)
        self.halves.setHandleWidth(8)
        self.halves.addWidget(self.form)
        self.halves.addWidget(self.right)
        self.halves.setStretchFactor(1, 1)
        self.halves.setSizes([336, 900])
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 12)
        column.addWidget(self.halves)
        context.session.data_changed.connect(self._show)
        self._show()

    def entered(self) -> None:
        """Take the plan that another page put in front of the form, or the run to go on with."""
        session = self.context.session
        offered, session.offered_plan = session.offered_plan, None
        if offered is not None:
            self.form.give(offered)
        run, session.offered_run = session.offered_run, None
        if run is not None:
            self.resume(*run)

    def _show(self) -> None:
        wanted: QWidget = self.live
        if self.live.trace is None:
            wanted = self.no_data if self.context.session.opened is None else self.idle
        self.right.setCurrentWidget(wanted)

    def take_files(self, paths: list[str]) -> bool:
        """A plan file is shown in the form."""
        if paths[0].endswith(".toml"):
            self.form.open_plan(paths[0])
            return True
        return False

    # --- starting -----------------------------------------------------------------------------------------------

    def start(self, plan: Plan) -> Job | None:
        """Train as a plan says, now or after what is running."""
        opened = self.context.session.opened
        if opened is None:
            return None
        job = self._job(plan, opened)
        self.context.when_warm("training", lambda: self._add(job))
        if self.context.jobs.long is job or self.live.trace is None:
            self._follow(plan, job.tag[1])
        return job

    def _add(self, job: Job) -> None:
        self.context.jobs.add(job)

    def _job(self, plan: Plan, opened: Opened) -> Job:
        self._runs += 1
        loss = f" · {plan.loss.name}" if plan.loss is not None else ""
        title = f"{plan.model.name}{loss} · run {self._runs}"
        path = self.context.workspace.new_path()
        trace = Trace(title, path, self._colour(path))
        work = training(plan, opened, self.context.workspace, path, kept_gigabytes(self.context.settings))
        return self._followed(title, work, plan, trace, opened)

    def _colour(self, path: Path) -> int:
        """The run's colour on all pages; runs that follow each other differ."""
        colours, folder = self.context.theme.run_colours, self.context.workspace.runs_folder
        before = len(os.listdir(folder)) if folder.is_dir() else 0
        # those that wait or have only begun may have no folder yet
        number = max(before, self._numbered)
        self._numbered = number + 1
        colours.learn({path.name: number})
        return colours.of(path.name)

    def resume(self, path: Path, epochs: int | None = None) -> Job:
        """Go on with a run that was stopped, killed or failed, or train one longer; what it told before is drawn too.

        Args:
            path: folder of the run.
            epochs: epochs in all, where there are to be more.
        """
        trace = Trace(f"run {path.name[:8]}, gone on with", path, self.context.theme.run_colours.of(path.name))
        job = Job(trace.title, resuming(path, epochs), Follower(), tag=(None, trace), frame=FRAME)
        job.told.connect(lambda events: self._told(None, trace, events))
        job.ended.connect(lambda end: self._ended(None, trace, None, end))
        self.context.when_warm("training", lambda: self._add(job))
        self.context.go("train")
        if self.context.session.opened is None:
            self._open_data_of(path)
        return job

    def _open_data_of(self, path: Path) -> None:
        """Nothing is open: what the run was trained on is, where it is still there."""
        try:
            plan = read_record(RunFolder(path)).plan
        except StorageError:
            # the job that goes on with the run tells of it
            return
        data = data_of({"name": path.name, "plan": plan.get("data"), "split": plan.get("split")})
        if data is not None:
            self.context.read_data(data.plan, data.choice)

    def _followed(self, title: str, work: Work, plan: Plan, trace: Trace, opened: Opened) -> Job:
        """A job whose events this page draws; its plan and trace are its tag."""
        job = Job(title, work, Follower(), tag=(plan, trace), frame=FRAME)
        job.told.connect(lambda events: self._told(plan, trace, events))
        job.ended.connect(lambda end: self._ended(plan, trace, opened, end))
        return job

    def _edit(self, job: Job) -> None:
        plan = plan_of(job)
        if plan is not None:
            self.form.edit(job, plan)

    def _change_queued(self, job: Job, plan: Plan) -> None:
        opened = self.context.session.opened
        if opened is None or not self.context.jobs.replace(job, self._job(plan, opened)):
            self.context.tell(Message("That run has begun meanwhile; it trains as it was planned.", "warning"))

    # --- following ----------------------------------------------------------------------------------------------

    def _follow(self, plan: Plan | None, trace: Trace) -> None:
        self.live.show_trace(trace, plan)
        self._show()

    def _told(self, plan: Plan | None, trace: Trace, events: list[object]) -> None:
        for event in events:
            if isinstance(event, Earlier):
                trace.take(event.events, live=False)
                plan = event.plan
            elif isinstance(event, SavingPaused):
                self._tell_paused(event)
            elif isinstance(event, SavingResumed):
                self.context.tell(Message("The run could be saved again and goes on.", "good"))
        if self.live.trace is not trace or (plan is not None and self.live.plan is None):
            self._follow(plan, trace)
        trace.take([event for event in events if isinstance(event, RunEvent)])

    def _tell_paused(self, event: SavingPaused) -> None:
        """The disk is full or gone: the run waits, and tries by itself now and then."""
        job = self.context.jobs.long
        error = StorageError(event.code, event.what, event.where, event.why, event.remedy)
        text = f"The run waits with its state in memory. {error.sentence()}"
        self.context.tell(Message(text, "warning", Remedy("Try again", job.control.retry) if job else None))

    def _ended(self, plan: Plan | None, trace: Trace, opened: Opened | None, end: End) -> None:
        if opened is not None and plan is not None:
            remember_speed(self.context.settings, plan, opened, trace)
        if len(trace.loss) or trace.end is not None:
            self.live.add_earlier(trace)
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
        elif end.cancelled and trace.started is None:
            self.context.tell(Message("Stopped before the first step: nothing was trained, so nothing is kept."))
        elif isinstance(end.value, RunEnded):
            self._tell_outcome(plan, end.value)
            self.context.session.tell_runs()

    def _tell_outcome(self, plan: Plan | None, ended: RunEnded) -> None:
        last = ended.last
        if isinstance(last, RunCompleted):
            model = str(last.result.get("model", ""))
            label = MODELS[model].label if model in MODELS else "The model"
            words = [f"{label} is trained", result_words(last.result), verdict_words(last.result)]
            text = " ".join(f"{each}." for each in words if each)
            self.context.tell(Message(text, "good", Remedy("See its lists", lambda: self._inspect(ended))))
        elif isinstance(last, RunStopped):
            self.context.tell(Message("Stopped. What was trained is kept."))
        elif isinstance(last, RunFailed):
            where = f"{last.where[:1].upper()}{last.where[1:]}: {last.what}" if last.where else last.what
            parts = [f"{part.rstrip('.')}." for part in (where, last.why, last.remedy) if part]
            again = Remedy("Start again", lambda: self._start_again(plan)) if plan is not None else None
            self.context.tell(Message(" ".join(parts), "error", again, f"{last.code}: {' '.join(parts)}"))

    def _inspect(self, ended: RunEnded) -> None:
        from core.runs.opening import open_run

        try:
            run = open_run(ended.path)
        except RankscopeError as error:
            # deleted or moved since the message was told
            self.context.tell(message_of(error))
            return
        self.context.session.choose_run(run)
        self.context.go("users")

    def _start_again(self, plan: Plan) -> None:
        self.start(plan)
