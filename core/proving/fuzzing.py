"""Files of interactions and bundles made and damaged at random, read in a child watched for hangs and memory."""

from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import sys
import sysconfig
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelFileError, RankscopeError, StorageError, UsageError
from core.export.exporting import export
from core.proving.ending import differences, ending
from core.proving.material import forget, made_plan, made_split, recording
from core.proving.proof import Options, Progress, Verdict, amount
from core.proving.rubbish import damaged_bundle, made_file
from core.runs.importing import import_bundle
from core.runs.opening import open_run
from core.runs.workspace import Workspace

FILES, QUICK_FILES = 100_000, 300
HANG = 5.0
"""Seconds that one file may take, measured alone; a busy machine is given WATCHED."""
WATCHED = 30.0
"""Seconds without a word after which a child is taken for hung."""
GROWTH = 512 << 20
"""Bytes by which the largest memory of a child may exceed that after its first hundred files."""
AT_ONCE = 2000
"""Files a child reads before another takes its place."""
WARMING = 100

Read = Callable[[int], str]
"""Makes and reads file number n; gives what came of it: ``kept``, ``refused``, or a sentence of what was violated."""


@dataclass
class Count:
    """What was found so far, by kind of file."""

    outcomes: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    growth: int = 0
    violations: list[str] = field(default_factory=list)


def prove(options: Options, folder: Path) -> Generator[Progress, None, Verdict]:
    """Read files of interactions, then bundles."""
    if sys.platform == "win32":
        raise UsageError("usage.platform", "prove fuzz forks its processes, which Windows does not", remedy="Use Linux")
    files = amount(options.files, FILES, QUICK_FILES, options)
    figures: dict[str, Any] = {}
    violations: list[str] = []
    bundle, whole = base_bundle(folder, options.seed)
    kinds: dict[str, Callable[[Path], Read]] = {
        "interactions": lambda place: lambda number: read_interactions(place, options.seed, number),
        "bundles": lambda place: bundle_reader(place, bundle, whole, options.seed),
    }
    for kind, reader in kinds.items():
        count = Count()
        for start in range(0, files, AT_ONCE):
            yield from watched(reader, folder / kind, range(start, min(start + AT_ONCE, files)), kind, files, count)
        violations += count.violations
        figures |= {f"{kind} {outcome}": number for outcome, number in sorted(count.outcomes.items())}
        figures |= {
            f"{kind} slowest, s": round(count.slowest, 2),
            f"{kind} growth, MB": round(count.growth / 1e6, 1),
        }
    return Verdict({"files": files, "bundles": files, **figures}, tuple(violations))


def watched(
    reader: Callable[[Path], Read], place: Path, numbers: range, kind: str, total: int, count: Count
) -> Generator[Progress, None, None]:
    """Read files in a child; where it dies or hangs that is a violation, and another goes on with the next file."""
    at = numbers.start
    while at < numbers.stop:
        place.mkdir(parents=True, exist_ok=True)
        source, sink = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(source)
                _read_all(reader(place), range(at, numbers.stop), sink)
                code = 0
            finally:
                os._exit(code)
        os.close(sink)
        told = b""
        while select.select([source], [], [], WATCHED)[0]:
            piece = os.read(source, 65536)
            if not piece:
                break
            *lines, told = (told + piece).split(b"\n")
            for line in lines:
                at = max(at, _take(json.loads(line), kind, count))
            yield Progress(at, total, {"kind": kind, **count.outcomes})
        else:
            count.violations.append(f"{kind} {at}: no end after {WATCHED:g} s")
            os.kill(child, signal.SIGKILL)
        os.close(source)
        _, status = os.waitpid(child, 0)
        if status and at < numbers.stop:
            if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
                count.violations.append(f"{kind} {at}: the process died, status {status}")
            at += 1
        forget(place)


def _take(said: dict[str, Any], kind: str, count: Count) -> int:
    outcome = said["outcome"]
    known = outcome in ("kept", "refused")
    name = outcome if known else "violated"
    count.outcomes[name] = count.outcomes.get(name, 0) + 1
    count.slowest = max(count.slowest, said["seconds"])
    count.growth = max(count.growth, said["growth"])
    number = int(said["number"])
    if not known:
        count.violations.append(f"{kind} {number}: {outcome[:500]}")
    if said["seconds"] > HANG:
        count.violations.append(f"{kind} {number}: {said['seconds']:.1f} s of this process's own time")
    if said["growth"] > GROWTH:
        count.violations.append(f"{kind} {number}: {said['growth'] / 1e6:.0f} MB more than before")
    return number + 1


