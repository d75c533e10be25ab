"""What is open: figures, four plots, users, items, split, report."""

from __future__ import annotations

import datetime
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from core.data.summary import Spread, Summary
from core.text import short
from workbench.page import Context
from workbench.pages.data.entities import EntityPanel, item_columns, user_columns
from workbench.pages.data.report_panel import ReportPanel
from workbench.pages.data.split_panel import SplitPanel
from workbench.plots.plot import Plot
from workbench.session import Opened
from workbench.widgets.parts import Card, FigureCard, button, set_icon

TABS = ("plots", "users", "items", "split", "report")
"""The tabs from left to right."""
MOST_NAMED = 600
"""Months with a name on their axis, at most: dates out of a damaged file span thousands of years."""


class Overview(QWidget):
    """Made once; shows whatever data is given to it, in portions between which the window has its turn.

    Signals:
        filled: the plots are drawn and can be brought into view, one after the other.
    """

    filled = Signal()

    def __init__(self, context: Context, ask_file: Callable[[], None], ask_folder: Callable[[], None]) -> None:
        super().__init__()
        self._loaded: object = None
        self._portions: deque[tuple[str, Callable[[], None]]] = deque()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._next)
        self._plots = Plots()
        self._titles = {"split": "Split", "report": "Report"}
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 12)
        column.setSpacing(8)
        self.cards = {
            "users": FigureCard("users", help="Users with at least one interaction"),
            "items": FigureCard("items", help="Items with at least one interaction"),
            "interactions": FigureCard("interactions", help="Rows that were kept as positives"),
            "density": FigureCard("of all pairs observed", help="Distinct pairs / (users × items)"),
            "span": FigureCard("first to last", help="First and last interaction, in UTC"),
        }
        row = QHBoxLayout()
        row.setSpacing(8)
        for card in self.cards.values():
            row.addWidget(card, 1)
        column.addLayout(row)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.other = button("Open other data…")
        set_icon(self.other, context.theme, "folder")
        menu = QMenu(self.other)
        menu.addAction("File…").triggered.connect(lambda: ask_file())
        menu.addAction("Folder…").triggered.connect(lambda: ask_folder())
        menu.addAction("The sample data").triggered.connect(lambda: context.open_data("sample"))
        self.other.setMenu(menu)
        self.tabs.setCornerWidget(self.other)
        column.addWidget(self.tabs, 1)
        self.tabs.addTab(self._plots, "Overview")
        self._parts = self._making(context)

    def _making(self, context: Context) -> Iterator[None]:
        """Make the tabs, giving the window back between two: all in one go would be felt."""
        for _ in self._plots.making(context):
            yield
        self._users = EntityPanel(context, "Find a user by id", "Users", context.session.pin)
        # in a tab before the window has its turn: what has no parent would outlive a window that is closed now
        self.tabs.addTab(self._users, "Users")
        yield
        self._items = EntityPanel(context, "Find an item by id, title or genre", "Items", context.session.pin_item)
        self.tabs.addTab(self._items, "Items")
        yield
        self._split = SplitPanel(context)
        self.tabs.addTab(self._split, self._titles["split"])
        yield
        self._report = ReportPanel(context)
        self.tabs.addTab(self._report, self._titles["report"])
        self.tabs.currentChanged.connect(lambda at: self._finish(TABS[at]))

    # --- what somebody asks for is there, whatever still waits ----------------------------------------------------

    @property
    def plots(self) -> Plots:
        """The first tab, filled."""
        self._finish("plots")
        return self._plots

    @property
    def users(self) -> EntityPanel:
        """The table of users; its rows are counted in a thread."""
        self._finish("users")
        return self._users

    @property
    def items(self) -> EntityPanel:
        """The table of items; its rows are counted in a thread."""
        self._finish("items")
        return self._items

    @property
    def split(self) -> SplitPanel:
        """The tab of the split, filled; its findings come when it is seen."""
        self._finish("split")
        return self._split

    @property
    def report(self) -> ReportPanel:
        """The tab of the report, filled."""
        self._finish("report")
        return self._report

    def _finish(self, tab: str) -> None:
        """Make and fill one tab now."""
        self.make_all()
        mine = [portion for name, portion in self._portions if name == tab]
        self._portions = deque(each for each in self._portions if each[0] != tab)
        for portion in mine:
            portion()

    # --- making and filling ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Make the tabs one at a time, then fill them, whenever the window has had its turn."""
        self._turn.start(0)

    def rest(self) -> None:
        """Make and fill nothing more until it is begun again or shown data."""
        self._turn.stop()

    def _next(self) -> None:
        if next(self._parts, self) is self:
            if not self._portions:
                return
            self._portions.popleft()[1]()
        self._turn.start(0)

    def make_all(self) -> None:
        """Make the tabs that are still missing."""
        for _ in self._parts:
            pass

    def forget(self) -> None:
        """Nothing is open any more: what was still to be shown is not."""
        self._portions.clear()
        self._loaded = None

    def show_data(self, opened: Opened) -> None:
        """Show data; what is there already is left alone when only the split changed, what waits still comes."""
        self._name_tabs(opened)
        if opened.loaded is self._loaded:
            self.make_all()
            self._portions = deque(each for each in self._portions if each[0] != "split")
            # at once: it was asked for on the tab itself, where somebody may be typing
            self._split.show_split(opened)
            if all(name != "plots" for name, _ in self._portions):
                self.filled.emit()
        else:
            self._loaded = opened.loaded
            self._show_figures(opened.summary)
            self._plots.hide_all()
            interactions = opened.split.interactions
            portions: list[tuple[str, Callable[[], None]]] = [
                *(("plots", portion) for portion in self._plots.drawing(opened.summary)),
                ("plots", self.filled.emit),
                *(("plots", portion) for portion in self._plots.showing()),
                ("users", lambda: self._users.describe(partial(user_columns, interactions), stretch=0)),
                ("items", lambda: self._items.describe(partial(item_columns, interactions), stretch=1)),
                ("split", lambda: self._split.show_split(opened)),
                ("report", lambda: self._report.show_report(opened)),
            ]
            seen = TABS[max(self.tabs.currentIndex(), 0)]
            self._portions = deque(sorted(portions, key=lambda each: each[0] != seen))
        self._turn.start(0)

    def _name_tabs(self, opened: Opened) -> None:
        warnings = sum(finding.severity == "warning" for finding in opened.findings)
        words = f"{warnings} warning{'' if warnings == 1 else 's'}"
        rejected = not_kept(opened)
        self._titles["split"] = f"Split · {words}" if warnings else "Split"
        self._titles["report"] = f"Report · {rejected:,} not kept" if rejected else "Report"
        for at in range(self.tabs.count()):
            if TABS[at] in self._titles:
                self.tabs.setTabText(at, self._titles[TABS[at]])

    def _show_figures(self, summary: Summary) -> None:
        self.cards["users"].value.setText(f"{summary.users:,}")
        self.cards["items"].value.setText(f"{summary.items:,}")
        self.cards["interactions"].value.setText(f"{summary.interactions:,}")
        self.cards["density"].value.setText(f"{short(100 * summary.density)} %")
        self.cards["span"].value.setText(span_words(summary))
        self.cards["span"].name.setText("first to last" if summary.clock == "utc" else "order of the interactions")


