"""What was measured at the end of a run, user by user, so that runs can be compared without ranking again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from core import durable, strict_json
from core.data.interactions import Interactions
from core.metrics.held_out import Evaluation
from core.runs.record import NEEDS, check_format, damaged
from core.runs.seals import seal
from core.runs.tables import column, packed, read_table

FORMAT = 1
MODEL = "model"
POPULARITY = "popularity"


def write_evaluation(folder: Path, evaluation: Evaluation, ranker: str, interactions: Interactions) -> None:
    """Write an evaluation: ``<part>-<ranker>.parquet``, one row a held-out item, and its JSON beside it.

    Args:
        ranker: ``model`` or ``popularity``.

    Raises:
        StorageError: it could not be written.
    """
    durable.make_folder(folder)
    owners = evaluation.owners
    rows = evaluation.users[owners]
    columns = {
        "user": interactions.users.ids.take(pa.array(rows)),
        "item": interactions.items.ids.take(pa.array(evaluation.items)),
        "user_row": rows,
        "item_row": evaluation.items,
        "above": evaluation.above,
        "equal": evaluation.equal,
        "candidates": evaluation.candidates[owners],
    }
    if evaluation.repeat is not None:
        columns["repeat"] = evaluation.repeat
    name = f"{evaluation.part}-{ranker}"
    content, sealed = packed(pa.table(columns))
    manifest = {
        "format": FORMAT,
        "needs": NEEDS,
        "part": evaluation.part,
        "protocol": evaluation.protocol,
        "n_items": evaluation.n_items,
        "ks": list(evaluation.ks),
        "excluded": evaluation.excluded,
        "counts": evaluation.counts,
        "file": sealed,
    }
    said = strict_json.dumps(manifest, indent=2) + b"\n"
    if _is_written(folder / name, sealed, said):
        return
    # it seals the table: an old one beside a new table would be taken for damage
    durable.remove(folder / f"{name}.json")
    durable.write(folder / f"{name}.parquet", content, own=True)
    durable.write(folder / f"{name}.json", said, own=True)


def _is_written(path: Path, sealed: dict[str, Any], said: bytes) -> bool:
    """Whether the very same is there: what was measured before a run was gone on with is not at stake again."""
    try:
        found = seal(path.with_name(f"{path.name}.parquet"))
        return path.with_name(f"{path.name}.json").read_bytes() == said and found.items() <= sealed.items()
    except OSError:
        return False


def read_evaluation(folder: Path, part: str, ranker: str) -> Evaluation | None:
    """The evaluation that was written, without its lists; None when there is none.

    Raises:
        StorageError: it is damaged or of a newer format.
    """
    path = folder / f"{part}-{ranker}.json"
    if not path.is_file():
        return None
    manifest = strict_json.read(path)
    check_format(manifest, FORMAT, durable.printable_path(path))
    try:
        return _evaluation(path.with_suffix(".parquet"), manifest)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(durable.printable_path(path), f"{type(error).__name__}: {error}") from None


def _evaluation(path: Path, manifest: dict[str, Any]) -> Evaluation:
    table = read_table(path, manifest["file"])
    rows = column(table, "user_row", np.int32, path)
    first = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])) if len(rows) else np.zeros(0, np.int64)
    return Evaluation(
        part=manifest["part"],
        protocol=manifest["protocol"],
        n_items=manifest["n_items"],
        users=rows[first],
        indptr=np.concatenate([first, [len(rows)]]).astype(np.int64),
        items=column(table, "item_row", np.int32, path),
        above=column(table, "above", np.int32, path),
        equal=column(table, "equal", np.int32, path),
        candidates=column(table, "candidates", np.int32, path)[first],
        ks=tuple(manifest["ks"]),
        excluded=manifest["excluded"],
        counts=manifest["counts"],
        repeat=column(table, "repeat", np.bool_, path) if "repeat" in table.column_names else None,
    )
