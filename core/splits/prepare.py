"""From a plan's data section to a split: read, clean, divide; what the command line and the workbench both call."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.data.candidates import read_candidates
from core.data.cleaning import clean
from core.data.options import make_options, parse_columns
from core.data.plan import DataPlan
from core.data.raw import RawCandidates, RawRows, Watch
from core.data.reading import read_rows
from core.errors import InputError, UsageError
from core.splits.loaded import NONE, Loaded, Progress
from core.splits.make import make_split
from core.splits.split import Split


@dataclass(frozen=True, eq=False)
class Prepared:
    """A split, and the loaded data that it was made from."""

    loaded: Loaded
    split: Split


def prepare(
    data: DataPlan,
    split_kind: str,
    split_settings: Any,
    *,
    seed: int = 1,
    windows: bool = False,
    strict: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Prepared:
    """Read, clean and divide.

    Args:
        data: what to open and how to clean it.
        split_kind: key of the SPLITS table.
        split_settings: that entry's settings.
        seed: the run's seed.
        windows: the model reads sequence windows; decides what ``repeats=auto`` means.
        strict: rows that reading cannot keep are an error.
        on_progress: told of each stage in turn.
        cancelled: asked several times a second while reading, and between the steps after it.

    Raises:
        InputError, UsageError, PlanError, SplitError: see ``read_rows``, ``clean`` and ``make_split``.
        ReadingCancelled: ``cancelled`` said so.
    """
    loaded = load(data, windows=windows, strict=strict, on_progress=on_progress, cancelled=cancelled)
    _watch("dividing", on_progress, cancelled).step(0, 1)
    return Prepared(loaded, divide_loaded(loaded, split_kind, split_settings, seed))


def divide_loaded(loaded: Loaded, split_kind: str, split_settings: Any, seed: int = 1) -> Split:
    """Divide loaded data; may be repeated with other settings without reading again."""
    return make_split(
        split_kind,
        split_settings,
        loaded.cleaned.interactions,
        given=loaded.cleaned.given,
        candidates=loaded.cleaned.candidates,
        validation=loaded.validation,
        merge_ids=loaded.merge_ids,
        seed=seed,
    )


def load(
    data: DataPlan,
    *,
    windows: bool = False,
    strict: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Loaded:
    """Read and clean what a plan names; arguments and errors as in ``prepare``."""
    columns = parse_columns(data.columns)
    validation = data.validation.lower() != NONE
    files = {"validation": data.validation if validation else "", "test": data.test}
    if files["validation"] and not data.test:
        raise UsageError(
            code="usage.no-test",
            what="a validation file needs a test file beside it",
            where=f"validation {data.validation}",
            remedy="Name the test file with --test FILE, or leave the validation file out",
        )

    def follow(stage: str) -> dict[str, Any]:
        return {"on_progress": _watch(stage, on_progress, cancelled).on_progress, "cancelled": cancelled}

    rows = read_rows(
        data.source,
        format=data.format or None,
        columns=columns,
        items=data.items or None,
        strict=strict,
        **follow("reading"),
    )
    # what no file of a few rows may tell by itself
    alike = {name: value for name, value in columns.items() if name == "dates"}
    parts = {
        name: read_rows(path, columns=alike, strict=strict, catalogue=False, **follow(f"reading the {name} part"))
        for name, path in files.items()
        if path
    }
    lists = read_candidates(data.candidates, **follow("reading the candidates")) if data.candidates else None
    if strict and lists is not None and lists.rejects.total:
        raise InputError(
            code="input.rejected-rows",
            what=lists.rejects.summary(),
            where=str(lists.source.get("name", data.candidates)),
            why="Rows that cannot be used are an error when --strict is given",
            remedy="Mend the rows, or leave --strict out",
        )
    plan = dataclasses.replace(data, merge_ids=merges_ids(data))
    watch = _watch("cleaning", on_progress, cancelled)
    cleaned = clean(rows, plan, parts=parts, candidates=lists, windows=windows, watch=watch)
    named: dict[str, RawRows | RawCandidates] = {"source": rows, **parts, **({"candidates": lists} if lists else {})}
    return Loaded(
        cleaned=cleaned,
        rejects={name: each.rejects for name, each in named.items()},
        notes=(*_notes(named), *cleaned.notes),
        validation=validation,
        merge_ids=plan.merge_ids,
    )


def merges_ids(data: DataPlan) -> bool:
    """Whether ids that differ in spaces or accents only are one: a field of the plan, or ``merge`` in its columns."""
    return data.merge_ids or make_options(parse_columns(data.columns)).merge


def _watch(stage: str, on_progress: Progress | None, cancelled: Callable[[], bool] | None) -> Watch:
    tell = on_progress
    return Watch(None if tell is None else lambda done, total: tell(stage, done, total), cancelled)


def _notes(named: Mapping[str, RawRows | RawCandidates]) -> list[str]:
    return [note if name == "source" else f"{name}: {note}" for name, each in named.items() for note in each.notes]
