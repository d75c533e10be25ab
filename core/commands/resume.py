"""Go on with a run that was stopped, killed or failed, as if it had never been interrupted."""

from __future__ import annotations

import argparse

from core.commands.arguments import add_json, whole_number
from core.commands.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``resume``."""
    parser.add_argument("run", metavar="RUN", help="a run, by its folder or id")
    parser.add_argument(
        "--epochs", metavar="N", type=whole_number, help="train longer: N epochs in all, also where the run has ended"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Go on with the run, print the result."""
    from core.commands.progress import RunProgress
    from core.commands.stopping import stopping
    from core.commands.train import ended, tell_start
    from core.runs.record import read_record
    from core.runs.resuming import resume
    from core.runs.workspace import choose_workspace
    from core.training.control import Control
    from core.training.events import RunStarted

    folder = choose_workspace(arguments.workspace).find(arguments.run)
    record = read_record(folder)
    control, last = Control(), None
    metric = str(record.plan.get("training", {}).get("stop_on", ""))
    with stopping(control, console.note) as received, RunProgress(console, metric) as progress:
        for event in resume(folder, control, epochs=arguments.epochs):
            if last is None and record.saved:
                # not before the first event: until then it can be refused
                console.say(f"Going on after epoch {record.epoch}{f', step {record.step}' if record.step else ''}")
            last = event
            if isinstance(last, RunStarted):
                tell_start(console, last)
            progress.show(last)
    return ended(console, last, arguments.run, received.exit_code)
