"""The data inside of a run: vocabularies, catalogue and the parts of the split, read back as the very same objects."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core import durable, strict_json
from core.data.interactions import Events
from core.runs.interactions import assemble, plain_values, read_vocabularies, tables_beside
from core.runs.record import NEEDS, check_format, damaged
from core.runs.tables import column, read_table, text_column, write_table
from core.splits.split import Candidates, Split

FORMAT = 1
MANIFEST = "manifest.json"
PARTS = ("train", "validation", "test")
EVENT_COLUMNS: dict[str, npt.DTypeLike] = {"user": np.int32, "item": np.int32, "time": np.int64, "weight": np.float32}


def write_dataset(folder: Path, split: Split) -> dict[str, Any]:
    """Write all that a split holds; gives the manifest.

    Args:
        folder: made when it is not there.

    Raises:
        StorageError: it could not be written.
    """
    durable.make_folder(folder)
    data = split.interactions
    tables = {**tables_beside(data), "below": _event_table(data.below), **_event_tables(split)}
    if split.candidates is not None:
        tables["candidates"] = _candidate_table(split.candidates)
    manifest = {
        "format": FORMAT,
        "needs": NEEDS,
        "hash": fingerprint(split),
        "files": {name: write_table(folder / f"{name}.parquet", table) for name, table in tables.items()},
        "interactions": plain_values(data),
        "split": {
            "kind": split.kind,
            "ordered": split.ordered,
            "hide_seen": split.hide_seen,
            "refit": split.refit,
            "counts": split.counts,
            "columns": {part: _event_table(getattr(split, part)).column_names for part in PARTS},
            "candidate_counts": split.candidates.counts if split.candidates is not None else {},
        },
    }
    # the manifest comes last: without it there is no data
    durable.write(folder / MANIFEST, strict_json.dumps(manifest, indent=2) + b"\n")
    return manifest


def read_dataset(folder: Path) -> tuple[Split, str]:
    """The split and its hash.

    Raises:
        StorageError: something is missing, damaged, or of a newer format.
    """
    where = durable.printable_path(folder / MANIFEST)
    manifest = strict_json.read(folder / MANIFEST)
    check_format(manifest, FORMAT, where)
    try:
        return _assembled(folder, manifest), str(manifest["hash"])
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged(where, f"{type(error).__name__}: {error}") from None


def _assembled(folder: Path, manifest: dict[str, Any]) -> Split:
    files: dict[str, dict[str, Any]] = manifest["files"]

    def path(name: str) -> Path:
        return folder / f"{name}.parquet"

    def table(name: str) -> pa.Table:
        return read_table(path(name), files[name])

    users, items = read_vocabularies(table, path)
    sizes, split = (len(users), len(items)), manifest["split"]
    events, parts = _divided(table, files, split["columns"], sizes, folder)
    below = _events(table("below"), *sizes, path("below"))
    interactions = assemble(events, below, (users, items), table, files, manifest["interactions"])
    candidates = None
    if "candidates" in files:
        candidates = _candidates(table("candidates"), split["candidate_counts"], folder / "candidates.parquet")
    return Split(
        kind=split["kind"],
        interactions=interactions,
        train=parts["train"],
        validation=parts["validation"],
        test=parts["test"],
        ordered=split["ordered"],
        hide_seen=split["hide_seen"],
        refit=split["refit"],
        candidates=candidates,
        counts=split["counts"],
    )


def fingerprint(split: Split) -> str:
    """SHA-256 of ids, parts, candidates and what is hidden: equal for equal data, whatever wrote the files."""
    digest = hashlib.sha256()
    for vocabulary in (split.interactions.users, split.interactions.items):
        texts = vocabulary.ids.cast(pa.large_string())
        lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
        _digest(digest, lengths.astype(np.int64))
        digest.update("".join(texts.to_pylist()).encode("utf-8", "surrogatepass"))
    for part in (split.train, split.validation, split.test, split.interactions.below):
        for values in (part.users, part.items, part.times, part.weights):
            _digest(digest, values)
    if split.candidates is not None:
        _digest(digest, split.candidates.indptr)
        _digest(digest, split.candidates.items)
    if split.hide_seen != (split.interactions.repeats != "all"):
        # asked for, so the same events are ranked in another way
        digest.update(b"hidden" if split.hide_seen else b"shown")
    return digest.hexdigest()


def _digest(digest: Any, values: npt.NDArray[Any] | None) -> None:
    digest.update(b"none" if values is None else len(values).to_bytes(8, "little"))
    if values is not None:
        digest.update(np.ascontiguousarray(values).view(np.uint8).data)


def same_events(a: Events, b: Events) -> bool:
    """Whether two parts hold the same values of the same types in the same order."""
    return all(_same(getattr(a, name), getattr(b, name)) for name in ("users", "items", "times", "weights"))


def _same(a: npt.NDArray[Any] | None, b: npt.NDArray[Any] | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _event_tables(split: Split) -> dict[str, pa.Table]:
    """All events with the part that each belongs to; the parts on their own where they are not taken from them."""
    parts: dict[str, Events] = {part: getattr(split, part) for part in PARTS}
    events = split.interactions.events
    merged, part_of = _merged(parts)
    table = _event_table(events)
    if same_events(merged, events):
        return {"events": table.append_column("part", pa.array(part_of))}
    return {"events": table, **{name: _event_table(each) for name, each in parts.items()}}


def _merged(parts: dict[str, Events]) -> tuple[Events, npt.NDArray[np.uint8]]:
    """The parts as one, and the place in PARTS of each event; at equal or unknown times earlier parts come first."""
    filled = [name for name in PARTS if len(parts[name])] or ["train"]
    codes = np.concatenate([np.full(len(parts[name]), PARTS.index(name), np.uint8) for name in filled])
    users, items, times, weights = (
        _joined([getattr(parts[name], values) for name in filled]) for values in ("users", "items", "times", "weights")
    )
    order = np.argsort(users, kind="stable") if times is None else np.lexsort((times, users))
    times, weights = (None if values is None else values[order] for values in (times, weights))
    first = parts[filled[0]]
    return Events(users[order], items[order], times, weights, first.n_users, first.n_items), codes[order]


def _joined(columns: list[Any]) -> Any:
    return None if any(values is None for values in columns) else np.concatenate(columns)


def _divided(
    table: Callable[[str], pa.Table],
    files: dict[str, Any],
    columns: dict[str, list[str]],
    sizes: tuple[int, int],
    folder: Path,
) -> tuple[Events, dict[str, Events]]:
    """All events, and the parts."""
    whole = table("events")
    events = _events(whole, *sizes, folder / "events.parquet")
    if "part" not in whole.column_names:
        return events, {name: _events(table(name), *sizes, folder / f"{name}.parquet") for name in PARTS}
    part_of = column(whole, "part", np.uint8, folder / "events.parquet")
    parts = {name: events.select(part_of == at) for at, name in enumerate(PARTS)}
    return events, {name: _with_columns(part, columns[name]) for name, part in parts.items()}


def _with_columns(events: Events, columns: list[str]) -> Events:
    """A part without events need not have the columns that the others have."""
    times = events.times if "time" in columns else None
    weights = events.weights if "weight" in columns else None
    return dataclasses.replace(events, times=times, weights=weights)


def _event_table(events: Events) -> pa.Table:
    columns = {"user": events.users, "item": events.items, "time": events.times, "weight": events.weights}
    return pa.table({name: values for name, values in columns.items() if values is not None})


def _events(table: pa.Table, n_users: int, n_items: int, path: Path) -> Events:
    found = {
        name: column(table, name, kind, path) if name in table.column_names or name in ("user", "item") else None
        for name, kind in EVENT_COLUMNS.items()
    }
    for name, size in (("user", n_users), ("item", n_items)):
        rows = found[name]
        if rows is not None and len(rows) and not (rows.min() >= 0 and rows.max() < size):
            raise damaged(durable.printable_path(path), f"A {name} row is outside of the vocabulary")
    users, items = found["user"], found["item"]
    assert users is not None
    assert items is not None
    return Events(users, items, found["time"], found["weight"], n_users, n_items)


def _candidate_table(candidates: Candidates) -> pa.Table:
    lists = pa.LargeListArray.from_arrays(candidates.indptr, pa.array(candidates.items))
    return pa.table({"items": lists, "listed": candidates.listed})


def _candidates(table: pa.Table, counts: dict[str, int], path: Path) -> Candidates:
    lists = text_column(table, "items", path)
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    items = lists.flatten().to_numpy(zero_copy_only=False).copy()
    return Candidates(indptr, items, column(table, "listed", np.bool_, path), counts)
