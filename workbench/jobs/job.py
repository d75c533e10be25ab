"""One piece of work in a thread of its own: events come out once a frame, and exactly one end."""

from __future__ import annotations

import sys
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from core.errors import RankscopeError, is_of_memory
from core.first_use import WORDS, told_of_compiling
from core.giving_back import give_memory_back
from core.training.control import Control
from workbench.logbook import places

FRAME = 50
"""Milliseconds between two looks into a job's inbox."""
STACK = 64 << 20
"""Bytes of a thread's stack: torch and numba's compiler need more than Qt's default."""


class JobControl(Control):
    """What the window asks of a job: stop and pause, and whether to throw away what it made."""

    def __init__(self) -> None:
        super().__init__()
        self.discarded = False

    def discard(self) -> None:
        """Ask the job to end and to leave nothing behind."""
        self.discarded = True
        self.stop()


Tell = Callable[[Any], None]
Work = Callable[[JobControl, Tell], Any]
"""Runs in the job's thread, tells events of plain values, returns the result; it never touches a widget."""


class Cancelled(Exception):  # noqa: N818 - not an error
    """Raised by work that was asked to stop and has nothing to hand over."""


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        fraction: 0..1, None while it is not known.
        text: what is being done, such as ``epoch 3/20``.
        seconds_left: None while it is not known.
        rate: examples a second, 0 where there are none.
    """

    text: str = ""
    fraction: float | None = None
    seconds_left: float | None = None
    rate: float = 0.0


@dataclass(frozen=True)
class End:
    """How a job ended.

    Attributes:
        value: what the work returned; None when it did not.
        error: why it failed; None when it did not.
        cancelled: it was asked to stop and left nothing.
        details: for a bug report.
        where: modules and lines on the way to the error, for the log.
    """

    value: Any = None
    error: RankscopeError | None = None
    cancelled: bool = False
    details: str = ""
    where: str = ""


class Compiling:
    """A kernel begins to be compiled, in this job or in another: whoever needs it waits."""


COMPILING = Compiling()


class Worker(QThread):
    """The thread of a job."""

    def __init__(self, work: Work, control: JobControl, inbox: deque[Any], small: bool) -> None:
        super().__init__()
        self._work, self._control, self._inbox, self._small = work, control, inbox, small
        self.setStackSize(STACK)

    def run(self) -> None:
        """Do the work; whatever comes of it is put into the inbox as one End."""
        # another thread may be importing torch just now, and then half of it is there
        set_threads = getattr(sys.modules.get("torch"), "set_num_threads", None)
        if set_threads is not None:
            # the number is kept thread by thread; more than one spins against the window
            set_threads(1)
        try:
            with told_of_compiling(lambda: self._inbox.append(COMPILING)):
                end = End(value=self._work(self._control, self._inbox.append))
        except Cancelled:
            end = End(cancelled=True)
        except RankscopeError as error:
            end = End(error=error, details=traceback.format_exc(), where=places(error.__traceback__))
        except BaseException as error:
            # the boundary of the thread: an exception that leaves run() would end the process
            where = f"{type(error).__name__} at {places(error.__traceback__)}"
            end = End(error=unexpected(error), details=traceback.format_exc(), where=where)
        if not self._small:
            give_memory_back()
        self._inbox.append(end)


class Job(QObject):
    """A piece of work; lives in the GUI thread.

    Args:
        title: what the status bar calls it.
        work: what to do.
        follow: the progress after an event, from the one before it.
        quiet: too short to be shown.
        tag: anything the caller wants to find it by.
        frame: milliseconds between two looks into the inbox.
    """

    told = Signal(list)
    changed = Signal()
    ended = Signal(object)

    def __init__(
        self,
        title: str,
        work: Work,
        follow: Callable[[Progress, Any], Progress] | None = None,
        *,
        quiet: bool = False,
        tag: Any = None,
        frame: int = FRAME,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.title, self.quiet, self.tag = title, quiet, tag
        self.control = JobControl()
        self.progress = Progress("waiting")
        self.end: End | None = None
        self._follow = follow
        self._inbox: deque[Any] = deque()
        self._worker = Worker(work, self.control, self._inbox, quiet)
        self._timer = QTimer(self)
        self._timer.setInterval(frame)
        self._timer.timeout.connect(self._drain)
        # what is done sooner than a frame is heard at once
        self._worker.finished.connect(self._drain)

    @property
    def running(self) -> bool:
        """Between start and end."""
        return self._timer.isActive()

    @property
    def stopping(self) -> bool:
        """Asked to stop and not yet ended."""
        return self.running and self.control.stopped

    def start(self) -> None:
        """Begin."""
        self.progress = Progress("starting")
        self._timer.start()
        self._worker.start()

    def pause(self) -> None:
        """Wait before the next step."""
        self.control.pause()
        self.changed.emit()

    def resume(self) -> None:
        """Go on."""
        self.control.resume()
        self.changed.emit()

    def stop(self) -> None:
        """End after the step in hand; what was made is kept."""
        self.control.stop()
        self.changed.emit()

    def discard(self) -> None:
        """End after the step in hand; what was made is thrown away."""
        self.control.discard()
        self.changed.emit()

    def _drain(self) -> None:
        events: list[Any] = []
        end: End | None = None
        before = self.progress
        while self._inbox:
            event = self._inbox.popleft()
            if isinstance(event, End):
                end = event
                break
            if event is COMPILING:
                self.progress = replace(self.progress, text=WORDS)
                continue
            events.append(event)
            if self._follow is not None:
                self.progress = self._follow(self.progress, event)
        if events:
            self.told.emit(events)
        if events or self.progress is not before:
            self.changed.emit()
        if end is not None:
            self._timer.stop()
            self._worker.wait()
            self.end = end
            self.ended.emit(end)
            self.changed.emit()


def unexpected(error: BaseException) -> RankscopeError:
    """The sentence for an error that nobody foresaw."""
    if is_of_memory(error):
        return RankscopeError(
            code="memory",
            what="there is not enough memory",
            remedy="Close other programs, or take less data or fewer factors",
            retryable=True,
        )
    return RankscopeError(
        code="unexpected",
        what="something went wrong that Rankscope did not foresee",
        why=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__,
        remedy="Copy the details and report them",
    )
