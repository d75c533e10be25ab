"""import_bundle(): a run that somebody else made comes into the workspace, all of it checked and none of it run."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from core import durable, strict_json
from core.data.archives import open_zip
from core.data.raw import Limits
from core.data.storage import DiskFile, ZipMember
from core.errors import InputError, ModelFileError, PlanError, RankscopeError, StorageError, UsageError
from core.models import MODELS
from core.runs.bundles import FORMAT, LARGEST_JSON, MANIFEST, MEMBER, MOST_BYTES, MOST_MEMBERS
from core.runs.checkpoints import newest
from core.runs.claims import unbelievable, unbelievable_events
from core.runs.dataset import fingerprint, read_dataset, write_dataset
from core.runs.folder import RunFolder
from core.runs.log import read_log
from core.runs.marks import LONGEST_NAME, LONGEST_NOTE, read_marks
from core.runs.opening import Run
from core.runs.record import RunRecord, check_format, read_record, write_record
from core.runs.results import read_evaluation
from core.runs.sizing import check_sizes
from core.runs.staging import making
from core.runs.vetting import check_table
from core.runs.workspace import Workspace
from core.splits.loaded import NONE
from core.splits.prepare import prepare
from core.splits.split import Split
from core.training.plan import Plan, make_plan, to_toml, to_values

PIECE = 1 << 20
RATIO = 200
RATIO_FROM = 64 << 20
"""A member may unpack to this many times its packed size once it is larger than RATIO_FROM."""
IDENTITY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")

Tell = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, how much in all); raises to cancel."""


@dataclass(frozen=True)
class Imported:
    """A run that is in the workspace now; ``notes`` say what is not as it was."""

    folder: RunFolder
    record: RunRecord
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contents:
    """What the manifest of a bundle says.

    Attributes:
        members: size and SHA-256 by name.
    """

    data_hash: str
    members: dict[str, tuple[int, str]]

    @property
    def has_data(self) -> bool:
        """The data is in it, not only its hash."""
        return "data/manifest.json" in self.members


def import_bundle(
    path: Path,
    workspace: Workspace,
    *,
    data: str = "",
    copy: bool = False,
    tell: Tell = lambda what, done, total: None,
) -> Imported:
    """Bring a bundle into a workspace.

    The zip is streamed member by member to names of our own making; every size and hash is compared with the
    manifest; JSON is strict; weights are safetensors whose shapes are those of the plan's model in the registry; the
    hash of the data is computed anew. The run appears whole, or not at all.

    Args:
        path: the bundle.
        data: where the data lies, for a bundle that holds only its hash; runs of the workspace and the plan's own
            source are looked at too.
        copy: where the run is in the workspace already, keep this one beside it under an id of its own.
        tell: told how far it is; what it raises ends the import, and nothing has changed.

    Raises:
        ModelFileError: the bundle is damaged, newer than this version, or not what it says it is.
        UsageError: the run is in the workspace already, or its data is nowhere to be found.
        StorageError: the workspace cannot be written.
    """
    where = durable.printable_path(path)
    workspace.prepare()
    with making(workspace.runs_folder) as made:
        staging = RunFolder(made)
        with _as_model_file_errors(where):
            contents = _unpacked(path, staging, tell)
            record, plan = _checked_record(staging, contents, where)
        final = _place(workspace, record, copy)
        if final.name != record.id:
            record = dataclasses.replace(record, id=final.name)
        tell("checking the data", 0, 1)
        split, notes = _data(staging, contents, plan, workspace, data, where)
        tell("checking the weights", 0, 1)
        with _as_model_file_errors(where):
            notes += _checked_run(staging, record, plan, split, where)
        durable.write(staging.plan, to_toml(plan).encode("utf-8"))
        write_record(staging, record)
        with durable.storing(final):
            staging.path.rename(final)
            durable.sync_folder(final.parent)
    return Imported(RunFolder(final), record, tuple(notes))


class WrongBundle(Exception):  # noqa: N818 - it says what a bundle is
    """Something that no bundle of ours is like, in one sentence."""


OF_THE_FILE = ("input.missing", "input.not-a-file", "input.unreadable", "input.changed")
"""Codes of what is wrong with the path, not with what it holds."""


@contextmanager
def _as_model_file_errors(where: str) -> Iterator[None]:
    """What is wrong with the bundle is said as such; a full disk of ours stays what it is."""
    try:
        yield
    except ModelFileError:
        raise
    except (StorageError, InputError, PlanError) as error:
        if _is_ours(error) or error.code in OF_THE_FILE:
            raise
        if error.code == "storage.failed":
            raise _broken("damaged", error.why, where) from None
        # what to do with a file of interactions is no advice here; which version is needed is
        remedy = error.remedy if error.code == "storage.newer" else ""
        why = f"{Path(error.where).name}: {error.what}" + (f". {error.why}" if error.why else "")
        raise _broken(error.code.split(".", 1)[1], why, where, remedy) from None
    except WrongBundle as error:
        raise _broken("damaged", str(error), where) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, pa.ArrowException) as error:
        raise _broken("damaged", f"{type(error).__name__}: {str(error)[:200]}", where) from None


