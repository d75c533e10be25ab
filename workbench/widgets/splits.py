"""Where the splitters of a page stood at the end of the last session."""

from __future__ import annotations

from PySide6.QtWidgets import QSplitter, QWidget

from workbench.settings import Settings


def restore_splits(page: QWidget, key: str, settings: Settings) -> None:
    """Put the splitters of a page where they were left."""
    for name, splitter in _named(page):
        state = settings.state(f"split/{key}/{name}")
        if not state.isEmpty():
            splitter.restoreState(state)


def keep_splits(page: QWidget, key: str, settings: Settings) -> None:
    """Remember where the splitters of a page stand."""
    for name, splitter in _named(page):
        settings.keep(f"split/{key}/{name}", splitter.saveState())


def _named(page: QWidget) -> list[tuple[str, QSplitter]]:
    """The splitters by their object names, or by their number and how many parts they have."""
    return [
        (splitter.objectName() or f"{at}-{splitter.count()}", splitter)
        for at, splitter in enumerate(page.findChildren(QSplitter))
    ]
