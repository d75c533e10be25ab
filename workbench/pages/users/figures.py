"""The figures of one user: rank, Hit@k, AUC and how much is known, of one run or two."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.forms.editors import StillCombo
from workbench.jobs.user_lists import UserView
from workbench.widgets.parts import FigureCard, label
from workbench.words import score

KS = (1, 5, 10, 20, 50, 100)
DEFAULT = 10
NONE = "–"


class Figures(QWidget):
    """Four cards; k is chosen beside them.

    Signals:
        k_changed: another k was chosen by hand.
    """

    k_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.rank = FigureCard("rank of the held-out item", help="1 + the items that score higher or equal")
        self.hit = FigureCard("Hit@10", help="1 when a held-out item is among the first k, else 0")
        self.auc = FigureCard("AUC", help="Share of the items competing with it that the held-out item is ahead of")
        self.known = FigureCard("items known", help="Items met before the test: training and validation")
        self.k = StillCombo()
        self.k.setAccessibleName("k of Hit@k")
        self.k.setFixedWidth(64)
        for k in KS:
            self.k.addItem(str(k), k)
        self.k.setCurrentIndex(KS.index(DEFAULT))
        self.k.activated.connect(lambda _: self._changed())
        self._views: tuple[UserView | None, UserView | None] = (None, None)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for card, stretch in ((self.rank, 4), (self.hit, 3), (self.auc, 4), (self.known, 3)):
            row.addWidget(card, stretch)
        self.k_label = label("Hit@", "muted")
        self.k_label.setBuddy(self.k)

    def show_views(self, a: UserView | None, b: UserView | None) -> None:
        """Show the figures of A, and of B where there is one."""
        self._views = (a, b)
        k = int(self.k.currentData())
        sampled = " (sampled)" if a is not None and a.placing.sampled else ""
        self.rank.name.setText(f"rank of the held-out item{sampled}")
        self.hit.name.setText(f"Hit@{k}{sampled}")
        self.auc.name.setText(f"AUC{sampled}")
        views = [view for view in (a, b) if view is not None]
        self.rank.value.setText(_both([NONE if v.placing.rank is None else f"{v.placing.rank:,}" for v in views]))
        self.hit.value.setText(_both([_hit(view, k) for view in views]))
        self.auc.value.setText(_both([score(view.placing.auc) for view in views]))
        self.known.value.setText(f"{len(a.history):,}" if a is not None else NONE)

    def _changed(self) -> None:
        self.show_views(*self._views)
        self.k_changed.emit(int(self.k.currentData()))


def _hit(view: UserView, k: int) -> str:
    hit = view.placing.hit(k)
    return NONE if hit is None else str(int(hit))


def _both(texts: list[str]) -> str:
    """``9``, or ``A 9 · B 41``."""
    if len(texts) < 2:
        return texts[0] if texts else NONE
    return f"A {texts[0]} · B {texts[1]}"
