"""What leaves with a run names no folder of this computer: paths are cut down to the names of their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.data.sample import SAMPLE
from core.runs.opening import Run
from core.splits.loaded import NONE
from core.training.plan import to_values

OF_DATA = ("source", "items", "test", "validation", "candidates")
OF_MODEL = ("start_gmf", "start_mlp")
"""Fields of a plan that can be paths."""
WORDS = (SAMPLE, NONE)
"""What a field of a path can hold that is none."""

Values = Mapping[str, Mapping[str, Any]]


def last_name(path: str) -> str:
    """``ratings.csv`` of ``/home/me/ratings.csv``; of both kinds of separator, whatever system wrote the path."""
    name = path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return f"./{name}" if name in WORDS and name != path else name


def plan_values(run: Run) -> dict[str, dict[str, Any]]:
    """The plan as plain values without folders."""
    return _cut_plan(to_values(run.plan))


def folders_of(run: Run) -> tuple[str, ...]:
    """The folders of this computer that sentences of a run can name, the longest first."""
    named = [getattr(run.plan.data, name) for name in OF_DATA]
    named += [getattr(run.plan.model.settings, name, None) for name in OF_MODEL]
    paths = [Path(each) for each in named if each and each not in WORDS]
    paths.append(run.folder.path)
    found = {str(each.parent) for path in paths for each in (path.absolute(), path.resolve())}
    return tuple(sorted({each for each in (*found, *_home()) if len(each) > 3}, key=len, reverse=True))


def without_folders(value: Any, folders: Iterable[str]) -> Any:
    """Plain values in which plans name files without folders, and sentences none of ``folders``."""
    folders = tuple(folders)
    if isinstance(value, Mapping):
        return {
            key: _cut_plan(each) if key == "plan" and isinstance(each, Mapping) else _entry(key, each, folders)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_folders(each, folders) for each in value]
    if isinstance(value, str):
        for folder in folders:
            value = value.replace(f"{folder}/", "").replace(f"{folder}\\", "").replace(folder, last_name(folder))
    return value


def _entry(key: str, value: Any, folders: tuple[str, ...]) -> Any:
    if key == "run" and isinstance(value, str):
        # the name of a run is the path at which it was kept, as it was typed
        return last_name(value)
    return without_folders(value, folders)


def _cut_plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    names = {"data": OF_DATA, "model": OF_MODEL}
    return {
        section: {
            name: last_name(value) if name in names.get(section, ()) and isinstance(value, str) else value
            for name, value in fields.items()
        }
        if isinstance(fields, Mapping)
        else fields
        for section, fields in plan.items()
    }


def _home() -> tuple[str, ...]:
    try:
        return (str(Path.home()),)
    except RuntimeError:
        # nobody's home is known here
        return ()
