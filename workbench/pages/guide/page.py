"""The Guide page: topics on the left, the text, and beside it a drawing to play with."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox, QSplitter, QWidget

from workbench.page import Context, Message, Page
from workbench.pages import PAGES
from workbench.pages.guide.browser import TopicBrowser
from workbench.pages.guide.drawings import Drawing, drawn, make_drawing
from workbench.pages.guide.topics import START, nearest, read_topics
from workbench.pages.guide.tree import TopicTree
from workbench.pages.guide.trying import plan_of
from workbench.widgets.parts import Card, IconButton, button, label
from workbench.words import cell

TREE_WIDTHS = (172, 208, 264)
STEPS = (840, 1240)
"""From these widths on there is room for a wider tree."""
WIDGET_MOST = (1 << 24) - 1
WIDEST_TEXT = 720
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
MOST_VISITED = 200


class GuidePage(Page):
    """Reads aloud what a topic is; other pages open it through ``context.explain``."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.topics = read_topics()
        self.topic = ""
        self._before: list[str] = []
        self._after: list[str] = []
        self._drawings: dict[str, Drawing] = {}
        self.tree = TopicTree(context.theme, self.topics)
        self.tree.chosen.connect(self.visit)
        self.text = TopicBrowser(context.theme)
        self.text.asked.connect(self.follow)
        self.drawing_card = Card()
        self.drawing_card.setMinimumWidth(304)
        self.drawing_card.body.addStretch(1)
        across = QHBoxLayout(self)
        across.setContentsMargins(16, 0, 16, 12)
        across.setSpacing(8)
        self.topics_card = self._topics_card()
        across.addWidget(self.topics_card)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.setChildrenCollapsible(False)
        self.parts.setHandleWidth(8)
        self.text_card = self._text_card()
        self.parts.addWidget(self.text_card)
        self.parts.addWidget(self.drawing_card)
        self.parts.setSizes([560, 440])
        across.addWidget(self.parts, 1)
        for keys, slot in (
            (QKeySequence(Qt.Modifier.ALT | Qt.Key.Key_Left), self.back),
            (QKeySequence(Qt.Modifier.ALT | Qt.Key.Key_Right), self.forward),
            (QKeySequence(QKeySequence.StandardKey.Find), self._find),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self.setFocusProxy(self.tree)
        context.session.topic_changed.connect(lambda: self.visit(context.session.topic))
        self.visit(context.session.topic or context.settings.text("guide", START))

    def _topics_card(self) -> Card:
        card = Card()
        card.setFixedWidth(TREE_WIDTHS[0])
        card.body.setContentsMargins(8, 8, 4, 8)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search titles and texts")
        self.search.setAccessibleName("Search the guide")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._take_first)
        self.none = label("No topic holds these words.", "caption", wrap=True)
        self.none.hide()
        card.body.addWidget(self.search)
        card.body.addWidget(self.none)
        card.body.addWidget(self.tree, 1)
        return card

    def _text_card(self) -> QWidget:
        self.back_button = IconButton(self.context.theme, "back", "Back (Alt+Left)", self.back)
        self.forward_button = IconButton(self.context.theme, "forward", "Forward (Alt+Right)", self.forward)
        self.group = label("", "caption")
        self.try_button = button("Try it", self._try)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.back_button)
        row.addWidget(self.forward_button)
        row.addWidget(self.group, 1)
        row.addWidget(self.try_button)
        card = Card()
        card.setMinimumWidth(280)
        card.body.setContentsMargins(8, 6, 8, 6)
        card.body.addLayout(row)
        across = QHBoxLayout()
        across.addWidget(self.text, 1000)
        across.addStretch(1)
        card.body.addLayout(across, 1)
        self.text.setMaximumWidth(WIDEST_TEXT)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the tree what room there is."""
        super().resizeEvent(event)
        self.topics_card.setFixedWidth(TREE_WIDTHS[sum(self.width() >= step for step in STEPS)])

    # --- going from topic to topic ------------------------------------------------------------------------------

    def visit(self, asked: str) -> None:
        """Show a topic, or the one nearest to it, and remember the one before."""
        key = nearest(asked, self.topics)
        if key == self.topic:
            return
        if self.topic:
            self._before = [*self._before, self.topic][-MOST_VISITED:]
        self._after = []
        self._show(key)

    def back(self) -> None:
        """The topic before."""
        if self._before:
            self._after.append(self.topic)
            self._show(self._before.pop())

    def forward(self) -> None:
        """The topic that was left by going back."""
        if self._after:
            self._before.append(self.topic)
            self._show(self._after.pop())

    def follow(self, target: str) -> None:
        """A link of a text: another topic, a page of the window (``go:train``), or an address, which is asked about."""
        if target.startswith("go:"):
            if target[3:] in PAGES:
                self.context.go(target[3:])
        elif ADDRESS.match(target):
            if self.ask_to_leave(target):
                QDesktopServices.openUrl(QUrl(target))
        else:
            self.visit(target.partition("#")[0])

    def ask_to_leave(self, address: str) -> bool:
        """Whether an address may be opened in the browser."""
        box = QMessageBox(self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Rankscope")
        box.setText("Open this address in your browser?")
        box.setInformativeText(cell(address, 200))
        box.setStandardButtons(QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        answer = box.exec()
        box.deleteLater()
        return answer == int(QMessageBox.StandardButton.Open)

    def _show(self, key: str) -> None:
        self.topic = key
        topic = self.topics[key]
        self.tree.choose(key)
        self.text.show_topic(topic)
        self.text.reveal()
        self.back_button.setEnabled(bool(self._before))
        self.forward_button.setEnabled(bool(self._after))
        self.context.settings.keep("guide", key)
        self._name_try(key)
        self._show_drawing(key)

    def _show_drawing(self, key: str) -> None:
        asked = drawn(key)
        self.drawing_card.setVisible(asked is not None)
        self.text_card.setMaximumWidth(WIDEST_TEXT + 40 if asked is not None else WIDGET_MOST)
        shown = None
        if asked is not None:
            word, name = asked
            if word not in self._drawings:
                self._drawings[word] = make_drawing(word, self.context)
                # before the room that is left over on a large screen
                self.drawing_card.body.insertWidget(0, self._drawings[word], 1000)
            shown = self._drawings[word]
            shown.show_key(name)
        for each in self._drawings.values():
            each.setVisible(each is shown)

    # --- trying -------------------------------------------------------------------------------------------------

    def _name_try(self, key: str) -> None:
        word, _, name = key.partition(".")
        if word == "page" and name in PAGES and name != "guide":
            self.try_button.setText(f"Open {PAGES[name].label}")
            self.try_button.setToolTip("")
        else:
            self.try_button.setText("Try it")
            self.try_button.setToolTip("Put it into the form of the Train page")
        self.try_button.setVisible(plan_of(key) is not None or (word == "page" and name in PAGES and name != "guide"))

    def _try(self) -> None:
        plan = plan_of(self.topic)
        if plan is None:
            self.context.go(self.topic.partition(".")[2])
            return
        self.context.session.offer_plan(plan)
        self.context.go("train")
        self.context.tell(Message(f"{self.topics[self.topic].title} stands in the form; nothing was started."))

    # --- searching ----------------------------------------------------------------------------------------------

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _narrow(self, words: str) -> None:
        found = self.tree.narrow(words)
        self.none.setVisible(not found)
        self.text.mark_words(words)
        self.text.reveal()

    def _take_first(self) -> None:
        found = self.tree.narrow(self.search.text())
        if found:
            self.visit(found[0])
