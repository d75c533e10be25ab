"""export(): write one target of a run, whole or not at all, over what is there only when that was asked."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import durable
from core.errors import UsageError
from core.export import TARGETS, Target
from core.export.facts import facts_of
from core.export.leftovers import held, swept
from core.export.names import safe_path
from core.export.outputs import check_output, check_outside
from core.export.request import Exported, Request, Tell, WrittenFile
from core.nearest import nearest
from core.params import build
from core.runs.opening import Run

DEEPEST = 2
"""Folders in an exported folder, itself counted."""


def find_target(key: str) -> Target:
    """The entry of a key.

    Raises:
        UsageError: there is no such target; the message has the nearest.
    """
    if key not in TARGETS:
        near = nearest(key, TARGETS) or list(TARGETS)
        raise UsageError(
            "export.unknown-target", f"there is no export {key!r}", "--to", remedy=f"Did you mean {', '.join(near)}?"
        )
    return TARGETS[key]


def export(
    run: Run,
    target: str,
    out: Path,
    values: Mapping[str, Any] | None = None,
    *,
    replace: bool = False,
    tell: Tell = lambda what, done, total: None,
) -> Exported:
    """Write a run as a target.

    Args:
        target: key of the TARGETS table.
        out: file or folder; a file without an ending gets the usual one, and a name that not all systems take is
            changed, which the notes tell.
        values: options by name, plain values.
        replace: what is there is replaced once the new one is whole.
        tell: told how far it is; what it raises ends the export, and nothing has changed.

    Raises:
        UsageError: unknown target, the run has no such thing, the place is taken.
        PlanError: an option that cannot be.
        StorageError: it could not be written; what was there before is intact.
        ModelFileError: the run's weights are damaged.
    """
    entry = find_target(target)
    options = build(entry.settings, values or {}, f"--to {target}")
    unfit = entry.unfit(facts_of(run))
    if unfit:
        raise UsageError("export.unfit", unfit, f"--to {target}", remedy="Choose another run or another export")
    out, notes = final_path(entry, out)
    planned = {each.name for each in entry.files(facts_of(run), options)}
    check_free(out, entry, planned, replace)
    check_outside(out, run.folder.path)
    notes += swept(out.parent)
    if entry.suffixes:
        with durable.replacing(out) as place, held(place):
            notes += entry.load()(Request(run, place, out.name, options, tell))
            files: tuple[WrittenFile, ...] = (WrittenFile("", place.stat().st_size),)
    else:
        with _folder(out) as place, held(place):
            notes += entry.load()(Request(run, place, out.name, options, tell))
            files = _written(place)
    return Exported(target, out, files, notes)


def final_path(entry: Target, out: Path) -> tuple[Path, tuple[str, ...]]:
    """Where a target really goes, and what has changed about the name.

    Raises:
        UsageError: the name has an ending that the target does not know.
    """
    out, notes = safe_path(out)
    if not entry.suffixes or out.suffix.lower() in entry.suffixes:
        return out, notes
    if not out.suffix:
        return out.with_name(out.name + entry.suffixes[0]), notes
    raise UsageError(
        "export.unknown-format",
        f"no format is known by the ending {out.suffix!r}",
        durable.printable_path(out),
        remedy=f"End the name in {' or '.join(entry.suffixes)}",
    )


def check_free(out: Path, entry: Target, planned: set[str], replace: bool) -> None:
    """Refuse a place that is taken.

    Raises:
        UsageError: something is there and is not to be replaced, or is something else than such an export.
    """
    where = durable.printable_path(out)
    check_folder(out)
    if not os.path.lexists(out):
        return
    if entry.suffixes:
        check_output(out)
    else:
        if not out.is_dir() or out.is_symlink():
            raise UsageError("export.is-file", "there is no folder at this place", where, remedy="Choose another name")
        found = {each.relative_to(out).as_posix() for each in out.rglob("*") if not each.is_dir() or each.is_symlink()}
        if not found:
            return
        foreign = sorted(name for name in found if name not in planned and name not in _ever(entry))
        if foreign:
            raise UsageError(
                "export.holds-more",
                f"the folder holds something else ({', '.join(foreign[:3])}), so it is not replaced",
                where,
                remedy="Choose an empty folder or a new one",
            )
    if not replace:
        raise UsageError(
            "export.exists",
            "there is something at this place already",
            where,
            remedy="Choose another, or add --replace",
        )


def check_folder(out: Path) -> None:
    """Refuse a place whose folder is not there.

    Raises:
        UsageError: with the place.
    """
    if not out.parent.is_dir():
        raise UsageError(
            "export.no-folder",
            "the folder to write to is not there",
            durable.printable_path(out),
            remedy="Make it, or choose another",
        )


def _ever(entry: Target) -> set[str]:
    """All names that a folder of this target can hold, whatever was chosen."""
    return FOLDERS.get(entry.function, set())


FOLDERS: dict[str, set[str]] = {
    "core.export.model:write_model": {"known.safetensors"},
    "core.export.embeddings:write_embeddings": {
        *(f"{each}{end}" for each in ("items", "users") for end in (".npy", ".json", ".parquet", ".txt", ".tsv")),
        *(f"{each}-metadata.tsv" for each in ("items", "users")),
        "projector_config.pbtxt",
    },
    "core.export.metrics:write_metrics": {
        f"{each}.{end}" for each in ("epochs", "users") for end in ("csv", "parquet")
    },
}
"""What other options of the same target leave in a folder: that may be replaced too."""


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """An empty folder that becomes ``out`` when the block ends well; one that is there is taken away only then."""
    with durable.storing(out):
        staging = out.parent / f"{durable.TEMPORARY}{secrets.token_hex(8)}"
        staging.mkdir()
    try:
        with durable.storing(out):
            yield staging
            for folder in sorted({each.parent for each in staging.rglob("*")} | {staging}):
                durable.sync_folder(folder)
            durable.put_folder(staging, out)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _written(folder: Path) -> tuple[WrittenFile, ...]:
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return tuple(WrittenFile(each.relative_to(folder).as_posix(), each.stat().st_size) for each in files)
