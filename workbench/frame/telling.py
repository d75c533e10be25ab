"""Dialogs of words: the terms of the sample, the log, and what Rankscope is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core import __version__
from core.runs.workspace import Workspace
from workbench.logbook import Logbook
from workbench.words import cell


def show_terms(parent: QWidget) -> None:
    """Under which terms the sample may be used."""
    from core.data.sample import sample_terms
    from workbench.widgets.text_dialog import TextDialog

    TextDialog(parent, "Terms of the sample data", sample_terms()).exec()


def show_log(parent: QWidget, log: Logbook | None) -> None:
    """The latest lines of the log."""
    from workbench.widgets.text_dialog import TextDialog

    lines = log.latest() if log is not None else ()
    text = "\n".join(lines) or "Nothing is in the log."
    where = f"{cell(str(log.path), 300)}\n\n" if log is not None else ""
    TextDialog(parent, "Log", where + text).exec()


def show_about(parent: QWidget, workspace: Workspace) -> None:
    """Version, purpose, workspace, licence."""
    from workbench.widgets.text_dialog import TextDialog

    text = (
        f"Rankscope {__version__}\n\nA workbench for personalised ranking: load interactions, train, watch, "
        f"inspect, compare, export.\n\nRuns are kept in {workspace.path}\n\nMIT licence."
    )
    TextDialog(parent, "About Rankscope", text).exec()
