"""The targets as cards: picture, name, what it is, what it opens in; one is chosen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.export import TARGETS, Target
from core.export.facts import Facts
from workbench.icons import pixmap
from workbench.theme import Theme
from workbench.widgets.parts import label, tip

ICONS = {
    "model": "file",
    "onnx": "sequences",
    "embeddings": "items",
    "recommendations": "users",
    "metrics": "data",
    "tensorboard": "train",
    "report": "guide",
    "repeat": "reset",
    "bundle": "export",
}
PICTURE = 22


class TargetCard(QPushButton):
    """One target."""

    def __init__(self, theme: Theme, key: str, target: Target) -> None:
        super().__init__()
        self._theme, self.key, self._target = theme, key, target
        self.setProperty("role", "target")
        self.setCheckable(True)
        self.setAccessibleName(target.label)
        self.setAccessibleDescription(f"{target.help} Opens in: {target.opens_in}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._name, self._help = label(target.label, "section"), label(target.help, wrap=True)
        self._opens = label(target.opens_in, "caption", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        for each in (self._name, self._help, self._opens):
            words.addWidget(each)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        for child in (self._picture, self._name, self._help, self._opens):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self._tint)
        self.toggled.connect(lambda _: self._tint())
        self._tint()

    def show_fit(self, unfit: str) -> None:
        """Grey with the reason when the run has no such thing."""
        self.setEnabled(not unfit)
        self._opens.setText(unfit or self._target.opens_in)
        self.setToolTip(tip(unfit))
        self._fit_height()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room, as high as its words."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The words wrap anew."""
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        inside = self.layout()
        if inside is not None:
            inside.invalidate()
            self.setFixedHeight(max(inside.heightForWidth(self.width()), 56))

    def _tint(self) -> None:
        colours = self._theme.colours
        self._picture.setPixmap(pixmap(ICONS[self.key], colours.accent if self.isChecked() else colours.muted, PICTURE))


class TargetCards(QWidget):
    """All targets, one below the other; arrows go from one to the next.

    Signals:
        chosen: key of the target, when it was changed.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.cards: dict[str, TargetCard] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(8)
        for key, target in TARGETS.items():
            card = TargetCard(theme, key, target)
            card.clicked.connect(lambda _=False, key=key: self.choose(key))
            self._group.addButton(card)
            column.addWidget(card)
            self.cards[key] = card
        column.addStretch(1)
        self.key = next(iter(TARGETS))
        self.cards[self.key].setChecked(True)

    def show_facts(self, facts: Facts) -> None:
        """Grey what the run cannot be exported as; the choice moves to the first that it can."""
        for key, card in self.cards.items():
            card.show_fit(TARGETS[key].unfit(facts))
        if not self.cards[self.key].isEnabled():
            self.choose(next(key for key, card in self.cards.items() if card.isEnabled()))

    def choose(self, key: str) -> None:
        """Choose a target."""
        self.cards[key].setChecked(True)
        if key != self.key:
            self.key = key
            self.chosen.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Up and Down choose the card before and after."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        usable = [key for key, card in self.cards.items() if card.isEnabled()]
        if step is None or self.key not in usable:
            super().keyPressEvent(event)
            return
        key = usable[min(max(usable.index(self.key) + step, 0), len(usable) - 1)]
        self.cards[key].setFocus()
        self.choose(key)
