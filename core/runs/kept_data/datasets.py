"""The workspace's data sets by content hash: what was read and cleaned once is opened again in an instant."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

from core import __version__, durable, strict_json
from core.data.origin import ROLES, Origin, Origins, Standing, check_beginnings, digest, find_origins, standing
from core.data.plan import DataPlan
from core.data.raw import file_name
from core.errors import RankscopeError, StorageError
from core.runs.kept_data.dataset_store import OPENED, Datasets, locked, making, read_pointer, remove, tidy
from core.runs.kept_data.kept import FORMAT, MANIFEST, read_loaded, write_loaded
from core.splits.loaded import NONE, Loaded, Progress

SETTLED = 2_000_000_000
"""Nanoseconds: what is written to just before it is looked at may be written to again at the same time of change."""
READING_KEPT = "opening what was kept"
KEEPING = "keeping it for the next time"


@dataclass(frozen=True, eq=False)
class Kept:
    """Data that was read or opened.

    Attributes:
        entry: folder in which it is kept; None where it is not.
    """

    loaded: Loaded
    entry: Path | None


class Reading(TypedDict, total=False):
    """How data is read where it is not kept yet: the options of ``core.splits.prepare.load``."""

    windows: bool
    strict: bool
    on_progress: Progress | None
    cancelled: Callable[[], bool] | None


def load_kept(store: Datasets | None, data: DataPlan, **reading: Unpack[Reading]) -> Loaded:
    """The data alone of ``open_kept``."""
    return open_kept(store, data, **reading).loaded


def open_kept(store: Datasets | None, data: DataPlan, **reading: Unpack[Reading]) -> Kept:
    """As ``core.splits.prepare.load``, but what was read before and has not changed since is opened as it was kept.

    What cannot be kept, such as on a full disk, is told in a note and is no error.

    Raises:
        InputError, UsageError, ReadingCancelled: as ``load`` does.
    """

    def read() -> Loaded:
        # opening what was kept needs nothing of all that reads and cleans
        from core.splits.prepare import load

        return load(data, **reading)

    origins = _origins(store, data)
    if store is None or origins is None:
        return Kept(read(), None)
    windows, strict = reading.get("windows", False), reading.get("strict", False)
    asked = _Asked(store, data, windows, origins, reading.get("on_progress"), reading.get("cancelled"))
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
        if origins is not None and origins.size >= store.smallest:
            check_beginnings(origins, data)
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
            known = read_pointer(pointer)
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
                remove(entry)
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
            with making(self.store) as folder:
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
            "catalogue": self.data.items.lower() != NONE,
            # windows only decide what is done with repeats where that is left open
            "windows": self.windows and self.data.repeats == "auto",
        }

    def _path(self, role: str) -> str:
        path = str(getattr(self.data, role))
        return "" if role in ("validation", "items") and path.lower() == NONE else path

    def _point(self, pointer: Path) -> None:
        """Remember that this wish was met by this entry."""
        files = [_plain(each) for each in self.origins.files]
        newest = max((max(each.standing.modified, each.standing.changed) for each in self.origins.files), default=0)
        if newest > self.looked - SETTLED:
            files = []
        with contextlib.suppress(StorageError):
            # without it the content is looked at the next time
            durable.make_folder(pointer.parent)
            durable.write(
                pointer, strict_json.dumps({"format": FORMAT, "key": self.key, "files": files}) + b"\n", own=True
            )

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self.on_progress is not None:
            self.on_progress(stage, done, total)


def _plain(origin: Origin) -> list[Any]:
    stand: Standing = origin.standing
    return [origin.role, origin.name, os.fsencode(origin.path).hex(), stand.size, stand.modified, stand.changed]


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(strict_json.dumps(dict(sorted(values.items())))).hexdigest()


def _noted(loaded: Loaded, *notes: str) -> Loaded:
    return dataclasses.replace(loaded, notes=(*loaded.notes, *(note for note in notes if note)))
