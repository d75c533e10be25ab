"""Waiting for what blocks, such as a silent network, while a wish to cancel is heeded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from core.data.raw import ReadingCancelled

LOOK = 0.25
"""Seconds between two looks whether it is still wanted."""

Value = TypeVar("Value")


def heeding(
    do: Callable[[], Value],
    cancelled: Callable[[], bool] | None,
    let_go: Callable[[], None] = lambda: None,
    undo: Callable[[Value], None] = lambda value: None,
) -> Value:
    """What ``do`` gives or raises; it runs in a thread of its own, so that a wish to cancel need not wait for it.

    Args:
        cancelled: asked while it blocks; None where nobody can cancel, and then no thread is made.
        let_go: called once when it is cancelled: ends what ``do`` waits for, where that can be done.
        undo: called with what ``do`` gives after all when nobody waits for it any more.

    Raises:
        ReadingCancelled: ``cancelled`` said so.
    """
    if cancelled is None:
        return do()
    future: Future[Value] = Future()

    def run() -> None:
        try:
            future.set_result(do())
        except BaseException as error:
            # raised where it is waited for
            future.set_exception(error)

    # a name that is looked up cannot be let go of: such a thread ends by its own timeout and holds up no exit
    threading.Thread(target=run, name="waiting for the network", daemon=True).start()
    while not wait([future], LOOK).done:
        if cancelled():
            let_go()
            future.add_done_callback(lambda late: undo(late.result()) if late.exception() is None else None)
            raise ReadingCancelled
    return future.result()
