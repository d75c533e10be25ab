"""Labels and buttons that cut what there is no room for with an ellipsis; the whole text is in the tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy

from workbench.widgets.parts import Card, tip

LEAST = 40


class ElidedLabel(QLabel):
    """One line of plain text; ``whole`` keeps all of it."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__()
        self.whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show another text."""
        self.whole = text
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """There is more or less room."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few letters are enough."""
        return QSize(LEAST, super().minimumSizeHint().height())

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, max(self.width(), 1))
        if shown != self.text():
            self.setText(shown)
            self.setToolTip(tip(self.whole) if shown != self.whole else "")


def elide_caption(card: Card) -> ElidedLabel:
    """Let the words beside a card's title be as short as there is room, so that the card does not ask for theirs."""
    words = ElidedLabel(card.caption.text(), "caption")
    card.head.replaceWidget(card.caption, words)
    card.caption.deleteLater()
    for at in range(card.head.count()):
        item = card.head.itemAt(at)
        if item is not None:
            card.head.setStretch(at, 1 if item.widget() is words else 0)
    return words


class ElidedButton(QPushButton):
    """A button with a line of text from data, on the left."""

    PADDING = 28

    def __init__(self) -> None:
        super().__init__()
        self.whole = ""
        self.setStyleSheet("text-align: left;")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show another text."""
        self.whole = text
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is more or less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(self.width() - self.PADDING, 1)
        shown = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, room)
        if self.text() != shown.replace("&", "&&"):
            self.setText(shown.replace("&", "&&"))
