"""The Users page: find a user, see the history, the ranked list, and why."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedLayout, QWidget

from core.commands.text import number, short
from core.data.interactions import Interactions
from workbench.jobs.inspecting import UserTable, UserView, explaining, tabulating, viewing
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Page, message_of
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.empty import Empty
from workbench.widgets.parts import Card, button, label
from workbench.words import cell, score

TYPING = 200
FIND_WIDTH = 256


class UsersPage(Page):
    """Looks at one run through its users."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found: UserTable | None = None
        self.view: UserView | None = None
        self._asked = 0
        self.empty = Empty(
            context.theme,
            "users",
            "Choose a run to see what it recommends to each user, and where it put the held-out item.",
            "Choose a run",
            lambda: context.go("runs"),
        )
        self.users, self.history, self.ranked = ColumnsModel(), ColumnsModel(), ColumnsModel()
        self.user_table = Table(self.users, "Users")
        self.history_table = Table(self.history, "History")
        self.ranked_table = Table(self.ranked, "Ranked list")
        self.user_table.chosen.connect(self._choose)
        self.ranked_table.chosen.connect(self._explain)
        self.why = label("Choose an item of the list to see what speaks for it.", "muted", wrap=True, selectable=True)
        self.why.setMinimumHeight(3 * self.why.fontMetrics().height())
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(16, 0, 16, 12)
        across.setSpacing(8)
        find = self._find()
        find.setFixedWidth(FIND_WIDTH)
        across.addWidget(find)
        self.history_card, self.ranked_card = Card("History"), Card("Ranked list")
        self.history_card.body.addWidget(self.history_table, 1)
        self.ranked_card.body.addWidget(self.ranked_table, 1)
        self.ranked_card.body.addWidget(self.why)
        across.addWidget(self.history_card, 4)
        across.addWidget(self.ranked_card, 5)
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(whole)
        context.session.run_changed.connect(self._run_changed)
        context.session.user_changed.connect(self._user_changed)
        self._run_changed()

    def _find(self) -> Card:
        card = Card("Users")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a user by id")
        self.search.setAccessibleName("Find a user by id")
        self.search.setClearButtonEnabled(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(lambda: self.users.search(self.search.text()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(button("Random", self._random, "chip", help="A user drawn by chance"))
        row.addWidget(button("Easiest", lambda: self._extreme(False), "chip", help="The held-out item stands first"))
        row.addWidget(
            button("Hardest", lambda: self._extreme(True), "chip", help="The held-out item stands furthest down")
        )
        card.body.addWidget(self.search)
        card.body.addLayout(row)
        card.body.addWidget(self.user_table, 1)
        return card

    # --- run ----------------------------------------------------------------------------------------------------

    def _run_changed(self) -> None:
        run = self.context.session.run
        self.found = self.view = None
        if run is None:
            self.stack.setCurrentIndex(0)
            return
        self.stack.setCurrentIndex(1)
        for model in (self.users, self.history, self.ranked):
            model.replace(())
        self.ranked_card.caption.setText("opening the run")

        def begin() -> None:
            job = Job("Opening the run", tabulating(run), quiet=True)
            job.ended.connect(lambda end: self._opened(run, end))
            self.context.jobs.start(job)

        self.context.when_warm("training", begin)

    def _opened(self, run: object, end: End) -> None:
        if run is not self.context.session.run:
            return
        self.ranked_card.caption.setText("")
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
            return
        found = end.value
        assert isinstance(found, UserTable)
        self.found = found
        columns = [
            Column("User", found.run.interactions.users.ids, cell),
            Column("Items", found.events, lambda value: f"{value:,}", True, first_down=True),
            Column("Rank", found.ranks, _rank, True, "Rank of the held-out item of the test part"),
            Column("AUC", found.auc, score, True, "Share of the other items that the held-out one is ahead of"),
        ]
        self.users.replace(columns)
        self.user_table.set_widths([60, 56, 56, 54], 0)
        self._user_changed()

    # --- user ---------------------------------------------------------------------------------------------------

    def _user_changed(self) -> None:
        if self.found is None:
            return
        users = self.found.run.interactions.users
        asked = self.context.session.user
        row = users.row(asked) if asked is not None else None
        if row is None:
            if asked is not None:
                self.context.tell(Message(f"This run does not know the user {cell(asked, 40)}."))
            row = int(np.argmax(self.found.events))
        if self.view is None or self.view.user != row:
            self.user_table.choose(row)
            self._look(row)

    def _choose(self, row: int) -> None:
        if self.found is not None:
            self.context.session.pin(self.found.run.interactions.users.id(row))

    def _random(self) -> None:
        if self.found is not None:
            self._choose(random.randrange(len(self.found.events)))

    def _extreme(self, hardest: bool) -> None:
        if self.found is not None and not np.isnan(self.found.ranks).all():
            ranks = self.found.ranks
            self._choose(int(np.nanargmax(ranks) if hardest else np.nanargmin(ranks)))

    def _look(self, row: int) -> None:
        assert self.found is not None
        self._asked += 1
        asked, run = self._asked, self.found.run
        job = Job("Ranking", viewing(run, row), quiet=True)
        job.ended.connect(lambda end: self._show(asked, end))
        self.context.jobs.start(job)

    def _show(self, asked: int, end: End) -> None:
        if asked != self._asked or self.found is None:
            return
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
            return
        view = end.value
        assert isinstance(view, UserView)
        self.view = view
        interactions = self.found.run.interactions
        name = interactions.users.id(view.user)
        self.history_card.title.setText(f"History of {cell(name, 24)}")
        self.history_card.caption.setText(f"{len(view.history):,} items, latest first")
        self._show_history(view, interactions)
        self._show_list(view, interactions)
        self.why.setText("Choose an item of the list to see what speaks for it.")

    def _show_history(self, view: UserView, interactions: Interactions) -> None:
        latest = slice(None, None, -1)
        columns = []
        if view.times is not None and interactions.clock == "utc":
            columns.append(Column("Date", view.times[latest], _date))
        columns.append(Column("Item", titles(interactions, view.history[latest]), cell))
        if view.ratings is not None and interactions.weights == "rating":
            columns.append(Column("Rating", view.ratings[latest], lambda value: f"{value:g}", True, first_down=True))
        self.history.replace(columns)
        at = 1 if len(columns) > 1 and columns[0].title == "Date" else 0
        self.history_table.set_widths([94, 200, 56] if at else [200, 60], at)

    def _show_list(self, view: UserView, interactions: Interactions) -> None:
        held = np.isin(view.items, view.held_out)
        names = titles(interactions, view.items).to_pylist()
        names = [f"▸ {name} (held out)" if each else name for name, each in zip(names, held, strict=True)]
        columns = [
            Column("#", view.places, lambda value: f"{value:,}", True),
            Column("Item", pa.array(names, pa.large_string()), cell),
            Column("Score", view.scores, lambda value: number(float(value)), True, first_down=True),
        ]
        self.ranked.replace(columns, np.flatnonzero(held).tolist())
        self.ranked_table.set_widths([52, 220, 62], 1)
        places = sorted(int(place) for place in view.places[held])
        where = ", ".join(f"{place:,}" for place in places[:5]) or "not ranked"
        self.ranked_card.caption.setText(f"held-out item at {where} of {view.candidates:,}")

    # --- why ----------------------------------------------------------------------------------------------------

    def _explain(self, row: int) -> None:
        if self.found is None or self.view is None or row >= len(self.view.items):
            return
        asked, item, run = self._asked, int(self.view.items[row]), self.found.run
        job = Job("Explaining", explaining(run, self.view, item), quiet=True)
        job.ended.connect(lambda end: self._explained(asked, item, end))
        self.context.jobs.start(job)

    def _explained(self, asked: int, item: int, end: End) -> None:
        if asked != self._asked or self.found is None:
            return
        name = titles(self.found.run.interactions, np.array([item], np.int32))[0].as_py()
        if end.error is not None:
            self.why.setText(end.error.sentence())
            return
        parts = [
            f"{cell(titles(self.found.run.interactions, np.array([each.item], np.int32))[0].as_py(), 50)} "
            f"({short(100 * each.share)} %)"
            for each in end.value
        ]
        self.why.setText(f"For {cell(name, 60)} speak: {'; '.join(parts)}." if parts else "Nothing speaks for it.")


def titles(interactions: Interactions, items: np.ndarray[tuple[int], np.dtype[np.int32]]) -> pa.Array:
    """Titles of item rows, ids where there is none."""
    ids = interactions.items.take(items)
    frame = interactions.catalogue.frame
    if "title" not in frame.columns:
        return pa.array(ids, pa.large_string())
    known = frame["title"].to_numpy()[items]
    return pa.array([str(title) or raw for title, raw in zip(known, ids, strict=True)], pa.large_string())


def _rank(value: float) -> str:
    return f"{int(value):,}" if value == value else "–"


def _date(value: int) -> str:
    return str(np.datetime64(int(value), "us").astype("datetime64[D]"))