def _is_ours(error: RankscopeError) -> bool:
    """Our own disk refused; Arrow says of a damaged table that reading failed too, but no system gave it a number."""
    refused = isinstance(error, StorageError) and error.code not in ("storage.damaged", "storage.newer")
    return refused and getattr(error.__cause__, "errno", 0) is not None


def _broken(kind: str, why: str, where: str, remedy: str = "") -> ModelFileError:
    remedy = remedy or "Ask for another copy of it, exported anew"
    return ModelFileError(f"bundle.{kind}", "the bundle cannot be imported", where, why, remedy)


# --- the zip ---------------------------------------------------------------------------------------------------------


def _unpacked(path: Path, staging: RunFolder, tell: Tell) -> Contents:
    """Stream every member to its place in the staging folder, comparing sizes and hashes."""
    with ExitStack() as closing:
        members = _members(path, closing)
        contents = _contents(members, durable.printable_path(path))
        total = sum(size for size, _ in contents.members.values())
        durable.room_for(staging.path, total // 2)
        done = 0
        for name, (size, digest) in contents.members.items():
            place = staging.path / name
            durable.make_folder(place.parent)
            with durable.replacing(place) as temporary, temporary.open("wb") as file:
                found = hashlib.sha256()
                for piece in _pieces(members[name], size):
                    found.update(piece)
                    with durable.storing(place):
                        file.write(piece)
                    done += len(piece)
                    tell("unpacking", done, total)
                if found.hexdigest() != digest:
                    raise WrongBundle(f"{name} is not what was put in: its checksum differs")
        return contents


def _members(path: Path, closing: ExitStack) -> dict[str, ZipMember]:
    listed = open_zip(DiskFile(path), Limits(members=MOST_MEMBERS), closing)
    found = {each.name: each for each in listed}
    if len(found) < len(listed):
        raise WrongBundle("A name stands twice in it")
    if MANIFEST not in found:
        raise WrongBundle(f"It is no bundle of Rankscope: it holds no {MANIFEST}")
    if "run.json" not in found:
        raise WrongBundle("It holds no run.json")
    for name in found:
        if name != MANIFEST and not MEMBER.fullmatch(name):
            raise WrongBundle(f"It holds {name[:80]!r}, which no bundle does")
    return found


def _contents(members: dict[str, ZipMember], where: str) -> Contents:
    content = b"".join(_pieces(members[MANIFEST], None))
    values = strict_json.loads(content, f"{where}, {MANIFEST}")
    check_format(values, FORMAT, where)
    listed = values["members"]
    if not isinstance(listed, dict) or set(listed) != set(members) - {MANIFEST}:
        raise WrongBundle("Its manifest lists other files than it holds")
    sealed = {name: (entry["size"], entry["sha256"]) for name, entry in listed.items()}
    for name, (size, digest) in sealed.items():
        if type(size) is not int or not 0 <= size <= MOST_BYTES or not HASH.fullmatch(digest):
            raise WrongBundle(f"Its manifest says nothing sensible of {name}")
        if name.endswith(".json") and size > LARGEST_JSON:
            raise WrongBundle(f"{name} is larger than {LARGEST_JSON >> 20} MiB")
    if sum(size for size, _ in sealed.values()) > MOST_BYTES:
        raise WrongBundle("It unpacks to more than any run takes")
    if not HASH.fullmatch(values["data_hash"]):
        raise WrongBundle("It does not say which data the run was trained on")
    return Contents(values["data_hash"], sealed)


def _pieces(member: ZipMember, size: int | None) -> Iterator[bytes]:
    """The unpacked bytes, as many as were promised; without a promise at most LARGEST_JSON."""
    count, most = 0, LARGEST_JSON if size is None else size
    try:
        with member.open() as stream:
            while piece := stream.read(PIECE):
                count += len(piece)
                if count > most or (count > RATIO_FROM and count > RATIO * max(member.size, 1)):
                    raise WrongBundle(f"{member.name} unpacks to more than it should")
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise WrongBundle(f"{member.name}: {error}") from None
    if size is not None and count < size:
        raise WrongBundle(f"{member.name} ends too early")


# --- record, data, weights -------------------------------------------------------------------------------------------


def _checked_record(staging: RunFolder, contents: Contents, where: str) -> tuple[RunRecord, Plan]:
    record = read_record(staging)
    if wrong := unbelievable(record):
        raise WrongBundle(wrong)
    plan = make_plan(record.plan)
    # what was only near enough to be understood is kept as it was understood
    record = dataclasses.replace(record, plan=to_values(plan))
    if record.data.get("hash") != contents.data_hash:
        raise WrongBundle("Run and manifest name other data")
    if record.state == "running":
        record = dataclasses.replace(record, state="stopped")
    if not IDENTITY.fullmatch(record.id):
        record = dataclasses.replace(record, id=str(uuid.uuid4()))
    return record, plan


def _place(workspace: Workspace, record: RunRecord, copy: bool) -> Path:
    final = workspace.runs_folder / record.id
    if not final.exists():
        return final
    if copy:
        return workspace.new_path()
    raise UsageError(
        "bundle.exists",
        "this run is in the workspace already",
        durable.printable_path(final),
        remedy="Add --copy to keep both, or delete the one that is there",
    )


def _data(
    staging: RunFolder, contents: Contents, plan: Plan, workspace: Workspace, source: str, where: str
) -> tuple[Split, list[str]]:
    """The split, from the bundle itself or from where the same data lies."""
    if contents.has_data:
        with _as_model_file_errors(where):
            for table in sorted(staging.data.glob("*.parquet")):
                check_table(table)
            split, _ = read_dataset(staging.data)
            if fingerprint(split) != contents.data_hash:
                raise WrongBundle("The data in it is not what the run was trained on")
        return split, []
    for other in workspace.runs():
        if _hash_of(other) == contents.data_hash:
            split, _ = read_dataset(other.data)
            if fingerprint(split) == contents.data_hash:
                write_dataset(staging.data, split)
                return split, [f"The data was taken from the run {other.path.name}, which has the same"]
    return _prepared(staging, contents, plan, source, where)


def _hash_of(folder: RunFolder) -> str:
    try:
        return str(read_record(folder).data.get("hash", ""))
    except RankscopeError:
        # another run's trouble is not this one's
        return ""


def _prepared(staging: RunFolder, contents: Contents, plan: Plan, source: str, where: str) -> tuple[Split, list[str]]:
    wanted = "The bundle holds the hash of its data and not the data"
    if not source and plan.data.source != "sample":
        raise UsageError("bundle.no-data", "the data of the run is not here", where, wanted, NAME_IT)
    if any(part not in ("", NONE) for part in (plan.data.test, plan.data.validation, plan.data.candidates)):
        parts = "Its data has parts or candidate lists in files of their own"
        raise UsageError("bundle.no-data", "the data of the run is not here", where, f"{wanted}. {parts}", ASK)
    # a path that comes from outside is never opened: only what is named here; titles are no part of the hash
    data = dataclasses.replace(plan.data, source=source or plan.data.source, items="")
    windows = MODELS[plan.model.name].batch == "window"
    split = prepare(data, plan.split.name, plan.split.settings, seed=plan.seed, windows=windows).split
    if fingerprint(split) != contents.data_hash:
        raise UsageError(
            "bundle.other-data", "this is not the data that the run was trained on", source or where, wanted, NAME_IT
        )
    write_dataset(staging.data, split)
    return split, [f"The data was read from {source or plan.data.source}; its hash is the run's"]


ASK = "Ask for a bundle with the data in it"
NAME_IT = "Name the same data with --data SOURCE, or ask for a bundle with the data in it"


def _checked_run(staging: RunFolder, record: RunRecord, plan: Plan, split: Split, where: str) -> list[str]:
    """Weights, results and events are read once as they will be read later."""
    notes: list[str] = []
    loaded = newest(staging.checkpoints)
    if loaded.notes:
        raise WrongBundle(loaded.notes[0])
    for prefix in ("model.", "best."):
        weights = {name[len(prefix) :]: value for name, value in loaded.tensors.items() if name.startswith(prefix)}
        if weights or prefix == "model.":
            check_sizes(plan, split.train, weights, where)
    run = Run(str(staging.path), staging, record, plan)
    _ = run.model
    for each in staging.results.glob("*.parquet") if staging.results.is_dir() else ():
        check_table(each)
        part, ranker = each.stem.split("-", 1)
        evaluation: Any = read_evaluation(staging.results, part, ranker)
        known = len(split.interactions.users)
        if evaluation is None or (len(evaluation.users) and not 0 <= evaluation.users.max() < known):
            raise WrongBundle(f"{each.name} speaks of users that the data does not have")
    marks = read_marks(staging)
    if len(marks.name) > LONGEST_NAME or len(marks.note) > LONGEST_NOTE:
        raise WrongBundle("The name or the note of the run is longer than any is")
    if staging.events.is_file():
        told = read_log(staging.events)
        if wrong := unbelievable_events(told.events):
            raise WrongBundle(wrong)
        notes += told.notes
    return notes
