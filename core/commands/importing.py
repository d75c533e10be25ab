"""Bring a bundle that another Rankscope exported into the workspace; nothing in it is ever run."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.commands.arguments import add_json
from core.commands.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``import``."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a zip written by `rankscope export --to bundle`")
    parser.add_argument("--data", metavar="SOURCE", default="", help="where the data lies, if it is not in the bundle")
    parser.add_argument("--copy", action="store_true", help="keep it beside the same run that is there already")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Import and tell what came."""
    from core import text
    from core.commands.progress import WorkProgress
    from core.runs.importing import import_bundle
    from core.runs.workspace import choose_workspace

    workspace = choose_workspace(arguments.workspace)
    with WorkProgress(console, "importing") as progress:
        done = import_bundle(arguments.bundle, workspace, data=arguments.data, copy=arguments.copy, tell=progress.stage)
    for note in done.notes:
        console.remark(note)
    model = str(done.record.plan["model"]["name"])
    console.emit("result", {"run": done.folder.path.name, "model": model, "notes": list(done.notes)})
    name = text.harmless(str(done.record.data.get("name", "")))
    console.say(f"Imported: {model} on {name}, kept as {done.folder.path.name}")
    return 0
