"""What the paired test says of a run beside Popularity, in one sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from core import text
from core.metrics import METRICS

CHANCE = 0.05
"""A difference that chance alone gives at least so often is not called one."""
FIRST = ("ndcg", "auc", "hit")


def beside_popularity(result: Mapping[str, Any], written: Callable[[float], str] = text.number) -> str:
    """Whether a run ranks better than Popularity, by the one metric that is tested and tells most.

    Not to have shown a difference is not to have shown that there is none, and it is not said so.

    Args:
        result: as a run or an evaluation gives it; what does not hold a test has no sentence.
        written: how a metric is written.
    """
    tested = result.get("against_popularity")
    if result.get("model") == "popularity" or not isinstance(tested, Mapping):
        return ""
    by_key = {str(name).partition("@")[0]: str(name) for name in tested}
    name = next((by_key[key] for key in FIRST if key in by_key), "")
    found = tested.get(name)
    if not isinstance(found, Mapping):
        return ""
    figures = [found.get(each, math.nan) for each in ("first", "second", "difference", "p")]
    if not all(type(each) in (int, float) and math.isfinite(each) for each in figures):
        return ""
    first, second, difference, p = map(float, figures)
    key, at, k = name.partition("@")
    by = f"By {METRICS[key].label}{at}{text.harmless(k)}"
    mine, its = written(first), written(second)
    test = f"(paired test, p {text.probability(p)})"
    if p >= CHANCE:
        return f"{by} it is not shown to rank better than Popularity: {mine} against {its} {test}"
    if difference < 0:
        return f"{by} Popularity ranks better: {its} against {mine} {test}"
    return f"{by} it ranks better than Popularity: {mine} against {its} {test}"
