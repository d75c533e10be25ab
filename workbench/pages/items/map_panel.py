"""The map of item vectors: which vectors, how they are laid flat, what their colours mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from core.text import short
from workbench.forms.editors import StillCombo
from workbench.jobs.items import ItemTable, Mapped
from workbench.page import Context
from workbench.pages.items.colouring import Colouring, by_amount, by_group
from workbench.pages.items.legend import MapLegend
from workbench.pages.items.list_panel import mean_words
from workbench.plots.point_map import PointMap
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import Card, IconButton, button, label, tip
from workbench.words import cell

METHODS = {"pca": "PCA", "neighbours": "t-SNE"}
COLOURS = {"genre": "Colour: genre", "popularity": "Colour: popularity", "cluster": "Colour: cluster"}
SENTENCE, WIDGET_SIZE_MAX = 112, (1 << 24) - 1
"""Pixels of height where there is no map, and where nothing is to be limited."""
CLUSTERS = tuple(range(2, 13))
"""Numbers of clusters: as many as colours can be told apart."""
Mask = npt.NDArray[np.bool_]


class MapPanel(Card):
    """The map with its choices.

    Signals:
        wanted: another table of vectors, method, colour or number of clusters was chosen.
        item_chosen: an item row was clicked.
        area_chosen: item rows were encircled, or a group of the legend was chosen; none lets go.
        stop_asked: the map of neighbours that is being made is not wanted.
    """

    wanted = Signal()
    item_chosen = Signal(int)
    area_chosen = Signal(object)
    stop_asked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.table: ItemTable | None = None
        self.mapped: Mapped | None = None
        self.colouring: Colouring | None = None
        self._places: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._clusters: npt.NDArray[np.int32] | None = None
        self._lit: Mask | None = None
        self._item = -1
        self._describe()
        self.map = PointMap(context.theme, "Map of items", self.words_of)
        self.map.clicked.connect(self._clicked)
        self.map.encircled.connect(self._encircled)
        self.legend = MapLegend()
        self.legend.chosen.connect(self._group_chosen)
        self.reason = label("", "muted", wrap=True)
        self.open_run = button("Choose a run", lambda: context.go("runs"))
        self.caption_line = ElidedLabel("", "caption")
        self.stop = button("Stop", self.stop_asked.emit, "chip", "Stop making the map of neighbours; the PCA stays")
        self.stop.hide()
        shown = QWidget()
        across = QHBoxLayout(shown)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(8)
        across.addWidget(self.map, 1)
        across.addWidget(self.legend)
        below = QHBoxLayout()
        below.addWidget(self.caption_line, 1)
        below.addWidget(self.stop)
        whole, column = QWidget(), QVBoxLayout()
        whole.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._choices())
        column.addWidget(shown, 1)
        column.addLayout(below)
        room = QWidget()
        self.stack = QStackedLayout(room)
        self.stack.addWidget(whole)
        self.stack.addWidget(self._without())
        self.body.addWidget(room, 1)
        context.theme.changed.connect(self._colour)

    # --- building -----------------------------------------------------------------------------------------------

    def _choices(self) -> QHBoxLayout:
        self.vectors, self.method, self.colour = StillCombo(), StillCombo(), StillCombo()
        for combo, name, help in (
            (self.vectors, "Item vectors", "Which table of item vectors; the nearest items are found by it too"),
            (self.method, "Kind of map", "PCA shows the most variance; t-SNE lays near items near to each other"),
            (self.colour, "Colours", "What the colours of the map tell"),
        ):
            combo.setAccessibleName(name)
            combo.setToolTip(tip(help))
            combo.activated.connect(lambda _: self._choice_changed())
        for key, text in METHODS.items():
            self.method.addItem(text, key)
        for key, text in COLOURS.items():
            self.colour.addItem(text, key)
        self.k = StillCombo()
        for number in CLUSTERS:
            self.k.addItem(f"k = {number}", number)
        self.k.setCurrentIndex(CLUSTERS.index(8))
        self.k.setAccessibleName("Number of clusters")
        self.k.setToolTip(tip("Clusters of directions: spherical k-means on the item vectors"))
        self.k.activated.connect(lambda _: self._choice_changed())
        self.k.hide()
        theme = self._context.theme
        self.lasso = IconButton(theme, "lasso", "Drag encircles items; so does Shift and drag at any time")
        self.lasso.setCheckable(True)
        self.lasso.toggled.connect(self.map.set_lassoing)
        row = QHBoxLayout()
        row.setSpacing(8)
        for combo, letters, stretch in (
            (self.method, 3, 0),
            (self.vectors, 6, 1),
            (self.colour, 8, 2),
            (self.k, 3, 0),
        ):
            combo.setMinimumContentsLength(letters)
            row.addWidget(combo, stretch)
        row.addWidget(self.lasso)
        row.addWidget(IconButton(theme, "fit", "Show everything (0)", self.map.fit))
        row.addWidget(IconButton(theme, "help", "What this page shows", lambda: self._context.explain("page.items")))
        return row

    def _without(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self.reason)
        row = QHBoxLayout()
        row.addWidget(self.open_run)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return made

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def chosen_vectors(self) -> str:
        """Key of the table of vectors."""
        return str(self.vectors.currentData() or "")

    @property
    def chosen_method(self) -> str:
        """Key of METHODS."""
        return str(self.method.currentData())

    @property
    def chosen_colour(self) -> str:
        """Key of COLOURS."""
        return str(self.colour.currentData())

    @property
    def chosen_k(self) -> int:
        """Number of clusters."""
        return int(self.k.currentData())

    def show_items(self, table: ItemTable | None, reason: str = "") -> None:
        """Take other items; a ``reason`` stands where the map would be."""
        self.table, self.mapped, self._clusters, self.colouring = table, None, None, None
        self.map.show_points(np.zeros((0, 2), np.float32))
        self._item, self._lit = -1, None
        self._describe()
        self.say("")
        self.reason.setText(reason)
        self.open_run.setVisible(table is not None and table.run is None)
        self.stack.setCurrentIndex(1 if reason else 0)
        # a sentence leaves its room to the table
        self.setMaximumHeight(SENTENCE if reason else WIDGET_SIZE_MAX)
        if table is None:
            return
        before = self.chosen_vectors
        with QSignalBlocker(self.vectors):
            self.vectors.clear()
            for key, text in table.tables.items():
                self.vectors.addItem(text, key)
            self.vectors.setCurrentIndex(max(self.vectors.findData(before), 0))
        self.vectors.setVisible(len(table.tables) > 1)
        genre = self.colour.findData("genre")
        if table.genres is None and genre >= 0:
            self.colour.removeItem(genre)
        elif table.genres is not None and genre < 0:
            self.colour.insertItem(0, COLOURS["genre"], "genre")
            self.colour.setCurrentIndex(0)
        self.k.setVisible(self.chosen_colour == "cluster")

    def show_map(self, mapped: Mapped) -> None:
        """Show places of items."""
        assert self.table is not None
        same = self.mapped is not None and np.array_equal(self.mapped.rows, mapped.rows)
        self.mapped = mapped
        self.map.show_points(mapped.points, keep_view=False)
        if not same:
            self._places = np.full(len(self.table.names), -1, np.int64)
            self._places[mapped.rows] = np.arange(len(mapped.rows))
            self._clusters = None
        self._colour()
        self.light(self._lit)
        self.pin(self._item)
        self.say(self._words_of_map(mapped))

    def move_points(self, points: npt.NDArray[np.float32]) -> None:
        """Show a map on its way."""
        if self.mapped is not None and len(points) == len(self.map.points):
            self.map.show_points(points, keep_view=True)

    def show_clusters(self, labels: npt.NDArray[np.int32] | None) -> None:
        """Take clusters of the points."""
        self._clusters = labels
        self._colour()

    def say(self, text: str) -> None:
        """A line under the map."""
        self.caption_line.show_text(text)

    def light(self, lit: Mask | None) -> None:
        """Show some items before the others, ``[items]``."""
        self._lit = lit
        self.map.light(None if lit is None or self.mapped is None else lit[self.mapped.rows])

    def pin(self, item: int) -> None:
        """Mark an item."""
        self._item = item
        self.map.pin(int(self._places[item]) if self.mapped is not None and item >= 0 else -1)

    def _words_of_map(self, mapped: Mapped) -> str:
        assert self.table is not None
        cold = int(self.table.popularity.cold.sum())
        parts = [f"{len(mapped.rows):,} items"]
        if mapped.shares:
            parts.append(f"the two axes keep {short(100 * sum(mapped.shares))} % of the variance")
        else:
            parts.append("near items lie near to each other; distances between groups say little")
        if cold:
            parts.append(f"{cold:,} cold ones, which training never saw, are left out")
        return "; ".join(parts)

    def words_of(self, point: int) -> str:
        """What the tooltip says of a point."""
        if self.table is None or self.mapped is None:
            return ""
        item = int(self.mapped.rows[point])
        return item_words(self.table, item)

    def _describe(self) -> None:
        self._places = np.zeros(0, np.int64)

    # --- colours ------------------------------------------------------------------------------------------------

    def _colour(self) -> None:
        if self.table is None or self.mapped is None:
            return
        colours, rows = self._context.theme.colours, self.mapped.rows
        kind = self.chosen_colour
        if kind == "genre" and self.table.genres is not None:
            genres = self.table.genres
            self.colouring = by_group(genres.codes[rows], genres.names, colours, "other genres")
            about = "First genre"
        elif kind == "cluster" and self._clusters is not None:
            names = [f"Cluster {at + 1}" for at in range(int(self._clusters.max(initial=0)) + 1)]
            self.colouring = by_group(self._clusters, names, colours, "smaller clusters")
            about = "Cluster"
        else:
            self.colouring = by_amount(self.table.popularity.counts[rows], colours)
            about = "Interactions, logarithmic" if kind == "popularity" else "Interactions (finding clusters)"
        self.map.show_shades(self.colouring.shades)
        self.legend.show_colouring(self.colouring, about)

    def _choice_changed(self) -> None:
        self.k.setVisible(self.chosen_colour == "cluster")
        self._colour()
        self.wanted.emit()

    # --- choosing -----------------------------------------------------------------------------------------------

    def _clicked(self, point: int) -> None:
        if self.mapped is None:
            return
        if point >= 0:
            self.item_chosen.emit(int(self.mapped.rows[point]))
        else:
            self.legend.let_go()
            self.area_chosen.emit(np.zeros(0, np.int64))

    def _encircled(self, points: npt.NDArray[np.int64]) -> None:
        if self.mapped is not None:
            self.legend.let_go()
            self.area_chosen.emit(self.mapped.rows[points])

    def _group_chosen(self, codes: frozenset[int]) -> None:
        if self.mapped is not None and self.colouring is not None and self.colouring.codes is not None:
            self.area_chosen.emit(self.mapped.rows[np.isin(self.colouring.codes, list(codes))])


def item_words(table: ItemTable, item: int) -> str:
    """An item in a few lines of plain text."""
    lines = [cell(table.name(item), 100)]
    genres = table.interactions.catalogue.genres(item)
    if genres:
        lines.append(cell(", ".join(genres), 100))
    count = int(table.popularity.counts[item])
    mean = "" if table.popularity.means is None else f", mean rating {mean_words(float(table.popularity.means[item]))}"
    lines.append(f"{count:,} interaction{'' if count == 1 else 's'}{mean}")
    return "\n".join(lines)
