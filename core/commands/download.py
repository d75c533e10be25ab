"""Fetch a MovieLens set by its name from GroupLens, once its terms are accepted."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from core.commands.arguments import add_json
from core.commands.console import Console
from core.errors import UsageError

if TYPE_CHECKING:
    from core.data.downloads.movielens import Download


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``download``."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="such as ml-1m; all of them when left out")
    parser.add_argument("--accept-terms", action="store_true", help="you have read the terms and accept them")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """List the sets, or fetch one."""
    from core import text
    from core.commands.progress import WorkProgress
    from core.data.downloads.fetching import fetch
    from core.data.downloads.movielens import find_download
    from core.durable import printable_path
    from core.runs.workspace import choose_workspace

    if arguments.name is None:
        return _list(console)
    download = find_download(arguments.name)
    workspace = choose_workspace(arguments.workspace)
    _accept(download, arguments.accept_terms, console)
    workspace.prepare()
    with WorkProgress(console, "downloading") as progress:
        found = fetch(download, workspace.downloads_folder, progress.stage)
    where = printable_path(found.path)
    console.emit(
        "result",
        {
            "name": download.name,
            "path": where,
            "size": found.size,
            "resumed": found.resumed,
            "check": found.check,
            "terms": download.terms,
        },
    )
    console.say(found.check)
    console.say(f"Kept as {text.harmless(where)}")
    console.say(f'Look at it: rankscope data "{text.harmless(where)}"')
    return 0


def _list(console: Console) -> int:
    """What can be fetched."""
    from core.data.downloads.movielens import DOWNLOADS, PAGE

    rows = [(each.name, f"{each.size / 1e6:,.1f} MB", each.about) for each in DOWNLOADS.values()]
    console.say(f"MovieLens sets by GroupLens, fetched from {PAGE}")
    console.table(("name", "size", "what is in it"), rows, right=(1,), widest=100)
    console.say("Each has its terms: rankscope download NAME shows them before anything is fetched.")
    console.emit("result", {"downloads": {each.name: {"size": each.size} for each in DOWNLOADS.values()}})
    return 0


def _accept(download: Download, accepted: bool, console: Console) -> None:
    """Show the terms and go on when they are accepted.

    Raises:
        UsageError: they are not.
    """
    console.say(download.terms)
    console.say()
    console.say(f"{download.size / 1e6:,.1f} MB from {download.url}")
    if accepted:
        return
    if console.terminal and sys.stdin.isatty():
        console.say("Do you accept these terms? [y/N]")
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise UsageError(
        "download.terms",
        f"the terms of {download.name} were not accepted, so nothing was fetched",
        remedy=f"Read what `rankscope download {download.name}` shows, and give --accept-terms",
    )
