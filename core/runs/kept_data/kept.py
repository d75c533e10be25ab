"""Cleaned data in a folder and back: the very same objects as reading and cleaning gave, without doing either again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from core import durable, strict_json
from core.data.cleaned import Cleaned
from core.data.interactions import Events
from core.data.raw import RawCandidates
from core.data.rejects import SHOWN, Reject, Rejects
from core.data.report import CleaningReport
from core.errors import StorageError
from core.runs.arrow_files import read_arrow, read_batches, write_arrow
from core.runs.interactions import assemble, plain_values, read_vocabularies, tables_beside
from core.runs.packing import PIECE, pack, unpack
from core.runs.record import NEEDS, check_format, damaged
from core.runs.tables import column, text_column
from core.splits.loaded import Loaded

FORMAT = 3
MANIFEST = "manifest.json"
MOST_REJECTS = 1_000_000
"""Rows not kept are read back as a whole; a file of nothing but faults is read anew each time."""


def write_loaded(folder: Path, loaded: Loaded) -> int:
    """Write all that reading and cleaning gave; gives the bytes that it takes.

    Args:
        folder: made when it is not there; without its manifest, which comes last, it holds nothing.

    Raises:
        StorageError: it could not be written.
    """
    durable.make_folder(folder)
    cleaned, data = loaded.cleaned, loaded.cleaned.interactions
    packed = {
        "events": pack(data.events),
        "below": pack(data.below),
        **{f"given-{name}": pack(each) for name, each in cleaned.given.items()},
    }
    numbers = {f"{name}-{part}": table for name, (tables, _) in packed.items() for part, table in tables.items()}
    texts = tables_beside(data)
    texts |= {f"rejects-{name}": _reject_table(each) for name, each in loaded.rejects.items() if each.total}
    if cleaned.candidates is not None:
        texts |= _candidate_tables(cleaned.candidates)
    files = {name: write_arrow(_file(folder, name), table, rows=PIECE) for name, table in numbers.items()}
    files |= {name: write_arrow(_file(folder, name), table, packed=True) for name, table in texts.items()}
    manifest = {
        "format": FORMAT,
        "needs": NEEDS,
        "files": files,
        "interactions": plain_values(data),
        "packed": {name: facts for name, (_, facts) in packed.items()},
        "given": list(cleaned.given),
        "reports": {name: report.plain() for name, report in loaded.reports.items()},
        "rejects": {name: {"total": each.total, "counts": dict(each.counts)} for name, each in loaded.rejects.items()},
        "candidates": _about(cleaned.candidates),
        "notes": list(loaded.notes),
        "cleaning_notes": list(cleaned.notes),
        "validation": loaded.validation,
        "merge_ids": loaded.merge_ids,
    }
    content = strict_json.dumps(manifest, indent=2) + b"\n"
    durable.write(folder / MANIFEST, content)
    return len(content) + sum(int(each["size"]) for each in files.values())


def read_loaded(folder: Path) -> Loaded:
    """What was written.

    Raises:
        StorageError: something is missing, damaged, or of a newer format.
    """
    where = durable.printable_path(folder / MANIFEST)
    manifest = strict_json.read(folder / MANIFEST)
    check_format(manifest, FORMAT, where)
    try:
        return _assembled(_Folder(folder, manifest["files"], manifest["packed"]), manifest)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise damaged(where, f"{type(error).__name__}: {error}") from None


@dataclass(frozen=True)
class _Folder:
    """The tables of a folder, each checked against the manifest when it is read."""

    path: Path
    files: dict[str, dict[str, Any]]
    packed: dict[str, dict[str, Any]]

    def file(self, name: str) -> Path:
        return _file(self.path, name)

    def table(self, name: str) -> pa.Table:
        return read_arrow(self.file(name), self.files[name])

    def texts(self, name: str) -> pa.Array:
        return text_column(self.table(name), "id", self.file(name))

    def events(self, name: str, sizes: tuple[int, int]) -> Events:
        batches = read_batches(self.file(f"{name}-rows"), self.files[f"{name}-rows"])
        return unpack(batches, self.table(f"{name}-counts"), self.packed[name], *sizes)


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.arrow"


def _assembled(folder: _Folder, manifest: dict[str, Any]) -> Loaded:
    users, items = read_vocabularies(folder.table, folder.file)
    sizes = (len(users), len(items))
    rejects = {name: _rejects(folder, name, each) for name, each in manifest["rejects"].items()}
    events, below = folder.events("events", sizes), folder.events("below", sizes)
    interactions = assemble(events, below, (users, items), folder.table, folder.files, manifest["interactions"])
    about = manifest["candidates"]
    return Loaded(
        cleaned=Cleaned(
            interactions=interactions,
            given={name: folder.events(f"given-{name}", sizes) for name in manifest["given"]},
            candidates=_candidates(folder, about, rejects["candidates"]) if about else None,
            reports={name: CleaningReport(**each) for name, each in manifest["reports"].items()},
            notes=tuple(manifest["cleaning_notes"]),
        ),
        rejects=rejects,
        notes=tuple(manifest["notes"]),
        validation=manifest["validation"],
        merge_ids=manifest["merge_ids"],
    )


# --- what was not kept ------------------------------------------------------------------------------------------


class KeptRejects:
    """Rows that were not kept, in the order in which they were found.

    Args:
        table: ``reason``, ``column`` and ``value`` as bytes, ``line``.
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def rows(self) -> Iterator[Reject]:
        """All of them."""
        for batch in self._table.to_batches(max_chunksize=1 << 12):
            columns = (batch.column(name).to_pylist() for name in ("reason", "line", "column", "value"))
            for reason, line, name, value in zip(*columns, strict=True):
                yield Reject(_text(reason), line, _text(name), _text(value))


