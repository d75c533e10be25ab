"""Why an item is on a list: the items of the history that speak for it, with their shares as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.interactions import Interactions
from core.text import short
from workbench.pages.users.texts import texts, titles
from workbench.tables.bars import BarDelegate
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.theme import Theme
from workbench.widgets.parts import Card, label
from workbench.words import cell

if TYPE_CHECKING:
    from core.insight.why import Reason

ASK = "Choose an item of a list to see which items of the history speak for it."


class ReasonsPanel(Card):
    """A sentence and a small table."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Why")
        self.text = label(ASK, "muted", wrap=True, selectable=True)
        self.model = ColumnsModel()
        self.table = Table(self.model, "Items of the history that speak for the chosen item")
        self.table.horizontalHeader().hide()
        self._bars = BarDelegate(theme, self.model, self.table)
        self.body.addWidget(self.text)
        self.body.addWidget(self.table, 1)
        self.body.addStretch()
        theme.changed.connect(self.table.viewport().update)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No item is chosen."""
        self.say(ASK)

    def say(self, text: str) -> None:
        """Show a sentence alone."""
        self.model.replace(())
        self.table.hide()
        self.text.setText(text)
        self.text.show()

    def show_reasons(self, found: tuple[Reason, ...], item: int, interactions: Interactions, run: str) -> None:
        """Show what speaks for an item."""
        name = cell(titles(interactions, np.array([item], np.int32))[0], 60)
        if not found:
            self.say(f"Nothing in the history speaks for {name}.")
            return
        self.text.setText(f"For {name} speak, {run}:")
        names = titles(interactions, np.array([each.item for each in found], np.int32))
        shares = np.array([each.share for each in found])
        help = "Part of all that speaks for the item, over the whole history"
        self.model.replace(
            [Column("Item of the history", texts(names), cell), Column("Share", shares, _percent, True, help)]
        )
        self.table.setItemDelegateForColumn(1, self._bars)
        self.table.set_widths([150, 110], 0)
        self.table.show()


def _percent(share: float) -> str:
    return f"{short(100 * share)} %"
