"""Data that the workspace keeps to be opened again: how much it takes, how much it may, and removing it."""

from __future__ import annotations

from dataclasses import dataclass

from core.runs.workspace import KEPT_GIGABYTES, Workspace
from workbench.jobs.job import JobControl, Tell, Work
from workbench.settings import Settings

SETTING = "data/kept"
MOST = 100_000
"""Gigabytes."""


@dataclass(frozen=True)
class Taken:
    """What is kept now.

    Attributes:
        size: in bytes.
    """

    sets: int
    size: int


def kept_gigabytes(settings: Settings) -> float:
    """How much may be kept, as it was set in the window."""
    return settings.number(SETTING, KEPT_GIGABYTES, 0, MOST)


def looking(workspace: Workspace) -> Work:
    """Work that gives what is Taken."""

    def work(control: JobControl, tell: Tell) -> Taken:
        from core.runs.kept_data.dataset_store import Datasets, space_taken

        return Taken(*space_taken(Datasets(workspace)))

    return work


def shrinking(workspace: Workspace, gigabytes: float) -> Work:
    """Work that removes what does not fit, all of it for 0; gives what is Taken then."""

    def work(control: JobControl, tell: Tell) -> Taken:
        from core.runs.kept_data.dataset_store import Datasets, shrink, space_taken

        # what a newer version keeps is not ours to remove
        workspace.check()
        store = Datasets(workspace, int(gigabytes * 1e9))
        shrink(store)
        return Taken(*space_taken(store))

    return work
