"""Deleting with a way back: runs move to the workspace's trash, return from it, and go when it is emptied."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core import durable
from core.errors import UsageError
from core.runs.folder import RunFolder
from core.runs.owner import check_unowned
from core.runs.workspace import Workspace


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
    if folder.path.parent.absolute() != workspace.runs_folder.absolute():
        raise UsageError(
            "run.outside",
            "the run lies outside of the workspace, so it is not deleted",
            durable.printable_path(folder.path),
            remedy="Remove its folder yourself",
        )
    check_unowned(folder, "deleted", also_own=True)
    workspace.prepare()
    place = trash_folder(workspace) / secrets.token_hex(6)
    durable.make_folder(place)
    target = place / folder.path.name
    with durable.storing(folder.path, "moved to the trash"):
        folder.path.rename(target)
        durable.sync_folder(place)
        durable.sync_folder(workspace.runs_folder)
    return Deleted(RunFolder(target), target.name)


def restore_run(workspace: Workspace, deleted: Deleted) -> RunFolder:
    """Bring a run back to where it was.

    Raises:
        UsageError: a run with its name is there meanwhile.
        StorageError: it cannot be moved; it stays in the trash.
    """
    target = workspace.runs_folder / deleted.name
    if target.exists():
        raise UsageError(
            "run.exists",
            f"there is a run {deleted.name} already, so the deleted one is not brought back",
            durable.printable_path(target),
            remedy="Delete that one first",
        )
    workspace.prepare()
    with durable.storing(target, "brought back"):
        deleted.folder.path.rename(target)
        durable.sync_folder(workspace.runs_folder)
        deleted.folder.path.parent.rmdir()
        durable.sync_folder(trash_folder(workspace))
    return RunFolder(target)


def find_deleted(workspace: Workspace, text: str) -> Deleted:
    """The deleted run that an id, or the start of one, names.

    Raises:
        UsageError: nothing, or more than one run, is called so.
    """
    found = [each for each in deleted_runs(workspace) if text and each.name.startswith(text)]
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
            for each in place.iterdir():
                # a link is let go of, never followed
                if each.is_symlink() or not each.is_dir():
                    each.unlink()
                else:
                    # in one step: what a crash leaves of a run must not be brought back as one
                    durable.remove_folder(each)
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