def not_kept(opened: Opened) -> int:
    """Rows that neither reading nor cleaning kept."""
    rejected = sum(each.total for each in opened.loaded.rejects.values())
    return rejected + sum(sum(report.dropped.values()) for report in opened.loaded.reports.values())


def span_words(summary: Summary) -> str:
    """The time span: years, or days where it is short."""
    if summary.clock == "file" or not summary.first:
        return "file order"
    if summary.clock == "order":
        return f"{summary.first} – {summary.last}"
    first, last = summary.first[:10], summary.last[:10]
    return f"{first[:4]} – {last[:4]}" if int(last[:4]) - int(first[:4]) >= 2 else f"{first} – {last}"


class Plots(QWidget):
    """Long tail, activity, months, ratings."""

    def __init__(self) -> None:
        super().__init__()
        self.cards = {
            "tail": Card("Long tail of items"),
            "activity": Card("Activity of users"),
            "months": Card("Interactions by month"),
            "ratings": Card("Ratings"),
        }
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setSpacing(8)
        grid.setRowStretch(0, 1)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        self._grid = grid
        self._made: dict[str, Plot] = {}
        self._arrange(tuple(self.cards))

    def making(self, context: Context) -> Iterator[None]:
        """Make the plots, giving the window back after each."""
        theme = context.theme
        self.tail = Plot(theme, "Long tail of items", "rank of the item", "interactions", log=(True, True))
        self._add("tail", self.tail)
        yield
        # the first painting in this process loads fonts
        rehearse(self.tail)
        yield
        self.activity = Plot(theme, "Activity of users", "interactions of a user", "users")
        self._add("activity", self.activity, counted=True)
        yield
        self.months = Plot(theme, "Interactions by month", "", "interactions")
        self._add("months", self.months, counted=True)
        yield
        self.ratings = Plot(theme, "Ratings", "rating", "interactions")
        self._add("ratings", self.ratings, counted=True)
        yield

    def _add(self, key: str, plot: Plot, *, counted: bool = False) -> None:
        if counted:
            plot.stand_on_zero()
        # its card keeps its size while it is not in view yet, and whatever is drawn in it
        keep = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        keep.setRetainSizeWhenHidden(True)
        plot.setSizePolicy(keep)
        plot.hide()
        self._made[key] = plot
        self.cards[key].body.addWidget(plot, 1)

    def hide_all(self) -> None:
        """Take the plots of other data out of view; their room stays."""
        for plot in self._made.values():
            plot.hide()

    def drawing(self, summary: Summary) -> list[Callable[[], None]]:
        """Draw the figures of a data set, in portions; a plot that has nothing to show goes."""
        return [
            lambda: self._show_tail(summary.popularity),
            lambda: self._show_activity(summary.activity),
            lambda: self._show_months(summary),
            lambda: self._show_ratings(summary),
            lambda: self._arrange_for(summary),
        ]

    def showing(self) -> list[Callable[[], None]]:
        """Bring the plots into view, in portions: the first painting of one is long."""
        return [partial(self._take, step, key) for key in self.cards for step in (rehearse, bring)]

    def _take(self, step: Callable[[Plot], None], key: str) -> None:
        # by its key: when the portions are told, the plot may still have to be made
        step(self._made[key])

    def _arrange_for(self, summary: Summary) -> None:
        there = {"months": bool(summary.months), "ratings": bool(summary.ratings)}
        for key, shown in there.items():
            self.cards[key].setVisible(shown)
        self._arrange([key for key in self.cards if there.get(key, True)])

    def _show_tail(self, popularity: Spread) -> None:
        self.tail.clear_all()
        self.tail.line("tail", popularity.ranks, popularity.counts, 0, width=2)
        self.tail.fit()
        self.cards["tail"].caption.setText(tail_words(popularity))

    def _arrange(self, shown: Sequence[str]) -> None:
        """Two a row; what has nothing to show leaves its room to the others."""
        for card in self.cards.values():
            self._grid.removeWidget(card)
        for at, key in enumerate(shown):
            alone = at == len(shown) - 1 and at % 2 == 0
            self._grid.addWidget(self.cards[key], at // 2, at % 2, 1, 2 if alone else 1)
        # all of one size; a row or column without a plot has no room
        self._grid.setRowStretch(1, int(len(shown) > 2))

    def _show_activity(self, activity: Spread) -> None:
        self.activity.clear_all()
        first = next((at for at, size in enumerate(activity.sizes) if size), 0)
        sizes, bins = activity.sizes[first:], activity.bins[first:]
        self.activity.bars("users", np.arange(len(sizes)), sizes, 0.86, 0)
        names = [f"{low:,}" if high - low == 1 else f"{low:,}–{high - 1:,}" for low, high in itertools.pairwise(bins)]
        self.activity.name_places(list(enumerate(names)))
        self.activity.fit()
        self.cards["activity"].caption.setText(f"median {short(activity.median)}, most {activity.most:,}")

    def _show_months(self, summary: Summary) -> None:
        self.months.clear_all()
        if not summary.months:
            return
        # a month without events keeps its place: else years of silence would look like none
        places = np.array([month for month, _ in summary.months], "datetime64[M]").astype(np.int64)
        self.months.bars("months", places - places[0], [number for _, number in summary.months], 0.9, 0)
        step = 1 + int(places[-1] - places[0]) // MOST_NAMED
        named = range(int(places[0]), int(places[-1]) + 1, step)
        self.months.name_places(
            [(float(month - places[0]), month_name(str(np.datetime64(month, "M")))) for month in named]
        )
        self.months.fit()
        busiest = max(summary.months, key=lambda each: each[1])
        self.cards["months"].caption.setText(f"busiest {month_name(busiest[0])}: {busiest[1]:,}")

    def _show_ratings(self, summary: Summary) -> None:
        self.ratings.clear_all()
        if not summary.ratings:
            return
        places = np.array([value for value, _ in summary.ratings])
        counts = np.array([number for _, number in summary.ratings])
        step = float(np.diff(places).min()) if len(places) > 1 else 1.0
        self.ratings.bars("ratings", places, counts, 0.86 * step, 0)
        self.ratings.fit()
        what = "ratings" if summary.weights == "rating" else "counts of repeats"
        self.cards["ratings"].title.setText(what.capitalize())
        least, mean, most = summary.rating_range or (0.0, 0.0, 0.0)
        self.cards["ratings"].caption.setText(f"{short(least)} to {short(most)}, mean {short(mean)}")


def rehearse(plot: Plot) -> None:
    """Paint a plot before it is in view: its axes make room for their numbers, after which it is painted anew."""
    plot.grab()


def bring(plot: Plot) -> None:
    """Show and paint a plot now: Qt would wait some milliseconds, and then paint all that came meanwhile in one go."""
    plot.show()
    plot.viewport().repaint()


def tail_words(spread: Spread) -> str:
    """How uneven it is, in words."""
    return f"the busiest tenth has {spread.top_share[1]:.0%} of all; Gini {short(spread.gini)}".replace("%", " %")


def month_name(month: str) -> str:
    """``2016-05`` as ``May 2016``."""
    year, number = month.split("-")
    return f"{datetime.date(2000, int(number), 1):%b} {year}"
