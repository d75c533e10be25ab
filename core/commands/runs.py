"""List what was trained; name, star and annotate runs; delete them with a way back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from core import text
from core.commands.arguments import Parser, add_json, add_shared
from core.commands.console import Console

if TYPE_CHECKING:
    from core.runs.entries import Entry
    from core.runs.workspace import Workspace

STATES = ("running", "completed", "stopped", "failed", "interrupted", "damaged")
SORTS = {
    "begun": lambda entry: entry.created,
    "name": lambda entry: entry.title.casefold(),
    "hit": lambda entry: -1.0 if entry.hit is None else entry.hit,
    "ndcg": lambda entry: -1.0 if entry.ndcg is None else entry.ndcg,
    "auc": lambda entry: -1.0 if entry.auc is None else entry.auc,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``runs``."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)

    def action(name: str, help: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=help, description=help)
        add_json(made)
        add_shared(made)
        return made

    listed = action("list", "print all runs")
    listed.add_argument("--state", choices=STATES, help="only these")
    listed.add_argument("--model", metavar="M", help="only runs of this model")
    listed.add_argument("--starred", action="store_true", help="only favourites")
    listed.add_argument("--find", metavar="TEXT", default="", help="only what holds this text in name, note or data")
    listed.add_argument("--sort", choices=SORTS, default="begun", help="the largest or latest first (begun)")
    listed.add_argument("--trash", action="store_true", help="print the deleted runs")
    named = action("rename", "give a run a name, by which it can be found; an empty one takes it away")
    named.add_argument("run", metavar="RUN", help="path, id or name of a run")
    named.add_argument("name", metavar="NAME")
    noted = action("note", "write a note to a run; an empty one takes it away")
    noted.add_argument("run", metavar="RUN", help="path, id or name of a run")
    noted.add_argument("note", metavar="TEXT")
    for name, help in (
        ("star", "mark runs as favourites"),
        ("unstar", "take the mark away"),
        ("delete", "move runs to the trash of the workspace"),
        ("restore", "bring runs back from the trash"),
    ):
        action(name, help).add_argument("runs", metavar="RUN", nargs="+", help="path, id or name of a run")
    action("empty-trash", "remove for good what was deleted")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Do one of the actions."""
    from core.runs.workspace import choose_workspace

    workspace = choose_workspace(arguments.workspace)
    ACTIONS[arguments.action](arguments, console, workspace)
    return 0


def show(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Print the runs, or the trash."""
    from core.durable import printable_path
    from core.runs.library import read_library

    if arguments.trash:
        show_trash(console, workspace)
        return
    library = read_library(workspace)
    entries = [entry for entry in library.entries if wanted(entry, arguments)]
    entries.sort(key=SORTS[arguments.sort], reverse=arguments.sort != "name")
    if library.read_only:
        where = printable_path(workspace.path)
        console.remark(f"The workspace {where} is open for viewing only: {library.read_only}")
    for note in library.notes:
        console.remark(note)
    for entry in entries:
        console.emit("run", as_plain(entry))
    console.emit("result", {"runs": len(entries), "of": len(library.entries), "read_only": library.read_only})
    rows = [row_of(entry) for entry in entries]
    if rows:
        console.table(("", "id", "name", "state", "Hit@10", "95 %", "nDCG@10", "AUC", "on", "epochs", "begun"), rows)
    else:
        console.say("No runs." if not library.entries else "No run is so.")
    for entry in entries:
        if entry.fault:
            console.remark(f"{entry.folder[:8]}: {entry.fault}")


def wanted(entry: Entry, arguments: argparse.Namespace) -> bool:
    """Whether an entry passes the filters of ``list``."""
    held = " ".join((entry.title, entry.note, entry.data, entry.model, entry.loss, entry.sampler)).casefold()
    return (
        arguments.state in (None, entry.state)
        and arguments.model in (None, entry.model)
        and (entry.star or not arguments.starred)
        and arguments.find.casefold() in held
    )


def as_plain(entry: Entry) -> dict[str, Any]:
    """A row as plain values."""
    values = entry._asdict()
    for name in ("number", "owned", "own"):
        del values[name]
    return {**values, "star": bool(entry.star), "title": entry.title}


def row_of(entry: Entry) -> list[str]:
    """A row for people."""
    around = "" if entry.hit_low is None else f"{text.number(entry.hit_low)}–{text.number(entry.hit_high)}"
    owner = f" by {entry.owner}" if entry.owner else ""
    return [
        "★" if entry.star else "",
        entry.folder[:8],
        text.shortened(text.harmless(entry.title), 32),
        entry.state + owner,
        text.number(entry.hit),
        around,
        text.number(entry.ndcg),
        text.number(entry.auc),
        entry.measured_on,
        f"{entry.epoch}/{entry.epochs}",
        entry.created[:16].replace("T", " "),
    ]


def show_trash(console: Console, workspace: Workspace) -> None:
    """Print what was deleted."""
    from core.runs.entries import read_entry
    from core.runs.trash import deleted_runs

    found = [read_entry(each.folder)[0] for each in deleted_runs(workspace)]
    for entry in found:
        console.emit("run", as_plain(entry))
    console.emit("result", {"runs": len(found)})
    if found:
        console.table(("", "id", "name"), [row_of(entry)[:3] for entry in found])
    else:
        console.say("The trash is empty.")


def rename(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Name a run."""
    mark(console, workspace, [arguments.run], name=arguments.name)


def note(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Annotate a run."""
    mark(console, workspace, [arguments.run], note=arguments.note)


def star(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Star or unstar runs."""
    mark(console, workspace, arguments.runs, star=arguments.action == "star")


def mark(console: Console, workspace: Workspace, names: list[str], **changes: Any) -> None:
    """Change the marks of some runs."""
    import dataclasses

    from core.runs.library import mark_run

    for folder in workspace.find_all(names):
        marks = mark_run(workspace, folder, **changes)
        console.emit("result", {"run": folder.path.name, **dataclasses.asdict(marks)})
        shown = [f"★ {marks.name}" if marks.star else marks.name, text.shortened(text.harmless(marks.note), 60)]
        console.say(f"{folder.path.name[:8]}  " + "  ".join(text.harmless(each) for each in shown if each))


def delete(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Move runs to the trash."""
    from core.runs.trash import delete_runs

    for deleted in delete_runs(workspace, workspace.find_all(arguments.runs)):
        console.emit("result", {"run": deleted.name, "deleted": True})
        console.say(f"{deleted.name} is in the trash; `rankscope runs restore {deleted.name[:8]}` brings it back")


def restore(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Bring runs back."""
    from core.runs.trash import deleted_runs, find_deleted, restore_runs

    there = list(deleted_runs(workspace))
    named = [find_deleted(workspace, name, there) for name in arguments.runs]
    for folder in restore_runs(workspace, dict.fromkeys(named)):
        console.emit("result", {"run": folder.path.name, "restored": True})
        console.say(f"{folder.path.name} is back")


def empty(arguments: argparse.Namespace, console: Console, workspace: Workspace) -> None:
    """Remove what was deleted."""
    from core.runs.trash import empty_trash

    number = empty_trash(workspace)
    console.emit("result", {"removed": number})
    console.say(f"{text.count(number, 'run')} removed")


ACTIONS = {
    "list": show,
    "rename": rename,
    "note": note,
    "star": star,
    "unstar": star,
    "delete": delete,
    "restore": restore,
    "empty-trash": empty,
}
