"""Which workspace the window looks into: the one that is named, else the one of the last time, else the usual one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from core.errors import RankscopeError
from core.runs.workspace import Workspace, choose_workspace, is_named, workspace_in
from workbench.page import Context, Message, Remedy, message_of
from workbench.settings import Settings
from workbench.words import cell

LAST, LATELY = "workspace", "workspaces"
"""Settings: the folder of the workspace that was chosen, empty for the usual one; and those before it, as JSON."""
MOST = 6
LONGEST = 80
"""Characters of a path in the menu."""
OWN = "rankscope"
"""The folder that is offered inside of one that holds other files."""


def workspace_at_start(settings: Settings, named: str | Path | None = None) -> tuple[Workspace, str]:
    """The workspace to begin with, and what is to be told of it; empty for nothing."""
    kept = settings.text(LAST)
    if not kept or is_named(named):
        try:
            return choose_workspace(named), ""
        except RankscopeError as error:
            return choose_workspace(), f"{cell(error.sentence(), 300)} The usual one is open."
    if Path(kept).is_dir():
        return Workspace(Path(kept)), ""
    return choose_workspace(), f"The workspace {cell(kept, 120)} is not there now; the usual one is open."


class Workspaces:
    """The menu of workspaces, and turning from one to another."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        self._context, self._parent = context, parent

    def fill(self, menu: QMenu) -> None:
        """List those that were open lately, with the usual one and a way to another."""
        menu.clear()
        now = self._context.workspace.path.absolute()
        menu.addAction("Choose another…").triggered.connect(lambda: self.ask())
        menu.addSeparator()
        usual_one = choose_workspace().path.absolute()
        for path in dict.fromkeys([usual_one, now, *map(Path, self.lately())]):
            usual = "  (the usual one)" if path == usual_one else ""
            # the end of a long path tells more than its beginning
            shown = str(path) if len(str(path)) <= LONGEST else f"…{str(path)[-LONGEST:]}"
            action = menu.addAction(cell(shown, LONGEST + 1).replace("&", "&&") + usual)
            action.setCheckable(True)
            action.setChecked(path == now)
            action.triggered.connect(lambda _=False, path=path: self.use(path))

    def lately(self) -> list[str]:
        """Those that were open lately and are still there."""
        import json

        try:
            found = json.loads(self._context.settings.text(LATELY, "[]"))
        except ValueError:
            return []
        if not isinstance(found, list):
            return []
        there = [each for each in found if isinstance(each, str) and each and "\0" not in each and Path(each).is_dir()]
        return there[:MOST]

    def ask(self) -> None:
        """Choose a folder."""
        from PySide6.QtWidgets import QFileDialog

        chosen = QFileDialog.getExistingDirectory(
            self._parent, "Choose a workspace, or an empty folder for one", str(self._context.workspace.path.parent)
        )
        if chosen:
            self.use(Path(chosen))

    def show_kept(self) -> None:
        """How much data the workspace keeps to be opened again, and how much it may."""
        from workbench.kept_data import KeptDataDialog

        KeptDataDialog(self._parent, self._context).open()

    def use(self, path: Path) -> None:
        """Turn to another workspace, unless a run is being written to the one in view."""
        import json

        context = self._context
        path = path.absolute()
        if path == context.workspace.path.absolute():
            return
        if context.jobs.long is not None or context.jobs.queue:
            context.tell(Message("A run is being trained in this workspace. Stop it first, or wait.", "warning"))
            return
        try:
            workspace = workspace_in(path)
            note = self._note(workspace)
        except RankscopeError as error:
            inside = Remedy(f"Make one in {OWN}/", lambda: self.use(path / OWN)) if path.is_dir() else None
            context.tell(message_of(error, remedy=inside))
            return
        before = [str(context.workspace.path.absolute()), *self.lately()]
        context.settings.keep(LATELY, json.dumps([each for each in dict.fromkeys(before) if each != str(path)][:MOST]))
        context.settings.keep(LAST, "" if path == choose_workspace().path.absolute() else str(path))
        context.session.use_workspace(workspace)
        context.tell(note)
        context.when_warm("training", lambda: self._look(context))

    def _look(self, context: Context) -> None:
        from workbench.interrupted import look_for_interrupted

        look_for_interrupted(context)

    def _note(self, workspace: Workspace) -> Message:
        """What can be done in a workspace; a new one is made at once, so that it is known that it can be."""
        from core import durable
        from core.runs.library import read_only_reason

        where = cell(durable.printable_path(workspace.path), 120)
        if not workspace.path.is_dir() or not any(workspace.path.iterdir()):
            workspace.prepare()
            return Message(f"A workspace was made in {where}.", "good")
        reason = read_only_reason(workspace)
        if reason:
            return Message(f"The workspace {where} is open for viewing only: {reason.rstrip('.')}.", "warning")
        return Message(f"The workspace {where} is open.", "good")
