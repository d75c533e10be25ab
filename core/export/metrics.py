"""What was measured as tables: one row an epoch, one row a user."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from core import durable
from core.errors import PlanError
from core.export.cells import neutralised
from core.export.request import Request
from core.metrics import METRICS, user_values
from core.metrics.held_out import Evaluation
from core.runs.history import epochs_told
from core.runs.log import read_log
from core.runs.opening import Run
from core.training.events import EpochDone, RunEvent, from_plain

PARTS = ("validation", "test")


def write_metrics(request: Request) -> tuple[str, ...]:
    """Write ``epochs`` and ``users`` as CSV or Parquet."""
    run, options = request.run, request.options
    request.tell("reading what was told", 0, 2)
    events, notes = logged(run)
    write = WRITERS[options.format]
    write(request.place / f"epochs.{options.format}", epochs_table(events))
    request.tell("gathering the users", 1, 2)
    table = users_table(run)
    if options.format == "csv" and not options.raw:
        table = table.set_column(0, "user", neutralised(table.column("user").combine_chunks()))
    write(request.place / f"users.{options.format}", table)
    request.tell("writing", 2, 2)
    return notes


def logged(run: Run) -> tuple[list[RunEvent], tuple[str, ...]]:
    """What the run told, its epochs last and each once, and notes about lines that could not be read."""
    if not run.folder.events.is_file():
        return [], ("The run has no events: it is left out what each epoch was like",)
    found = read_log(run.folder.events)
    others = [each for each in found.events if each.get("event") != "epoch"]
    return [from_plain(each) for each in (*others, *epochs_told(found.events))], found.notes


def epochs_table(events: list[RunEvent]) -> pa.Table:
    """Phase, epoch, loss, learning rate, seconds, examples, best, and every validation metric that was taken."""
    epochs = [event for event in events if isinstance(event, EpochDone)]
    names = sorted({name for epoch in epochs for name in epoch.metrics})
    columns: dict[str, pa.Array] = {
        "phase": pa.array([each.phase for each in epochs], pa.string()),
        "epoch": pa.array([each.epoch for each in epochs], pa.int32()),
        "loss": pa.array([each.loss for each in epochs], pa.float64()),
        "learning_rate": pa.array([each.learning_rate for each in epochs], pa.float64()),
        "seconds": pa.array([each.seconds for each in epochs], pa.float64()),
        "examples": pa.array([each.examples for each in epochs], pa.int64()),
        "best": pa.array([each.best for each in epochs], pa.bool_()),
    }
    columns |= {name: pa.array([each.metrics.get(name) for each in epochs], pa.float64()) for name in names}
    return pa.table(columns)


def users_table(run: Run) -> pa.Table:
    """User, part, protocol, held-out items, best rank, candidates, every metric, of the model and of Popularity."""
    tables = [_part(run, part) for part in PARTS]
    found = [each for each in tables if each is not None]
    if not found:
        return pa.table({"user": pa.array([], pa.large_string()), "part": pa.array([], pa.string())})
    return pa.concat_tables(found, promote_options="default")


def _part(run: Run, part: str) -> pa.Table | None:
    evaluation = run.evaluation(part)
    if evaluation is None:
        return None
    columns: dict[str, Any] = {
        "user": run.interactions.users.ids.take(pa.array(evaluation.users)).cast(pa.large_string()),
        "part": pa.array([part] * len(evaluation.users), pa.string()),
        "protocol": pa.array([evaluation.protocol] * len(evaluation.users), pa.string()),
        "held_out": np.diff(evaluation.indptr),
        "rank": evaluation.ranks,
        "candidates": evaluation.candidates,
        **_values(evaluation),
    }
    other = run.evaluation(part, "popularity")
    if other is not None and np.array_equal(other.users, evaluation.users):
        columns |= {f"popularity_{name}": values for name, values in _values(other).items()}
    return pa.table(columns)


def _values(evaluation: Evaluation) -> dict[str, Any]:
    names = [metric.name(k) for metric in METRICS.values() for k in (evaluation.ks if metric.per_k else (0,)) if metric]
    try:
        return dict(user_values(evaluation, names))
    except PlanError:
        return {}


def _csv(path: Path, table: pa.Table) -> None:
    with durable.replacing(path) as place, place.open("wb") as file:
        pyarrow.csv.write_csv(table, file)


def _parquet(path: Path, table: pa.Table) -> None:
    with durable.replacing(path) as place, place.open("wb") as file:
        pyarrow.parquet.write_table(table, file, compression="zstd")


WRITERS: dict[str, Callable[[Path, pa.Table], None]] = {"csv": _csv, "parquet": _parquet}
