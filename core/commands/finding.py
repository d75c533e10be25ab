"""Find what the user names: runs, users, items; what is unknown is refused with the nearest that exist."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from core.commands.console import Console
from core.data.vocabulary import Vocabulary
from core.errors import UsageError
from core.models.base import RankingModel
from core.nearest import nearest
from core.runs.opening import Run, open_run
from core.runs.workspace import choose_workspace


def named_run(arguments: argparse.Namespace, name: str) -> Run:
    """The run that a path or id names, in the workspace of the command."""
    return open_run(name, choose_workspace(arguments.workspace))


def ready_model(console: Console, run: Run) -> RankingModel:
    """The model of a run; where a damaged checkpoint was passed over, that is told."""
    import torch

    # more threads than the run was trained with spin while they wait for each other on a busy machine
    torch.set_num_threads(run.plan.training.threads)
    model = run.model
    for note in run.loaded.notes:
        console.remark(note)
    return model


def rows_of(vocabulary: Vocabulary, ids: Iterable[str], what: str, option: str) -> npt.NDArray[np.int32]:
    """Rows of ids.

    Args:
        what: ``user`` or ``item``, for the message.

    Raises:
        UsageError: an id is unknown.
    """
    named = list(ids)
    rows = vocabulary.rows(named)
    for name, row in zip(named, rows, strict=True):
        if row < 0:
            near = nearest(name, vocabulary.ids.to_pylist())
            examples = ", ".join(vocabulary.take(np.arange(min(3, len(vocabulary)), dtype=np.int32)))
            raise UsageError(
                f"usage.unknown-{what}",
                f"there is no {what} {name!r} in this run",
                option,
                f"It has {len(vocabulary):,}, such as {examples}",
                f"Did you mean {', '.join(near)}?"
                if near
                else f"Use an id as it stands in the {what} column of the data",
            )
    return rows


def split_ids(text: str) -> list[str]:
    """``15,"a,b",7`` as ids; an id with a comma in it stands in double quotes."""
    import csv

    return [part for part in next(csv.reader([text], skipinitialspace=True), []) if part]
