"""What several files that come together are: interactions, test, validation, candidate lists, catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.column_names import known
from core.data.plan import DataPlan
from core.data.preview import preview
from core.errors import RankscopeError

WORDS: dict[str, frozenset[str]] = {
    "candidates": frozenset({"negative", "negatives", "candidate", "candidates"}),
    "validation": frozenset({"validation", "valid", "val", "dev"}),
    "test": frozenset({"test", "testing", "heldout"}),
    "items": frozenset(
        {"item", "items", "movie", "movies", "film", "films", "title", "titles", "book", "books", "product"}
        | {"products", "song", "songs", "track", "tracks", "artist", "artists", "catalogue", "catalog", "metadata"}
    ),
    "source": frozenset({"train", "training", "interactions", "ratings", "events"}),
}
"""Part -> words in the name of a file that say so; the earlier part wins."""
SAMPLES = frozenset({"sample", "samples", "sampled"})
"""These say candidates, beside a file whose name is the beginning of this one."""


@dataclass(frozen=True)
class Dropped:
    """Which file is what.

    Attributes:
        plan: a source and what belongs to it.
        left: files that found no place.
    """

    plan: DataPlan
    left: tuple[str, ...] = ()


def sort_out(paths: Sequence[str], is_interactions: Callable[[str], bool] | None = None) -> Dropped:
    """Tell by their names, and where these say nothing by their content, what files are.

    The source is the file that is called so, else the first that holds interactions.

    Args:
        paths: at least one file or folder.
        is_interactions: whether a file holds interactions; looks at its beginning when not given.
    """
    holds = is_interactions or looks_like_interactions
    if len(paths) == 1:
        return Dropped(DataPlan(source=paths[0]))
    named: dict[str, str] = {}
    open_: list[str] = []
    for path in paths:
        part = _called(path, paths)
        if part and part not in named:
            named[part] = path
        else:
            open_.append(path)
    left: list[str] = []
    for path in open_:
        if "source" not in named and holds(path):
            named["source"] = path
        elif "items" not in named and not holds(path):
            named["items"] = path
        else:
            left.append(path)
    if "source" not in named:
        # a pair such as titles.csv and views-test.csv: the one with interactions is what is opened
        first = next((part for part in ("test", "items", "validation", "candidates") if part in named), None)
        if first is None:
            return Dropped(DataPlan(source=paths[0]), tuple(paths[1:]))
        named["source"] = named.pop(first)
    if "validation" in named and "test" not in named:
        left.append(named.pop("validation"))
    plan = DataPlan(
        source=named["source"],
        items=named.get("items", ""),
        test=named.get("test", ""),
        validation=named.get("validation", ""),
        candidates=named.get("candidates", ""),
    )
    return Dropped(plan, tuple(left))


def looks_like_interactions(path: str) -> bool:
    """Whether the beginning of a file can be read as interactions."""
    try:
        found = preview(path)
    except RankscopeError:
        return False
    kinds = [known(name) for name in found.names]
    if "user" not in kinds and {"title", "genres"} & set(kinds):
        return False
    return found.error is None and found.kept > found.rejected


def _called(path: str, all_paths: Sequence[str]) -> str:
    """The part that a file's name says it is, empty when it says nothing."""
    words = _words(path)
    for part, usual in WORDS.items():
        if words & usual:
            return part
    stem = Path(path).stem.lower()
    if words & SAMPLES and any(stem.startswith(Path(other).stem.lower()) for other in all_paths if other != path):
        return "candidates"
    return ""


def _words(path: str) -> set[str]:
    return set(re.split(r"[^a-z]+", Path(path).name.lower())) - {""}
