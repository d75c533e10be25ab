"""How the Users page divides its room: the finder, the lists of one run or two, reasons and scores below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from workbench.widgets.parts import Card


class UsersLayout(QWidget):
    """Places the parts; what stands between them can be moved.

    Args:
        finder: at the left.
        above: below each other over the lists.
        lists: the history, the list of A, the list of B.
        reasons: below the lists.
        scores: of A and B, in a card of their own.
    """

    def __init__(
        self,
        finder: QWidget,
        above: Sequence[QWidget],
        lists: Sequence[QWidget],
        reasons: QWidget,
        scores: Sequence[QWidget],
    ) -> None:
        super().__init__()
        self._two: bool | None = None
        self._lists, self._below = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Horizontal)
        for at, (part, stretch) in enumerate(zip(lists, (4, 5, 5), strict=True)):
            self._lists.addWidget(part)
            self._lists.setStretchFactor(at, stretch)
        self.scores_card = Card("Scores of the whole catalogue")
        side_by_side = QHBoxLayout()
        for each in scores:
            side_by_side.addWidget(each, 1)
        self.scores_card.body.addLayout(side_by_side, 1)
        for at, part in enumerate((reasons, self.scores_card)):
            self._below.addWidget(part)
            self._below.setStretchFactor(at, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        for at, (part, stretch) in enumerate(((self._lists, 3), (self._below, 1))):
            parts.addWidget(part)
            parts.setStretchFactor(at, stretch)
        for splitter in (self._lists, self._below, parts):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(8)
        parts.setSizes([400, 240])
        right = QVBoxLayout()
        right.setSpacing(8)
        for part in above:
            right.addWidget(part)
        right.addWidget(parts, 1)
        across = QHBoxLayout(self)
        across.setContentsMargins(16, 0, 16, 12)
        across.setSpacing(8)
        across.addWidget(finder)
        across.addLayout(right, 1)
        self.share_room(False)

    def share_room(self, two: bool) -> None:
        """Divide the width: two lists leave less for the history."""
        if two is not self._two:
            self._two = two
            self._lists.setSizes([260, 400, 460] if two else [480, 520, 0])
            self._below.setSizes([360, 640] if two else [500, 500])
