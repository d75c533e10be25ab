"""What follows the first painting: loading what is heavy, and offering what was open or cut off last time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.jobs.job import End, Job
from workbench.jobs.warming import STAGES, warm
from workbench.page import Context, Message, Remedy, message_of
from workbench.pages import page_modules
from workbench.widgets.message_bar import MessageBar
from workbench.words import cell

# what is not painted at first is imported where it is asked for, so that the window is there sooner
if TYPE_CHECKING:
    from workbench.last_data import LastData


class Warmth:
    """Which stages of loading are done, and who waits for those that are not."""

    def __init__(self) -> None:
        self.stages: set[str] = set()
        self._waiting: dict[str, list[Callable[[], None]]] = {}

    def reach(self, stages: list[str]) -> None:
        """Stages are done: call those who wait for them."""
        for stage in stages:
            self.stages.add(stage)
            for call in self._waiting.pop(stage, []):
                call()

    def when_warm(self, stage: str, call: Callable[[], None]) -> None:
        """Call back once a stage is loaded; at once when it is, or when none is named."""
        assert not stage or stage in STAGES
        if not stage or stage in self.stages:
            call()
        else:
            self._waiting.setdefault(stage, []).append(call)


class Start(QObject):
    """Begins when the window is on the screen.

    Attributes:
        ended_badly: the last sitting ended without a word.
    """

    def __init__(
        self, context: Context, message_bar: MessageBar, warmth: Warmth, show_log: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._message_bar, self._warmth, self._show_log = context, message_bar, warmth, show_log
        self.ended_badly = self.closing = False

    def begin(self) -> None:
        """Load what is heavy, and offer what was open last."""
        from workbench.arenas import keep_heaps_small

        # before the first thread of ours
        keep_heaps_small()
        self._warmth.when_warm("plans", self._offer_last)
        modules = page_modules()
        job = Job("Loading", lambda control, tell: warm(control, tell, modules), quiet=True, parent=self.parent())
        job.told.connect(self._warmth.reach)
        job.ended.connect(self._loaded)
        self._context.jobs.start(job)

    def _offer_last(self) -> None:
        """Offer what was open last, unless something else is told or open by now."""
        from workbench.last_data import last_data

        context = self._context
        last = last_data(context.settings)
        if last is not None and context.session.opened is None and self._message_bar.message is None:
            remedy = Remedy("Open again", lambda: self._open_again(last))
            context.tell(Message(f"Last time {cell(last.name, 60)} was open.", "note", remedy))

    def _open_again(self, last: LastData) -> None:
        self._context.go("data")
        self._context.read_data(last.plan, last.choice)

    def _loaded(self, end: End) -> None:
        from workbench.interrupted import look_for_interrupted

        if end.error is not None:
            self._context.tell(message_of(end.error, end.details))
        elif not self.closing:
            look_for_interrupted(self._context, self.tell_bad_end if self.ended_badly else None)

    def tell_bad_end(self) -> None:
        """The last sitting ended without a word, and left no run to go on with; what was offered stays offered."""
        told = self._message_bar.message
        offered = f" {told.text}" if told is not None and told.kind == "note" else ""
        remedy = told.remedy if told is not None and offered else Remedy("Show the log", self._show_log)
        text = f"Rankscope ended unexpectedly last time. No training was cut off.{offered}"
        self._context.tell(Message(text, "warning", remedy))
