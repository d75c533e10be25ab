"""Write a run for other programs: its model, vectors, lists, figures, a report, or all of it as a bundle."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.commands.arguments import add_json
from core.commands.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``export``."""
    parser.add_argument("run", metavar="RUN", help="path or id of a run")
    parser.add_argument("--to", metavar="TARGET", required=True, help="see `rankscope list exports`")
    parser.add_argument("out", metavar="OUT", type=Path, help="file or folder to write")
    parser.add_argument("--set", metavar="key=value", action="append", default=[], help="any option of the target")
    parser.add_argument("--replace", action="store_true", help="replace what is at OUT")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Export and tell what was written."""
    from core import text
    from core.commands.finding import named_run
    from core.commands.planning import split_setting
    from core.commands.progress import WorkProgress
    from core.durable import printable_path
    from core.export.exporting import export, find_target

    find_target(arguments.to)
    values: dict[str, Any] = dict(split_setting(each) for each in arguments.set)
    opened = named_run(arguments, arguments.run)
    with WorkProgress(console, "exporting", unit="steps", scale=1) as progress:
        done = export(opened, arguments.to, arguments.out, values, replace=arguments.replace, tell=progress.stage)
    for note in done.notes:
        console.remark(note)
    where = printable_path(done.out)
    files = [{"name": each.name, "size": each.size} for each in done.files]
    console.emit(
        "result",
        {"run": opened.name, "to": done.target, "out": where, "files": files, "notes": list(done.notes)},
    )
    console.say(f"Written: {text.harmless(where)}, {text.number(done.size / 1e6)} MB")
    if len(done.files) > 1:
        console.table(("", ""), [(each.name, f"{each.size:,}") for each in done.files], right=(1,))
    return 0
