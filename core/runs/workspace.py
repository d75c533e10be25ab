"""The workspace: the folder in which runs are kept, and how a run is found by path or id."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from core.errors import InputError, StorageError, UsageError

# the window is painted with a workspace, and before what its files are read and written with is loaded
if TYPE_CHECKING:
    from core.runs.folder import RunFolder

VARIABLE = "RANKSCOPE_WORKSPACE"
FORMAT = 1
KEPT_GIGABYTES = 5.0
"""How much of the data that was read is kept to be opened again quickly, where nothing else is set."""


@dataclass(frozen=True)
class Workspace:
    """A folder with ``workspace.json``, ``runs/<id>/``, ``datasets/``, ``downloads/``; made when it is first needed."""

    path: Path

    @property
    def runs_folder(self) -> Path:
        """Where the runs lie."""
        return self.path / "runs"

    @property
    def downloads_folder(self) -> Path:
        """Where archives lie that the user fetched."""
        return self.path / "downloads"

    def runs(self) -> Iterator[RunFolder]:
        """All run folders, in no order; what is no run is passed over."""
        from core.runs.folder import RunFolder

        if self.runs_folder.is_dir():
            for each in sorted(self.runs_folder.iterdir()):
                if not each.name.startswith(".") and RunFolder(each).exists():
                    yield RunFolder(each)

    def prepare(self) -> None:
        """Make the folders and the file that marks a workspace.

        Raises:
            StorageError: they cannot be made, or a newer version made them.
        """
        from core import durable, strict_json
        from core.runs.record import NEEDS

        durable.make_folder(self.runs_folder)
        mark = self.path / "workspace.json"
        if mark.exists():
            self.check()
        else:
            durable.write(mark, strict_json.dumps({"format": FORMAT, "needs": NEEDS}, indent=2) + b"\n", own=True)

    def check(self) -> None:
        """Refuse a workspace that a newer version made.

        Raises:
            StorageError: newer, or its mark is damaged.
        """
        from core import durable, strict_json
        from core.runs.record import check_format

        mark = self.path / "workspace.json"
        if mark.exists():
            try:
                check_format(strict_json.read(mark), FORMAT, durable.printable_path(mark))
            except StorageError as error:
                if error.code == "storage.damaged":
                    error.remedy = "Take it from a backup, or delete this one file; it is then written anew"
                raise

    def new_path(self) -> Path:
        """Where a new run will lie; its folder name is its id."""
        import uuid

        return self.runs_folder / str(uuid.uuid4())

    def find(self, text: str) -> RunFolder:
        """The run that a path, an id, the start of an id or the name that was given to it stands for.

        Raises:
            InputError: the path is there and no run.
            UsageError: nothing, or more than one run, is called so.
        """
        return self.find_all([text])[0]

    def find_all(self, texts: Iterable[str]) -> list[RunFolder]:
        """``find`` for each of many, looking through the workspace once; a run that is meant twice is given once.

        Raises:
            InputError: as for ``find``.
            UsageError: as for ``find``.
        """
        known = functools.cache(lambda: {folder.path.name: folder for folder in self.runs()})
        given = functools.cache(lambda: {name: _name(folder) for name, folder in known().items()})
        return list(dict.fromkeys(self._find(text, known, given) for text in texts))

    def _find(
        self, text: str, known: Callable[[], dict[str, RunFolder]], given: Callable[[], dict[str, str]]
    ) -> RunFolder:
        from core.durable import printable_path
        from core.nearest import nearest
        from core.runs.folder import RunFolder

        path = Path(text)
        if RunFolder(path).exists():
            return RunFolder(path)
        if path.exists():
            raise InputError(
                "run.not-a-run",
                "this is not a run",
                text,
                "It holds no run.json",
                "Name the folder of a run, or its id",
            )
        found = known()
        if text in found:
            return found[text]
        begins = [name for name in found if text and name.startswith(text.lower())]
        begins = begins or [name for name, title in given().items() if text and title == text]
        if len(begins) == 1:
            return found[begins[0]]
        if begins:
            raise UsageError(
                "run.ambiguous",
                f"{text!r} begins the id of {len(begins)} runs, or is their name",
                remedy="Give more of its letters",
            )
        if path.is_absolute():
            raise UsageError(
                "run.unknown",
                f"there is no run {printable_path(path)}",
                why="Its folder is not there",
                remedy="Choose another run, or bring the folder back",
            )
        near = nearest(text, found)
        raise UsageError(
            "run.unknown",
            f"there is no run {text!r}",
            why=f"Neither here nor in the workspace {printable_path(self.path)}",
            remedy=f"Did you mean {', '.join(near)}?"
            if near
            else "Train one with `rankscope train`, or check the path",
        )


def workspace_in(folder: Path) -> Workspace:
    """The workspace that lies in a folder, or is to be made in it.

    Raises:
        UsageError: it is no folder, or it holds other files and no workspace.
    """
    from core import durable

    taken = folder.exists() and not folder.is_dir()
    if folder.is_dir() and not (folder / "workspace.json").exists() and not (folder / "runs").is_dir():
        with durable.storing(folder, "read"):
            taken = any(not each.name.startswith(".") for each in folder.iterdir())
    if taken:
        raise UsageError(
            "workspace.taken",
            "no workspace can be made here",
            durable.printable_path(folder),
            "It holds other files and no workspace" if folder.is_dir() else "It is no folder",
            "Choose a workspace, or an empty folder",
        )
    return Workspace(folder)


def _name(folder: RunFolder) -> str:
    """What the user called the run; nothing where that cannot be read."""
    from core.runs.marks import read_marks

    try:
        return read_marks(folder).name
    except StorageError:
        return ""


def choose_workspace(path: str | Path | None = None) -> Workspace:
    """The workspace that is asked for, else RANKSCOPE_WORKSPACE, else the user's data folder.

    Raises:
        UsageError: what is asked for has no name, or is there and no folder.
        StorageError: it lies where it may not be looked for.
    """
    if path is not None and not str(path).strip():
        # an empty variable of a script: the usual workspace is not what its author means
        raise UsageError("workspace.unnamed", "the workspace has no name", remedy="Name its folder, or leave it out")
    chosen = path or os.environ.get(VARIABLE) or platformdirs.user_data_dir("rankscope", appauthor=False)
    folder = Path(chosen).expanduser()
    if path and not _can_be_workspace(folder):
        from core.durable import printable_path

        raise UsageError(
            "workspace.no-folder",
            "this is no workspace",
            printable_path(folder),
            "It is no folder",
            "Choose a workspace, or a folder for one",
        )
    return Workspace(folder)


def _can_be_workspace(folder: Path) -> bool:
    """Whether a folder, or nothing, is there."""
    try:
        if folder.is_dir():
            # one that may not be entered refuses this
            (folder / "workspace.json").exists()
            return True
        return not os.path.lexists(folder)
    except OSError as error:
        from core.durable import storage_error

        raise storage_error(error, folder, "read") from error


def is_named(path: str | Path | None = None) -> bool:
    """Whether the user said which folder is the workspace."""
    return bool(path or os.environ.get(VARIABLE))