def _reject_table(rejects: Rejects) -> pa.Table:
    if rejects.total > MOST_REJECTS:
        raise StorageError(
            "storage.many-rejects", f"{rejects.total:,} rows could not be used", remedy="Mend the rows of the file"
        )
    rows = list(rejects.rows())
    return pa.table(
        {
            "reason": pa.array([_bytes(row.reason) for row in rows], pa.large_binary()),
            "line": pa.array([row.line for row in rows], pa.int64()),
            "column": pa.array([_bytes(row.column) for row in rows], pa.large_binary()),
            "value": pa.array([_bytes(row.value) for row in rows], pa.large_binary()),
        }
    )


def _rejects(folder: _Folder, name: str, known: dict[str, Any]) -> Rejects:
    if not known["total"]:
        return Rejects(MappingProxyType({}))
    rows = KeptRejects(folder.table(f"rejects-{name}"))
    first = tuple(row for row, _ in zip(rows.rows(), range(SHOWN), strict=False))
    return Rejects(MappingProxyType(dict(known["counts"])), first, known["total"], rows)


def _bytes(text: str) -> bytes:
    # a line that is no Unicode is shown with stand-ins that UTF-8 has no bytes for
    return text.encode("utf-8", "surrogatepass")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")


# --- candidate lists --------------------------------------------------------------------------------------------


def _about(candidates: RawCandidates | None) -> dict[str, Any]:
    if candidates is None:
        return {}
    return {"key": candidates.key, "notes": list(candidates.notes), "source": dict(candidates.source)}


def _candidate_tables(candidates: RawCandidates) -> dict[str, pa.Table]:
    lines = {"user": candidates.users, "number": np.diff(candidates.indptr)}
    if candidates.held_out is not None:
        lines["held_out"] = candidates.held_out
    return {
        "candidate-lines": pa.table(lines),
        "candidate-items": pa.table({"item": candidates.items.indices}),
        "candidate-ids": pa.table({"id": candidates.items.dictionary}),
    }


def _candidates(folder: _Folder, about: dict[str, Any], rejects: Rejects) -> RawCandidates:
    lines, path = folder.table("candidate-lines"), folder.file("candidate-lines")
    codes = text_column(folder.table("candidate-items"), "item", folder.file("candidate-items"))
    numbers = column(lines, "number", np.int64, path)
    return RawCandidates(
        key=about["key"],
        users=text_column(lines, "user", path),
        held_out=text_column(lines, "held_out", path) if about["key"] == "pair" else None,
        indptr=np.concatenate([np.zeros(1, np.int64), np.cumsum(numbers, dtype=np.int64)]),
        items=pa.DictionaryArray.from_arrays(codes, folder.texts("candidate-ids")),
        rejects=rejects,
        notes=tuple(about["notes"]),
        source=about["source"],
    )
