"""The Sequences page: step through a user's windows, see what the model makes of each, and try others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.jobs.job import End
from workbench.jobs.latest import Latest
from workbench.jobs.sequencing import (
    Followed,
    Looked,
    Sequenced,
    following,
    looking,
    opening,
    ranking_along,
)
from workbench.page import Context, Message, Page, message_of
from workbench.pages.sequences.cards import TimelineCard, WhatIfCard
from workbench.pages.sequences.caser_runs import PLAN, CaserRuns
from workbench.pages.sequences.editor import WindowEditor
from workbench.pages.sequences.filters import FiltersCard
from workbench.pages.sequences.finder import ItemFinder
from workbench.pages.sequences.looks import EventLooks, ItemLooks, genre_colour
from workbench.pages.sequences.ranked import RankedCard
from workbench.pages.sequences.ranks import RankPlot
from workbench.pages.sequences.strip import TimelineStrip
from workbench.widgets.elided import elide_caption
from workbench.widgets.empty import Empty
from workbench.widgets.parts import Card, button, label
from workbench.widgets.shown_stack import ShownStack
from workbench.words import cell

NO_RUN = "Choose a run to see a user in time, the windows over the sequence, and what the model predicts after each."
CANNOT = (
    "This model reads no sequence, so it cannot say what follows a window. "
    "Caser reads windows: train one to see its predictions and filters here."
)
WHOLE = {
    "history": "This model reads all items before the bracket, in no order; it has no windows. "
    "Caser has: train one to see its filters and to edit its windows.",
    "folded": "For this model a vector is fitted to all items before the bracket, as for an unknown user; it has no "
    "windows. Caser has: train one to see its filters and to edit its windows.",
}
PART_WORDS = {
    "train": "part of training",
    "validation": "ranks the validation part",
    "test": "ranks the test part",
    "next": "ranks what comes next",
}


class SequencesPage(Page):
    """Looks at run A and the pinned user along time."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.sequenced: Sequenced | None = None
        self.followed: Followed | None = None
        self.looked: Looked | None = None
        self._opened_for: object = None
        self._in_view = False
        self._all_ranked: Followed | None = None
        self.items: ItemLooks | None = None
        self.events: EventLooks | None = None
        jobs = context.jobs
        self._opening, self._looking = Latest(jobs, "Opening the run"), Latest(jobs, "Ranking")
        self._along = Latest(jobs, "Ranking along the sequence", hasty=True)
        self.empty = Empty(context.theme, "sequences", NO_RUN, "Choose a run", lambda: context.go("runs"))
        self.caser_runs = CaserRuns(context, self)
        self.cannot = Empty(context.theme, "sequences", CANNOT, PLAN, self.offer_caser)
        self.strip = TimelineStrip(context.theme)
        self.editor = WindowEditor(context.theme)
        self.finder = ItemFinder(jobs)
        self.filters = FiltersCard(context.theme)
        self.ranked = RankedCard()
        self.plot = RankPlot(context.theme)
        self.stack = ShownStack(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._whole())
        self._connect()
        context.session.run_changed.connect(self._renew)
        context.session.user_changed.connect(self._user_changed)

    # --- building -----------------------------------------------------------------------------------------------

    def _whole(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(16, 0, 16, 12)
        column.setSpacing(8)
        explain = partial(self.context.explain, "page.sequences")
        self.timeline_card = TimelineCard(self.context.theme, self.strip, self._go_to_test, explain)
        column.addWidget(self.timeline_card)
        self.below = ShownStack()
        # a stack without a parent would show its first widget as a window
        column.addLayout(self.below, 1)
        inner = QWidget()
        self.below.addWidget(inner)
        self.below.addWidget(self.cannot)
        lower = QVBoxLayout(inner)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(8)
        self.window_card = WhatIfCard(self.editor, self.finder)
        self.whole_card = self._whole_card()
        lower.addWidget(self.window_card)
        lower.addWidget(self.whole_card)
        grid = self.grid = QGridLayout()
        grid.setSpacing(8)
        self.plot_card = Card("Rank of the true next item", " ")
        self.plot_card.body.addWidget(self.plot, 1)
        self.plot_words = elide_caption(self.plot_card)
        grid.addWidget(self.filters, 0, 0)
        grid.addWidget(self.plot_card, 1, 0)
        grid.addWidget(self.ranked, 0, 1, 2, 1)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 4)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        lower.addLayout(grid, 1)
        return whole

    def _whole_card(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        self.whole_words = label("", "muted", wrap=True)
        row.addWidget(self.whole_words, 1)
        self.whole_button = button(PLAN, self.offer_caser)
        row.addWidget(self.whole_button)
        card.body.addLayout(row)
        return card

    def _connect(self) -> None:
        self.timeline_card.user.returnPressed.connect(self._ask_user)
        self.caser_runs.changed.connect(self._name_offer)
        self.strip.stepped.connect(self.go_to)
        self.editor.edited.connect(self._edited)
        self.editor.chosen_changed.connect(self._enable)
        self.finder.found.connect(self._insert)
        self.filters.covered.connect(self.editor.cover)
        self.plot.chosen.connect(self.go_to)
        self.ranked.table.opened.connect(self._insert_listed)
        self.context.theme.changed.connect(self._show_legend)

    @property
    def busy(self) -> bool:
        """Something is still being computed."""
        return any(each.busy for each in (self._opening, self._looking, self._along, self.caser_runs))

    # --- run and user -------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """Take what was chosen on other pages in the meantime."""
        self._in_view = True
        self._renew()

    def left(self) -> None:
        """Nothing is computed for a page that nobody sees."""
        self._in_view = False
        self._along.forget()

    def offer_caser(self) -> None:
        """Offer the Caser runs that the workspace has, or a plan of one, below the button that asks."""
        below = self.cannot.button if self.cannot.isVisible() else self.whole_button
        self.caser_runs.offer(below.mapToGlobal(below.rect().bottomLeft()))

    def _name_offer(self) -> None:
        for each in (self.cannot.button, self.whole_button):
            each.setText(self.caser_runs.words)

    def _renew(self) -> None:
        run = self.context.session.run
        if not self._in_view:
            return
        if run is None:
            self._opened_for = self.sequenced = None
            self._forget_user()
            self.stack.setCurrentIndex(0)
            return
        self.stack.setCurrentIndex(1)
        if run is self._opened_for:
            self._user_changed()
            return
        self._opened_for = run
        self.sequenced = None
        self._forget_user()
        self.ranked.clear("opening the run")

        def begin() -> None:
            self._opening.ask(opening(run), lambda end: self._opened(run, end))

        self.context.when_warm("training", begin)

    def _opened(self, run: object, end: End) -> None:
        if run is not self.context.session.run:
            return
        if end.error is not None:
            self.ranked.clear()
            self.context.tell(message_of(end.error, end.details))
            return
        assert isinstance(end.value, Sequenced)
        self.sequenced = end.value
        self.items = ItemLooks(end.value, self.context.theme)
        self.finder.look_in(end.value)
        by_window = end.value.kind == "window"
        self.window_card.setVisible(by_window)
        self.filters.setVisible(by_window)
        self.grid.setRowStretch(0, 3 if by_window else 0)
        self.grid.setVerticalSpacing(8 if by_window else 0)
        self.whole_card.setVisible(not by_window)
        self.whole_words.setText(WHOLE.get(end.value.kind, ""))
        self.below.setCurrentIndex(0 if end.value.kind else 1)
        if not by_window:
            self.caser_runs.look()
        self._show_legend()
        self._user_changed()

    def _forget_user(self) -> None:
        self.followed = self.looked = None
        self.strip.clear()
        self.editor.clear()
        self.plot.begin(0)
        self.timeline_card.where.setText("")

    def _user_changed(self) -> None:
        sequenced = self.sequenced
        if sequenced is None or not self._in_view:
            return
        run = sequenced.run
        asked = self.context.session.user
        row = run.interactions.users.row(asked) if asked is not None else None
        if row is None:
            if asked is not None:
                self.context.tell(Message(f"This run does not know the user {cell(asked, 40)}."))
            row = int(np.argmax(np.diff(run.split.train.indptr)))
        if self.followed is not None and self.followed.windows.timeline.user == row:
            if self._all_ranked is not self.followed:
                self._begin_ranks()
            return
        self._forget_user()
        self._looking.ask(following(sequenced, row), lambda end: self._follow(sequenced, end))

    def _ask_user(self) -> None:
        asked = self.timeline_card.user.text().strip()
        if self.sequenced is None or not asked:
            return
        if self.sequenced.run.interactions.users.row(asked) is None:
            self.context.tell(Message(f"This run does not know the user {cell(asked, 40)}."))
            return
        self.timeline_card.user.clear()
        self.context.session.pin(asked)

    def _follow(self, sequenced: Sequenced, end: End) -> None:
        if sequenced is not self.sequenced:
            return
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
            return
        assert isinstance(end.value, Followed)
        self.followed = followed = end.value
        windows = followed.windows
        timeline = windows.timeline
        assert self.items is not None
        self.events = events = EventLooks(windows, sequenced, self.items)
        self.strip.show_windows(windows, events.chip, events.words)
        name = sequenced.run.interactions.users.id(timeline.user)
        self.timeline_card.title.setText(f"Timeline of {cell(name, 24)}")
        self.timeline_card.caption.setText(events.span())
        self.plot.begin(windows.drawn)
        self.go_to(windows.drawn + windows.ranked.index("test") if "test" in windows.ranked else len(windows) - 1)
        self._begin_ranks()

    def _show_legend(self) -> None:
        if self.items is not None:
            self.items.forget()
        genres = self.sequenced.genres if self.sequenced is not None else ()
        theme = self.context.theme
        entries = [(genre_colour(theme, at), cell(name, 16), False) for at, name in enumerate(genres)]
        self.timeline_card.legend.show_entries(entries)

    # --- windows ------------------------------------------------------------------------------------------------

    def go_to(self, at: int) -> None:
        """Take a window in hand."""
        followed = self.followed
        if followed is None or not 0 <= at < len(followed.windows):
            return
        self.strip.choose(at)
        window = followed.windows.window(at)
        items = followed.windows.timeline.items
        count = len(followed.windows)
        name = "window" if followed.windows.length else "moment"
        self.timeline_card.where.setText(f"{name} {at + 1:,} of {count:,}: {PART_WORDS[window.part]}")
        if self.events is not None:
            self.strip.setAccessibleDescription(f"{self.timeline_card.where.text()}; {self.events.spoken(window)}")
        if followed.sequenced.kind == "window" and self.items is not None:
            own = items[window.inputs[window.inputs >= 0]].tolist()
            shown = items[window.true_next[:20]].tolist()
            self.editor.show_window(followed.windows.length, own, shown, self.items.chip, self.items.words)
        self.plot.mark(at)
        self._enable()
        self._look()

    def _go_to_test(self) -> None:
        if self.followed is not None:
            windows = self.followed.windows
            wanted = windows.ranked.index("test") if "test" in windows.ranked else len(windows.ranked) - 1
            self.go_to(windows.drawn + wanted)

    def _look(self) -> None:
        followed = self.followed
        if followed is None or followed.reader is None:
            return
        edited = tuple(self.editor.items) if followed.sequenced.kind == "window" else None
        at, looked = self.strip.at, self.looked
        known = looked.before if looked is not None and looked.at == at else None
        self._looking.ask(looking(followed, at, edited, known), lambda end: self._show(followed, end))

    def _show(self, followed: Followed, end: End) -> None:
        if followed is not self.followed:
            return
        if end.error is not None:
            self.ranked.clear("could not be ranked")
            self.context.tell(message_of(end.error, end.details))
            return
        looked = end.value
        assert isinstance(looked, Looked)
        self.looked = looked
        self.ranked.show_looked(looked, followed.windows, followed.sequenced)
        if followed.sequenced.kind == "window":
            self.filters.show_looked(looked, followed.windows.length)

    def _begin_ranks(self) -> None:
        followed = self.followed
        if followed is None or followed.reader is None:
            return
        self.plot.begin(followed.windows.drawn)
        self.plot.mark(self.strip.at)
        self.plot_words.show_text("ranking")

        def take(told: Sequence[Any]) -> None:
            if followed is self.followed:
                self.plot.take(told)

        self._along.ask(ranking_along(followed), lambda end: self._ranked(followed, end), take)

    def _ranked(self, followed: Followed, end: End) -> None:
        if followed is not self.followed:
            return
        if end.error is not None:
            self.plot_words.show_text(end.error.sentence())
            return
        self._all_ranked = followed
        known, every = len(self.plot.at), len(followed.windows)
        thin = f" at {known:,} of {every:,} moments" if known < every else " by window"
        median = self.plot.median()
        words = f"median {median:,.0f}{thin}; click a point"
        self.plot_words.show_text(words if median == median else "no item is known to follow")

    # --- what if ------------------------------------------------------------------------------------------------

    def _edited(self, items: tuple[int, ...]) -> None:
        self._enable()
        self._look()

    def _insert(self, item: int) -> None:
        if self.followed is not None and self.followed.sequenced.kind == "window":
            self.editor.insert(item)
            self.editor.setFocus()

    def _insert_listed(self, row: int) -> None:
        if self.looked is not None and row < len(self.looked.prediction.items):
            self._insert(int(self.looked.prediction.items[row]))

    def _enable(self) -> None:
        self.window_card.enable()
        followed = self.followed
        self.timeline_card.enable(self.strip.at, len(followed.windows) - 1 if followed is not None else 0)
