"""Every place that writes meets a full, a broken and a forbidden disk: a typed error, and what was there is intact."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core import durable
from core.errors import RankscopeError, StorageError
from core.export import TARGETS
from core.export.exporting import export
from core.export.facts import facts_of
from core.proving.ending import differences, ending
from core.proving.faults import ERRORS, Faults
from core.proving.indexes import broken_indexes
from core.proving.material import forget, made_plan, made_split, recording
from core.proving.outside import cut_off_fetch, fetch_archive, open_source, write_source
from core.proving.proof import Options, Progress, Verdict
from core.runs import recording as recording_module
from core.runs.folder import RunFolder
from core.runs.importing import import_bundle
from core.runs.kept_data.dataset_store import MAKING
from core.runs.library import mark_run
from core.runs.opening import open_run
from core.runs.resuming import resume
from core.runs.staging import NEW
from core.runs.trash import delete_run, empty_trash, find_deleted, restore_run
from core.runs.workspace import Workspace
from core.training.control import Control
from core.training.events import RunCompleted, RunEvent, RunStopped, SavingPaused

NAME = "a-run"
OF_A_PLACE = 4
"""Calls of the same place in one action that are made to fail, beside the first and the last."""
Start = Callable[[Workspace, Control], Generator[RunEvent, None, None]]
Tree = dict[str, str]
"""SHA-256 of each file by its path, without what is unfinished."""


@dataclass(frozen=True)
class Action:
    """Something that writes.

    Attributes:
        act: does it, in a workspace that holds a completed run.
        prepare: brings the workspace into the state before.
        place: name of the folder that it replaces.
        spares: what fails is told and no error: the store keeps what was read, where it can.
        again: done afterwards, when the disk is well; raises where what was left stands in its way.
    """

    name: str
    act: Callable[[Workspace], object]
    prepare: Callable[[Workspace], object] = lambda workspace: None
    place: str = ""
    spares: bool = False
    again: Callable[[Workspace], object] = lambda workspace: None


@dataclass
class Count:
    """What was found so far."""

    faults: int = 0
    errors: int = 0
    waited: int = 0
    sites: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)


def prove(options: Options, folder: Path) -> Generator[Progress, None, Verdict]:
    """Let each call of each action fail with each error, once and from then on."""
    generator = random.Random(options.seed)
    count = Count()
    base = Workspace(folder / "base")
    base.prepare()
    split = made_split(options.seed, refit=True)
    plan = made_plan("gmf", sections={"training": {"epochs": 2, "batch_size": 1000}})
    for _ in recording(base.runs_folder / NAME, plan, split):
        pass
    whole = ending(base.runs_folder / NAME)
    export(open_run(base.runs_folder / NAME), "bundle", base.path / "bundle.zip")
    source = write_source(folder / "ratings.csv")

    def again(workspace: Workspace, control: Control) -> Generator[RunEvent, None, None]:
        return recording(workspace.runs_folder / "new", plan, split, control)

    def going_on(workspace: Workspace, control: Control) -> Generator[RunEvent, None, None]:
        return resume(workspace.runs_folder / "new", control, every=0.0)

    def half_done(workspace: Workspace) -> None:
        with closing(recording(workspace.runs_folder / "new", plan, split)) as events:
            for number, _ in enumerate(events):
                if number == 8:
                    return

    before, recording_module.TRY_AGAIN = recording_module.TRY_AGAIN, 0.0
    try:
        for name, start, prepare in (("train", again, lambda _: None), ("resume", going_on, half_done)):
            work = Action(name, partial(_to_the_end, start), prepare)
            for code, at, once in _faults(work, base, folder, options, generator, count):
                yield Progress(count.faults, 0, {"action": name, "call": at, "error": code})
                _train(base, folder, start, prepare, whole, (name, code, at, once), count)
    finally:
        recording_module.TRY_AGAIN = before
    for action in (*actions(base), *from_outside(source)):
        after = _tree_after(action, base, folder)
        for code, at, once in _faults(action, base, folder, options, generator, count):
            yield Progress(count.faults, 0, {"action": action.name, "call": at, "error": code})
            _act(base, folder, action, after, (action.name, code, at, once), count)
    yield Progress(count.faults, 0, {"action": "index"})
    listed = broken_indexes(_copy(base, folder), count.violations)
    forget(folder / "now")
    figures = {
        "faults": count.faults,
        "indexes broken": listed,
        "places that write": len(count.sites),
        "typed errors": count.errors,
        "runs that waited": count.waited,
    }
    return Verdict(figures, tuple(count.violations))


def actions(base: Workspace) -> Generator[Action, None, None]:
    """All that writes but training: names and notes, the trash, every export over an older one, an import."""
    yield Action("name", lambda workspace: mark_run(workspace, _run(workspace), name="new name"))
    yield Action("delete", lambda workspace: delete_run(workspace, _run(workspace)))
    yield Action(
        "bring back",
        lambda workspace: restore_run(workspace, find_deleted(workspace, NAME)),
        lambda workspace: delete_run(workspace, _run(workspace)),
    )
    yield Action("empty the trash", empty_trash, lambda workspace: delete_run(workspace, _run(workspace)))
    yield Action("import", lambda workspace: import_bundle(workspace.path / "bundle.zip", workspace, copy=True))
    yield Action("another workspace", lambda workspace: Workspace(workspace.path / "another").prepare())
    facts = facts_of(open_run(base.runs_folder / NAME))
    for key, entry in TARGETS.items():
        if entry.unfit(facts):
            continue

        def write(workspace: Workspace, key: str = key, replace: bool = True) -> object:
            out = workspace.path / "out" / (key + (TARGETS[key].suffixes[0] if TARGETS[key].suffixes else ""))
            durable.make_folder(out.parent)
            return export(open_run(workspace.runs_folder / NAME), key, out, replace=replace)

        yield Action(f"export {key}", write, write, key)


def from_outside(source: Path) -> Generator[Action, None, None]:
    """Data kept in the workspace, and an archive that is fetched."""

    def keep(workspace: Workspace) -> object:
        return open_source(workspace, source)

    def kept(workspace: Workspace) -> None:
        """Twice: what was kept halfway is made anew, and then it is there."""
        for _ in range(2):
            found = open_source(workspace, source)
        if found.entry is None or not any("as it was kept" in note for note in found.loaded.notes):
            raise StorageError("storage.proof", "the data is not kept afterwards", str(found.loaded.notes))

    yield Action("keep data", keep, spares=True, again=kept)
    yield Action("open kept data", keep, keep, spares=True, again=kept)
    yield Action("fetch", fetch_archive, again=fetch_archive)
    yield Action("go on fetching", fetch_archive, cut_off_fetch, again=fetch_archive)


def _run(workspace: Workspace) -> RunFolder:
    return RunFolder(workspace.runs_folder / NAME)


def _to_the_end(start: Start, workspace: Workspace) -> None:
    for _ in start(workspace, Control()):
        pass


def _faults(
    action: Action, base: Workspace, folder: Path, options: Options, generator: random.Random, count: Count
) -> list[tuple[str, int, bool]]:
    """Do the action without a fault and see which calls it makes; gives those that are to fail."""
    workspace = _copy(base, folder)
    action.prepare(workspace)
    with Faults(workspace.path) as faults:
        action.act(workspace)
    forget(workspace.path)
    count.sites |= set(faults.sites)
    calls: dict[str, list[int]] = {}
    for at, site in enumerate(faults.sites):
        calls.setdefault(site, []).append(at)
    if options.quick:
        # each place once, with one of the errors
        first = sorted(each[0] for each in calls.values())
        return [(generator.choice(list(ERRORS)), at, generator.random() < 0.5) for at in first]
    # the same place again and again, as at every checkpoint: the first, the last, and some between them
    some = sorted(
        at
        for each in calls.values()
        for at in ({each[0], each[-1]} | set(generator.sample(each, min(OF_A_PLACE, len(each)))))
    )
    return [(code, at, (at + number) % 2 == 0) for at in some for number, code in enumerate(ERRORS)]


def _train(
    base: Workspace,
    folder: Path,
    start: Start,
    prepare: Callable[[Workspace], object],
    whole: dict[str, str],
    fault: tuple[str, str, int, bool],
    count: Count,
) -> None:
    """A run whose disk fails: it waits and goes on, or ends with what is on the disk and is gone on with."""
    name, code, at, once = fault
    workspace = _copy(base, folder)
    prepare(workspace)
    before, path = _tree(workspace.path), workspace.runs_folder / "new"
    control, last, refused = Control(), None, False
    count.faults += 1
    said = f"{name}, call {at}, {code}{' once' if once else ''}"
    with Faults(workspace.path, at, code, once) as faults:
        try:
            for last in start(workspace, control):
                if isinstance(last, SavingPaused):
                    count.waited += 1
                    if not once:
                        control.stop()
        except RankscopeError as error:
            count.errors, refused = count.errors + 1, True
            _check_error(error, f"{said} {faults.sites[at]}", count)
        except Exception as error:
            refused = True
            count.violations.append(f"{said} {faults.sites[at]}: {type(error).__name__}: {error}")
        said += f" at {faults.sites[at] if at < len(faults.sites) else '?'}"
    lost = [each for each in before if "/new/" not in each and _tree(workspace.path).get(each) != before[each]]
    if lost:
        count.violations.append(f"{said}: {', '.join(lost)[:300]} changed")
    try:
        if path.exists() and not (isinstance(last, RunCompleted)):
            if not refused and not isinstance(last, RunStopped):
                count.violations.append(f"{said}: ended with {type(last).__name__}")
            # the last sync alone was refused: it is completed, though that could not be told
            if open_run(path).record.state != "completed":
                for _ in resume(path, every=1000.0):
                    pass
        if path.exists():
            wrong = differences(whole, ending(path))
            if wrong:
                count.violations.append(f"{said}: another end, {', '.join(wrong)[:300]}")
    except RankscopeError as error:
        count.violations.append(f"{said}: afterwards {error.sentence()}")
    forget(workspace.path)


def _act(
    base: Workspace, folder: Path, action: Action, after: set[str], fault: tuple[str, str, int, bool], count: Count
) -> None:
    """An action that is done whole or not at all."""
    _, code, at, once = fault
    workspace = _copy(base, folder)
    action.prepare(workspace)
    before = _tree(workspace.path)
    count.faults += 1
    said = f"{action.name}, call {at}, {code}{' once' if once else ''}"
    failed, moved = True, False
    with Faults(workspace.path, at, code, once) as faults:
        try:
            action.act(workspace)
            failed = False
        except RankscopeError as error:
            count.errors += 1
            moved = error.code == "storage.moved"
            _check_error(error, f"{said} {faults.sites[at]}", count)
        except Exception as error:
            count.violations.append(f"{said} {faults.sites[at]}: {type(error).__name__}: {error}")
    if moved:
        # the disk failed between two renames and would not undo the first: the error says where the old folder lies
        (old,) = workspace.path.rglob(f"{durable.OLD}*")
        old.rename(old.parent / action.place)
    now = _tree(workspace.path)
    try:
        action.again(workspace)
    except Exception as error:
        count.violations.append(f"{said}: afterwards {type(error).__name__}: {error}")
    intact = all(now.get(name) == content for name, content in before.items())
    whole = _names(now) == after
    spared = action.spares and intact and _names(now) <= after
    if not (whole or spared or (failed and intact and now.keys() == before.keys())):
        changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        place = faults.sites[at] if at < len(faults.sites) else "?"
        count.violations.append(f"{said} at {place}: neither as before nor done: {', '.join(changed)[:300]}")
    forget(workspace.path)


def _check_error(error: RankscopeError, said: str, count: Count) -> None:
    if not error.code.startswith("storage.") or not error.remedy or not error.where:
        count.violations.append(f"{said}: {error.code}: {error.sentence()}")


def _copy(base: Workspace, folder: Path) -> Workspace:
    place = folder / "now"
    forget(place)
    shutil.copytree(base.path, place)
    return Workspace(place)


def _tree_after(action: Action, base: Workspace, folder: Path) -> set[str]:
    workspace = _copy(base, folder)
    action.prepare(workspace)
    action.act(workspace)
    names = _names(_tree(workspace.path))
    forget(workspace.path)
    return names


def _names(tree: Tree) -> set[str]:
    """Names without the part that is drawn at random."""
    return {
        "/".join(
            "*" if len(part) in (12, 36) and part.isascii() and set(part) <= HEXADECIMAL else part
            for part in name.split("/")
        )
        for name in tree
    }


HEXADECIMAL = set("0123456789abcdef-")


def _tree(path: Path) -> Tree:
    return {
        each.relative_to(path).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in path.rglob("*")
        if each.is_file() and not _unfinished(each.relative_to(path))
    }


def _unfinished(path: Path) -> bool:
    if path.name == "owner.json" or path.name.endswith((".lock", *PARTLY)) or path.name.startswith("index.sqlite"):
        return True
    return any(part.startswith(UNFINISHED) for part in path.parts)


PARTLY = (".part", ".part.json")
"""Ends of the names of what is fetched, to be gone on with."""
UNFINISHED = (durable.TEMPORARY, durable.OLD, durable.GONE, NEW, MAKING)
