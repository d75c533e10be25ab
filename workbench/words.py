"""How the window writes numbers, durations and names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.text import harmless, number, shortened

METRICS = {"hit": "Hit", "ndcg": "nDCG", "auc": "AUC", "mrr": "MRR", "map": "MAP", "rmse": "RMSE", "mae": "MAE"}

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def clock(seconds: float | None) -> str:
    """``0:14``, ``2:05``, ``1:02:33``."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(round(seconds), 0)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def metric_label(name: str) -> str:
    """A flat metric name as people write it: ``nDCG@10``."""
    key, at, k = name.partition("@")
    return METRICS.get(key, key.capitalize()) + at + k


def examples_noun(model: str, loss: str) -> str:
    """What an epoch of a model walks through with a loss: triples, windows, rows, ratings or positives."""
    # the window is painted before these tables are loaded
    from core.losses import LOSSES
    from core.models import MODELS

    entry = MODELS.get(model)
    if entry is not None and entry.batch in ("window", "row"):
        return f"{entry.batch}s"
    kind = LOSSES[loss].kind if loss in LOSSES else ""
    return {"pairwise": "triples", "rating": "ratings"}.get(kind, "positives")


def score(value: float | None) -> str:
    """A metric between 0 and 1 with three digits and no leading zero: ``.142``."""
    if value is None or not math.isfinite(value):
        return "–"
    shown = f"{value:.3f}"
    return shown[1:] if shown.startswith("0.") else shown.replace("-0.", "−.")


def column_numbers(values: npt.NDArray[np.floating[Any]]) -> Callable[[float], str]:
    """How the numbers of one column are written: with the decimals that give the largest three digits, at most six."""
    # the window is painted before it is loaded
    import numpy as np

    known = np.abs(values[np.isfinite(values)])
    largest = float(known.max()) if len(known) else 0.0
    decimals = min(max(2 - math.floor(math.log10(largest)), 0), 6) if largest > 0 else 0
    return lambda value: f"{value:,.{decimals}f}" if math.isfinite(value) else ""


def cell(text: str, most: int = 120) -> str:
    """Text from a file for one line of a table: no line breaks, no control characters, not too long."""
    return shortened(harmless(" ".join(text.split())), most)


__all__ = ["cell", "clock", "column_numbers", "examples_noun", "harmless", "metric_label", "number", "score"]
