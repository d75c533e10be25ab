"""A run as one zip that another Rankscope imports, with its data or with the data's hash only."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core import __version__, durable, strict_json
from core.export.leftovers import held
from core.export.private import folders_of, without_folders
from core.export.request import Request
from core.runs.bundles import FORMAT, MANIFEST, MEMBER, NEEDS
from core.runs.checkpoints import write_checkpoint
from core.runs.folder import RunFolder
from core.runs.log import EventLog, read_log
from core.runs.marks import FILE as MARKS
from core.runs.marks import read_marks, write_marks
from core.runs.opening import Run
from core.runs.record import write_record
from core.training.judging import UNKNOWN_PINNED

PIECE = 1 << 20
PACKED = (".json", ".jsonl")
"""Endings that are deflated; tables and weights are packed already, or do not pack."""
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The time of every member: equal runs give equal bundles."""


def write_bundle(request: Request) -> tuple[str, ...]:
    """Write the zip; every part of the run is read once through its own checks before."""
    run, options = request.run, request.options
    request.tell("checking the run", 0, 1)
    _check_whole(run, options.data)
    with _staging(request.place.parent) as made, held(made):
        members = dict(_members(run, options, RunFolder(made)))
        total = sum(path.stat().st_size for path in members.values())
        sealed: dict[str, Any] = {}
        with durable.storing(request.place), zipfile.ZipFile(request.place, "w") as archive:
            done = 0
            for name, path in members.items():
                digest, size = hashlib.sha256(), 0
                with path.open("rb") as source, archive.open(_info(name), "w", force_zip64=True) as target:
                    for piece in _pieces(source):
                        target.write(piece)
                        digest.update(piece)
                        size += len(piece)
                        request.tell("packing", done + size, total)
                done += size
                sealed[name] = {"size": size, "sha256": digest.hexdigest()}
            archive.writestr(_info(MANIFEST), strict_json.dumps(_manifest(run, sealed), indent=2))
    notes = list(run.loaded.notes)
    if not options.data:
        notes.append("The results user by user are left out with the data; who imports the run measures it again")
        notes.append(
            "It holds no interactions and no ids of users or items; users whose rank was followed are left out"
        )
    if not options.state:
        notes.append("The run can be used and measured where it is imported, and not be trained further")
    return tuple(notes)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder for what is written anew; tempfile's own recurses without end where it may not be removed."""
    made = folder / f"{durable.TEMPORARY}{secrets.token_hex(8)}"
    with durable.storing(made, "made"):
        made.mkdir()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _check_whole(run: Run, with_data: bool) -> None:
    """What is damaged is told here and not where the bundle is imported."""
    _ = run.model
    if with_data:
        _ = run.split


def _members(run: Run, options: Any, made: RunFolder) -> Iterator[tuple[str, Path]]:
    """Names in the zip and the files that they are read from; some are made for it."""
    record = run.record
    if record.state == "running":
        record = dataclasses.replace(record, state="stopped")
    private = Private(folders_of(run), names=options.data)
    record = dataclasses.replace(
        record,
        plan=private.of({"plan": record.plan})["plan"],
        data=private.of(record.data),
        counts=private.of(record.counts),
        result=private.of(record.result),
        failure=private.of(record.failure),
    )
    write_record(made, record)
    yield "run.json", made.record
    marks = run.folder.path / MARKS
    if marks.is_file():
        # as they are read, so that a damaged file is told here
        write_marks(made, read_marks(run.folder))
        yield MARKS, made.path / MARKS
    if run.folder.events.is_file():
        yield "events.jsonl", _events(run.folder.events, made, private)
    yield from _checkpoint(run, options, made, record.plan)
    folders: Mapping[str, bool] = {"data": options.data, "results": options.data}
    for folder, wanted in folders.items():
        place = run.folder.path / folder
        for path in sorted(place.iterdir()) if wanted and place.is_dir() else ():
            if MEMBER.fullmatch(f"{folder}/{path.name}"):
                yield f"{folder}/{path.name}", path


def _checkpoint(run: Run, options: Any, made: RunFolder, plan: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    loaded = run.loaded.checkpoint
    tensors, plain = run.loaded.tensors, loaded.plain
    if not options.state:
        tensors = {f"model.{name}": value for name, value in run.model.state_dict().items()}
        plain = {**plain, "only_best": True, "learner": {}}
    durable.make_folder(made.checkpoints)
    written = write_checkpoint(
        made.checkpoints,
        tensors,
        plain,
        data_hash=loaded.data_hash,
        plan=plan,
        versions=loaded.versions if options.state else run.record.versions,
        best=loaded.best if options.state else True,
    )
    for end in (".json", ".safetensors"):
        yield f"ckpt/{written.name}{end}", made.checkpoints / f"{written.name}{end}"


@dataclass(frozen=True)
class Private:
    """What stays on this computer: the names of its folders, and without the data the ids of users."""

    folders: tuple[str, ...]
    names: bool

    def of(self, values: dict[str, Any]) -> dict[str, Any]:
        """The same plain values without it."""
        cut: dict[str, Any] = without_folders(values if self.names else unnamed(values), self.folders)
        return cut


def _events(path: Path, made: RunFolder, private: Private) -> Path:
    """The events without what stays here; lines that cannot be read are left out."""
    with closing(EventLog(made.events)) as log:
        for event in read_log(path).events:
            log.append(private.of(event))
    return made.events


def unnamed(value: Any) -> Any:
    """Plain values without the users whose ranks were followed, and without remarks on them."""
    if isinstance(value, Mapping):
        return {key: [] if key == "pinned" else unnamed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [unnamed(each) for each in value if not (isinstance(each, str) and each.startswith(UNKNOWN_PINNED))]
    return value


def _manifest(run: Run, sealed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "needs": NEEDS,
        "rankscope": __version__,
        "run": run.record.id,
        "model": run.plan.model.name,
        "data_hash": str(run.record.data.get("hash", "")),
        "members": dict(sealed),
    }


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, BEGINNING)
    info.external_attr = 0o600 << 16
    info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(PACKED) else zipfile.ZIP_STORED
    return info


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    read: Callable[[int], bytes] = source.read
    while piece := read(PIECE):
        yield piece
