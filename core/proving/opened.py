"""What Rankscope makes of the files that a power cut left: it opens all of them, and sees what the bare files say."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from core.data.plan import DataPlan
from core.errors import RankscopeError
from core.proving.ending import differences, ending
from core.proving.outside import archive, fetch_archive, open_source
from core.proving.stories import MORE, record_run
from core.proving.tape import Tape
from core.proving.views import Files, below, has_a_gap, logged, runs, saved_epoch
from core.runs.index import locked
from core.runs.library import read_library
from core.runs.log import read_log
from core.runs.opening import open_run
from core.runs.record import read_record
from core.runs.results import read_evaluation
from core.runs.resuming import resume
from core.runs.trash import deleted_runs
from core.runs.workspace import Workspace
from core.splits.loaded import Loaded
from core.splits.prepare import load

ENDED_OF = 20
"""One of so many cut off runs is gone on with."""
LISTED = ("run.json", "marks.json", "workspace.json")
"""Files that the list of runs depends on."""


class Opened:
    """Opens what it has not opened before.

    Args:
        folder: of the proof; the workspace as it came to be is in it.

    Attributes:
        runs: folders of runs that were opened.
        lists: workspaces that were listed, and stores and downloads that were used.
        ended: runs that were gone on with to their end.
    """

    def __init__(self, folder: Path, tape: Tape) -> None:
        self.place = folder / "state"
        self.outside = folder / "outside"
        self.runs = self.lists = self.ended = 0
        self._known: dict[tuple[str, bytes], list[str]] = {}
        self._wholes = list(_wholes(folder / "wholes"))
        index = Path(tape.folder) / "index.sqlite"
        self._index = index.read_bytes() if index.exists() else b""
        self._data = _seen(load(DataPlan(source=str(self.outside / "ratings.csv"))))

    def look(self, files: Files, seed: bytes) -> Iterator[str]:
        """What is wrong, sentence by sentence."""
        for place, run in runs(files).items():
            yield from self._once("run", run, lambda place=place, run=run: self._run(place, run))  # type: ignore[misc]
        listed = {path: content for path, content in files.items() if path.rsplit("/", 1)[-1] in LISTED}
        yield from self._once("list", listed, lambda: self._list(files, seed))
        for name, use in (("datasets", self._datasets), ("downloads", self._downloads)):
            mine = below(files, name)
            yield from self._once(name, mine, lambda name=name, mine=mine, use=use: self._used(name, mine, use))  # type: ignore[misc]

    def _once(self, kind: str, files: Files, judge: Callable[[], Iterator[str]]) -> list[str]:
        digest = hashlib.sha256()
        for path in sorted(files):
            digest.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
        key = kind, digest.digest()
        if key not in self._known:
            try:
                self._known[key] = list(judge())
            except RankscopeError as error:
                self._known[key] = [f"{kind}: {error.sentence()}"]
            except Exception as error:
                self._known[key] = [f"{kind}: {type(error).__name__}: {error}"]
            finally:
                shutil.rmtree(self.place, ignore_errors=True)
        return self._known[key]

    def _lay(self, files: Mapping[str, bytes]) -> Path:
        for path, content in files.items():
            place = self.place / path
            (place if path.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
            if not path.endswith("/"):
                place.write_bytes(content)
        return self.place

    # --- a run --------------------------------------------------------------------------------------------------------

    def _run(self, place: str, files: Files) -> Iterator[str]:
        self.runs += 1
        self._lay({f"runs/a/{path}": content for path, content in files.items()})
        path = self.place / "runs" / "a"
        run = open_run(path)
        _ = run.split
        saved = saved_epoch(files)
        if saved is not None:
            loaded = run.loaded
            plain = loaded.checkpoint.plain
            if (("train", "refit").index(plain["phase"]), plain["epoch"]) != saved or loaded.notes:
                yield f"{place}: {plain['phase']} {plain['epoch']} was opened of {saved}, {loaded.notes}"
            _ = run.model
        for each in run.folder.results.glob("*.json") if run.folder.results.is_dir() else ():
            if read_evaluation(run.folder.results, *each.stem.split("-", 1)) is None:
                yield f"{place}: {each.name} is not read"
        if run.folder.events.is_file():
            log = read_log(run.folder.events)
            if bool(log.notes) != has_a_gap(files["events.jsonl"]):
                yield f"{place}: the lines that are missing are told as {log.notes}"
            if list(log.events) != list(logged(files["events.jsonl"])):
                yield f"{place}: other events than the lines have"
        if run.record.state != "completed" and self.runs % ENDED_OF == 0:
            yield from self._ended(path, place)

    def _ended(self, path: Path, place: str) -> Iterator[str]:
        self.ended += 1
        planned = open_run(path).plan.training.epochs
        for _ in resume(path, every=1000.0):
            pass
        whole = self._wholes[planned == MORE]
        wrong = differences(whole, ending(path))
        if wrong:
            yield f"{place}: another end, {', '.join(wrong)[:300]}"

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _list(self, files: Files, seed: bytes) -> Iterator[str]:
        """The list of runs beside an index in any condition."""
        self.lists += 1
        self._lay({path: content for path, content in files.items() if path.split("/")[0] in ("runs", "trash")})
        workspace = Workspace(self.place)
        for name, content in self._broken_index(seed).items():
            (self.place / name).parent.mkdir(parents=True, exist_ok=True)
            (self.place / name).write_bytes(content)
        if "workspace.json" in files:
            self._lay({"workspace.json": files["workspace.json"]})
        workspace.prepare()
        for time in ("first", "second"):
            library = read_library(workspace)
            faults = [f"{each.folder}: {each.fault}" for each in library.entries if each.fault]
            if faults or library.read_only:
                yield f"{time} list: {library.read_only}{', '.join(faults)[:300]}"
            there = {place.split("/")[1] for place in runs(files) if place.startswith("runs/")}
            if {each.folder for each in library.entries} != there:
                yield f"{time} list: {sorted(each.folder for each in library.entries)} of {sorted(there)}"
        deleted = {each.folder.path.relative_to(self.place).as_posix() for each in deleted_runs(workspace)}
        if deleted != {place for place in runs(files) if place.startswith("trash/")}:
            yield f"in the trash: {sorted(deleted)}"
        with locked(self.place):
            pass
        for each in workspace.runs():
            read_record(each)

    def _broken_index(self, seed: bytes) -> dict[str, bytes]:
        """SQLite writes by itself, unseen: whatever it left must do."""
        half = self._index[: len(self._index) // 2]
        ends: tuple[dict[str, bytes], ...] = (
            {},
            {"index.sqlite": self._index},
            {"index.sqlite": b""},
            {"index.sqlite": half},
            {"index.sqlite": half + os.urandom(len(half))},
            {"index.sqlite": self._index, "index.sqlite-journal": os.urandom(4096)},
            {"index.sqlite": self._index[:512] + b"\0" * (len(self._index) - 512), "index.sqlite-journal": b""},
            {"index.sqlite-journal": os.urandom(600)},
        )
        return ends[seed[0] % len(ends)]

    def _used(self, name: str, files: Files, use: Callable[[Workspace], Iterator[str]]) -> Iterator[str]:
        self.lists += 1
        self._lay({f"{name}/{path}": content for path, content in files.items()})
        self.place.mkdir(exist_ok=True)
        yield from use(Workspace(self.place))

    def _datasets(self, workspace: Workspace) -> Iterator[str]:
        """What was kept is what reading gives, or is made anew."""
        for time in ("first", "second"):
            kept = open_source(workspace, self.outside / "ratings.csv")
            if _seen(kept.loaded) != self._data or kept.entry is None:
                yield f"{time} opening of data: {kept.loaded.notes}"

    def _downloads(self, workspace: Workspace) -> Iterator[str]:
        """What was fetched is used, gone on with, or fetched anew."""
        for _ in range(2):
            try:
                found = fetch_archive(workspace)
            except RankscopeError as error:
                # a part with holes is known by its checksum, and thrown away
                if error.code != "download.checksum":
                    raise
                continue
            if found.path.read_bytes() != archive():
                yield "another archive than the server has"
            return
        yield "the archive cannot be fetched"


def _seen(loaded: Loaded) -> tuple[object, ...]:
    """All that was read, as plain values."""
    data = loaded.cleaned.interactions
    columns = (data.events.users, data.events.items, data.events.times, data.events.weights)
    return (
        *(None if each is None else each.tobytes() for each in columns),
        data.users.ids.to_pylist(),
        data.items.ids.to_pylist(),
        {name: each.total for name, each in loaded.rejects.items()},
    )


def _wholes(folder: Path) -> Iterator[dict[str, str]]:
    """The ends of a run that nothing happened to: as planned, and trained longer."""
    folder.mkdir()
    for _ in record_run(folder / "run"):
        pass
    yield ending(folder / "run")
    for _ in resume(folder / "run", epochs=MORE, every=0.0):
        pass
    yield ending(folder / "run")
