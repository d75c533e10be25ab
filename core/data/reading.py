"""From a source - a file, a folder, an archive, the word ``sample`` - to rows that are checked and explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.data.formats import FORMATS
from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import nothing
from core.data.gathering import Gathered, Gatherer
from core.data.known_items import Asked, Known, known_items
from core.data.opening import check_format, find_format, format_called, opened
from core.data.options import Options, make_options
from core.data.place import Place, base_name, choose, open_place
from core.data.raw import Limits, Progress, RawRows, Watch
from core.data.rejects import Rejects
from core.data.sample import SAMPLE, open_sample
from core.data.storage import Stored
from core.data.twins import merge_twins, twin_notes
from core.errors import InputError

PARTS = frozenset({"test", "valid", "validation", "dev", "negative", "negatives"})


def read_rows(
    source: str | Path,
    *,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    items: str | Path | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: str | None = None,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    strict: bool = False,
    catalogue: bool = True,
    limits: Limits | None = None,
    fast: bool = True,
) -> RawRows:
    """Read interactions with their ids as text; every row that is not kept is counted and can be exported.

    Args:
        source: a file, a folder, a zip, or the word ``sample``.
        format: key of FORMATS; found by the content when not given.
        columns: a role (user, item, time, rating) to the name of its column or its position from 1, ``none`` for a
            column not to be used; or a setting of ``core.data.options`` to its value.
        items: a catalogue file, or ``none``; when not given, one that lies beside.
        delimiter, encoding, header: the same settings by keyword, as text.
        on_progress: called with bytes done and bytes in all.
        cancelled: asked several times a second.
        strict: rejected rows are an error.
        catalogue: False leaves catalogues alone (test and validation files).
        limits: what a file may ask of this machine.
        fast: False splits text exactly throughout; the result is the same.

    Raises:
        InputError: the source cannot be read; the message says where, why and what to do.
        UsageError: an option cannot be.
        ReadingCancelled: ``cancelled`` said so.
    """
    options = make_options(columns, delimiter=delimiter, encoding=encoding, header=header)
    wanted = format_called(format) if format is not None else None
    limits, watch = limits or Limits(), Watch(on_progress, cancelled)
    with open_sample() if source == SAMPLE else open_place(source, limits) as place:
        file = choose(place, usual_names(wanted), companions())
        with opened(file, options, limits, watch, fast) as reading:
            chosen = _chosen(wanted, reading)
            table = chosen.read(reading)
            gathered = _gather(table, reading, options)
        rejects = reading.rejects.freeze()
        _check_kept(gathered, rejects, file.name, strict)
        gathered = _merged(gathered) if options.merge else gathered
        known = Known()
        if catalogue:
            ids = gathered.items.dictionary
            known = known_items(Asked(place, file, chosen, table, ids, options, limits, watch), items)
    return RawRows(
        users=gathered.users,
        items=gathered.items,
        times=gathered.times,
        ratings=gathered.ratings,
        clock=gathered.clock,
        ordered=table.ordered or gathered.times is not None,
        catalogue=known.frame,
        rejects=rejects,
        notes=(
            f"{'' if place.single else file.name + ' '}read as {chosen.label}",
            *reading.notes,
            *gathered.notes,
            *_id_notes(gathered),
            *known.notes,
            *_parts_beside(place, file),
        ),
        source=_record(place, file, chosen, reading, gathered, rejects),
    )


def _parts_beside(place: Place, file: Stored) -> tuple[str, ...]:
    """What lies beside a training file and was not read, such as its test file: nobody should think that it was."""
    if place.single or "train" not in base_name(file.name).lower().split("."):
        return ()
    beside = [each.name for each in place.files if PARTS & set(base_name(each.name).lower().split("."))]
    if not beside:
        return ()
    return (f"not read, give them with --test, --validation or --candidates: {', '.join(sorted(beside))}",)


def usual_names(wanted: Format | None) -> list[str]:
    """Names under which the formats, or one of them, keep interactions."""
    formats = FORMATS.values() if wanted is None else (wanted,)
    return [name for each in formats for name in each.names]


def companions() -> list[str]:
    """Names of files that lie beside interactions and never hold them."""
    return [name.replace("{stem}", "*") for each in FORMATS.values() for name in each.catalogue]


def _chosen(wanted: Format | None, reading: Reading) -> Format:
    if not reading.glance.binary and not reading.glance.lines:
        raise nothing(reading.where)
    if wanted is None:
        return find_format(reading.glance)
    check_format(wanted, reading.glance)
    return wanted


def _gather(table: Table, reading: Reading, options: Options) -> Gathered:
    gatherer = Gatherer(table.labels, reading.rejects, reading.where, table.order, options.zone, options.dates)
    for batch in table.batches:
        gatherer.add(batch)
    return gatherer.finish()


def _check_kept(gathered: Gathered, rejects: Rejects, where: str, strict: bool) -> None:
    first = f", {rejects.first[0].sentence()}" if rejects.first else ""
    times = any("time" in reason for reason in rejects.counts)
    if not len(gathered.users):
        if not rejects.total:
            raise nothing(where)
        raise InputError(
            code="input.no-interactions",
            what="no row of it can be used",
            where=where,
            why=rejects.summary() + first,
            remedy="Write times like 2024-01-31 12:00 or in seconds since 1970, or leave them out: --columns time=none"
            if times
            else "Check the columns (--columns user=A,item=B) and the format (--format)",
        )
    if strict and rejects.total:
        raise InputError(
            code="input.rejected-rows",
            what=rejects.summary(),
            where=where,
            why="Rows that cannot be used are an error when --strict is given" + first,
            remedy="Mend the rows, or leave --strict out",
        )


def _merged(gathered: Gathered) -> Gathered:
    return Gathered(
        merge_twins(gathered.users),
        merge_twins(gathered.items),
        gathered.times,
        gathered.ratings,
        gathered.clock,
        gathered.unit,
        (*gathered.notes, "ids that differ only in spaces around or in Unicode form were made one"),
    )


def _id_notes(gathered: Gathered) -> tuple[str, ...]:
    return (*twin_notes("user", gathered.users.dictionary), *twin_notes("item", gathered.items.dictionary))


def _record(
    place: Place, file: Stored, chosen: Format, reading: Reading, gathered: Gathered, rejects: Rejects
) -> dict[str, Any]:
    kept = len(gathered.users)
    return {
        "name": place.name,
        "file": file.name,
        "format": chosen.key,
        **reading.facts,
        "rows": kept + rejects.total,
        "kept": kept,
        "clock": gathered.clock,
        **({"time_unit": gathered.unit} if gathered.unit else {}),
    }
