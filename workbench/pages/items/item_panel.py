"""One item: its figures, its interactions over time, the items nearest to it, and who met it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from workbench.jobs.items import ItemTable, ItemView
from workbench.page import Context
from workbench.pages.items.list_panel import count_words, mean_words, trained_words
from workbench.plots.plot import Plot
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.theme import with_digits
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import Card, button, label
from workbench.words import cell

DAY = 86_400e6
"""Microseconds of a day."""
UNITS = {"Y": 3 * 365 * DAY, "M": 90 * DAY, "D": 2 * DAY, "h": DAY // 12, "m": DAY // 720}
"""From how many microseconds on a plot is divided into years, months, days, hours, minutes."""
FIGURES = ("Interactions", "Popularity rank", "In training", "Mean rating")


class ItemPanel(Card):
    """The item in view.

    Signals:
        item_opened: a near item was double-clicked.
        user_chosen: a user of the table was chosen by hand.
        user_opened: the user's lists are to be seen.
    """

    item_opened = Signal(int)
    user_chosen = Signal(int)
    user_opened = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.view: ItemView | None = None
        self._had_near: bool | None = None
        self.title_line = ElidedLabel("", "section")
        self.about = label("", "caption", wrap=True, selectable=True)
        self.body.addWidget(self.title_line)
        self.body.addWidget(self.about)
        self.body.addLayout(self._figures())
        self.plot = Plot(context.theme, "Interactions with the item over time")
        self.plot.setFixedHeight(112)
        self.plot.stand_on_zero()
        self.timeless = label("The data have no times.", "muted", wrap=True)
        self.timeless.hide()
        self.body.addWidget(self.plot)
        self.body.addWidget(self.timeless)
        self.near, self.users = ColumnsModel(), ColumnsModel(start=context.jobs.start)
        self.near_table = Table(self.near, "Nearest items")
        self.near_table.opened.connect(self._open)
        self.user_table = Table(self.users, "Who interacted")
        self.user_table.chosen.connect(self._choose)
        self.user_table.opened.connect(lambda _: self.user_opened.emit())
        self.no_near = label("", "muted", wrap=True)
        self.near_stack = QStackedWidget()
        for widget in (self.near_table, _above(self.no_near)):
            self.near_stack.addWidget(widget)
        self.to_user = button(
            "See the user's lists",
            self.user_opened.emit,
            help="The chosen user on the Users page; also by double click",
        )
        self.to_user.setEnabled(False)
        who = QWidget()
        column = QVBoxLayout(who)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.user_table, 1)
        column.addWidget(self.to_user)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.near_stack, "Nearest")
        self.tabs.addTab(who, "Who interacted")
        self.body.addWidget(self.tabs, 1)

    def _figures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        # two long numbers: what there is no room for is in the tooltip, and the card stays as narrow as the names
        self.rank = ElidedLabel("–", "section")
        self.rank.setTextInteractionFlags(self.about.textInteractionFlags())
        self.rank.setFocusPolicy(self.about.focusPolicy())
        grid.setColumnStretch(FIGURES.index("Popularity rank"), 1)
        self.figures: dict[str, QLabel] = {}
        for at, name in enumerate(FIGURES):
            value = self.rank if name == "Popularity rank" else label("–", "section", selectable=True)
            value.setFont(with_digits(value.font()))
            grid.addWidget(value, 0, at)
            grid.addWidget(label(name, "caption"), 1, at)
            self.figures[name] = value
        return grid

    def show_nothing(self, text: str = "") -> None:
        """No item is in view."""
        self.view = None
        self.title_line.show_text(text)
        self.about.setText("")
        for value in self.figures.values():
            value.setText("–")
        self.rank.show_text("–")
        self.near.replace(())
        self.users.replace(())
        self.plot.clear_all()
        self.to_user.setEnabled(False)

    def show_item(self, view: ItemView, table: ItemTable) -> None:
        """Show an item through a run, or of the data alone."""
        self.view = view
        interactions, figures, item = table.interactions, table.popularity, view.item
        self.title_line.show_text(cell(table.name(item), 200))
        raw, genres = interactions.items.id(item), interactions.catalogue.genres(item)
        parts = [f"id {cell(raw, 60)}"] if table.name(item) != raw else []
        parts += [", ".join(cell(each, 40) for each in genres)] if genres else []
        times = view.audience.times
        if times is not None and len(times) and interactions.clock == "utc":
            parts.append(f"met {_day(times[0])} to {_day(times[-1])}")
        self.about.setText(" · ".join(parts))
        self.figures["Interactions"].setText(count_words(int(figures.counts[item])))
        self.rank.show_text(f"{figures.ranks[item]:,} of {len(figures.counts):,}")
        self.figures["In training"].setText(trained_words(int(figures.trained[item])))
        self.figures["Mean rating"].setText("–" if figures.means is None else mean_words(float(figures.means[item])))
        self._show_times(view, interactions.clock == "utc")
        self._show_near(view, table)
        self._show_users(view, table)

    def _show_times(self, view: ItemView, dated: bool) -> None:
        timed = view.edges is not None and view.counts is not None
        self.plot.setVisible(timed)
        self.timeless.setVisible(not timed)
        if view.edges is None or view.counts is None:
            return
        edges = view.edges / DAY if dated else view.edges
        middles, width = (edges[:-1] + edges[1:]) / 2, 0.92 * float(edges[1] - edges[0])
        self.plot.bars("interactions", middles, view.counts, width)
        self.plot.name_places(time_marks(view.edges[0], view.edges[-1]) if dated else ())
        self.plot.fit()

    def _show_near(self, view: ItemView, table: ItemTable) -> None:
        self.near_stack.setCurrentIndex(0 if view.near else 1)
        if bool(view.near) is not self._had_near:
            # where nothing is near, who interacted is what there is to see
            self._had_near = bool(view.near)
            self.tabs.setCurrentIndex(0 if view.near else 1)
        self.no_near.setText(
            "Open a run to see which items its model holds to be alike."
            if table.run is None
            else "This model learns no vector for an item, so none is nearer than another."
        )
        rows = np.array([each.item for each in view.near], np.int64)
        if not len(rows):
            self.near.replace(())
            return
        cold = np.flatnonzero(table.popularity.cold[rows])
        self.near.replace(
            [
                Column("Item", table.names.take(pa.array(rows)), cell),
                Column(
                    "Cosine",
                    np.array([each.similarity for each in view.near]),
                    lambda value: f"{value:.3f}".replace("-", "−"),
                    True,
                    "Cosine of the two item vectors: 1 for the same direction, 0 for nothing in common",
                    True,
                ),
                Column("Training", table.popularity.trained[rows], trained_words, True, first_down=True),
            ],
            faint=cold.tolist(),
        )
        self.near_table.set_widths([140, 62, 62], 0)

    def _show_users(self, view: ItemView, table: ItemTable) -> None:
        found, interactions = view.audience, table.interactions
        latest = slice(None, None, -1) if found.times is not None else slice(None)
        columns = [Column("User", interactions.users.ids.take(pa.array(found.users[latest])), cell)]
        widths = [90]
        if found.times is not None and interactions.clock == "utc":
            columns.append(Column("Date", found.times[latest], _day, True, "In UTC", True))
            widths.append(92)
        if found.ratings is not None:
            columns.append(Column("Rating", found.ratings[latest], lambda value: f"{value:g}", True, first_down=True))
            widths.append(62)
        self.users.replace(columns)
        self.user_table.set_widths(widths, 0)
        self.tabs.setTabText(1, f"Who interacted ({len(found.users):,})")
        self.to_user.setEnabled(False)

    def _open(self, row: int) -> None:
        if self.view is not None:
            self.item_opened.emit(self.view.near[row].item)

    def _choose(self, row: int) -> None:
        if self.view is not None:
            found = self.view.audience
            self.to_user.setEnabled(True)
            self.user_chosen.emit(int(found.users[::-1][row] if found.times is not None else found.users[row]))


def _above(widget: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 8, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    return made


def _day(value: int) -> str:
    return str(np.datetime64(int(value), "us").astype("datetime64[D]"))


def time_marks(first: float, last: float) -> list[tuple[float, str]]:
    """Days since 1970 at which years, months, days, hours, minutes or seconds begin, with names; given microseconds."""
    unit = next((unit for unit, span in UNITS.items() if last - first >= span), "s")
    ends = np.array([int(first), int(last)], "datetime64[us]").astype(f"datetime64[{unit}]").astype(np.int64)
    moments = np.arange(ends[0], ends[1] + 1).astype(f"datetime64[{unit}]")
    days = moments.astype("datetime64[us]").astype(np.int64) / DAY
    return [(float(at), _moment(name)) for at, name in zip(days, moments, strict=True) if first <= at * DAY <= last]


def _moment(moment: np.datetime64) -> str:
    """A year, month or day as it is, a time of a day without its day."""
    day, _, clock = str(moment).partition("T")
    return (clock if ":" in clock else f"{clock}:00") if clock else day
