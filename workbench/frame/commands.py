"""What the command palette offers: the actions of the menus, files opened lately, topics of the guide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.page import Context
from workbench.words import cell


def found_commands(window: QWidget, context: Context, topics: bool) -> dict[str, Callable[[], object]]:
    """What can be done, by what it is called, with its keys after a tab.

    Args:
        topics: offer the guide's topics too; reading them loads what draws.
    """
    found: dict[str, Callable[[], object]] = {}
    for action in window.findChildren(QAction, options=Qt.FindChildOption.FindDirectChildrenOnly):
        text = action.text().replace("&", "")
        if text and action.isEnabled():
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            found[f"{text}\t{keys}"] = action.trigger
    for path in context.settings.recent():
        found[f"Open {cell(path, 80)}\t"] = partial(context.open_data, path)
    if topics:
        from workbench.pages.guide.topics import read_topics

        for key, topic in read_topics().items():
            found[f"Explain: {topic.title}\t"] = partial(context.explain, key)
    return found


def show_palette(window: QWidget, context: Context, commands: dict[str, Callable[[], object]]) -> None:
    """Open the palette over the window."""
    from workbench.searching import PaletteSearch
    from workbench.widgets.palette import CommandPalette

    palette = CommandPalette(window, commands)
    PaletteSearch(context, palette)
    palette.exec()
