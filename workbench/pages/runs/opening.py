"""Taking the chosen runs to the other pages: to be looked at, cloned, or trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QInputDialog, QWidget

from core.errors import RankscopeError
from core.models import MODELS
from core.runs.entries import DAMAGED, Entry
from core.runs.folder import RunFolder
from core.text import count
from workbench.page import Message, Remedy, message_of
from workbench.pages.runs.chosen import ChosenRuns

if TYPE_CHECKING:
    from core.runs.opening import Run

MOST_EPOCHS = 1_000_000


class Opening:
    """Opens runs once what reads them is loaded."""

    def __init__(self, runs: ChosenRuns, parent: QWidget) -> None:
        self._runs, self._context, self._parent = runs, runs.context, parent

    def _opened(self, entry: Entry) -> Run | None:
        from core.runs.opening import open_run

        try:
            return open_run(self._runs.folders([entry])[0].path)
        except RankscopeError as error:
            self._context.tell(message_of(error))
            return None

    def open_as_first(self) -> None:
        """Take the chosen run into view as A, and a second one as B."""
        self._context.when_warm("training", self._open_as_first)

    def _open_as_first(self) -> None:
        chosen = self._runs.chosen()[:2]
        takers = (self._context.session.choose_run, self._context.session.choose_other)
        taken = 0
        for entry, take in zip(chosen, takers, strict=False):
            run = self._opened(entry)
            if run is not None:
                take(run)
                taken += 1
        if taken:
            words = ("It is in view", "See its lists") if taken == 1 else ("Both are in view", "See their lists")
            remedy = Remedy(words[1], lambda: self._context.go("users"))
            self._context.tell(Message(f"{words[0]} on the other pages.", remedy=remedy))

    def open_as_second(self) -> None:
        """Take the chosen run into view as B."""
        self._context.when_warm("training", self._open_as_second)

    def _open_as_second(self) -> None:
        chosen = self._runs.chosen()
        run = self._opened(chosen[0]) if chosen else None
        first = self._context.session.run
        if run is not None and first is not None and first.folder.path == run.folder.path:
            self._context.tell(Message("This run is A. Choose another one to set beside it."))
        elif run is not None:
            self._context.session.choose_other(run)

    def inspect(self) -> None:
        """Take the chosen run to the Users page."""
        self._context.when_warm("training", self._inspect)

    def _inspect(self) -> None:
        chosen = self._runs.chosen()
        run = self._opened(chosen[0]) if chosen else None
        if run is not None:
            self._context.session.choose_run(run)
            self._context.go("users")

    def clone_plan(self) -> None:
        """Take the plan of the chosen run to the Train page."""
        chosen = self._runs.chosen()
        if not chosen:
            return
        from core.runs.record import read_record

        try:
            record = read_record(self._runs.folders(chosen)[0])
        except RankscopeError as error:
            self._context.tell(message_of(error))
            return
        self._context.session.offer_plan(record.plan)
        self._context.go("train")

    def can_continue(self, entry: Entry) -> bool:
        """Whether a run can be trained on."""
        trains = entry.model in MODELS and bool(MODELS[entry.model].losses)
        return trains and entry.state != DAMAGED and not entry.owner and not self._runs.panel.model.read_only

    def continue_training(self) -> None:
        """Go on with a run that was stopped, failed or cut off; one that was completed is trained longer."""
        chosen = self._runs.chosen()
        if len(chosen) != 1 or not self.can_continue(chosen[0]):
            return
        entry, folder = chosen[0], self._runs.folders(chosen)[0]
        if entry.state == "completed":
            epochs = self.ask_epochs(entry)
            if epochs is not None:
                self._train_longer(folder, epochs)
            return
        self._context.session.offer_run(folder.path)
        self._context.go("train")

    def _train_longer(self, folder: RunFolder, epochs: int) -> None:
        """Go on to more epochs; where the end would not be that of a longer run, its plan goes into the form."""
        from core.runs.record import read_record
        from core.runs.standing import longer_obstacle

        try:
            record = read_record(folder)
        except RankscopeError as error:
            self._context.tell(message_of(error))
            return
        obstacle = longer_obstacle(record, epochs)
        if not obstacle:
            self._context.session.offer_run(folder.path, epochs)
        else:
            plan = {section: dict(fields) for section, fields in record.plan.items()}
            plan.setdefault("training", {})["epochs"] = epochs
            self._context.session.offer_plan(plan)
            text = f"{obstacle}. Its plan with {count(epochs, 'epoch')} is in the form, to be trained anew."
            self._context.tell(Message(text))
        self._context.go("train")

    def ask_epochs(self, entry: Entry) -> int | None:
        """How many epochs a completed run is to have in all; None when it is left as it is."""
        words = f"Epochs in all; {entry.epoch:,} are trained"
        least = max(entry.epoch, 0) + 1
        wanted = max(2 * entry.epochs, least)
        epochs, agreed = QInputDialog.getInt(self._parent, "Train longer", words, wanted, least, MOST_EPOCHS)
        return epochs if agreed else None
