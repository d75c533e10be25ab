"""What is open: figures, four plots, users, items, split, report."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QTabWidget, QVBoxLayout, QWidget

from core.data.summary import Spread, Summary
from core.text import short
from workbench.page import Context
from workbench.pages.data.entities import EntityPanel, item_columns, user_columns
from workbench.pages.data.report_panel import ReportPanel
from workbench.pages.data.split_panel import SplitPanel
from workbench.plots.plot import Plot
from workbench.session import Opened
from workbench.widgets.parts import Card, FigureCard, button, set_icon

MOST_NAMED = 600
"""Months with a name on their axis, at most: dates out of a damaged file span thousands of years."""


class Overview(QWidget):
    """Made once; shows whatever data is given to it."""

    def __init__(self, context: Context, ask_file: Callable[[], None], ask_folder: Callable[[], None]) -> None:
        super().__init__()
        self._loaded: object = None
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
        self._parts = self._making(context)

    def _making(self, context: Context) -> Iterator[None]:
        """Make the tabs, giving the window back between two: all in one go would be felt."""
        self.plots = Plots()
        self.tabs.addTab(self.plots, "Overview")
        for _ in self.plots.making(context):
            yield
        self.users = EntityPanel(context, "Find a user by id", "Users", context.session.pin)
        yield
        self.items = EntityPanel(context, "Find an item by id, title or genre", "Items", context.session.pin_item)
        self.tabs.addTab(self.users, "Users")
        self.tabs.addTab(self.items, "Items")
        yield
        self.split = SplitPanel(context)
        yield
        self.report = ReportPanel(context)
        self.tabs.addTab(self.split, "Split")
        self.tabs.addTab(self.report, "Report")

    def make_next(self) -> None:
        """Make one more tab, and the next one when the window has had its turn."""
        if next(self._parts, self) is None:
            QTimer.singleShot(0, self, self.make_next)

    def make_all(self) -> None:
        """Make the tabs that are still missing."""
        for _ in self._parts:
            pass

    def show_data(self, opened: Opened) -> None:
        """Show data; what is there already is left alone when only the split changed."""
        self.make_all()
        if opened.loaded is not self._loaded:
            self._loaded = opened.loaded
            self._show_figures(opened.summary)
            self.plots.show_summary(opened.summary)
            interactions = opened.split.interactions
            self.users.describe(partial(user_columns, interactions), stretch=0)
            self.items.describe(partial(item_columns, interactions), stretch=1)
            self.report.show_report(opened)
            self.tabs.setTabText(4, f"Report · {rejected:,} not kept" if (rejected := not_kept(opened)) else "Report")
        self.split.show_split(opened)
        warnings = sum(finding.severity == "warning" for finding in opened.findings)
        words = f"{warnings} warning{'' if warnings == 1 else 's'}"
        self.tabs.setTabText(3, f"Split · {words}" if warnings else "Split")

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
        self._grid = grid
        self._arrange(tuple(self.cards))

    def making(self, context: Context) -> Iterator[None]:
        """Make the plots, giving the window back after each."""
        theme = context.theme
        self.tail = Plot(theme, "Long tail of items", "rank of the item", "interactions", log=(True, True))
        self.cards["tail"].body.addWidget(self.tail, 1)
        yield
        self.activity = Plot(theme, "Activity of users", "interactions of a user", "users")
        self._add("activity", self.activity)
        yield
        self.months = Plot(theme, "Interactions by month", "", "interactions")
        self._add("months", self.months)
        yield
        self.ratings = Plot(theme, "Ratings", "rating", "interactions")
        self._add("ratings", self.ratings)
        yield

    def _add(self, key: str, counted: Plot) -> None:
        counted.stand_on_zero()
        self.cards[key].body.addWidget(counted, 1)

    def show_summary(self, summary: Summary) -> None:
        """Draw the figures of a data set; a plot that has nothing to show goes."""
        self.tail.clear_all()
        self.tail.line("tail", summary.popularity.ranks, summary.popularity.counts, 0, width=2)
        self.cards["tail"].caption.setText(tail_words(summary.popularity))
        self._show_activity(summary.activity)
        self._show_months(summary)
        self._show_ratings(summary)
        nothing = {"months": not summary.months, "ratings": not summary.ratings}
        self._arrange([key for key in self.cards if not nothing.get(key)])
        for plot in (self.tail, self.activity, self.months, self.ratings):
            plot.fit()

    def _arrange(self, shown: Sequence[str]) -> None:
        """Two a row; what has nothing to show leaves its room to the others."""
        for card in self.cards.values():
            self._grid.removeWidget(card)
        for at, key in enumerate(shown):
            alone = at == len(shown) - 1 and at % 2 == 0
            self._grid.addWidget(self.cards[key], at // 2, at % 2, 1, 2 if alone else 1)

    def _show_activity(self, activity: Spread) -> None:
        self.activity.clear_all()
        first = next((at for at, size in enumerate(activity.sizes) if size), 0)
        sizes, bins = activity.sizes[first:], activity.bins[first:]
        self.activity.bars("users", np.arange(len(sizes)), sizes, 0.86, 0)
        names = [f"{low:,}" if high - low == 1 else f"{low:,}–{high - 1:,}" for low, high in itertools.pairwise(bins)]
        self.activity.name_places(list(enumerate(names)))
        self.cards["activity"].caption.setText(f"median {short(activity.median)}, most {activity.most:,}")

    def _show_months(self, summary: Summary) -> None:
        self.cards["months"].setVisible(bool(summary.months))
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
        busiest = max(summary.months, key=lambda each: each[1])
        self.cards["months"].caption.setText(f"busiest {month_name(busiest[0])}: {busiest[1]:,}")

    def _show_ratings(self, summary: Summary) -> None:
        self.cards["ratings"].setVisible(bool(summary.ratings))
        self.ratings.clear_all()
        if not summary.ratings:
            return
        places = np.array([value for value, _ in summary.ratings])
        counts = np.array([number for _, number in summary.ratings])
        step = float(np.diff(places).min()) if len(places) > 1 else 1.0
        self.ratings.bars("ratings", places, counts, 0.86 * step, 0)
        what = "ratings" if summary.weights == "rating" else "counts of repeats"
        self.cards["ratings"].title.setText(what.capitalize())
        least, mean, most = summary.rating_range or (0.0, 0.0, 0.0)
        self.cards["ratings"].caption.setText(f"{short(least)} to {short(most)}, mean {short(mean)}")


def tail_words(spread: Spread) -> str:
    """How uneven it is, in words."""
    return f"the busiest tenth has {spread.top_share[1]:.0%} of all; Gini {short(spread.gini)}".replace("%", " %")


def month_name(month: str) -> str:
    """``2016-05`` as ``May 2016``."""
    year, number = month.split("-")
    return f"{datetime.date(2000, int(number), 1):%b} {year}"
