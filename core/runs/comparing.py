"""Two runs side by side: what both measured, what a reader has to know, and whether the difference is chance."""

from __future__ import annotations

import numpy as np

from core.comparison import PairedResult, UserValues, paired
from core.errors import UsageError
from core.evaluation import Evaluation
from core.metrics import user_values
from core.metrics.intervals import Pause
from core.runs.opening import Run
from core.seeding import key

CONFIDENCE = 0.95


def measured(first: Run, second: Run) -> tuple[Evaluation, Evaluation]:
    """What both runs measured user by user: the test part, else the validation part.

    Raises:
        UsageError: a run was not measured.
    """
    for part in ("test", "validation"):
        a, b = first.evaluation(part), second.evaluation(part)
        if a is not None and b is not None:
            return a, b
    raise UsageError(
        "compare.not-measured",
        "the two runs have no measured part in common",
        why="A run that was stopped, or that has evaluation.final=off, ranked no test part",
        remedy="Train them to their end",
    )


def remarks(first: Run, a: Evaluation, second: Run, b: Evaluation) -> list[str]:
    """What a reader of the comparison has to know."""
    found = []
    if first.record.data.get("hash") != second.record.data.get("hash"):
        found.append("The runs were made from different data or splits; only users that both ranked are compared")
    if a.protocol != b.protocol:
        found.append(f"The first is measured with the {a.protocol} protocol and the second with the {b.protocol}")
    ranked = [int(np.median(each.candidates)) for each in (a, b)]
    hides = [run.split.hide_seen for run in (first, second)]
    if a.protocol == b.protocol == "full" and hides[0] != hides[1]:
        again = "second" if hides[0] else "first"
        found.append(f"Only the {again} also ranks items that the user has met: the figures answer different questions")
    elif a.protocol == b.protocol and ranked[0] != ranked[1]:
        found.append(f"The median user has {ranked[0]:,} items to rank in the first and {ranked[1]:,} in the second")
    return found


def compared(
    first: Run,
    a: Evaluation,
    second: Run,
    b: Evaluation,
    names: tuple[str, ...],
    resamples: int = 10_000,
    pause: Pause = lambda: None,
) -> list[PairedResult]:
    """Paired differences, first minus second, over the users that both ranked.

    Args:
        pause: called between pieces of a few milliseconds; what it raises ends the comparison.
    """
    one, other = (
        UserValues(run.interactions.users.take(evaluation.users), user_values(evaluation, names))
        for run, evaluation in ((first, a), (second, b))
    )
    seed = key(first.plan.seed, "paired")
    return [
        paired(one, other, name, confidence=CONFIDENCE, resamples=resamples, seed=seed, pause=pause) for name in names
    ]
