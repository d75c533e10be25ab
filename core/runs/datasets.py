"""The workspace's data sets by content hash: what was read and cleaned once is opened again in an instant."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock

from core import __version__, durable, strict_json
from core.data.origin import ROLES, Origin, Origins, Standing, digest, find_origins, standing
from core.data.plan import DataPlan
from core.data.raw import file_name
from core.errors import RankscopeError, StorageError
from core.runs.kept import FORMAT, MANIFEST, read_loaded, write_loaded
from core.runs.workspace import KEPT_GIGABYTES, Workspace
from core.splits.prepare import NONE, Loaded, Progress, load

VARIABLE = "RANKSCOPE_KEEP_GB"
"""Environment variable: how many gigabytes of data sets are kept; 0 keeps none. It goes before any other setting."""
MOST_GIGABYTES = 1e6
SMALLEST = 1 << 20
"""Bytes of a source from which on it is kept: less is read anew as fast."""
MAKING = ".making-"
OPENED = "opened"
PATIENCE = 20.0
"""Seconds to wait for another process that opens or removes data sets."""
SETTLED = 2_000_000_000
"""Nanoseconds: what is written to just before it is looked at may be written to again at the same time of change."""
READING_KEPT = "opening what was kept"
KEEPING = "keeping it for the next time"


@dataclass(frozen=True)
class Datasets:
    """Where data sets are kept: ``<key>/`` each, and ``opened/<wish>.json`` which says what was opened how.

    Attributes:
        most: bytes that all together may take; those that were used least lately go.
        smallest: bytes of a source below which it is not kept.
    """

    workspace: Workspace
    most: int = int(KEPT_GIGABYTES * 1e9)
    smallest: int = SMALLEST

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.workspace.path / "datasets"


def datasets_of(workspace: Workspace, gigabytes: float = KEPT_GIGABYTES) -> Datasets | None:
    """The data sets of a workspace; None where none are to be kept, or a newer version made the workspace.

    Args:
        gigabytes: how much may be kept, where RANKSCOPE_KEEP_GB does not say it.
    """
    with contextlib.suppress(ValueError):
        gigabytes = float(os.environ.get(VARIABLE, gigabytes))
    try:
        workspace.check()
    except StorageError:
        return None
    return Datasets(workspace, int(min(gigabytes, MOST_GIGABYTES) * 1e9)) if gigabytes > 0 else None


@dataclass(frozen=True, eq=False)
class Kept:
    """Data that was read or opened.

    Attributes:
        entry: folder in which it is kept; None where it is not.
    """

    loaded: Loaded
    entry: Path | None


def load_kept(
    store: Datasets | None,
    data: DataPlan,
    *,
    windows: bool = False,
    strict: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Loaded:
    """The data alone of ``open_kept``."""
    kept = open_kept(store, data, windows=windows, strict=strict, on_progress=on_progress, cancelled=cancelled)
    return kept.loaded


def open_kept(
    store: Datasets | None,
    data: DataPlan,
    *,
    windows: bool = False,
    strict: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Kept:
    """As ``core.splits.prepare.load``, but what was read before and has not changed since is opened as it was kept.

    What cannot be kept, such as on a full disk, is told in a note and is no error.

    Raises:
        InputError, UsageError, ReadingCancelled: as ``load`` does.
    """

    def read() -> Loaded:
        return load(data, windows=windows, strict=strict, on_progress=on_progress, cancelled=cancelled)

    origins = _origins(store, data)
    if store is None or origins is None:
        return Kept(read(), None)
    asked = _Asked(store, data, windows, origins, on_progress, cancelled)
    found, note = asked.find()
    if found is not None and not (strict and any(each.total for each in found.rejects.values())):
        return Kept(found, store.folder / asked.key)
    loaded = read()
    why_not = asked.keep(loaded)
    return Kept(_noted(loaded, note, why_not), None if why_not else store.folder / asked.key)


def _origins(store: Datasets | None, data: DataPlan) -> Origins | None:
    """What the store would go by; None where the data is only to be read."""
    if store is None:
        return None
    try:
        origins = find_origins(data)
    except RankscopeError:
        # reading says what is wrong, and says it better
        return None
    return origins if origins is not None and origins.size >= store.smallest else None


@dataclass
class _Asked:
    """One wish for data, and what is known of it."""

    store: Datasets
    data: DataPlan
    windows: bool
    origins: Origins
    on_progress: Progress | None
    cancelled: Callable[[], bool] | None
    key: str = ""
    looked: int = field(default_factory=time.time_ns)

    def find(self) -> tuple[Loaded | None, str]:
        """What was kept of the very same content; and what is to be told where it is of no use."""
        try:
            pointer = self._pointer()
            known = _read_pointer(pointer)
            unchanged = known is not None and known["files"] == [_plain(each) for each in self.origins.files]
            self.key = str(known["key"]) if known is not None and unchanged else self._key()
            with locked(self.store, make=False) as held:
                return self._open(pointer, unchanged) if held else (None, "")
        except RankscopeError as error:
            return None, f"What may have been kept of it was not used: {error.sentence()}"

    def _open(self, pointer: Path, unchanged: bool) -> tuple[Loaded | None, str]:
        entry = self.store.folder / self.key
        if not entry.is_dir():
            return None, ""
        self._tell(READING_KEPT, 0, 1)
        try:
            found = read_loaded(entry)
        except StorageError as error:
            if error.code != "storage.denied":
                _remove(entry)
            return None, f"What was kept of it could not be used and was made anew: {error.what}. {error.why}"
        with contextlib.suppress(OSError):
            # a workspace that cannot be written to can still be read
            os.utime(entry / MANIFEST)
        if not unchanged:
            self._point(pointer)
        self._tell(READING_KEPT, 1, 1)
        return _noted(found, "Opened as it was kept when it was read before; the file has not changed since."), ""

    def keep(self, loaded: Loaded) -> str:
        """Keep what was read; gives why it could not be, or nothing."""
        self._tell(KEEPING, 0, 1)
        try:
            if not self.key:
                self.key = self._key()
            if any(standing(each.path) != each.standing for each in self.origins.files):
                return "It was not kept for the next time: its files changed meanwhile."
            self.store.workspace.prepare()
            with _making(self.store) as folder:
                size = write_loaded(folder, loaded)
                if size > self.store.most:
                    return f"It was not kept for the next time: it takes {size / 1e9:,.1f} GB."
                with locked(self.store, make=True) as held:
                    if not held:
                        return "It was not kept for the next time: another process is busy with what is kept."
                    durable.put_folder(folder, self.store.folder / self.key)
                    self._point(self._pointer())
                    tidy(self.store, self.key)
        except RankscopeError as error:
            return f"It was not kept for the next time: {error.sentence()}"
        self._tell(KEEPING, 1, 1)
        return ""

    def _pointer(self) -> Path:
        wish = {
            "paths": [os.path.abspath(path) if (path := self._path(role)) else "" for role in ROLES],
            "names": list(self.origins.names),
            **self._deciding(),
        }
        return self.store.folder / OPENED / f"{_hash(wish)}.json"

    def _key(self) -> str:
        """The hash of all that decides what reading and cleaning give."""
        done, total = 0, self.origins.size

        def tell(size: int) -> None:
            nonlocal done
            done += size
            self._tell("looking for what was kept", done, total)

        digests: dict[Path, str] = {}
        for each in self.origins.files:
            if each.path not in digests:
                digests[each.path] = digest(each.path, self.cancelled, tell)
        return _hash(
            {
                "files": [[each.role, each.name, digests[each.path]] for each in self.origins.files],
                "sources": [file_name(path) if (path := self._path(role)) else "" for role in ROLES],
                "names": list(self.origins.names),
                **self._deciding(),
            }
        )

    def _deciding(self) -> dict[str, Any]:
        plan = {name: value for name, value in dataclasses.asdict(self.data).items() if name not in ROLES}
        return {
            "format": FORMAT,
            "version": __version__,
            "plan": plan,
            "validation": self.data.validation.lower() != NONE,
            # windows only decide what is done with repeats where that is left open
            "windows": self.windows and self.data.repeats == "auto",
        }

    def _path(self, role: str) -> str:
        path = str(getattr(self.data, role))
        return "" if role == "validation" and path.lower() == NONE else path

    def _point(self, pointer: Path) -> None:
        """Remember that this wish was met by this entry."""
        files = [_plain(each) for each in self.origins.files]
        newest = max((max(each.standing.modified, each.standing.changed) for each in self.origins.files), default=0)
        if newest > self.looked - SETTLED:
            files = []
        with contextlib.suppress(StorageError):
            # without it the content is looked at the next time
            durable.make_folder(pointer.parent)
            durable.write(pointer, strict_json.dumps({"format": FORMAT, "key": self.key, "files": files}) + b"\n")

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self.on_progress is not None:
            self.on_progress(stage, done, total)


def tidy(store: Datasets, keep: str = "") -> None:
    """Remove what nobody finished, then what was used least lately until the rest fits; the caller holds the lock.

    Args:
        keep: key of the entry that stays.

    Raises:
        StorageError: the folder cannot be read.
    """
    with durable.storing(store.folder, "read"):
        entries = [each for each in store.folder.iterdir() if each.name != OPENED and not each.name.startswith(".lock")]
    whole: list[tuple[float, int, Path]] = []
    for each in entries:
        if each.name.startswith(MAKING):
            _sweep_making(each)
        elif not (each / MANIFEST).is_file():
            _remove(each)
        else:
            with durable.storing(each, "read"):
                whole.append((_used(each), _size(each), each))
    total = sum(size for _, size, _ in whole)
    for _, size, each in sorted(whole):
        if total > store.most and each.name != keep:
            _remove(each)
            total -= size
    for pointer in (store.folder / OPENED).glob("*.json"):
        known = _read_pointer(pointer)
        if known is None or not (store.folder / str(known["key"])).is_dir():
            durable.remove(pointer)


@contextlib.contextmanager
def locked(store: Datasets, make: bool) -> Iterator[bool]:
    """Hold the lock under which entries are read, put in place and removed; False where it could not be had.

    Args:
        make: make the folder where it is not there.

    Raises:
        StorageError: the folder or the lock cannot be made.
    """
    if make:
        durable.make_folder(store.folder)
    elif not store.folder.is_dir():
        yield False
        return
    lock = filelock.FileLock(store.folder / ".lock", timeout=PATIENCE, thread_local=False)
    held = True
    try:
        lock.acquire()
    except filelock.Timeout:
        held = False
    except OSError as error:
        if make:
            raise durable.storage_error(error, store.folder / ".lock") from error
        # a folder that cannot be written to: nobody removes anything from it either
    try:
        yield held
    finally:
        lock.release()


@contextlib.contextmanager
def _making(store: Datasets) -> Iterator[Path]:
    """A folder to write to, gone at the end unless it was moved; its lock says that somebody is at it."""
    durable.make_folder(store.folder)
    folder = store.folder / f"{MAKING}{secrets.token_hex(8)}"
    lock = filelock.FileLock(_lock_of(folder), thread_local=False)
    with durable.storing(folder):
        lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        with contextlib.suppress(OSError):
            _lock_of(folder).unlink()


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _sweep_making(path: Path) -> None:
    """Remove what a process that is no more was writing."""
    folder = path.with_name(path.name.removesuffix(".lock"))
    lock = filelock.FileLock(_lock_of(folder), timeout=0, thread_local=False)
    try:
        with lock:
            shutil.rmtree(folder, ignore_errors=True)
            _lock_of(folder).unlink(missing_ok=True)
    except (filelock.Timeout, OSError):
        # somebody is writing
        return


def _remove(entry: Path) -> None:
    """Remove an entry: its manifest first, so that what is left of it is known to be nothing."""
    if entry.is_symlink() or not entry.is_dir():
        with contextlib.suppress(OSError):
            entry.unlink()
        return
    with contextlib.suppress(OSError):
        (entry / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(entry, ignore_errors=True)


def _used(entry: Path) -> float:
    return (entry / MANIFEST).stat().st_mtime


def _size(entry: Path) -> int:
    return sum(each.stat().st_size for each in entry.iterdir())


def _read_pointer(path: Path) -> dict[str, Any] | None:
    """What was opened how; None where that is not known."""
    try:
        values = strict_json.read(path)
    except StorageError:
        return None
    key, files = values.get("key"), values.get("files")
    usable = isinstance(key, str) and len(key) == 64 and key.isalnum() and isinstance(files, list)
    return values if usable and values.get("format") == FORMAT else None


def _plain(origin: Origin) -> list[Any]:
    stand: Standing = origin.standing
    return [origin.role, origin.name, os.fsencode(origin.path).hex(), stand.size, stand.modified, stand.changed]


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(strict_json.dumps(dict(sorted(values.items())))).hexdigest()


def _noted(loaded: Loaded, *notes: str) -> Loaded:
    return dataclasses.replace(loaded, notes=(*loaded.notes, *(note for note in notes if note)))
