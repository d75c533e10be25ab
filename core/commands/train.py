"""Train a model on a source, measure it beside Popularity, and keep the run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core import text
from core.commands.arguments import add_json, add_store
from core.commands.console import Console
from core.errors import TrainingError

if TYPE_CHECKING:
    from core.runs.creating import NewRun
    from core.runs.workspace import Workspace
    from core.splits.prepare import Prepared
    from core.training.events import RunEvent, RunStarted
    from core.training.plan import Plan

MENDED_BY_THE_CALLER = ("plan", "input", "usage", "split")
"""First words of the codes of failures that are usage or input errors."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``train``."""
    parser.add_argument("plan", metavar="PLAN.toml", nargs="?", help="a plan; options below override it")
    data = parser.add_argument_group("data")
    data.add_argument("--data", metavar="SOURCE", help="file, folder or archive of interactions, or sample (sample)")
    data.add_argument("--test", metavar="FILE", help="test part of its own; the split is then predefined")
    data.add_argument("--validation", metavar="FILE|none", help="validation part of its own, or none")
    data.add_argument("--candidates", metavar="FILE", help="candidate lists of the test part")
    data.add_argument("--items", metavar="FILE|none", help="titles, genres or other columns of the items")
    data.add_argument("--format", metavar="F", help="format of SOURCE, see `rankscope list formats`")
    data.add_argument("--columns", metavar="user=A,item=B,time=C,rating=D", help="which column of SOURCE is what")
    data.add_argument("--strict", action="store_true", help="a row that cannot be used is an error")
    add_store(data)
    choice = parser.add_argument_group("what is trained")
    for name, listed in (("model", "models"), ("loss", "losses"), ("sampler", "samplers"), ("split", "splits")):
        choice.add_argument(f"--{name}", metavar=name[0].upper(), help=f"see `rankscope list {listed}`")
    choice.add_argument(
        "--set", metavar="key=value", action="append", default=[], help="any field of the plan, such as factors=64"
    )
    choice.add_argument("--epochs", metavar="N", help="most epochs to train")
    choice.add_argument("--seed", metavar="N", help="every random choice follows from it (1)")
    choice.add_argument("--device", metavar="D", help="auto, cpu, cuda or mps (auto)")
    kept = parser.add_argument_group("where it is kept")
    kept.add_argument("--out", metavar="RUN", type=Path, help="folder of the run (a new one in the workspace)")
    kept.add_argument("--force", action="store_true", help="replace the run that is at --out")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prepare the data, train, print the result."""
    from core.commands.planning import asked_plan
    from core.lean_torch import begin_loading_torch
    from core.runs.workspace import choose_workspace, is_named

    plan = asked_plan(arguments)
    workspace = choose_workspace(arguments.workspace)
    place = find_place(arguments, workspace)
    plan = with_runs_found(plan, workspace)
    begin_loading_torch()
    # what reads is imported meanwhile
    from core.commands.preparing import prepare_plan, store_of, tell_data

    asked = arguments.out is None or is_named(arguments.workspace)
    store = store_of(workspace, asked, wanted=not arguments.no_store)
    prepared = prepare_plan(plan, console, arguments.strict, store)
    tell_data(console, plan, prepared)
    run = new_run(arguments, place, prepared)
    return follow(console, plan, prepared, run)


def find_place(arguments: argparse.Namespace, workspace: Workspace) -> Path:
    """Where the run will lie; refused before any work is done where it is taken."""
    from core.runs.creating import check_place

    if arguments.out is None:
        workspace.prepare()
        return workspace.new_path()
    check_place(arguments.out, arguments.force)
    place: Path = arguments.out.absolute()
    return place


def with_runs_found(plan: Plan, workspace: Workspace) -> Plan:
    """The plan with the runs that it starts from named by their paths: ids are those of this workspace."""
    from core.training.plan import replace

    for name in ("start_gmf", "start_mlp"):
        start = getattr(plan.model.settings, name, None)
        if start is not None:
            plan = replace(plan, f"model.{name}", str(workspace.find(start).path.absolute()))
    return plan


def new_run(arguments: argparse.Namespace, place: Path, prepared: Prepared) -> NewRun:
    """What is to be recorded, and where."""
    import uuid

    from core.runs.creating import NewRun
    from core.splits.loaded import dropped_rows, rejected_rows

    return NewRun(
        path=place,
        name=str(arguments.out) if arguments.out is not None else place.name,
        id=place.name if arguments.out is None else str(uuid.uuid4()),
        replace=arguments.force,
        rejected=rejected_rows(prepared.loaded),
        dropped=dropped_rows(prepared.loaded),
    )


def follow(console: Console, plan: Plan, prepared: Prepared, run: NewRun) -> int:
    """Train and tell what happens until it ends."""
    from core.commands.progress import RunProgress
    from core.commands.stopping import stopping
    from core.runs.opening import trained_for
    from core.runs.recording import recorded
    from core.training.control import Control
    from core.training.events import RunStarted, RunStopped
    from core.training.loop import train
    from core.training.state import RunState

    control, last, begun = Control(), None, False
    state = RunState(plan, prepared.split, trained_for(plan, split=prepared.split))
    events = recorded(train(plan, prepared.split, state, control), state, run, control)
    with stopping(control, console.note) as received, RunProgress(console, plan.training.stop_on) as progress:
        for last in events:
            if isinstance(last, RunStarted) and last.phase == "train":
                begun = True
                tell_start(console, last)
            progress.show(last)
    if isinstance(last, RunStopped) and not begun:
        console.say("Stopped before the first step: nothing was trained, so nothing is kept")
        return received.exit_code
    return ended(console, last, run.name, received.exit_code)


def tell_start(console: Console, event: RunStarted) -> None:
    """What is about to be trained."""
    if event.parameters:
        console.facts([(" " * 6, f"{text.count(event.parameters, 'parameter')}, on {event.device}")])
    for note in event.notes:
        console.remark(note)
    if event.epochs:
        console.say()


def ended(console: Console, event: RunEvent | None, name: str, interrupted: int) -> int:
    """Tell how the run ended; gives the exit code."""
    from core.commands.report import show_result
    from core.training.events import RunCompleted, RunFailed

    if isinstance(event, RunFailed):
        error = TrainingError(event.code, event.what, event.where, event.why, event.remedy)
        console.note(f"rankscope: {error.sentence()}")
        return 2 if event.code.split(".")[0] in MENDED_BY_THE_CALLER else 1
    if isinstance(event, RunCompleted):
        result = event.result
        if result.get("best_epoch"):
            epochs = text.count(result["epochs"], "epoch")
            console.say(f"{epochs} in {text.duration(result['seconds'])}, best: epoch {result['best_epoch']}")
        show_result(console, result)
        for note in result.get("notes", []):
            console.remark(note)
        console.say()
        console.say(f"Kept as {text.harmless(name)}")
        return 0
    console.say()
    console.say(f"Stopped. What was trained is kept as {text.harmless(name)}")
    return interrupted
