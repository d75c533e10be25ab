"""What is told about data that is open - figures, findings of the doctor, their bars - kept beside the data itself."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import __version__, durable, strict_json
from core.data.summary import Spread, Summary, summarise
from core.errors import RankscopeError
from core.runs.kept_data.dataset_store import Datasets, locked
from core.splits.doctor import examine
from core.splits.finding import Finding
from core.splits.pictures import Bars, pictures
from core.splits.split import Split

FORMAT = 2


@dataclass(frozen=True)
class Description:
    """What is told about data and about one way to divide it.

    Attributes:
        pictures: how the quantity of a finding is spread, by its key.
    """

    summary: Summary
    findings: tuple[Finding, ...]
    pictures: Mapping[str, Bars]


def describe(split: Split, summary: Summary | None = None) -> Description:
    """Count and examine; takes a few seconds for tens of millions of interactions.

    Args:
        summary: of the same interactions, where it is known already.
    """
    return Description(summary or summarise(split.interactions), examine(split), pictures(split))


def read_description(entry: Path, kind: str, settings: Any, seed: int) -> Description | None:
    """What was kept about an entry and a way to divide it; None where that is nothing that can be used."""
    try:
        kept = strict_json.read(_path(entry, kind, settings, seed))
        body = kept["body"]
        if kept["format"] != FORMAT or kept["sha256"] != _hash(body):
            return None
        summary = {name: _tuples(value) for name, value in body["summary"].items()}
        spreads = {name: Spread(**_fields(body["summary"][name])) for name in ("activity", "popularity")}
        return Description(
            Summary(**{**summary, **spreads}),
            tuple(Finding(**each) for each in body["findings"]),
            {key: Bars(**_fields(each)) for key, each in body["pictures"].items()},
        )
    except (RankscopeError, KeyError, TypeError, AttributeError):
        return None


def keep_description(
    store: Datasets, entry: Path, kind: str, settings: Any, seed: int, description: Description
) -> None:
    """Keep it beside the data; where that cannot be, it is counted again the next time."""
    body = {
        "summary": description.summary.plain(),
        "findings": [dataclasses.asdict(each) for each in description.findings],
        "pictures": {key: dataclasses.asdict(each) for key, each in description.pictures.items()},
    }
    content = strict_json.dumps({"format": FORMAT, "sha256": _hash(body), "body": body})
    try:
        with locked(store, make=False) as held:
            if held and entry.is_dir():
                durable.write(_path(entry, kind, settings, seed), content + b"\n", own=True)
    except RankscopeError:
        return


def _path(entry: Path, kind: str, settings: Any, seed: int) -> Path:
    wish = {"version": __version__, "kind": kind, "settings": dataclasses.asdict(settings), "seed": seed}
    return entry / f"described-{_hash(wish)[:32]}.json"


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(strict_json.dumps(values)).hexdigest()


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuples(value) for name, value in values.items()}


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