def _read_all(read: Read, numbers: range, sink: int) -> None:
    base = 0
    for done, number in enumerate(numbers):
        # the process's own time: a busy machine is no hang
        began = time.process_time()
        outcome = read(number)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if done <= WARMING:
            base = memory
        said = {
            "number": number,
            "outcome": outcome,
            "seconds": time.process_time() - began,
            "growth": memory - base,
        }
        os.write(sink, json.dumps(said).encode() + b"\n")


def read_interactions(place: Path, seed: int, number: int) -> str:
    """Make a file and read it in both ways: rows in = kept + rejected, and both ways find the same."""
    from core.data.raw import Limits
    from core.data.reading import read_rows

    made = made_file(random.Random(f"{seed} {number}"))
    path = place / made.name
    path.write_bytes(made.content)
    limits = Limits(line=1 << 16, field=1 << 12, unpacked=4 << 20, ratio=50, ratio_from=1 << 16, array=1 << 20)
    found: list[tuple[Any, ...]] = []
    try:
        for fast in (True, False):
            try:
                rows = read_rows(path, format=made.format, limits=limits, fast=fast)
            except RankscopeError as error:
                if not (error.what and error.remedy):
                    return f"{error.code} has no remedy"
                found.append((error.code,))
                continue
            if rows.source["rows"] != len(rows) + rows.rejects.total:
                return f"{rows.source['rows']} rows, {len(rows)} kept and {rows.rejects.total} rejected"
            if made.rows is not None and rows.source["rows"] != made.rows:
                return f"{made.rows} rows were written and {rows.source['rows']} read"
            found.append((rows.users.to_pylist(), rows.items.to_pylist(), rows.rejects.total))
    except MemoryError:
        return "MemoryError"
    except Exception as error:
        return f"{made.name}: {type(error).__name__}: {error}"
    finally:
        path.unlink()
    if found[0] != found[1]:
        return f"{made.name}: the two ways to read differ: {str(found)[:300]}"
    return "kept" if len(found[0]) == 3 else "refused"


def base_bundle(folder: Path, seed: int) -> tuple[bytes, dict[str, str]]:
    """A whole bundle, and the end of its run."""
    path = folder / "base"
    for _ in recording(path, made_plan("gmf"), made_split(seed)):
        pass
    export(open_run(path), "bundle", folder / "base.zip")
    content = (folder / "base.zip").read_bytes()
    workspace = Workspace(folder / "imported")
    taken = import_bundle(folder / "base.zip", workspace)
    whole = ending(taken.folder.path)
    forget(path)
    forget(workspace.path)
    return content, whole


def bundle_reader(place: Path, bundle: bytes, whole: dict[str, str], seed: int) -> Read:
    """Reads damaged bundles under an audit hook: what is taken is what was sent, and nothing of it is run."""
    workspace = Workspace(place / "workspace")
    path = place / "bundle.zip"
    events: list[str] = []
    allowed = [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    allowed.append(str(Path(__file__).parents[2]))

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN or event.startswith(("socket.", "ctypes.dlopen")):
            events.append(event)
        elif event == "exec" and listening:
            name = str(getattr(arguments[0], "co_filename", ""))
            if not name.startswith((*allowed, "<")):
                events.append(f"exec {name}")

    listening: list[bool] = []
    # once unheard: what is imported for the first time may look around
    path.write_bytes(bundle)
    forget(import_bundle(path, workspace).folder.path)
    sys.addaudithook(audit)
    listening.append(True)

    def read(number: int) -> str:
        events.clear()
        content, another = damaged_bundle(random.Random(f"{seed} {number}"), bundle)
        path.write_bytes(content)
        try:
            taken = import_bundle(path, workspace)
        except (ModelFileError, UsageError, StorageError) as error:
            left = [each.name for each in workspace.runs_folder.iterdir()]
            if left:
                return f"refused, and left {left}"
            return f"run: {events}" if events else "refused" if error.remedy else f"{error.code} has no remedy"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        try:
            wrong = differences(whole, ending(taken.folder.path))
        except Exception as error:
            return f"taken, and not to be opened: {type(error).__name__}: {error}"
        finally:
            forget(taken.folder.path)
        if wrong and not another:
            return f"taken, and differs: {wrong[:5]}"
        return f"run: {events}" if events else "kept"

    return read


FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "subprocess.Popen",
    "pickle.find_class",
    "os.fork",
    "os.startfile",
)
"""Events of the interpreter that nothing in a bundle may bring about."""
