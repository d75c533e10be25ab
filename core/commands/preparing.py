"""Read, clean and divide for a command, telling on the way what was not kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core import text
from core.commands.console import Console
from core.commands.planning import in_words
from core.commands.progress import WorkProgress
from core.data.candidates import read_candidates
from core.data.plan import DataPlan
from core.data.raw import file_name
from core.data.rejects import Rejects
from core.data.sample import SAMPLE
from core.models import MODELS
from core.runs.kept_data.dataset_store import Datasets, datasets_of
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits.candidates import match_candidates
from core.splits.doctor import examine
from core.splits.loaded import Loaded, dropped_rows
from core.splits.prepare import Prepared, divide_loaded, merges_ids
from core.splits.split import Candidates, Split
from core.training.plan import Plan

if TYPE_CHECKING:
    from core.runs.opening import Run

SAMPLE_TERMS = "MovieLens data by GroupLens, for research; its terms: rankscope data sample"


def store_of(workspace: Workspace, asked: bool, wanted: bool = True) -> Datasets | None:
    """Where data that was read before is kept; a workspace that is not there is only made where one was asked for.

    Args:
        asked: the workspace was named, or something else is about to be kept in it.
        wanted: False for reading anew.
    """
    return datasets_of(workspace) if wanted and (asked or workspace.path.is_dir()) else None


def prepare_plan(plan: Plan, console: Console, strict: bool, store: Datasets | None = None) -> Prepared:
    """The data that a plan names, divided as it says."""
    with WorkProgress(console, "reading") as progress:
        windows = MODELS[plan.model.name].batch == "window"
        loaded = load_kept(store, plan.data, windows=windows, strict=strict, on_progress=progress.stage)
        progress.stage("dividing", 0, 1)
        split = divide_loaded(loaded, plan.split.name, plan.split.settings, plan.seed)
    tell_rejects(console, plan.data, loaded.rejects)
    tell_candidate_items(console, split)
    console.emit("read", {"notes": list(loaded.notes)})
    return Prepared(loaded, split)


def read_by(data: DataPlan) -> list[str]:
    """The files and folders that a plan names."""
    named = [data.source, data.items, data.test, data.validation, data.candidates]
    return [each for each in named if each and each not in (SAMPLE, "none")]


def load_data(data: DataPlan, console: Console, strict: bool, store: Datasets | None = None) -> Loaded:
    """The data that a plan names, cleaned."""
    with WorkProgress(console, "reading") as progress:
        loaded = load_kept(store, data, strict=strict, on_progress=progress.stage)
    tell_rejects(console, data, loaded.rejects)
    return loaded


def tell_rejects(console: Console, data: DataPlan, rejects: Mapping[str, Rejects]) -> None:
    """Rows that were not kept, on stderr: of which file, how many and why, and the first of them."""
    for name, each in rejects.items():
        if each.total:
            file = file_name(str(getattr(data, name, "")))
            console.note(f"{file}: {each.summary()}; {text.shortened(each.first[0].sentence(), 120)}.")
    if any(each.total for each in rejects.values()):
        console.note("--strict makes that an error; `rankscope data FILE --rejects CSV` writes all of them.")


def tell_candidate_items(console: Console, split: Split) -> None:
    """Items that only candidate lists name, on stderr: they are ranked like all others, and may be a misread file."""
    data = split.interactions
    alone = len(data.items) - len(np.unique(data.events.items)) if split.candidates is not None else 0
    if alone:
        console.remark(
            f"{text.count(alone, 'item')} of the candidate lists stand in no interaction; they are ranked all the same"
        )


def tell_data(console: Console, plan: Plan, prepared: Prepared) -> None:
    """What is about to be trained on what."""
    split, data = prepared.split, prepared.split.interactions
    sizes = [text.count(len(data.users), "user"), text.count(len(data.items), "item")]
    sizes.append(text.count(len(data.events), "interaction"))
    dropped = ", ".join(f"{reason} {amount:,}" for reason, amount in dropped_rows(prepared.loaded).items())
    warnings = [finding for finding in examine(split) if finding.severity == "warning"]
    console.facts(
        [
            ("Data", f"{data.source.get('name') or plan.data.source}: {', '.join(sizes)}"),
            ("", SAMPLE_TERMS if plan.data.source == SAMPLE else ""),
            *(("Read" if not at else "", note) for at, note in enumerate(prepared.loaded.notes)),
            ("Left out", dropped),
            ("Split", split_in_words(split)),
            *(("Beware", f"{finding.title}, {share_in_words(finding)}") for finding in warnings),
            ("Model", in_words(plan)),
        ]
    )


def split_in_words(split: Split) -> str:
    """Kind and sizes of the parts."""
    parts = [(split.train, "train"), (split.validation, "validation"), (split.test, "test")]
    sizes = ", ".join(f"{len(part):,} {name}" for part, name in parts)
    against = ", candidate lists given" if split.candidates is not None else ""
    return f"{split.kind}: {sizes}{against}"


def share_in_words(finding: object) -> str:
    """The size of a finding of the doctor."""
    share, number = getattr(finding, "share", None), getattr(finding, "number", 0)
    shown = text.number(int(number) if float(number).is_integer() else number)
    return shown if share is None else f"{shown} ({text.number(100 * share)} %)"


def candidates_for(run: Run, path: str) -> Candidates:
    """Candidate lists of a file, matched to the test part of a run."""
    split = run.split
    return match_candidates(
        read_candidates(Path(path)),
        split.interactions,
        (split.train, split.validation),
        split.test,
        merges_ids(run.plan.data),
    )
