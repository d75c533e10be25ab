"""The power goes at any instant of all that writes: what was told is there, and nothing half is taken for whole."""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.proving.crashing import ORDERLY, WILD, Way, crashed
from core.proving.opened import Opened
from core.proving.proof import Options, Progress, Verdict, amount
from core.proving.stories import NEW, Step, prepare, steps
from core.proving.tape import Disk, Tape, Told
from core.proving.views import Files, Subject, broken_parts, finished, reached, runs
from core.runs.workspace import Workspace

STATES, QUICK_STATES = 10_000, 400
ROUNDS = 40
"""Times that each instant is drawn anew, at most; a short tape has no more states."""
GROWING = "events.jsonl"
PARTLY = ".part"


@dataclass
class Count:
    """What was found so far."""

    states: set[bytes] = field(default_factory=set)
    drawn: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Recorded:
    """A tape and what was told on it.

    Attributes:
        subjects: by name.
        between: values that may be seen while a step is done, by subject.
        whole: SHA-256 of all contents that a path was given as a whole.
    """

    tape: Tape
    subjects: dict[str, Subject]
    between: dict[str, set[str]]
    whole: dict[str, set[bytes]]


def prove(options: Options, folder: Path, chosen: Iterable[int] | None = None) -> Generator[Progress, None, Verdict]:
    """Record, then let the power go at every instant in several ways, and look.

    Args:
        chosen: numbers of the steps that are done; None does all.
    """
    recorded = record(folder, chosen)
    operations = recorded.tape.operations
    wanted = amount(options.states, STATES, QUICK_STATES, options)
    count, opened = Count(), Opened(folder, recorded.tape)
    generator = random.Random(options.seed)
    instants = list(range(len(operations) + 1))
    for number in range(len(ORDERLY) + ROUNDS):
        if len(count.states) >= wanted:
            break
        # a short version looks at instants from all over the tape
        for at in generator.sample(instants, len(instants)):
            way = ORDERLY[number] if number < len(ORDERLY) else generator.choice(WILD)
            if options.quick and number < len(ORDERLY):
                way = generator.choice((*ORDERLY, *WILD))
            look(recorded, at, way, f"{options.seed} {at} {number}", count, opened)
            yield Progress(len(count.states), wanted, {"violations": len(count.violations)})
            if len(count.states) >= wanted:
                break
    figures = {
        "operations": len(operations),
        "states": len(count.states),
        "drawn": count.drawn,
        "opened": opened.runs + opened.lists,
        "gone on with to the end": opened.ended,
    }
    return Verdict(figures, tuple(count.violations))


def record(folder: Path, chosen: Iterable[int] | None = None) -> Recorded:
    """Do all steps with the tape running."""
    workspace = Workspace(folder / "workspace")
    outside = prepare(workspace)
    subjects = {reached(NEW).name: reached(NEW)}
    between: dict[str, set[str]] = {}
    with Tape(workspace.path) as tape:
        wanted = None if chosen is None else set(chosen)
        for number, step in enumerate(steps(workspace, outside)):
            if wanted is not None and number not in wanted:
                continue
            _do(step, workspace, tape, subjects)
            between.setdefault(step.subject.name, set()).update(map(repr, step.between))
    tape.finish()
    whole = {path: {hashed(each) for each in given} for path, given in tape.whole.items()}
    return Recorded(tape, subjects, between, whole)


def _do(step: Step, workspace: Workspace, tape: Tape, subjects: dict[str, Subject]) -> None:
    subject = step.subject
    if subject.name not in subjects:
        subjects[subject.name] = subject
        tape.tell(subject.name, subject.see(contents(tape.now)))
    tape.begin_telling(subject.name)
    step.act(workspace, tape)
    # what is seen once all is well is what was told
    tape.tell(subject.name, subject.see(contents(tape.now)))


def contents(disk: Disk) -> dict[str, bytes]:
    """Content by path; the path of an empty folder ends in a slash."""
    return {path: disk.bytes.get(number, b"") for path, number in disk.files().items()}


def look(recorded: Recorded, at: int, way: Way, seed: str, count: Count, opened: Opened) -> None:
    """One state: known already, or judged."""
    tape = recorded.tape
    files = contents(crashed(tape.base, tape.operations, at, way, random.Random(seed)))
    count.drawn += 1
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0".encode("utf-8", "surrogateescape") + hashed(files[path]))
    told = tuple(sorted((name, repr(value)) for name, value in last_told(tape, at).items()))
    key = digest.digest() + repr(told).encode()
    if key in count.states:
        return
    count.states.add(key)
    where = f"operation {at} of {len(tape.operations)}, names {way.names}, bytes {way.bytes}, drawn by {seed!r}"
    try:
        # where a file is none of those that were written, all else follows from it
        found = half(recorded, files) or [
            *lost(recorded, at, files),
            *opened.look(finished(files), digest.digest()),
        ]
    except (KeyError, ValueError, TypeError, UnicodeDecodeError) as error:
        found = [f"nobody can read it: {type(error).__name__}: {error}"]
    count.violations += [f"{each} ({where})" for each in found]


@functools.lru_cache(1 << 14)
def hashed(content: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(content).digest()


def half(recorded: Recorded, files: Files) -> list[str]:
    """Files under their names that are not what was put there, and runs with parts missing."""
    found = []
    for path, content in finished(files).items():
        name = path.rsplit("/", 1)[-1]
        if name in ("", GROWING) or name.endswith((".lock", PARTLY)):
            continue
        if hashed(content) not in recorded.whole.get(path, ()):
            found.append(f"{path} is not what was put there")
    for place, run in runs(finished(files)).items():
        found += [f"{place}: {each}" for each in broken_parts(run)]
    return found


def last_told(tape: Tape, at: int) -> dict[str, object]:
    """What was told last of each subject."""
    return {each.subject: each.value for each in tape.operations[:at] if isinstance(each, Told) and each.done}


def lost(recorded: Recorded, at: int, files: Files) -> list[str]:
    """Subjects of which something else is seen than what was told, or begun."""
    tape, found = recorded.tape, []
    whole = finished(files)
    for name, value in last_told(tape, at).items():
        subject = recorded.subjects[name]
        seen = subject.see(whole)
        if subject.grows:
            if seen < value:
                found.append(f"{name}: {value} was told and {seen} is there")
            continue
        allowed = {repr(value)}
        begun = begun_then(tape, name, at)
        if begun:
            allowed |= {*map(repr, begun), *recorded.between.get(name, ())}
        if repr(seen) not in allowed:
            found.append(f"{name}: {value!r} was told, and {seen!r} is there"[:400])
    return found


def begun_then(tape: Tape, name: str, at: int) -> list[object]:
    """What is told next of a subject, where that has been begun."""
    mine = [(number, each) for number, each in enumerate(tape.operations) if isinstance(each, Told)]
    mine = [(number, each) for number, each in mine if each.subject == name]
    before = [each for number, each in mine if number < at]
    if not before or before[-1].done:
        return []
    return [each.value for number, each in mine if number >= at and each.done][:1]
