"""The row over the lists: run B, which items are shown, where the user or the item is looked at more closely."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from workbench.page import Context
from workbench.pages.users.beside import BesideChooser
from workbench.pages.users.figures import Figures
from workbench.widgets.parts import IconButton, button, tip


class Controls(QWidget):
    """What is chosen for all lists of the page.

    Args:
        figures: their k is chosen here.
        to_sequences, to_item: open the user, or the chosen item, on the page of its own.

    Signals:
        met_toggled: met items are to be shown, or no longer.
        sampled_toggled: the user's candidates alone are to be ranked, or all items again.
    """

    met_toggled = Signal()
    sampled_toggled = Signal()

    def __init__(
        self, context: Context, figures: Figures, to_sequences: Callable[[], None], to_item: Callable[[], None]
    ) -> None:
        super().__init__()
        self.with_met = QCheckBox("Met items too")
        self.with_met.setToolTip(tip("Show what the user has met before, greyed, at its place among all items"))
        self.with_met.toggled.connect(lambda _: self.met_toggled.emit())
        self.sampled = QCheckBox("Among candidates")
        self.sampled.setToolTip(
            tip("Rank the user's candidate list alone, as the sampled protocol does, in place of the whole catalogue")
        )
        self.sampled.toggled.connect(lambda _: self.sampled_toggled.emit())
        self.sampled.hide()
        self.chooser = BesideChooser(context, self)
        self.to_sequences = button("Sequence", to_sequences, "chip", help="The user on the Sequences page")
        self.to_items = button("Item", to_item, "chip", help="The chosen item on the Items page")
        self.to_items.setEnabled(False)
        explain = IconButton(context.theme, "help", "What this page shows", lambda: context.explain("page.users"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.chooser.combo, 1)
        for widget in (
            self.with_met,
            self.sampled,
            figures.k_label,
            figures.k,
            self.to_sequences,
            self.to_items,
            explain,
        ):
            row.addWidget(widget)

    def offer_candidates(self, there: bool) -> None:
        """Offer to rank candidates alone where the run has some; where it has none all items are ranked."""
        self.sampled.setVisible(there)
        if not there:
            self.sampled.blockSignals(True)
            self.sampled.setChecked(False)
            self.sampled.blockSignals(False)
