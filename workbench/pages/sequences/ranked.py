"""The ranked list after a window: places, titles, scores, the true next items marked, arrows for what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from workbench.jobs.sequencing import Looked, Sequenced
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.motion import RowMotion
from workbench.tables.table import Table
from workbench.widgets.elided import elide_caption
from workbench.widgets.parts import Card
from workbench.words import cell, column_numbers

if TYPE_CHECKING:
    from core.insight.timeline import Windows

NEW = np.iinfo(np.int32).max


class RankedCard(Card):
    """One list; a double click or Enter on a row puts its item into the window."""

    def __init__(self) -> None:
        super().__init__("Prediction", " ")
        self.model = ColumnsModel()
        self.table = Table(self.model, "Prediction after this window")
        self.body.addWidget(self.table, 1)
        self.words = elide_caption(self)
        self.motion = RowMotion(self.table)
        self.looked: Looked | None = None

    def show_looked(self, looked: Looked, windows: Windows, sequenced: Sequenced) -> None:
        """Show what is predicted after a window; rows glide when the same window was edited."""
        same = self.looked is not None and self.looked.at == looked.at
        if same and self.looked is not None:
            self.motion.before(self.looked.prediction.items[self.model.order].tolist())
        self.looked = looked
        prediction = looked.prediction
        true_next = windows.timeline.items[looked.window.true_next]
        marked = np.isin(prediction.items, true_next)
        names = sequenced.names.take(pa.array(prediction.items)).to_pylist()
        first = int(true_next[0]) if len(true_next) else -1
        words = {True: "came next", False: "came soon after"}
        titles = [
            f"▸ {name} ({words[int(item) == first]})" if each else name
            for name, each, item in zip(names, marked, prediction.items, strict=True)
        ]
        columns = [
            Column("#", prediction.places, lambda value: f"{value:,}", True),
            Column("Item", pa.array(titles, pa.large_string()), cell),
            Column("Score", prediction.scores, column_numbers(prediction.scores), True, first_down=True),
        ]
        widths = [52, 200, 66]
        if looked.gone_up is not None:
            help = "Places up or down against the list of the unedited window; new: it was not listed"
            columns.insert(1, Column("Moved", looked.gone_up, arrow, False, help, True))
            widths.insert(1, 66)
        bar = self.table.verticalScrollBar()
        scrolled = bar.value()
        self.model.replace(columns, np.flatnonzero(marked).tolist())
        self.table.set_widths(widths, len(columns) - 2)
        bar.setValue(scrolled)
        if same:
            self.motion.after(prediction.items.tolist())
        self.words.show_text(caption(looked, windows))

    def clear(self, words: str = " ") -> None:
        """Show nothing, and say why."""
        self.looked = None
        self.model.replace(())
        self.words.show_text(words)


def caption(looked: Looked, windows: Windows) -> str:
    """Where the next item stands."""
    prediction = looked.prediction
    true_next = windows.timeline.items[looked.window.true_next]
    if not len(true_next):
        return f"{prediction.candidates:,} items ranked; what comes next is not known"
    place = f"the item that came next is at {int(prediction.every[true_next[0]]):,} of {prediction.candidates:,}"
    if looked.gone_up is not None:
        moved = int((looked.gone_up[: prediction.shown] != 0).sum())
        return f"edited: {moved} of {min(prediction.shown, prediction.candidates)} moved; {place}"
    return place


def arrow(gone_up: int) -> str:
    """``▲ 3``, ``▼ 2``, ``=`` or ``new``."""
    if gone_up == NEW:
        return "new"
    if gone_up == 0:
        return "="
    return f"▲ {gone_up:,}" if gone_up > 0 else f"▼ {-gone_up:,}"
