"""The library: all runs of a workspace as rows, fast; the folders are the truth and the index only remembers."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import durable
from core.errors import RankscopeError, StorageError
from core.runs import index
from core.runs.entries import INTERRUPTED, LARGEST, Entry, pack_plan, read_entry, text, unpack_plan
from core.runs.folder import RunFolder
from core.runs.index import UNSETTLED, Fresh, Known, Stamp, UnusableIndex
from core.runs.marks import Marks, marked
from core.runs.owner import check_unowned, is_being_written, locked, owner_of
from core.runs.workspace import Workspace

SETTLED = 2_000_000_000
"""Nanoseconds: a folder that changed later than this before it was read may have changed again within one tick of
the file system's clock, so it is read once more."""


@dataclass(frozen=True)
class Library:
    """The runs of a workspace.

    Attributes:
        entries: the latest begun first.
        read_only: why nothing can be changed; empty when it can.
        notes: what was found wrong and mended.
        read: how many folders had to be read.
        known: rows with the stamps of their folders, for the next reading.
    """

    workspace: Workspace
    entries: tuple[Entry, ...]
    read_only: str = ""
    notes: tuple[str, ...] = ()
    read: int = 0
    known: Mapping[str, Known] = field(default_factory=dict, compare=False, repr=False)

    def folder(self, entry: Entry) -> RunFolder:
        """Where a run lies."""
        return RunFolder(self.workspace.runs_folder / entry.folder)


def index_path(workspace: Workspace) -> Path:
    """Where the index lies; it can be removed at any time."""
    return workspace.path / "index.sqlite"


def read_library(workspace: Workspace, before: Library | None = None) -> Library:
    """All runs; only folders that have changed since they were last listed are read.

    A damaged index is built anew. One that a newer version wrote, or that may not be written, is left as it is.

    Args:
        before: what was read last; it stands for the index, which then need not be read.

    Raises:
        StorageError: the workspace cannot be read.
    """
    notes: list[str] = []
    known = before.known if before is not None else _known(workspace, notes)
    entries, changed, unmet = [], [], []
    stamps = _stamps(workspace)
    for name, stamp in stamps.items():
        kept = known.get(name)
        if kept is None:
            unmet.append(name)
        elif kept[1] == stamp:
            entries.append(kept[0])
        else:
            changed.append(name)
    fresh: Fresh = {}
    for name in changed:
        _take(workspace, name, stamps[name], known[name][0].number, fresh)
    first = max((entry.number for entry, _ in known.values()), default=-1) + 1
    _meet(workspace, unmet, stamps, first, fresh)
    gone = [name for name in known if name not in stamps] + [name for name in changed if name not in fresh]
    if fresh or gone:
        # where the workspace itself was moved away, an index would take its place
        if workspace.path.is_dir():
            index.write_index(index_path(workspace), fresh, gone)
        known = {name: kept for name, kept in known.items() if name in stamps} | {
            name: row for name, (row, _) in fresh.items()
        }
    entries += [entry for (entry, _), _ in fresh.values()]
    entries = [_with_owner(workspace, each) if each.state == "running" or each.owned else each for each in entries]
    entries.sort(key=_begun, reverse=True)
    return Library(workspace, tuple(entries), read_only_reason(workspace), tuple(notes), len(fresh), known)


def read_flat_plans(library: Library) -> list[dict[str, Any]]:
    """The plan of each entry as ``section.field`` to value, aligned to ``entries``."""
    try:
        kept = index.read_plans(index_path(library.workspace))
    except UnusableIndex:
        kept = {}
    return [
        unpack_plan(kept[each.folder]) if each.folder in kept else read_entry(library.folder(each))[1]
        for each in library.entries
    ]


def read_only_reason(workspace: Workspace) -> str:
    """Why nothing in the workspace can be changed, one clause; empty when it can."""
    if not workspace.path.is_dir():
        return ""
    folders = [each for each in (workspace.path, workspace.runs_folder) if each.exists()]
    if not all(os.access(each, os.W_OK) for each in folders):
        return "the workspace may not be written to"
    try:
        workspace.check()
    except StorageError as error:
        return error.sentence()
    return ""


