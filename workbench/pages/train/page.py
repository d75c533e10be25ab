"""The Train page: form, live plots, the queue of runs."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.models import MODELS
from core.training.events import RunCompleted, RunEvent, RunFailed, RunStopped
from core.training.plan import Plan
from workbench.jobs.job import End, Job
from workbench.jobs.training import Follower, RunEnded, training
from workbench.page import Context, Message, Page, Remedy, message_of
from workbench.pages.train.form_panel import FormPanel, rate_key
from workbench.pages.train.live import LivePanel
from workbench.trace import Trace, result_words
from workbench.widgets.empty import Empty


class TrainPage(Page):
    """Starts runs and follows them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._runs = 0
        self.form = FormPanel(context)
        self.form.asked.connect(self.start)
        self.live = LivePanel(context)
        words = "Choose a model on the left and start. What happens is drawn here."
        self.idle = Empty(context.theme, "train", words, "Start training", self.form.start.click)
        words = "Training needs interactions. The sample is MovieLens small: 100,004 ratings."
        self.no_data = Empty(context.theme, "data", words, "Open the sample data", lambda: context.open_data("sample"))
        self.right = QStackedWidget()
        for each in (self.no_data, self.idle, self.live):
            self.right.addWidget(each)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.form)
        row.addWidget(self.right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 12)
        column.addLayout(row)
        context.session.data_changed.connect(self._show)
        self._show()

    def entered(self) -> None:
        """Take the plan that another page put in front of the form."""
        offered = self.context.session.offered_plan
        if offered is not None:
            self.context.session.offered_plan = None
            self.form.give(offered)

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

    def start(self, plan: Plan) -> Job | None:
        """Train as a plan says, now or after what is running."""
        opened = self.context.session.opened
        if opened is None:
            return None
        self._runs += 1
        loss = f" · {plan.loss.name}" if plan.loss is not None else ""
        title = f"{plan.model.name}{loss} · run {self._runs}"
        path = self.context.workspace.new_path()
        trace = Trace(title, path)
        job = Job(title, training(plan, opened, self.context.workspace, path), Follower(), tag=(plan, trace))
        job.told.connect(lambda events: self._told(plan, trace, events))
        job.ended.connect(lambda end: self._ended(plan, trace, end))
        self.context.when_warm("training", partial(self._add, job))
        if self.context.jobs.long is job or self.live.trace is None:
            self._follow(plan, trace)
        return job

    def _add(self, job: Job) -> None:
        self.context.jobs.add(job)

    def _follow(self, plan: Plan, trace: Trace) -> None:
        self.live.show_trace(trace, plan)
        self._show()

    def _told(self, plan: Plan, trace: Trace, events: list[object]) -> None:
        if self.live.trace is not trace:
            self._follow(plan, trace)
        trace.take([event for event in events if isinstance(event, RunEvent)])

    def _ended(self, plan: Plan, trace: Trace, end: End) -> None:
        if len(trace.speed):
            self.context.settings.keep(rate_key(plan), float(trace.speed.values[-1]))
        if len(trace.loss) or trace.end is not None:
            self.live.add_earlier(trace)
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
        elif isinstance(end.value, RunEnded):
            self._tell_outcome(plan, end.value)
            self.context.session.tell_runs()

    def _tell_outcome(self, plan: Plan, ended: RunEnded) -> None:
        last = ended.last
        if isinstance(last, RunCompleted):
            text = f"{MODELS[plan.model.name].label} is trained. {result_words(last.result)}."
            self.context.tell(Message(text, "good", Remedy("See its lists", lambda: self._inspect(ended))))
        elif isinstance(last, RunStopped):
            self.context.tell(Message("Stopped. What was trained is kept."))
        elif isinstance(last, RunFailed):
            parts = [f"{part.rstrip('.')}." for part in (last.what, last.why, last.remedy) if part]
            again = Remedy("Start again", lambda: self._start_again(plan))
            self.context.tell(Message(" ".join(parts), "error", again, f"{last.code}: {' '.join(parts)}"))

    def _inspect(self, ended: RunEnded) -> None:
        from core.runs.opening import open_run

        self.context.session.choose_run(open_run(ended.path))
        self.context.go("users")

    def _start_again(self, plan: Plan) -> None:
        self.start(plan)
