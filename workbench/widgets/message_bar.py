"""One message at a time under the title: what happened, what to do, and the details to copy."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from workbench.icons import pixmap
from workbench.page import Message
from workbench.theme import Theme
from workbench.widgets.parts import IconButton, button, label, restyle

ICONS = {"note": "note", "good": "check", "warning": "warning", "error": "warning"}
COLOURS = {"note": "accent", "good": "good", "warning": "warning", "error": "error"}


class MessageBar(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.message: Message | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 0, 16, 8)
        self._frame = QFrame()
        self._frame.setObjectName("message")
        outer.addWidget(self._frame)
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(10)
        self._icon = QLabel()
        self.text = label(wrap=True, selectable=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.remedy = button("", self._mend, "primary")
        self.copy = IconButton(theme, "copy", "Copy details", self._copy)
        self.dismiss = IconButton(theme, "close", "Dismiss (Esc)", self.clear)
        row.addWidget(self._icon)
        row.addWidget(self.text, 1)
        for each in (self.remedy, self.copy, self.dismiss):
            row.addWidget(each)
        theme.changed.connect(self._tint)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Replace what was said."""
        self.message = message
        self.text.setText(message.text)
        restyle(self._frame, "kind", message.kind)
        self.remedy.setVisible(message.remedy is not None)
        if message.remedy is not None:
            self.remedy.setText(message.remedy.label)
        self.copy.setVisible(message.kind in ("error", "warning") or bool(message.details))
        self._tint()
        self.show()

    def clear(self) -> None:
        """Say nothing."""
        self.message = None
        self.hide()

    def _mend(self) -> None:
        remedy = self.message.remedy if self.message is not None else None
        self.clear()
        if remedy is not None:
            remedy.action()

    def _copy(self) -> None:
        if self.message is not None:
            QGuiApplication.clipboard().setText(self.message.details or self.message.text)

    def _tint(self) -> None:
        if self.message is not None:
            colour = str(getattr(self._theme.colours, COLOURS[self.message.kind]))
            self._icon.setPixmap(pixmap(ICONS[self.message.kind], colour, 18))
