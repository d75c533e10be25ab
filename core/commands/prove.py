"""Prove that what was made survives: kill, cut, starve or feed Rankscope with rubbish and look at what is left."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any

from core import text
from core.commands.arguments import add_json
from core.commands.console import Console
from core.params import build, describe
from core.proving import PROOFS
from core.proving.proof import SHOWN, Options, Verdict

WINDOW = ("soak", "monkey")
"""Proofs of the workbench, which the script takes before this command sees them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``prove``."""
    parser.add_argument(
        "name", metavar="|".join((*PROOFS, *WINDOW)), choices=(*PROOFS, *WINDOW), help="what is to be proved"
    )
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that all proofs have."""
    for parameter in describe(Options):
        option = f"--{parameter.name}"
        if parameter.kind == "bool":
            parser.add_argument(option, action="store_true", help=parameter.help)
        else:
            parser.add_argument(option, metavar="N", default=parameter.default, help=parameter.help)
    add_json(parser)


def asked_options(arguments: argparse.Namespace) -> Options:
    """The options as given, checked."""
    values = {parameter.name: getattr(arguments, parameter.name) for parameter in describe(Options)}
    options: Options = build(Options, values, "prove")
    return options


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run one proof; 1 when it does not hold."""
    options = asked_options(arguments)
    if arguments.name in WINDOW:
        from core.errors import UsageError

        raise UsageError("usage.window", f"prove {arguments.name} needs the window", remedy="Run it as `rankscope`")
    entry = PROOFS[arguments.name]
    console.heading(f"{entry.label}: {entry.help}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rankscope-prove-") as folder, contextlib.ExitStack() as stack:
        proof = stack.enter_context(contextlib.closing(entry.load()(options, Path(folder))))
        verdict = follow(console, proof)
    return told(console, arguments.name, verdict, time.monotonic() - began, options.seed)


def follow(console: Console, proof: Any) -> Verdict:
    """Tell how far a proof is until it ends."""
    said = time.monotonic()
    while True:
        try:
            progress = next(proof)
        except StopIteration as end:
            verdict: Verdict = end.value
            return verdict
        if time.monotonic() - said >= 1:
            said = time.monotonic()
            console.emit("progress", {"done": progress.done, "total": progress.total, **progress.figures})
            shown = "  ".join(f"{name} {value}" for name, value in progress.figures.items())
            console.say(f"  {progress.done:,} of {progress.total:,}  {shown}")


def told(console: Console, name: str, verdict: Verdict, seconds: float, seed: int) -> int:
    """Print the verdict; gives the exit code."""
    console.facts([(key, str(value)) for key, value in verdict.figures.items()])
    for violation in verdict.violations[:SHOWN]:
        console.note(f"violated: {violation}")
    console.say()
    console.say(
        f"{'Holds' if verdict.holds else text.count(len(verdict.violations), 'violation')}, "
        f"{text.duration(seconds)}, seed {seed}"
    )
    result = {
        "proof": name,
        "holds": verdict.holds,
        **{key.replace(" ", "_"): value for key, value in verdict.figures.items()},
        "violations": list(verdict.violations[:SHOWN]),
        "violated": len(verdict.violations),
        "seconds": round(seconds, 3),
        "seed": seed,
    }
    console.emit("result", result)
    return 0 if verdict.holds else 1
