"""Deleting with a way back: runs move to the workspace's trash, return from it, and go when it is emptied."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from core import durable
from core.errors import RankscopeError, UsageError
from core.runs.folder import RunFolder
from core.runs.owner import check_unowned
from core.runs.workspace import Workspace

TOGETHER = 500
"""Runs of which the disk is waited for at once."""
NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST)
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Deleted:
    """A run in the trash.

    Attributes:
        folder: where it lies now.
        name: of its folder, also before it was deleted.
    """

    folder: RunFolder
    name: str


def trash_folder(workspace: Workspace) -> Path:
    """Where deleted runs lie: ``trash/<random>/<name of the folder>``."""
    return workspace.path / "trash"


def deleted_runs(workspace: Workspace) -> Iterator[Deleted]:
    """All runs in the trash, the latest deleted first."""
    place = trash_folder(workspace)
    if not place.is_dir():
        return
    there = (each for each in place.iterdir() if each.is_dir() and not each.name.startswith(durable.GONE))
    for each in sorted(there, key=_moved, reverse=True):
        for inner in _inside(each):
            if RunFolder(inner).exists():
                yield Deleted(RunFolder(inner), inner.name)


def delete_run(workspace: Workspace, folder: RunFolder) -> Deleted:
    """Move a run to the trash, in one step.

    Raises:
        UsageError: it lies outside of the workspace, or is being written.
        StorageError: it cannot be moved; it is where it was.
    """
    return next(delete_runs(workspace, [folder]))


def delete_runs(workspace: Workspace, folders: Iterable[RunFolder]) -> Iterator[Deleted]:
    """Move runs to the trash, each in one step; each is given once that is on the disk, many with one wait.

    Raises:
        UsageError: one lies outside of the workspace, or is being written; those before it were moved and given.
        StorageError: one cannot be moved; it is where it was, and those before it were moved and given.
    """
    for together in _together(folders):
        place = trash_folder(workspace) / secrets.token_hex(6)
        moved: list[Deleted] = []
        failure: RankscopeError | None = None
        for folder in together:
            try:
                _check_deletable(workspace, folder)
                if not moved:
                    workspace.prepare()
                    durable.make_folder(place)
                target = place / folder.path.name
                with durable.storing(folder.path, "moved to the trash"):
                    folder.path.rename(target)
            except RankscopeError as error:
                failure = error
                break
            moved.append(Deleted(RunFolder(target), target.name))
        if moved:
            with durable.storing(moved[0].folder.path, "moved to the trash"):
                durable.sync_folder(place)
                durable.sync_folder(workspace.runs_folder)
        yield from moved
        if failure is not None:
            raise failure


def _together(each: Iterable[Kind]) -> Iterator[list[Kind]]:
    left = iter(each)
    return iter(lambda: list(islice(left, TOGETHER)), [])


def _check_deletable(workspace: Workspace, folder: RunFolder) -> None:
    if folder.path.parent.absolute() != workspace.runs_folder.absolute():
        raise UsageError(
            "run.outside",
            "the run lies outside of the workspace, so it is not deleted",
            durable.printable_path(folder.path),
            remedy="Remove its folder yourself",
        )
    check_unowned(folder, "deleted", also_own=True)


def restore_run(workspace: Workspace, deleted: Deleted) -> RunFolder:
    """Bring a run back to where it was.

    Raises:
        UsageError: a run with its name is there meanwhile.
        StorageError: it cannot be moved; it stays in the trash.
    """
    return next(restore_runs(workspace, [deleted]))


def restore_runs(workspace: Workspace, deleted: Iterable[Deleted]) -> Iterator[RunFolder]:
    """Bring runs back to where they were; each is given once that is on the disk, many with one wait.

    Raises:
        UsageError: a run with the name of one is there meanwhile; those before it were brought back and given.
        StorageError: one cannot be moved; it stays in the trash, and those before it were brought back and given.
    """
    for together in _together(deleted):
        workspace.prepare()
        places: dict[Path, None] = {}
        back: list[RunFolder] = []
        failure: RankscopeError | None = None
        for each in together:
            try:
                target = _free_place(workspace, each)
                with durable.storing(target, "brought back"):
                    each.folder.path.rename(target)
            except RankscopeError as error:
                failure = error
                break
            back.append(RunFolder(target))
            places[each.folder.path.parent] = None
        if back:
            with durable.storing(back[0].path, "brought back"):
                durable.sync_folder(workspace.runs_folder)
                for place in places:
                    _leave(place)
                durable.sync_folder(trash_folder(workspace))
        yield from back
        if failure is not None:
            raise failure


def _free_place(workspace: Workspace, deleted: Deleted) -> Path:
    target = workspace.runs_folder / deleted.name
    if target.exists():
        raise UsageError(
            "run.exists",
            f"there is a run {deleted.name} already, so the deleted one is not brought back",
            durable.printable_path(target),
            remedy="Delete that one first",
        )
    return target


def _leave(place: Path) -> None:
    """Remove a folder of the trash in which nothing lies any more."""
    try:
        place.rmdir()
    except OSError as error:
        if error.errno not in NOT_EMPTY:
            raise
        durable.sync_folder(place)


def find_deleted(workspace: Workspace, text: str, there: Iterable[Deleted] | None = None) -> Deleted:
    """The deleted run that an id, or the start of one, names.

    Args:
        there: all runs in the trash, where they are known.

    Raises:
        UsageError: nothing, or more than one run, is called so.
    """
    there = deleted_runs(workspace) if there is None else there
    found = [each for each in there if text and each.name.startswith(text)]
    exact = [each for each in found if each.name == text]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if found:
        raise UsageError(
            "run.ambiguous", f"{text!r} begins the id of {len(found)} deleted runs", remedy="Give more of its letters"
        )
    raise UsageError(
        "run.unknown", f"there is no deleted run {text!r}", remedy="See them with `rankscope runs list --trash`"
    )


def empty_trash(workspace: Workspace) -> int:
    """Remove for good what was deleted; gives the number of runs.

    Raises:
        StorageError: something cannot be removed.
    """
    place, number = trash_folder(workspace), sum(1 for _ in deleted_runs(workspace))
    if place.is_dir():
        workspace.prepare()
        with durable.storing(place, "removed"):
            going = []
            for each in list(place.iterdir()):
                # a link is let go of, never followed
                if each.is_symlink() or not each.is_dir():
                    each.unlink()
                else:
                    going.append(each)
            # each in one step: what a crash leaves of a run must not be brought back as one
            durable.remove_folders(going)
            durable.sync_folder(place)
    return number


def _moved(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        # the trash is being emptied
        return 0.0


def _inside(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []
