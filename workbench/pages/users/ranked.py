"""The ranked list of one run, with the held-out item in sight wherever it stands."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent

from core.data.interactions import Interactions
from core.insight.placing import Placing
from workbench.jobs.user_lists import UserView
from workbench.pages.users.rows import GAP, ListRows, list_rows
from workbench.pages.users.texts import move, texts, titles
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.elided import ElidedButton, ElidedLabel
from workbench.widgets.parts import Card, tip
from workbench.words import cell, column_numbers

LENGTH = 200
"""Places that are shown before the gap."""
NOTHING = np.iinfo(np.int64).min + 1
"""The move of a row that is no item."""
WIDTHS = {"#": 48, "All": 48, "Moved": 60, "Score": 72}
"""Pixels of the columns of numbers."""
ROOM = 110
"""Pixels that the titles are to have before the scores are shown."""


class RankedPanel(Card):
    """One list.

    Signals:
        item_chosen, item_opened: an item row was clicked, double-clicked.
    """

    item_chosen = Signal(int)
    item_opened = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows: ListRows | None = None
        self.ranked = ColumnsModel()
        self.table = Table(self.ranked, f"Ranked list of run {name}")
        self.table.chosen.connect(lambda row: self._tell(row, self.item_chosen))
        self.table.opened.connect(lambda row: self._tell(row, self.item_opened))
        self.held = ElidedButton()
        self.held.clicked.connect(lambda: self.show_held_out())
        self.name = ElidedLabel(f"Ranked list {name}", "section")
        self.body.addWidget(self.name)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.held)

    def say(self, text: str) -> None:
        """Show no list but why there is none."""
        self.rows = None
        self.ranked.replace(())
        self.held.show_text(text)
        self.held.setEnabled(False)

    def show_list(
        self,
        view: UserView,
        interactions: Interactions,
        with_met: bool,
        pinned: int | None,
        moves: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Show a user's list.

        Args:
            pinned: an item row that is shown wherever it stands.
            moves: places that each item is higher than in the other run, ``[items]``.
        """
        placing = view.placing
        rows = list_rows(placing, LENGTH, with_met, () if pinned is None else (pinned,))
        self.rows = rows
        items, gap = np.maximum(rows.items, 0), rows.items == GAP
        columns = [
            Column("#", np.where(gap, GAP, placing.places[items]), _place, True, "Place among what is ranked"),
            Column("Item", texts(row_names(placing, rows, interactions, pinned)), cell),
        ]
        if moves is not None:
            told = np.where(gap | (placing.places[items] == 0), NOTHING, moves[items])
            help = "Places higher (+) or lower (−) than in run A"
            columns.append(Column("Moved", told, _moved, True, help, first_down=True))
        scores = np.where(gap, np.nan, placing.scores[items].astype(np.float64))
        columns.append(Column("Score", scores, column_numbers(scores), True, first_down=True))
        if with_met:
            among = np.where(gap, GAP, placing.among_all[items])
            columns.insert(1, Column("All", among, _place, True, "Place among all items, met ones counted too"))
        held = np.flatnonzero(np.isin(rows.items, placing.held_out) & ~gap)
        faint = np.flatnonzero(placing.known[items] & ~gap & ~np.isin(rows.items, placing.held_out))
        self.ranked.replace(columns, held.tolist(), faint.tolist(), rows.gaps)
        self.table.set_widths([WIDTHS.get(column.title, 160) for column in columns], 2 if with_met else 1)
        self._fit()
        self._show_held(placing, interactions)

    def _show_held(self, placing: Placing, interactions: Interactions) -> None:
        if not len(placing.held_out):
            self.held.show_text("No item of this user is held out")
            self.held.setEnabled(False)
            return
        best = placing.held_out[np.argmin(placing.places[placing.held_out])]
        name = titles(interactions, np.array([best], np.int32))[0]
        more = f", and {len(placing.held_out) - 1:,} more held out" if len(placing.held_out) > 1 else ""
        among = " candidates (sampled)" if placing.sampled else ""
        self.held.show_text(f"▸ {placing.places[best]:,} of {placing.ranked:,}{among}: {cell(name, 60)}{more}")
        self.held.setToolTip(tip(f"The held-out item. A click goes to it.\n{cell(name, 400)}"))
        self.held.setEnabled(True)

    def show_held_out(self) -> None:
        """Go to the held-out item."""
        if self.rows is not None and self.ranked.marked:
            self.table.choose(min(self.ranked.marked))
            self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is little room the scores go first; copying has them all the same."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        fixed = sum(WIDTHS.get(column.title, 0) for column in self.ranked.columns)
        for at, column in enumerate(self.ranked.columns):
            if column.title == "Score":
                self.table.setColumnHidden(at, self.table.width() < fixed + ROOM)

    def _tell(self, row: int, signal: object) -> None:
        if self.rows is not None and row < len(self.rows.items) and self.rows.items[row] != GAP:
            signal.emit(int(self.rows.items[row]))  # type: ignore[attr-defined]


def row_names(placing: Placing, rows: ListRows, interactions: Interactions, pinned: int | None) -> list[str]:
    """What stands in the item column."""
    names = titles(interactions, np.maximum(rows.items, 0))
    held = set(placing.held_out.tolist())
    found = []
    for item, left_out, name in zip(rows.items.tolist(), rows.left_out.tolist(), names, strict=True):
        if item == GAP:
            found.append(f"… {left_out:,} more")
        elif item in held:
            found.append(f"▸ {cell(name)} (held out)")
        elif item == pinned:
            found.append(f"• {cell(name)} (pinned)")
        else:
            found.append(name)
    return found


def _place(value: int) -> str:
    return f"{value:,}" if value > 0 else "met" if value == 0 else ""


def _moved(value: int) -> str:
    return "" if value == NOTHING else move(int(value))
