"""Random hands on a window that trains; run as a program with seed, number of events and an empty folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from workbench.proving.hands import Hands
from workbench.proving.living import ACTS, Living, say
from workbench.proving.soak import sample

TOLD = 1000
"""Milliseconds between two lines for the parent."""
MOST_QUEUED = 2
WARM = 0.3
"""Share of the events after which memory is watched."""


class Monkey(QObject):
    """Acts once all is loaded, then lets what runs end and closes the window."""

    def __init__(self, living: Living, seed: int, events: int) -> None:
        super().__init__()
        self.living, self.warm = living, 0.0
        self._failed = 0
        self._log = open(living.home / ACTS, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process
        self.hands = Hands(living.window, seed, events, self._extras(), living.files(), self._log)
        living.witness.acts = self.hands.acts
        self.hands.finished.connect(self._end)
        self._telling = QTimer(self)
        self._telling.timeout.connect(self.tell)
        self._telling.start(TOLD)
        living.window.when_warm("training", self._begin)

    def _begin(self) -> None:
        """Act once a training has come to its end and another is on its way."""
        living = self.living
        running = living.window.jobs.running
        if running and living.trained:
            self.hands.begin()
            return
        if not running:
            if living.failed > self._failed:
                # what it was drawn cannot be trained on
                self._failed = living.failed
                living.open_data()
            # the page is made when it is first gone to
            living.window.go("train")
            living.train()
        QTimer.singleShot(20, self, self._begin)

    def _extras(self) -> tuple[Callable[[], object], ...]:
        return (self._train, self._train, self._train, self._stop, self.living.open_data)

    def _train(self) -> None:
        """Begin a training, unless many wait."""
        if len(self.living.window.jobs.queue) < MOST_QUEUED:
            self.living.train()

    def _stop(self) -> None:
        """Stop everything that runs."""
        self.living.window.jobs.stop_all()

    def tell(self) -> None:
        """Say how far it is."""
        exceptions, done = self.living.exceptions, self.hands.done
        memory = round(sample(0.0).memory, 1)
        if done >= self.hands.total * WARM:
            self.warm = self.warm or memory
        say(
            {
                "done": done,
                "total": self.hands.total,
                "shown": {"trainings": self.living.trained, "MB": memory, "exceptions": len(exceptions)},
                "events": done,
                "trainings": self.living.trained,
                "memory": memory,
                "grown": round(memory - self.warm, 1) if self.warm else 0.0,
                "exceptions": exceptions[:20],
                "longest": round(self.hands.longest, 3),
                "slow": self.hands.slow[:20],
            }
        )

    def _end(self) -> None:
        self.living.window.jobs.stop_all()
        self._close_when_idle()

    def _close_when_idle(self) -> None:
        if self.living.window.jobs.running:
            QTimer.singleShot(20, self, self._close_when_idle)
            return
        self._telling.stop()
        self._log.close()
        self.tell()
        self.living.leave()
        QApplication.exit(0)


def main(seed: int, events: int, home: Path) -> int:
    """Live, act, end."""
    living = Living(home, seed)
    monkey = Monkey(living, seed, events)
    code = living.application.exec()
    del monkey
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
