"""Two runs user by user: a scatter of one against the other, and who gained and lost most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from core.insight.changed import RANK, UserPairs
from core.text import count
from workbench.columns import Column
from workbench.jobs.run_details import SCATTERED, Pairing
from workbench.plots.scatter import Scatter
from workbench.session import Session
from workbench.tables.model import ColumnsModel
from workbench.tables.table import Table
from workbench.theme import Theme
from workbench.widgets.parts import label
from workbench.words import cell, metric_label, score

LISTED = 50
POPULARITY = "Popularity"
TITLES = {RANK: "Rank of the held-out item"}


class UsersPanel(QWidget):
    """Scatter on the left, the most-changed users on the right; a click pins."""

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self.pairing: Pairing | None = None
        self.pairs: UserPairs | None = None
        self._names = ("", "")
        self.metrics = QComboBox()
        self.metrics.setAccessibleName("Metric of the users")
        for name in SCATTERED:
            self.metrics.addItem(TITLES.get(name, metric_label(name)), name)
        self.metrics.activated.connect(lambda _: self._show())
        self.caption = label("", "caption", wrap=True, selectable=True)
        self.scatter = Scatter(theme, "Users, one run against the other")
        self.scatter.picked.connect(self._pick)
        self.gained, self.lost = ColumnsModel(), ColumnsModel()
        self.gained_table, self.lost_table = Table(self.gained, "Gained most"), Table(self.lost, "Lost most")
        self._rows: dict[int, npt.NDArray[np.int64]] = {}
        for table, model in ((self.gained_table, self.gained), (self.lost_table, self.lost)):
            table.clicked.connect(lambda index, model=model: self._pick_row(model, model.row_at(index.row())))
            table.opened.connect(lambda row, model=model: self._pick_row(model, row))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.metrics)
        row.addWidget(self.caption, 1)
        lists = QHBoxLayout()
        lists.setSpacing(8)
        self.gained_title, self.lost_title = label("Better in B", "section"), label("Worse in B", "section")
        for title, table in ((self.gained_title, self.gained_table), (self.lost_title, self.lost_table)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(title)
            column.addWidget(table, 1)
            lists.addLayout(column, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.scatter, 5)
        below.addLayout(lists, 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(row)
        whole.addLayout(below, 1)
        session.user_changed.connect(self._ring)

    def show_pairing(self, pairing: Pairing | None, first: str, second: str) -> None:
        """Show two runs; ``first`` and ``second`` are what they are called."""
        self.pairing, self._names = pairing, (first, second)
        self._show()

    def say(self, text: str) -> None:
        """Say why there is nothing to be seen."""
        self.pairing = None
        self._show()
        self.caption.setText(text)

    def _show(self) -> None:
        name = self.metrics.currentData()
        self.pairs = self.pairing.pairs.get(name) if self.pairing is not None else None
        self.metrics.setEnabled(self.pairing is not None)
        nothing = np.zeros(0)
        pairs = self.pairs
        if pairs is None or self.pairing is None:
            self.scatter.show_points(nothing, nothing, str)
            self.gained.replace(())
            self.lost.replace(())
            self.caption.setText("")
            return
        letters, names = self._letters(), [cell(each, 30) for each in self._names]
        alone = letters[0] == POPULARITY
        where = f"than {POPULARITY}" if alone else "in B"
        self.scatter.name_axes(*(names if alone else [f"A: {names[0]}", f"B: {names[1]}"]))
        drawn = self.scatter.show_points(pairs.first, pairs.second, self._words, name == RANK)
        better, worse = int((pairs.gains > 0).sum()), int((pairs.gains < 0).sum())
        some = f", {drawn:,} of them drawn" if drawn < len(pairs.users) else ""
        self.caption.setText(
            f"{self.pairing.part.capitalize()} part, {count(len(pairs.users), 'user')}{some}: {better:,} better "
            f"{where}, {worse:,} worse, {len(pairs.users) - better - worse:,} alike"
            + "".join(f". {note}" for note in self.pairing.notes)
        )
        self.gained_title.setText(f"Better {where}")
        self.lost_title.setText(f"Worse {where}")
        self._fill(self.gained, self.gained_table, pairs.gained(LISTED))
        self._fill(self.lost, self.lost_table, pairs.lost(LISTED))
        self._ring()

    def _letters(self) -> tuple[str, str]:
        alone = self.pairing is not None and self.pairing.first == "popularity"
        return (POPULARITY, "the run") if alone else ("A", "B")

    def _fill(self, model: ColumnsModel, table: Table, rows: npt.NDArray[np.int64]) -> None:
        assert self.pairs is not None
        self._rows[id(model)] = rows
        show = whole if self.pairs.metric == RANK else score
        letters = self._letters()
        short = ("Pop.", "Run") if letters[0] == POPULARITY else letters
        users = pa.array([self.pairs.users[row] for row in rows], pa.large_string())
        model.replace(
            [
                Column("User", users, lambda text: cell(text, 60)),
                Column(short[0], self.pairs.first[rows], show, True),
                Column(short[1], self.pairs.second[rows], show, True),
            ]
        )
        table.set_widths([70, 54, 54], 0)

    def _words(self, place: int) -> str:
        assert self.pairs is not None
        show = whole if self.pairs.metric == RANK else score
        letters = self._letters()
        return (
            f"user {cell(self.pairs.users[place], 60)}\n{letters[0]} {show(float(self.pairs.first[place]))}, "
            f"{letters[1]} {show(float(self.pairs.second[place]))}\nClick to pin"
        )

    def _pick(self, place: int) -> None:
        if self.pairs is not None and place < len(self.pairs.users):
            self._session.pin(self.pairs.users[place])

    def _pick_row(self, model: ColumnsModel, row: int) -> None:
        rows = self._rows.get(id(model))
        if rows is not None and row < len(rows):
            self._pick(int(rows[row]))

    def _ring(self) -> None:
        user = self._session.user
        pairs = self.pairs
        self.scatter.pin(pairs.users.index(user) if pairs is not None and user in pairs.users else None)


def whole(value: float) -> str:
    """A rank."""
    return f"{int(value):,}" if value == value else "–"
