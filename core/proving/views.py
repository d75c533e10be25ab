"""What can be seen in the bare files of a workspace, read with nothing of Rankscope: the judge of what is left."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Files = Mapping[str, bytes]
"""Content by path in the workspace."""
PHASES = ("train", "refit")
UNFINISHED = (".writing-", ".new-", ".making-", ".gone-", ".old-")
"""Starts of names that nobody takes for what they stand for."""


@dataclass(frozen=True)
class Subject:
    """Something that a person was told.

    Attributes:
        name: of what it is about.
        see: what the files say of it.
        grows: what is seen may be more than what was told; else it is what was told, or what was begun.
    """

    name: str
    see: Callable[[Files], Any]
    grows: bool = False


def finished(files: Files) -> dict[str, bytes]:
    """Files without what lies under a name of something unfinished; a folder that held only such is there, empty."""
    found: dict[str, bytes] = {}
    for path, content in files.items():
        parts = path.split("/")
        first = next((at for at, part in enumerate(parts) if part.startswith(UNFINISHED)), None)
        if first is None:
            found[path] = content
        elif first:
            found["/".join(parts[:first]) + "/"] = b""
    return found


def below(files: Files, folder: str) -> dict[str, bytes]:
    """The files in a folder, by path in it."""
    start = f"{folder}/"
    return {path[len(start) :]: content for path, content in files.items() if path.startswith(start)}


def runs(files: Files) -> dict[str, dict[str, bytes]]:
    """The files of each run by its place: ``runs/<name>`` or ``trash/<random>/<name>``."""
    places = {
        path.removesuffix("/run.json")
        for path in files
        if path.endswith("/run.json") and path.count("/") == {"runs": 2, "trash": 3}.get(path.split("/")[0])
    }
    return {place: below(files, place) for place in sorted(places)}


# --- subjects --------------------------------------------------------------------------------------------------------


def reached(run: str) -> Subject:
    """Phase and epoch that a run can be gone on with from, and that its log knows of."""

    def see(files: Files) -> tuple[int, int]:
        mine = below(files, f"runs/{run}")
        saved, logged = saved_epoch(mine), logged_epochs(mine)
        return min(saved, max(logged)) if saved is not None and logged else (-1, -1)

    return Subject(f"epochs of {run}", see, grows=True)


def state_of(run: str) -> Subject:
    """How a run has ended, with results when it has."""

    def see(files: Files) -> str:
        mine = below(files, f"runs/{run}")
        if "run.json" not in mine:
            return ""
        state = str(json.loads(mine["run.json"])["state"])
        whole = sum(sealed_result(mine, path) for path in mine if path.startswith("results/") and path[-5:] == ".json")
        return state if state != "completed" or whole else "completed without results"

    return Subject(f"state of {run}", see)


def marks_of(run: str) -> Subject:
    """Name, star and note."""

    def see(files: Files) -> Any:
        content = files.get(f"runs/{run}/marks.json")
        return None if content is None else json.loads(content)

    return Subject(f"marks of {run}", see)


def place_of(run: str) -> Subject:
    """Where a run lies."""

    def see(files: Files) -> str:
        return " and ".join(place.split("/")[0] for place in runs(files) if place.split("/")[-1] == run) or "nowhere"

    return Subject(f"place of {run}", see)


def identity(run: str) -> Subject:
    """Which run lies under a name."""

    def see(files: Files) -> tuple[str, str]:
        content = files.get(f"runs/{run}/run.json")
        if content is None:
            return "", ""
        record = json.loads(content)
        return str(record["id"]), "" if record["state"] == "running" else str(record["state"])

    return Subject(f"run called {run}", see)


def as_imported() -> Subject:
    """How many runs with an id of their own, and what was fetched."""

    def see(files: Files) -> tuple[int, str]:
        imported = sum(len(place.split("/")[-1]) == 36 for place in runs(files))
        fetched = files.get("downloads/ml-x.zip")
        return imported, "" if fetched is None else hashlib.sha256(fetched).hexdigest()

    return Subject("what came from outside", see)


def as_exported(name: str) -> Subject:
    """What lies at the place of an export."""

    def see(files: Files) -> Any:
        if f"out/{name}" in files:
            return hashlib.sha256(files[f"out/{name}"]).hexdigest()
        inner = below(files, f"out/{name}")
        return {path: hashlib.sha256(content).hexdigest() for path, content in inner.items()}

    return Subject(f"export {name}", see)


# --- a run -----------------------------------------------------------------------------------------------------------


def saved_epoch(run: Files) -> tuple[int, int] | None:
    """Phase and epoch of the newest checkpoint with weights that are those of its manifest."""
    for path in sorted((path for path in run if path.startswith("ckpt/") and path.endswith(".json")), reverse=True):
        manifest = json.loads(run[path])
        weights = run.get(path[:-5] + ".safetensors", b"")
        if hashlib.sha256(weights).hexdigest() == manifest["sha256"]:
            return PHASES.index(manifest["plain"]["phase"]), manifest["plain"]["epoch"]
    return None


def logged_epochs(run: Files) -> list[tuple[int, int]]:
    """Phase and epoch of each epoch in the log."""
    epochs = [event for event in logged(run.get("events.jsonl", b"")) if event["event"] == "epoch"]
    return [(PHASES.index(each["phase"]), each["epoch"]) for each in epochs]


def logged(content: bytes) -> Iterator[dict[str, Any]]:
    """The events of the lines whose checksum is theirs."""
    for line in content.split(b"\n"):
        try:
            values = json.loads(line)
            event = line[line.index(b'"event":') + 8 : -1]
            if zlib.crc32(event, values["sequence"]) == int(values["crc"], 16):
                yield values["event"]
        except (ValueError, KeyError, TypeError):
            continue


def has_a_gap(content: bytes) -> bool:
    """Whether a line that cannot be read has one after it that can: of unsynced lines any may be missing."""
    good = [any(True for _ in logged(line)) for line in content.split(b"\n")[:-1]]
    return False in good and True in good[good.index(False) :]


def sealed_result(run: Files, path: str) -> bool:
    """Whether the table beside a result is the one that it was written with."""
    return _is_sealed(run.get(path[:-5] + ".parquet"), json.loads(run[path])["file"])


def broken_parts(run: Files) -> Iterator[str]:
    """What of a run is not as its manifests say."""
    for path in ("plan.toml", "data/manifest.json"):
        if path not in run:
            yield f"{path} is missing"
            return
    for name, sealed in json.loads(run["data/manifest.json"])["files"].items():
        if not _is_sealed(run.get(f"data/{name}.parquet"), sealed):
            yield f"data/{name}.parquet is not what was written"
    for path in run:
        if path.startswith("results/") and path.endswith(".json") and not sealed_result(run, path):
            yield f"{path} speaks of another table"


def _is_sealed(content: bytes | None, sealed: Mapping[str, Any]) -> bool:
    return content is not None and (len(content), hashlib.sha256(content).hexdigest()) == (
        sealed["size"],
        sealed["sha256"],
    )
