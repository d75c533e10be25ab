"""How the Users page writes titles, ranks, dates, moves and runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.interactions import Interactions
from core.insight.placing import NEW
from workbench.words import cell

MINUS = "−"


def titles(interactions: Interactions, items: npt.NDArray[np.int32]) -> list[str]:
    """Titles of item rows, ids where there is none."""
    ids = interactions.items.take(items)
    frame = interactions.catalogue.frame
    if "title" not in frame.columns:
        return ids
    known = frame["title"].iloc[items].tolist()
    return [str(title) or raw for title, raw in zip(known, ids, strict=True)]


def genres(interactions: Interactions, items: npt.NDArray[np.int32]) -> list[str] | None:
    """Genres of item rows as ``Crime, Drama``; None where the catalogue has none."""
    frame = interactions.catalogue.frame
    if "genres" not in frame.columns:
        return None
    return [str(text).replace("|", ", ") for text in frame["genres"].iloc[items].tolist()]


def texts(values: list[str]) -> pa.Array:
    """Texts as a column of a table."""
    return pa.array(values, pa.large_string())


def rank(value: float) -> str:
    """A rank, a dash where there is none."""
    return f"{int(value):,}" if value == value else "–"


def date(value: int) -> str:
    """Microseconds since 1970 as a day."""
    return str(np.datetime64(int(value), "us").astype("datetime64[D]"))


def move(value: int) -> str:
    """``=``, ``+3``, ``−2``, ``new``."""
    if value == NEW:
        return "new"
    return "=" if value == 0 else f"+{value:,}" if value > 0 else f"{MINUS}{-value:,}"


def run_words(plan: Mapping[str, Any]) -> str:
    """A run by what it is made of."""

    def section(name: str) -> Mapping[str, Any]:
        found = plan.get(name)
        return found if isinstance(found, Mapping) else {}

    seed = section("training").get("seed", 1)
    parts = (section("model").get("name", ""), section("loss").get("name", ""), f"seed {seed}")
    return cell(" · ".join(str(each) for each in parts if each), 60)