def mark_run(workspace: Workspace, folder: RunFolder, **changes: Any) -> Marks:
    """Name, star or note a run; gives all its marks.

    Args:
        changes: fields of Marks.

    Raises:
        UsageError: another process writes the run, or a text is too long.
        StorageError: it could not be written; what was there is intact.
    """
    check_unowned(folder, "changed")
    workspace.check()
    with index.locked(workspace.path) if workspace.path.is_dir() else nullcontext():
        return marked(folder, **changes)


def _known(workspace: Workspace, notes: list[str]) -> Mapping[str, Known]:
    path = index_path(workspace)
    try:
        return index.read_index(path)
    except UnusableIndex as error:
        if error.rebuild:
            index.remove_index(path)
            notes.append(f"The list of runs was built anew from their folders: {error}")
        return {}


def _stamps(workspace: Workspace) -> dict[str, Stamp]:
    """Name to stamp of everything that may be a run; whether it is one is only asked when it has changed."""
    place = str(workspace.runs_folder)
    found: dict[str, Stamp] = {}
    if not workspace.runs_folder.is_dir():
        return found
    with durable.storing(workspace.runs_folder, "read"):
        names = os.listdir(place)
    for name in names:
        if name.startswith("."):
            continue
        try:
            status = os.stat(f"{place}/{name}")
            found[name] = (status.st_mtime_ns, status.st_ino & LARGEST - 1)
        except OSError:
            # one that has just gone
            continue
    return found


def _take(workspace: Workspace, name: str, stamp: Stamp, number: int, fresh: Fresh) -> None:
    """Read a folder into ``fresh``; what is no run is passed over."""
    folder = RunFolder(workspace.runs_folder / name)
    if text(name, len(name)) != name or not folder.exists():
        return
    if sweepable(folder) and not is_being_written(folder):
        sweep_ended(workspace, folder)
    entry, plan = read_entry(folder, number)
    # what is wrong with a file may be mended in it, such as its rights, and that changes nothing about the folder
    settled = abs(time.time_ns() - stamp[0]) > SETTLED and not entry.fault
    fresh[name] = ((entry._replace(folder=name), stamp if settled else UNSETTLED), pack_plan(plan))


def sweepable(folder: RunFolder) -> bool:
    """Whether a process that is no more left something unfinished in a run."""
    try:
        return any(
            name.startswith(durable.TEMPORARY)
            for place in folder.written
            if os.path.isdir(place)
            for name in os.listdir(place)
        )
    except OSError:
        # one that has just gone
        return False


def sweep_ended(workspace: Workspace, folder: RunFolder) -> None:
    """Remove what is unfinished in a run that nobody writes: one that has ended is never gone on with, and kept it."""
    with suppress(RankscopeError):
        workspace.check()
        # whoever trains holds the one lock, whoever names or notes the other
        with locked(folder), index.locked(workspace.path):
            for place in folder.written:
                durable.sweep(place)


def _meet(
    workspace: Workspace,
    names: Sequence[str],
    stamps: dict[str, Stamp],
    first: int,
    fresh: Fresh,
) -> None:
    """Read folders for the first time; they are numbered in the order in which they were begun."""
    met: Fresh = {}
    for name in names:
        _take(workspace, name, stamps[name], 0, met)
    for number, name in enumerate(sorted(met, key=lambda each: _begun(met[each][0][0])), first):
        (entry, stamp), plan = met[name]
        fresh[name] = ((entry._replace(number=number), stamp), plan)


def _with_owner(workspace: Workspace, entry: Entry) -> Entry:
    """Who writes the run now; one that says it is running while nobody writes was interrupted."""
    owner = owner_of(RunFolder(workspace.runs_folder / entry.folder))
    if owner is not None:
        return entry._replace(state="running", owner=owner.words, own=owner.is_this_process)
    return entry._replace(state=INTERRUPTED) if entry.state == "running" else entry


def chosen(library: Library, folders: Sequence[str]) -> list[Entry]:
    """The entries with these folders, in their order; those that are gone are left out."""
    by_folder = {each.folder: each for each in library.entries}
    return [by_folder[each] for each in folders if each in by_folder]


def _begun(entry: Entry) -> tuple[str, str]:
    return entry.created, entry.folder
