"""The Users page: find a user, see the history, the ranked lists of one run or two, and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QStackedLayout

from workbench.jobs.job import End, Job, Work
from workbench.jobs.user_lists import Beside, UserTable, UserView, explaining, matching, ranking, tabulating
from workbench.page import Context, Message, Page, message_of
from workbench.pages.users.controls import Controls
from workbench.pages.users.figures import Figures
from workbench.pages.users.finder import Finder, most_active
from workbench.pages.users.history import HistoryPanel
from workbench.pages.users.layout import UsersLayout
from workbench.pages.users.ranked import RankedPanel
from workbench.pages.users.reasons import ReasonsPanel
from workbench.pages.users.scores import ScoresPanel
from workbench.pages.users.texts import run_words
from workbench.tables.model import ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.empty import Empty
from workbench.words import cell

if TYPE_CHECKING:
    from core.runs.opening import Run


class UsersPage(Page):
    """Looks at one run through its users; a second one can stand beside it.

    Attributes:
        found: the users of run A, None while it is being opened.
        beside: run B matched to A, None where there is none.
        view, other_view: the user in view through A and B.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found: UserTable | None = None
        self.beside: Beside | None = None
        self.view: UserView | None = None
        self.other_view: UserView | None = None
        self._asked = self._explaining = 0
        self._item: str | None = None
        self.empty = Empty(
            context.theme,
            "users",
            "Choose a run to see what it recommends to each user, and where it put the held-out item.",
            "Choose a run",
            lambda: context.go("runs"),
        )
        self.finder = Finder(context)
        self.finder.chosen.connect(self._choose)
        self.finder.add_shortcuts(self)
        self.figures = Figures()
        self.history_panel = HistoryPanel()
        self.panels = (RankedPanel("A"), RankedPanel("B"))
        self.reasons = ReasonsPanel(context.theme)
        self.scores = (ScoresPanel(context.theme, "A"), ScoresPanel(context.theme, "B"))
        for at, panel in enumerate(self.panels):
            panel.item_chosen.connect(partial(self._explain, at))
            panel.item_opened.connect(partial(self._open_item, at))
        self.history_panel.item_opened.connect(partial(self._open_item, 0))
        self.panels[1].hide()
        self.scores[1].hide()
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.empty)
        self.controls = Controls(context, self.figures, self._to_sequences, self._to_item)
        self.controls.met_toggled.connect(self._show_lists)
        self.controls.sampled_toggled.connect(self._look_again)
        self.parts = UsersLayout(
            self.finder,
            (self.controls, self.figures),
            (self.history_panel, *self.panels),
            self.reasons,
            self.scores,
        )
        self.stack.addWidget(self.parts)
        session = context.session
        session.run_changed.connect(self._run_changed)
        session.other_changed.connect(self._other_changed)
        session.user_changed.connect(self._user_changed)
        session.item_changed.connect(self._show_lists)
        session.runs_changed.connect(self.controls.chooser.read)
        self._run_changed()

    # --- what others read ---------------------------------------------------------------------------------------

    @property
    def ranked(self) -> ColumnsModel:
        """The model of A's list."""
        return self.panels[0].ranked

    @property
    def ranked_table(self) -> Table:
        """The table of A's list."""
        return self.panels[0].table

    def entered(self) -> None:
        """Runs may have come from elsewhere."""
        self.controls.chooser.read()

    # --- runs ---------------------------------------------------------------------------------------------------

    def _run_changed(self) -> None:
        run = self.context.session.run
        self.found = self.beside = None
        self._nobody("")
        if run is None:
            self.stack.setCurrentIndex(0)
            return
        self.stack.setCurrentIndex(1)
        self.finder.show_users(None)
        self.panels[0].name.show_text(f"A: {run_words(run.record.plan)}")
        self.panels[0].say("Opening the run")
        self.controls.chooser.read()
        self.context.when_warm(
            "training", lambda: self._start("Opening the run", tabulating(run), partial(self._opened, run))
        )

    def _opened(self, run: Run, end: End) -> None:
        if run is not self.context.session.run:
            return
        if end.error is not None:
            self.panels[0].say(end.error.what)
            self.context.tell(message_of(end.error, end.details))
            return
        found: UserTable = end.value
        self.found = found
        self.finder.show_users(found)
        self.controls.offer_candidates(run.split.candidates is not None)
        self._user_changed()
        self._other_changed()

    def _other_changed(self) -> None:
        """Open run B beside A, or take it away."""
        other, found = self.context.session.other, self.found
        self.beside = self.other_view = None
        for widget in (self.panels[1], self.scores[1]):
            widget.setVisible(other is not None)
        self.parts.share_room(other is not None)
        if other is None or found is None:
            self._show_lists()
            return
        self.panels[1].name.show_text(f"B: {run_words(other.record.plan)}")
        self.panels[1].say("Opening the run")
        self._start("Opening run B", matching(found.run, other), partial(self._matched, found.run, other))

    def _matched(self, run: Run, other: Run, end: End) -> None:
        if other is not self.context.session.other or self.found is None or run is not self.found.run:
            return
        if end.error is not None:
            self.panels[1].say(end.error.what)
            self.context.tell(message_of(end.error, end.details))
            return
        self.beside = end.value
        if self.view is not None:
            self._look_beside(self._asked, self.view.user)

    # --- user ---------------------------------------------------------------------------------------------------

    def _user_changed(self) -> None:
        if self.found is None:
            return
        asked = self.context.session.user
        row = most_active(self.found) if asked is None else self.found.run.interactions.users.row(asked)
        if row is None:
            text = f"Run A does not know the user {cell(str(asked), 40)}"
            self._nobody(text)
            self.context.tell(Message(f"{text}."))
        elif self.view is None or self.view.user != row:
            self.finder.choose(row)
            self._look(row)

    def _choose(self, row: int) -> None:
        if self.found is not None:
            self.context.session.pin(self.found.run.interactions.users.id(row))

    def _nobody(self, text: str) -> None:
        """No user is in view."""
        self._asked += 1
        self.view = self.other_view = None
        self.history_panel.show_nothing()
        for panel in self.panels:
            panel.say(text)
        for scores in self.scores:
            scores.show_nothing()
        self.reasons.show_nothing()
        self.figures.show_views(None, None)
        self.controls.to_sequences.setEnabled(False)
        self.controls.to_items.setEnabled(False)

    def _look_again(self) -> None:
        if self.view is not None:
            self._look(self.view.user)

    def _look(self, row: int) -> None:
        assert self.found is not None
        self._asked += 1
        work = ranking(self.found.run, row, self.controls.sampled.isChecked())
        self._start("Ranking", work, partial(self._show, self._asked))

    def _look_beside(self, asked: int, row: int) -> None:
        """Rank for the same user, by id, through run B."""
        if self.beside is None or self.found is None:
            return
        name = self.found.run.interactions.users.id(row)
        theirs = self.beside.run.interactions.users.row(name)
        if theirs is None:
            self.other_view = None
            self.panels[1].say(f"Run B does not know the user {cell(name, 40)}")
            self.scores[1].show_nothing()
            return
        work = ranking(self.beside.run, theirs, self.controls.sampled.isChecked())
        self._start("Ranking", work, partial(self._show_beside, asked, self.beside))

    def _show(self, asked: int, end: End) -> None:
        if asked != self._asked or self.found is None:
            return
        if end.error is not None:
            self.panels[0].say(end.error.what)
            self.context.tell(message_of(end.error, end.details))
            return
        view: UserView = end.value
        self.view = view
        if self.other_view is not None and self._name(view) != self._other_name(self.other_view):
            # B still shows the user before
            self.other_view = None
        self._show_list(0)
        # the list is what was asked for: it is painted before the plots take their time
        self.panels[0].table.viewport().repaint()
        self._look_beside(asked, view.user)
        what = "candidates" if view.placing.sampled else "whole catalogue"
        self.parts.scores_card.title.setText(f"Scores of the {what}")
        self.controls.to_sequences.setEnabled(True)
        self.history_panel.show_history(view, self.found.run.interactions)
        self.scores[0].show_scores(view, self.found.run.folder.path.name)
        self.reasons.show_nothing()
        self.controls.to_items.setEnabled(False)
        if self.other_view is not None:
            self._show_list(1)

    def _show_beside(self, asked: int, beside: Beside, end: End) -> None:
        # another run may have taken B's place meanwhile
        if asked != self._asked or beside is not self.beside:
            return
        if end.error is not None:
            self.panels[1].say(end.error.what)
            return
        self.other_view = end.value
        self._show_list(1)
        self.scores[1].show_scores(end.value, beside.run.folder.path.name)

    def _name(self, view: UserView) -> str:
        assert self.found is not None
        return self.found.run.interactions.users.id(view.user)

    def _other_name(self, view: UserView) -> str:
        return "" if self.beside is None else self.beside.run.interactions.users.id(view.user)

    def _show_lists(self) -> None:
        """Show the lists of the user in view again."""
        for at in range(2):
            self._show_list(at)

    def _show_list(self, at: int) -> None:
        """Show the list of A (0) or B (1); B's with what moved, once A's is there."""
        self.figures.show_views(self.view, self.other_view)
        view, run = self._of(at)
        if view is None or run is None or self.view is None:
            return
        pinned = self.context.session.item
        row = None if pinned is None else run.interactions.items.row(pinned)
        moved = None
        if at == 1 and self.beside is not None:
            from core.insight.placing import moves

            moved = moves(view.placing.places, self.view.placing.places, self.beside.items)
        self.panels[at].show_list(view, run.interactions, self.controls.with_met.isChecked(), row, moved)

    # --- items --------------------------------------------------------------------------------------------------

    def _explain(self, at: int, item: int) -> None:
        view, run = self._of(at)
        if view is None or run is None:
            return
        self._explaining += 1
        self.controls.to_items.setEnabled(True)
        self._item = run.interactions.items.id(item)
        self._mark(at, item)
        work = explaining(run, view, item)
        self._start("Explaining", work, partial(self._explained, self._explaining, self._asked, at, item))

    def _mark(self, at: int, item: int) -> None:
        """Mark the score of an item of A (0) or B (1) in both histograms."""
        rows = [-1, -1]
        rows[at] = item
        if self.beside is not None:
            from_b = self.beside.items
            same = np.flatnonzero(from_b == item) if at == 0 else from_b[item : item + 1]
            rows[1 - at] = int(same[0]) if len(same) else -1
        for each, view in enumerate((self.view, self.other_view)):
            known = view is not None and rows[each] >= 0
            self.scores[each].mark(float(view.placing.scores[rows[each]]) if view is not None and known else None)

    def _explained(self, number: int, asked: int, at: int, item: int, end: End) -> None:
        view, run = self._of(at)
        if number != self._explaining or asked != self._asked or view is None or run is None:
            return
        if end.error is not None:
            self.reasons.say(end.error.sentence())
            return
        self.reasons.show_reasons(end.value, item, run.interactions, f"by run {'AB'[at]}")

    def _of(self, at: int) -> tuple[UserView | None, Run | None]:
        """The view and the run of A (0) or B (1)."""
        if at == 0:
            return self.view, None if self.found is None else self.found.run
        return self.other_view, None if self.beside is None else self.beside.run

    def _open_item(self, at: int, item: int) -> None:
        _, run = self._of(at)
        if run is not None:
            self._item = run.interactions.items.id(item)
            self._to_item()

    def _to_item(self) -> None:
        self.context.session.pin_item(self._item)
        self.context.go("items")

    def _to_sequences(self) -> None:
        if self.view is not None:
            self.context.session.pin(self._name(self.view))
            self.context.go("sequences")

    def _start(self, title: str, work: Work, then: object) -> None:
        job = Job(title, work, quiet=True)
        job.ended.connect(then)
        self.context.jobs.start(job)
