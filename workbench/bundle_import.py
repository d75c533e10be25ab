"""A bundle comes in: by dropping it on the window, from the menu, or opened like data; what is missing is asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from core import durable
from core.runs.workspace import Workspace
from workbench.jobs.exporting import Arrived, importing_bundle
from workbench.jobs.importing import follow_reading
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Remedy, message_of
from workbench.words import cell


def import_bundle(context: Context, parent: QWidget, path: str, data: str = "", copy: bool = False) -> None:
    """Import in the background; the run is then in view, or a message says what to do."""

    def begin() -> None:
        workspace = context.workspace
        job = Job("Importing the run", importing_bundle(Path(path), workspace, data, copy), follow_reading)
        job.ended.connect(lambda end: _ended(context, parent, path, workspace, end))
        context.jobs.start(job)

    context.when_warm("training", begin)


def ask_bundle(context: Context, parent: QWidget) -> None:
    """Choose a bundle and import it."""
    folder = context.settings.text("export_folder")
    path, _ = QFileDialog.getOpenFileName(parent, "Import a run bundle", folder, "Run bundles (*.zip)")
    if path:
        import_bundle(context, parent, path)


def _ended(context: Context, parent: QWidget, path: str, workspace: Workspace, end: End) -> None:
    here = context.workspace == workspace
    if end.cancelled:
        context.tell(Message("The import was stopped; nothing was kept."))
    elif end.error is not None:
        # what mends it would import into the workspace that is in view now
        context.tell(
            message_of(end.error, end.details, _remedy(context, parent, path, end.error.code) if here else None)
        )
    else:
        assert isinstance(end.value, Arrived)
        record = end.value.imported.record
        told = f"{record.plan['model']['name']} on {cell(str(record.data.get('name', 'data')), 60)}."
        notes = " ".join(note.rstrip(".") + "." for note in end.value.imported.notes)
        if not here:
            where = cell(durable.printable_path(workspace.path), 120)
            context.tell(Message(f"Imported into the workspace {where}, which was open then: {told} {notes}".strip()))
            return
        context.session.tell_runs()
        context.session.choose_run(end.value.run)
        seen = Remedy("Show its users", lambda: context.go("users"))
        context.tell(Message(f"Imported: {told} {notes}".strip(), "good", seen))


def _remedy(context: Context, parent: QWidget, path: str, code: str) -> Remedy | None:
    """The button that mends an import that failed."""
    if code == "bundle.exists":
        return Remedy("Keep both", lambda: import_bundle(context, parent, path, copy=True))
    if code in ("bundle.no-data", "bundle.other-data"):
        return Remedy("Choose the data…", lambda: _ask_data(context, parent, path))
    return None


def _ask_data(context: Context, parent: QWidget, path: str) -> None:
    folder = context.settings.text("folder")
    source, _ = QFileDialog.getOpenFileName(parent, "The data that the run was trained on", folder)
    if source:
        import_bundle(context, parent, path, data=source, copy=True)
