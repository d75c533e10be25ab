"""The Sequences page: step through a user's windows, see what the model makes of each, and try others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QMenu, QStackedLayout, QVBoxLayout, QWidget

from core.runs.entries import Entry
from core.runs.library import read_library
from workbench.jobs.calling import calling
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
from workbench.pages.sequences.editor import WindowEditor
from workbench.pages.sequences.filters import FiltersCard
from workbench.pages.sequences.finder import ItemFinder
from workbench.pages.sequences.looks import EventLooks, ItemLooks, genre_colour
from workbench.pages.sequences.ranked import RankedCard
from workbench.pages.sequences.ranks import RankPlot
from workbench.pages.sequences.strip import TimelineStrip
from workbench.plots.legend import Legend
from workbench.widgets.empty import Empty
from workbench.widgets.parts import Card, IconButton, button, label
from workbench.words import cell

CASER = {"model": {"name": "caser"}}
PLAN = "Plan a Caser run"
CHOOSE = "Choose a Caser run"
NO_RUN = "Choose a run to see a user in time, the windows over the sequence, and what the model predicts after each."
CANNOT = (
    "This model reads no sequence, so it cannot say what follows a window. "
    "Caser reads windows: train one to see its predictions and filters here."
)
MOST_OFFERED = 12
"""Runs in the menu; the Runs page has all."""
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
        self._taking, self._runs = Latest(jobs, "Opening the run"), Latest(jobs, "Reading the library")
        self._along = Latest(jobs, "Ranking along the sequence", hasty=True)
        self.empty = Empty(context.theme, "sequences", NO_RUN, "Choose a run", lambda: context.go("runs"))
        self.caser_runs: tuple[Entry, ...] = ()
        self.cannot = Empty(context.theme, "sequences", CANNOT, PLAN, self.offer_caser)
        self.strip = TimelineStrip(context.theme)
        self.editor = WindowEditor(context.theme)
        self.finder = ItemFinder(jobs)
        self.filters = FiltersCard(context.theme)
        self.ranked = RankedCard()
        self.plot = RankPlot(context.theme)
        self.stack = QStackedLayout(self)
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
        column.addWidget(self._timeline_card())
        self.below = QStackedLayout()
        # a stack without a parent would show its first widget as a window
        column.addLayout(self.below, 1)
        inner = QWidget()
        self.below.addWidget(inner)
        self.below.addWidget(self.cannot)
        lower = QVBoxLayout(inner)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(8)
        self.window_card = self._window_card()
        self.whole_card = self._whole_card()
        lower.addWidget(self.window_card)
        lower.addWidget(self.whole_card)
        grid = self.grid = QGridLayout()
        grid.setSpacing(8)
        self.plot_card = Card("Rank of the true next item", " ")
        self.plot_card.body.addWidget(self.plot, 1)
        grid.addWidget(self.filters, 0, 0)
        grid.addWidget(self.plot_card, 1, 0)
        grid.addWidget(self.ranked, 0, 1, 2, 1)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 4)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        lower.addLayout(grid, 1)
        return whole

    def _timeline_card(self) -> Card:
        card = Card("Timeline", " ")
        self.timeline_card = card
        self.legend = Legend(self.context.theme)
        self.user = QLineEdit()
        self.user.setPlaceholderText("User id")
        self.user.setAccessibleName("User to look at")
        self.user.setFixedWidth(96)
        self.user.returnPressed.connect(self._ask_user)
        self.first = button("First", lambda: self.strip.step(-(1 << 40)), "chip", "The first window (Home)")
        self.previous = button("‹", lambda: self.strip.step(-1), "chip", "The window before (Left)")
        self.next = button("›", lambda: self.strip.step(1), "chip", "The next window (Right)")
        self.last = button("Test", self._go_to_test, "chip", "The window that ranks the test item")
        for each, name in ((self.previous, "Previous window"), (self.next, "Next window")):
            each.setAccessibleName(name)
        explain = partial(self.context.explain, "page.sequences")
        self.help = IconButton(self.context.theme, "help", "What this page shows", explain)
        for widget in (self.first, self.previous, self.next, self.last, self.user, self.help):
            card.head.addWidget(widget)
        self.where = label("", "caption", selectable=True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.where)
        foot.addWidget(self.legend, 1)
        card.body.addWidget(self.strip)
        card.body.addLayout(foot)
        return card

    def _window_card(self) -> Card:
        card = Card("What if", "remove, move or insert items; the list ranks again")
        self.remove = button("Remove", self.editor.remove, "chip", "Take the chosen item out (Delete)")
        self.earlier = button("‹", lambda: self.editor.shift(-1), "chip", "Move the chosen item back (Ctrl+Left)")
        self.later = button("›", lambda: self.editor.shift(1), "chip", "Move the chosen item on (Ctrl+Right)")
        self.reset = button("Reset", self.editor.reset, "chip", "Back to the items that came in the sequence")
        self.earlier.setAccessibleName("Move the chosen item back")
        self.later.setAccessibleName("Move the chosen item on")
        self.finder.setFixedWidth(272)
        for each in (self.finder, self.remove, self.earlier, self.later, self.reset):
            card.head.addWidget(each)
        card.body.addWidget(self.editor)
        return card

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
        return any(each.busy for each in (self._opening, self._looking, self._along, self._taking, self._runs))

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
        """Offer the Caser runs that the workspace has; where it has none, put a plan of one into the Train page."""
        if self.caser_runs:
            below = self.cannot.button if self.cannot.isVisible() else self.whole_button
            self._menu_of_runs().popup(below.mapToGlobal(below.rect().bottomLeft()))
        else:
            self.plan_caser()

    def plan_caser(self) -> None:
        """Put a Caser plan in front of the form of the Train page."""
        self.context.session.offer_plan({key: dict(values) for key, values in CASER.items()})
        self.context.go("train")

    def _menu_of_runs(self) -> QMenu:
        menu = QMenu(self)
        for entry in self.caser_runs[:MOST_OFFERED]:
            words = f"{cell(entry.title, 40)}, {cell(entry.data, 30)}"
            menu.addAction(words.replace("&", "&&")).triggered.connect(lambda _=False, each=entry: self._take(each))
        menu.addSeparator()
        if len(self.caser_runs) > MOST_OFFERED:
            menu.addAction("All runs").triggered.connect(lambda: self.context.go("runs"))
        menu.addAction("Plan another").triggered.connect(lambda: self.plan_caser())
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _take(self, entry: Entry) -> None:
        """Take a run of the workspace into view."""
        path = self.context.workspace.runs_folder / entry.folder

        def take(end: End) -> None:
            if end.error is not None:
                self.context.tell(message_of(end.error, end.details))
            elif end.value is not None:
                self.context.session.choose_run(end.value)

        def begin() -> None:
            from core.runs.opening import open_run

            self._taking.ask(calling(lambda: open_run(path)), take)

        self.context.when_warm("training", begin)

    def _look_for_runs(self) -> None:
        """Find the Caser runs that can be chosen; only where one is needed."""
        workspace = self.context.workspace

        def found(end: End) -> None:
            # what cannot be read is told by the Runs page
            entries = end.value.entries if end.value is not None else ()
            self.caser_runs = tuple(each for each in entries if each.model == "caser" and each.epoch and not each.fault)
            for each in (self.cannot.button, self.whole_button):
                each.setText(CHOOSE if self.caser_runs else PLAN)

        self._runs.ask(calling(lambda: read_library(workspace)), found)

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
            self._look_for_runs()
        self._show_legend()
        self._user_changed()

    def _forget_user(self) -> None:
        self.followed = self.looked = None
        self.strip.clear()
        self.editor.clear()
        self.plot.begin(0)
        self.where.setText("")

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
        asked = self.user.text().strip()
        if self.sequenced is None or not asked:
            return
        if self.sequenced.run.interactions.users.row(asked) is None:
            self.context.tell(Message(f"This run does not know the user {cell(asked, 40)}."))
            return
        self.user.clear()
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
        self.legend.show_entries([(genre_colour(theme, at), cell(name, 16), False) for at, name in enumerate(genres)])

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
        self.where.setText(f"{name} {at + 1:,} of {count:,}: {PART_WORDS[window.part]}")
        if self.events is not None:
            self.strip.setAccessibleDescription(f"{self.where.text()}; {self.events.spoken(window)}")
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
        self.plot_card.caption.setText("ranking")

        def take(told: Sequence[Any]) -> None:
            if followed is self.followed:
                self.plot.take(told)

        self._along.ask(ranking_along(followed), lambda end: self._ranked(followed, end), take)

    def _ranked(self, followed: Followed, end: End) -> None:
        if followed is not self.followed:
            return
        if end.error is not None:
            self.plot_card.caption.setText(end.error.sentence())
            return
        self._all_ranked = followed
        known, every = len(self.plot.at), len(followed.windows)
        thin = f" at {known:,} of {every:,} moments" if known < every else " by window"
        median = self.plot.median()
        words = f"median {median:,.0f}{thin}; click a point"
        self.plot_card.caption.setText(words if median == median else "no item is known to follow")

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
        editor, followed = self.editor, self.followed
        self.remove.setEnabled(editor.chosen >= 0)
        self.earlier.setEnabled(editor.chosen > 0)
        self.later.setEnabled(0 <= editor.chosen < len(editor.items) - 1)
        self.reset.setEnabled(editor.is_edited)
        last = len(followed.windows) - 1 if followed is not None else 0
        self.first.setEnabled(self.strip.at > 0)
        self.previous.setEnabled(self.strip.at > 0)
        self.next.setEnabled(self.strip.at < last)
