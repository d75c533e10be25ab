"""The library of runs off the GUI thread: listing, marks, the trash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from core.runs.entries import DAMAGED, Entry
from core.runs.library import Library, mark_run, read_flat_plans, read_library
from core.runs.trash import Deleted, delete_runs, deleted_runs, empty_trash, restore_runs
from core.runs.workspace import Workspace
from workbench.jobs.job import JobControl, Tell, Work

if TYPE_CHECKING:
    from core.runs.differing import PlanTable
    from core.runs.folder import RunFolder


@dataclass(frozen=True, eq=False)
class Shelf:
    """The library as the page shows it.

    Attributes:
        plans: what differs; None while it is not known.
        trashed: runs in the trash.
    """

    library: Library
    plans: PlanTable | None
    trashed: int


def shelving(workspace: Workspace, before: Shelf | None = None) -> Work:
    """Work that lists the runs, tells the Shelf as soon as it can be shown, and gives it again with the plans.

    Args:
        before: its plans are taken where nothing has changed.
    """

    def work(control: JobControl, tell: Tell) -> Shelf:
        from core.runs.differing import plan_table

        library = read_library(workspace, before.library if before is not None else None)
        trashed = sum(1 for _ in deleted_runs(workspace))
        same = before is not None and [each.folder for each in before.library.entries] == [
            each.folder for each in library.entries
        ]
        shelf = Shelf(library, before.plans if same and before is not None else None, trashed)
        if shelf.plans is not None:
            return shelf
        tell(shelf)
        return Shelf(library, plan_table(read_flat_plans(library)), trashed)

    return work


def latest_runs(workspace: Workspace, most: int) -> Work:
    """Work that gives the entries of the latest runs that have anything to draw."""

    def work(control: JobControl, tell: Tell) -> list[Entry]:
        entries = read_library(workspace).entries
        return [each for each in entries if each.state != DAMAGED and not each.owner and each.epoch > 0][:most]

    return work


def marking(workspace: Workspace, folders: Sequence[RunFolder], **changes: Any) -> Work:
    """Work that names, stars or annotates runs."""

    def work(control: JobControl, tell: Tell) -> None:
        for folder in folders:
            mark_run(workspace, folder, **changes)

    return work


def deleting(workspace: Workspace, folders: Sequence[RunFolder]) -> Work:
    """Work that moves runs to the trash; each that was moved is told, also when a later one cannot be."""

    def work(control: JobControl, tell: Tell) -> None:
        # given together as they are on the disk; a stop is heeded before the next of them are moved
        for deleted in delete_runs(workspace, takewhile(lambda _: not control.stopped, folders)):
            tell(deleted)

    return work


def restoring(workspace: Workspace, deleted: Sequence[Deleted]) -> Work:
    """Work that brings runs back; gives the names of their folders."""

    def work(control: JobControl, tell: Tell) -> list[str]:
        return [folder.path.name for folder in restore_runs(workspace, deleted)]

    return work


def emptying(workspace: Workspace) -> Work:
    """Work that removes for good what was deleted; gives how many runs."""

    def work(control: JobControl, tell: Tell) -> int:
        return empty_trash(workspace)

    return work
