"""The command line without Qt: the engine's own generators, printed; only what a command needs is imported."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.errors import InputError, PlanError, RankscopeError, SplitError, UsageError, is_of_memory
from core.first_use import WORDS, told_of_compiling
from core.garbage import collect_seldom
from core.text import harmless

# the window writes numbers as the commands do, and is painted before what these parse with is loaded
if TYPE_CHECKING:
    from core.commands.arguments import Parser
    from core.commands.console import Console

USAGE = 2
FAILURE = 1
INTERRUPTED = 130
"""What a shell gives for Ctrl-C: a script that goes on after success stops here."""

A_MOMENT = 0.5
"""Seconds of compiling from which on it is told."""
ANEW = ", and anew the next time: neither the program's folder nor your home folder can be written to"

MENDED_BY_THE_CALLER = (InputError, UsageError, PlanError, SplitError)


@dataclass(frozen=True)
class Command:
    """A command: ``module`` has ``add_arguments(parser)`` and ``run(arguments, console) -> exit code``."""

    help: str
    module: str


COMMANDS: dict[str, Command] = {
    "data": Command("read a source and say what is in it", "core.commands.data"),
    "download": Command("fetch a MovieLens set by name, its terms shown first", "core.commands.download"),
    "train": Command("train a model, measure it, keep the run", "core.commands.train"),
    "resume": Command("go on with a run that was stopped or cut off", "core.commands.resume"),
    "evaluate": Command("measure a run", "core.commands.evaluate"),
    "recommend": Command("print or write the best items of users", "core.commands.recommend"),
    "similar": Command("print the items that a run holds to be alike", "core.commands.similar"),
    "compare": Command("set two runs side by side", "core.commands.compare"),
    "export": Command("write a run for other programs: model, lists, report ...", "core.commands.exporting"),
    "import": Command("bring a bundle into the workspace", "core.commands.importing"),
    "runs": Command("list, name, star, annotate and delete runs", "core.commands.runs"),
    "bench": Command("time a part, beside other libraries where they are installed", "core.commands.bench"),
    "prove": Command("prove that what was made survives kills, cuts, broken disks and rubbish", "core.commands.prove"),
    "list": Command("print what there is: models, losses, samplers ...", "core.commands.listing"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: words after the program's name; those of the process when left out.

    Returns:
        0; 2 for a usage or input error, 1 for a failure, each told in one sentence on stderr; 130 when interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    return told_as_exit_code(lambda: _run(words))


def told_as_exit_code(work: Callable[[], int]) -> int:
    """Do something; what the user can mend is told in one sentence on stderr and becomes an exit code."""
    _open_what_is_closed()
    try:
        return work()
    except RankscopeError as error:
        print(f"rankscope: {harmless(error.sentence())}", file=sys.stderr)
        return USAGE if isinstance(error, MENDED_BY_THE_CALLER) else FAILURE
    except KeyboardInterrupt:
        print("rankscope: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except (MemoryError, RuntimeError) as error:
        if not is_of_memory(error):
            raise
        print("rankscope: there is not enough memory. Close other programs, or take less data.", file=sys.stderr)
        return FAILURE
    except BrokenPipeError:
        # who read our output has gone: the interpreter must not try to flush what is left
        _say_no_more()
        return FAILURE
    except OSError as error:
        from core.durable import storage_error

        try:
            sys.stdout.flush()
        except OSError:
            # the disk that our output goes to is full
            _say_no_more()
        place = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else Path("the output")
        print(f"rankscope: {harmless(storage_error(error, place, 'used').sentence())}", file=sys.stderr)
        return FAILURE


def _open_what_is_closed() -> None:
    """Give the output a place where the caller closed it, as some services do; Python has nothing there then."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _say_no_more() -> None:
    """Let what is left of the output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(words: list[str]) -> int:
    from core.commands.arguments import Parser, add_shared
    from core.commands.console import Console
    from core.lean_torch import keep_torch_lean

    collect_seldom()
    keep_torch_lean()
    name = _command(words)
    if name is None:
        parser = _overview()
        parser.parse_args(words)
        parser.print_help()
        return 0
    command = importlib.import_module(COMMANDS[name].module)
    parser = Parser(prog=f"rankscope {name}", description=command.__doc__)
    add_shared(parser)
    command.add_arguments(parser)
    at = words.index(name)
    arguments = parser.parse_args(words[:at] + words[at + 1 :])
    arguments.workspace = getattr(arguments, "workspace", None)
    console = Console(getattr(arguments, "json", False))
    with told_of_compiling(once_said(console)):
        code: int = command.run(arguments, console)
    return code


def once_said(console: Console) -> Callable[[], None]:
    """Says, once, that kernels are being compiled, when that has gone on for a moment."""
    began: list[float] = []

    def begins() -> None:
        began.append(time.monotonic())
        if began[-1] - began[0] > A_MOMENT and not said:
            said.append(True)
            # the kernels are there, and with them the folder in which they are kept
            from core.kernels.keeping import kept_for_this_process

            console.note(WORDS + (ANEW if kept_for_this_process() else ""))

    said: list[bool] = []
    return begins


def _command(words: Sequence[str]) -> str | None:
    """The first word that is no option, checked; None without one."""
    waiting = False
    for word in words:
        if waiting:
            waiting = False
        elif word == "--workspace":
            waiting = True
        elif not word.startswith("-"):
            if word not in COMMANDS:
                from core.nearest import nearest

                near = nearest(word, COMMANDS) or list(COMMANDS)
                raise UsageError(
                    "usage.unknown-command", f"there is no command {word!r}", remedy=f"Did you mean {', '.join(near)}?"
                )
            return word
    return None


def _overview() -> Parser:
    import argparse

    from core.commands.arguments import Parser, add_shared

    listed = "\n".join(f"  {name:<10} {command.help}" for name, command in COMMANDS.items())
    options: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = Parser(
        prog="rankscope",
        usage="rankscope [COMMAND ...]",
        description="Personalised ranking: interactions in, trained and measured rankings out.\n"
        "Without a command the workbench opens.\n\ncommands:\n" + listed,
        epilog="Each has its own --help. Try: rankscope train --data sample",
        **options,
    )
    parser.add_argument("--version", action="version", version=f"rankscope {__version__}")
    add_shared(parser)
    return parser
