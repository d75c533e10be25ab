"""The Items page: the map of the catalogue, the table of items, and the item in view, all linked."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from core.models import MODELS
from workbench.jobs.items import (
    ItemTable,
    Mapped,
    Moved,
    arranging,
    clustering,
    follow_arranging,
    mapping,
    tabulating_items,
    viewing_item,
)
from workbench.jobs.job import End, Job
from workbench.jobs.latest import Latest
from workbench.page import Context, Page, message_of
from workbench.pages.items.item_panel import ItemPanel
from workbench.pages.items.list_panel import ListPanel
from workbench.pages.items.map_panel import METHODS, MapPanel
from workbench.widgets.empty import Empty
from workbench.widgets.shown_stack import ShownStack
from workbench.words import cell

if TYPE_CHECKING:
    from core.insight.clusters import Clusters

KEPT = 16
"""Maps and clusterings that are kept in memory."""
CARD = 320
"""Width of the item's card at first, in pixels."""


class ItemsPage(Page):
    """Looks at the items of run A, or of the open data.

    Attributes:
        table: what is known of all items; None while it is being counted.
        item: row of the item in view, -1 for none.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.table: ItemTable | None = None
        self.item = -1
        self._asked = 0
        self._source: object = None
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._arranging: Job | None = None
        self._views = Latest(context.jobs, "Looking at an item")
        self._clusterings = Latest(context.jobs, "Finding clusters", hasty=True)
        self.empty = Empty(
            context.theme,
            "items",
            "Open data to see how often each item was met and by whom. A run adds a map of what its model learned.",
            "Open the sample",
            lambda: context.open_data("sample"),
        )
        self.map_panel, self.list_panel, self.item_panel = MapPanel(context), ListPanel(context), ItemPanel(context)
        self.list_panel.add_shortcuts(self)
        self.stack = ShownStack(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._whole())
        self._connect()
        self._source_changed()

    def _whole(self) -> QWidget:
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.map_panel)
        left.addWidget(self.list_panel)
        left.setSizes([520, 320])
        self._parts = parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(left)
        parts.addWidget(self.item_panel)
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 0)
        for splitter in (left, parts):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(8)
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(16, 0, 16, 12)
        across.addWidget(parts)
        return whole

    def share_room(self) -> None:
        """The map and the list take what the item's card leaves."""
        self._parts.setSizes([900, CARD])

    def _connect(self) -> None:
        session = self.context.session
        session.run_changed.connect(self._source_changed)
        session.data_changed.connect(self._source_changed)
        session.item_changed.connect(self._item_changed)
        self.map_panel.wanted.connect(self._choices_changed)
        self.map_panel.item_chosen.connect(self._pin)
        self.map_panel.area_chosen.connect(self._narrow)
        self.map_panel.stop_asked.connect(self._stop_arranging)
        self.list_panel.chosen.connect(self._pin)
        self.list_panel.shown_changed.connect(self._light)
        self.list_panel.let_go.connect(self._let_go)
        self.item_panel.item_opened.connect(self._pin)
        self.item_panel.user_chosen.connect(self._pin_user)
        self.item_panel.user_opened.connect(lambda: self.context.go("users"))

    # --- what is looked at --------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        session = self.context.session
        source = session.run or session.opened
        if source is self._source and source is not None:
            return
        self._source = source
        self._asked += 1
        self._stop_arranging()
        self.table, self.item = None, -1
        self.map_panel.show_items(None)
        self.list_panel.show_items(None)
        self.item_panel.show_nothing()
        self.stack.setCurrentIndex(0 if source is None else 1)
        if source is None:
            return
        self.map_panel.say("Opening the run" if session.run is not None else "Counting")
        work = tabulating_items(session.run, session.opened)
        begin = partial(self._start, "Counting the items", work, partial(self._counted, self._asked))
        self.context.when_warm("training" if session.run is not None else "reading", begin)

    def _start(self, title: str, work: Any, then: Any) -> None:
        job = Job(title, work, quiet=True)
        job.ended.connect(then)
        self.context.jobs.start(job)

    def _counted(self, asked: int, end: End) -> None:
        if asked != self._asked:
            return
        if end.error is not None:
            self.map_panel.show_items(None, end.error.what)
            self.context.tell(message_of(end.error, end.details))
            return
        table: ItemTable = end.value
        self.table = table
        self.map_panel.show_items(table, no_map(table))
        self.list_panel.show_items(table)
        self._item_changed()
        self._choices_changed()

    # --- the map ------------------------------------------------------------------------------------------------

    def _key(self, *more: object) -> tuple[Any, ...]:
        assert self.table is not None
        assert self.table.run is not None
        run = self.table.run
        # a run that is gone on with is saved again, within the same epoch too
        return (run.folder.path, run.record.epoch, run.record.saved, self.map_panel.chosen_vectors, *more)

    def _keep(self, key: tuple[Any, ...], value: object) -> None:
        self._kept[key] = value
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _choices_changed(self) -> None:
        """Show the map that is chosen: from memory, or once it is made; until then the one of PCA."""
        table = self.table
        if table is None or table.run is None or not table.tables:
            return
        panel, method = self.map_panel, self.map_panel.chosen_method
        wanted = self._kept.get(self._key(method))
        pca = self._kept.get(self._key("pca"))
        if wanted is not None:
            self._show_map(wanted)
        elif pca is None:
            panel.say("Laying the items flat")
            key = self._key("pca")
            self._start("Map of items", mapping(table, panel.chosen_vectors), partial(self._mapped, self._asked, key))
            return
        elif panel.mapped is not pca and not self._is_arranging(self._key(method)):
            self._show_map(pca)
        if wanted is None and method == "neighbours":
            self._arrange(table)
        panel.stop.setVisible(wanted is None and self._arranging is not None)
        self._cluster(table)
        self._look()

    def _show_map(self, mapped: Mapped) -> None:
        if self.map_panel.mapped is not mapped:
            self.map_panel.show_map(mapped)

    def _mapped(self, asked: int, key: tuple[Any, ...], end: End) -> None:
        if asked != self._asked:
            return
        if end.error is not None:
            self.map_panel.say(end.error.what)
            self.context.tell(message_of(end.error, end.details))
        elif end.value is not None:
            self._keep(key, end.value)
            self._choices_changed()

    def _is_arranging(self, key: tuple[Any, ...]) -> bool:
        return self._arranging is not None and self._arranging.tag == key

    def _arrange(self, table: ItemTable) -> None:
        key = self._key("neighbours")
        if self._is_arranging(key):
            return
        self._stop_arranging()
        work = arranging(table, self.map_panel.chosen_vectors)
        job = Job("Map of neighbours", work, follow_arranging, tag=key)
        self._arranging = job
        job.told.connect(partial(self._moved, job))
        job.ended.connect(partial(self._arranged, job))
        self.context.jobs.start(job)

    def _stop_arranging(self) -> None:
        if self._arranging is not None:
            self._arranging.stop()

    def _moved(self, job: Job, events: list[Moved]) -> None:
        if job is not self._arranging or self.map_panel.chosen_method != "neighbours" or self.table is None:
            return
        if job.tag != self._key("neighbours"):
            return
        latest = events[-1]
        self.map_panel.say(f"Map of neighbours: {latest.text}")
        seen = next((event.points for event in reversed(events) if event.points is not None), None)
        if seen is not None and self.isVisible():
            self.map_panel.move_points(seen)

    def _arranged(self, job: Job, end: End) -> None:
        current = job is self._arranging
        if current:
            self._arranging = None
        if end.value is not None:
            self._keep(job.tag, end.value)
        if not current or self.table is None or self.table.run is None:
            return
        if end.value is None:
            self.map_panel.method.setCurrentIndex(list(METHODS).index("pca"))
            self.map_panel.mapped = None
            if end.error is not None:
                self.context.tell(message_of(end.error, end.details))
        self._choices_changed()

    def _cluster(self, table: ItemTable) -> None:
        panel = self.map_panel
        if panel.chosen_colour != "cluster":
            return
        k = panel.chosen_k
        key = self._key("clusters", k)
        if key in self._kept:
            panel.show_clusters(self._kept[key].labels)
            return
        self._clusterings.ask(clustering(table, panel.chosen_vectors, k), partial(self._clustered, self._asked, key))

    def _clustered(self, asked: int, key: tuple[Any, ...], end: End) -> None:
        if asked != self._asked or end.value is None:
            return
        found: Clusters = end.value
        self._keep(key, found)
        if key == self._key("clusters", self.map_panel.chosen_k):
            self.map_panel.show_clusters(found.labels)

    # --- choosing many ------------------------------------------------------------------------------------------

    def _narrow(self, items: npt.NDArray[np.int64]) -> None:
        """Items were chosen on the map; none lets go."""
        if self.table is None:
            return
        within = np.zeros(len(self.table.names), np.bool_)
        within[items] = True
        self.list_panel.restrict(within if len(items) else None)

    def _let_go(self) -> None:
        self.map_panel.legend.let_go()
        self.list_panel.table.clearSelection()
        self.list_panel.restrict(None)

    def _light(self) -> None:
        if self.table is not None and self.list_panel.model.total:
            self.map_panel.light(self.list_panel.lit())

    # --- the item in view ---------------------------------------------------------------------------------------

    def _pin(self, item: int) -> None:
        if self.table is not None and item != self.item:
            self.context.session.pin_item(self.table.interactions.items.id(item))

    def _pin_user(self, user: int) -> None:
        if self.table is not None:
            self.context.session.pin(self.table.interactions.users.id(user))

    def _item_changed(self) -> None:
        table = self.table
        if table is None or not len(table.names):
            return
        asked = self.context.session.item
        row = int(table.popularity.counts.argmax()) if asked is None else table.interactions.items.row(asked)
        if row is None:
            text = f"The data do not hold the item {cell(str(asked), 40)}"
            self.item = -1
            self.item_panel.show_nothing(text)
            self.map_panel.pin(-1)
        elif row != self.item:
            self.item = row
            self.list_panel.choose(row)
            self.map_panel.pin(row)
            self._light()
            self._look()

    def _look(self) -> None:
        """Look at the item in view through the vectors that are chosen."""
        table, item = self.table, self.item
        if table is None or item < 0:
            return
        work = viewing_item(table, item, self.map_panel.chosen_vectors)
        self._views.ask(work, partial(self._show_item, self._asked))

    def _show_item(self, asked: int, end: End) -> None:
        if asked != self._asked or self.table is None:
            return
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
        elif end.value is not None and end.value.item == self.item:
            self.item_panel.show_item(end.value, self.table)


def no_map(table: ItemTable) -> str:
    """Why there is no map; empty when there is one."""
    if table.run is None:
        return "The map shows what a model has learned of the items. Train one, or choose a run."
    if not table.tables:
        name = MODELS[table.run.plan.model.name].label
        return (
            f"{name} learns no vector for an item, so there is no map and nothing is nearest. "
            "How often the items were met, and by whom, is here all the same."
        )
    return ""
