"""The topics as a tree of groups, narrowed to those that hold the words typed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QTreeWidget, QTreeWidgetItem

from workbench.pages.guide.topics import GROUPS, Topic
from workbench.theme import Theme
from workbench.widgets.parts import tip

KEY = Qt.ItemDataRole.UserRole


class TopicTree(QTreeWidget):
    """Groups that fold, with their topics.

    Signals:
        chosen: a topic was chosen by hand, by its key.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, topics: Mapping[str, Topic]) -> None:
        super().__init__()
        self._theme = theme
        self._topics = topics
        self._items: dict[str, QTreeWidgetItem] = {}
        self._telling = True
        self.setHeaderHidden(True)
        self.setAccessibleName("Topics")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(10)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        groups: dict[str, QTreeWidgetItem] = {}
        for word, name in GROUPS.items():
            group = QTreeWidgetItem([name])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = self.font()
            font.setBold(True)
            group.setFont(0, font)
            groups[word] = group
            self.addTopLevelItem(group)
        for key, topic in topics.items():
            item = QTreeWidgetItem([topic.title.partition(":")[0]])
            item.setData(0, KEY, key)
            item.setToolTip(0, tip(topic.title))
            self._items[key] = item
            groups[topic.group].addChild(item)
        self.expandAll()
        self.currentItemChanged.connect(lambda item, _: self._tell(item))
        self.itemClicked.connect(lambda item, _: self._clicked(item))
        theme.changed.connect(self._tint)
        self._tint()

    def choose(self, key: str) -> None:
        """Mark a topic without telling; what the search hides is shown again."""
        item = self._items[key]
        self._telling = False
        item.setHidden(False)
        parent = item.parent()
        if parent is not None:
            parent.setHidden(False)
            parent.setExpanded(True)
        self.setCurrentItem(item)
        self.scrollToItem(item)
        self._telling = True

    def narrow(self, words: str) -> list[str]:
        """Show the topics that hold all words; gives their keys, those with the words in the title first."""
        found = [key for key, topic in self._topics.items() if topic.holds(words)]
        for key, item in self._items.items():
            item.setHidden(key not in found)
        for at in range(self.topLevelItemCount()):
            group = self.topLevelItem(at)
            assert group is not None
            children = [group.child(each) for each in range(group.childCount())]
            group.setHidden(all(child is None or child.isHidden() for child in children))
            group.setExpanded(True)
        asked = words.casefold().split()
        return sorted(found, key=lambda key: not all(word in self._topics[key].title.casefold() for word in asked))

    def _tint(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            "QTreeView { background: transparent; outline: 0; show-decoration-selected: 0; }"
            "QTreeView::branch { background: transparent; }"
            "QTreeView::item { padding: 3px 4px; border: none; border-radius: 4px; }"
            f"QTreeView::item:selected {{ background: {colours.selected}; color: {colours.text}; }}"
        )

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if item.parent() is None:
            item.setExpanded(not item.isExpanded())
        self._tell(item)

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        key = item.data(0, KEY) if item is not None else None
        if self._telling and key:
            self.chosen.emit(key)
