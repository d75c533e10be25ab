"""Files that come in: chosen in a dialog, opened lately, or dropped on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workbench.frame.page_stack import PageStack
from workbench.page import Context
from workbench.words import cell


class Files:
    """Hands files to the Data page, bundles to the workspace, and what is dropped to the page in view."""

    def __init__(self, context: Context, stack: PageStack, parent: QWidget) -> None:
        self._context, self._stack, self._parent = context, stack, parent

    def open(self, source: str) -> None:
        """Open a path, or the word ``sample``, on the Data page; a bundle comes into the workspace instead."""
        from core.runs.bundles import is_bundle
        from workbench.bundle_import import import_bundle

        if is_bundle(Path(source)):
            import_bundle(self._context, self._parent, source)
            return
        self._context.go("data")
        page = self._stack.page("data")
        if page is not None:
            page.take_files([source])

    def ask_file(self) -> None:
        """Choose a file of interactions."""
        from PySide6.QtWidgets import QFileDialog

        settings = self._context.settings
        path, _ = QFileDialog.getOpenFileName(self._parent, "Open interactions", settings.text("folder"))
        if path:
            settings.keep("folder", path.rpartition("/")[0])
            self.open(path)

    def ask_folder(self) -> None:
        """Choose a folder of interactions."""
        from PySide6.QtWidgets import QFileDialog

        settings = self._context.settings
        title = "Open a folder of interactions"
        path = QFileDialog.getExistingDirectory(self._parent, title, settings.text("folder"))
        if path:
            settings.keep("folder", path)
            self.open(path)

    def ask_download(self) -> None:
        """Choose a set to be fetched."""
        from workbench.pages.data.page import DataPage

        self._context.go("data")
        page = self._stack.page("data")
        if isinstance(page, DataPage):
            page.ask_download()

    def ask_bundle(self) -> None:
        """Choose a bundle to be imported."""
        from workbench.bundle_import import ask_bundle

        ask_bundle(self._context, self._parent)

    def list_recent(self, menu: QMenu) -> None:
        """Fill a menu with what was opened lately."""
        settings = self._context.settings
        menu.clear()
        for path in settings.recent():
            action = QAction(cell(path, 80).replace("&", "&&"), menu)
            action.triggered.connect(lambda _=False, path=path: self._context.open_data(path))
            menu.addAction(action)
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction("Forget these").triggered.connect(settings.forget_recent)

    def drop(self, dropped: QMimeData) -> None:
        """Hand files to the page in view, else to Data."""
        from core.runs.bundles import is_bundle

        paths = local_paths(dropped)
        page = self._stack.page(self._stack.current)
        if paths and is_bundle(Path(paths[0])):
            self._context.open_data(paths[0])
        elif paths and (page is None or not page.take_files(paths)):
            self._context.go("data")
            self._stack.made("data").take_files(paths)


def local_paths(dropped: QMimeData) -> list[str]:
    """The files of this machine that hang on the pointer."""
    return [url.toLocalFile() for url in dropped.urls() if url.isLocalFile()]
