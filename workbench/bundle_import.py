"""A bundle comes in: by dropping it on the window, from the menu, or opened like data; what is missing is asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.jobs.exporting import Arrived, importing_bundle
from workbench.jobs.importing import follow_reading
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Remedy, message_of
from workbench.words import cell


def import_bundle(context: Context, parent: QWidget, path: str, data: str = "", copy: bool = False) -> None:
    """Import in the background; the run is then in view, or a message says what to do."""

    def begin() -> None:
        job = Job("Importing the run", importing_bundle(Path(path), context.workspace, data, copy), follow_reading)
        job.ended.connect(lambda end: _ended(context, parent, path, end))
        context.jobs.start(job)

    context.when_warm("training", begin)


def ask_bundle(context: Context, parent: QWidget) -> None:
    """Choose a bundle and import it."""
    folder = context.settings.text("export_folder")
    path, _ = QFileDialog.getOpenFileName(parent, "Import a run bundle", folder, "Run bundles (*.zip)")
    if path:
        import_bundle(context, parent, path)


def _ended(context: Context, parent: QWidget, path: str, end: End) -> None:
    if end.cancelled:
        context.tell(Message("The import was stopped; nothing was kept."))
    elif end.error is not None:
        remedy = None
        if end.error.code == "bundle.exists":
            remedy = Remedy("Keep both", lambda: import_bundle(context, parent, path, copy=True))
        if end.error.code in ("bundle.no-data", "bundle.other-data"):
            remedy = Remedy("Choose the data…", lambda: _ask_data(context, parent, path))
        context.tell(message_of(end.error, end.details, remedy))
    else:
        assert isinstance(end.value, Arrived)
        context.session.tell_runs()
        context.session.choose_run(end.value.run)
        record = end.value.imported.record
        told = f"Imported: {record.plan['model']['name']} on {cell(str(record.data.get('name', 'data')), 60)}."
        notes = " ".join(note.rstrip(".") + "." for note in end.value.imported.notes)
        context.tell(Message(f"{told} {notes}".strip(), "good", Remedy("Show its users", lambda: context.go("users"))))


def _ask_data(context: Context, parent: QWidget, path: str) -> None:
    folder = context.settings.text("folder")
    source, _ = QFileDialog.getOpenFileName(parent, "The data that the run was trained on", folder)
    if source:
        import_bundle(context, parent, path, data=source, copy=True)
