"""What is known of chosen runs off the GUI thread: records, traces, comparisons user by user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.jobs.job import Cancelled, JobControl, Tell, Work

if TYPE_CHECKING:
    from core.comparison import PairedResult
    from core.insight.changed import UserPairs
    from core.runs.record import RunRecord
    from workbench.trace import Trace

TESTED = ("hit@10", "ndcg@10", "auc")
SCATTERED = ("auc", "rank", "ndcg@10")


@dataclass(frozen=True, eq=False)
class Detail:
    """One run: its record and what it told; the trace is empty where it told nothing that can be read."""

    folder: str
    record: RunRecord
    trace: Trace


@dataclass(frozen=True, eq=False)
class Pairing:
    """Two runs on the users that both ranked.

    Attributes:
        part: what they were ranked on.
        results: the paired test, one a metric; first minus second.
        pairs: by metric, all users.
        notes: what a reader has to know.
    """

    first: str
    second: str
    part: str
    results: tuple[PairedResult, ...]
    pairs: dict[str, UserPairs]
    notes: tuple[str, ...] = ()


def detailing(path: Path, title: str, colour: int) -> Work:
    """Work that reads a run; gives a Detail."""

    def work(control: JobControl, tell: Tell) -> Detail:
        from core.errors import StorageError
        from core.runs.folder import RunFolder
        from core.runs.log import read_log
        from core.runs.record import read_record
        from core.training.events import from_plain
        from workbench.trace import Trace

        folder = RunFolder(path)
        record = read_record(folder)
        trace = Trace(title, path, colour)
        try:
            trace.take((from_plain(event) for event in read_log(folder.events).events), live=False)
        except (StorageError, KeyError, TypeError, ValueError):
            # the record says what the run is; curves that cannot be read are not shown
            trace = Trace(title, path, colour)
        return Detail(path.name, record, trace)

    return work


def pairing(first: Path, second: Path, *, tested: Sequence[str] = TESTED, scattered: Sequence[str] = SCATTERED) -> Work:
    """Work that compares two runs user by user on the test part, else on the validation part; gives a Pairing."""

    def work(control: JobControl, tell: Tell) -> Pairing:
        from core.insight.changed import RANK, user_pairs, values_with_rank
        from core.runs.comparing import compared, measured, remarks
        from core.runs.opening import open_run

        def pause() -> None:
            if control.should_stop():
                raise Cancelled

        one, other = open_run(first), open_run(second)
        a, b = measured(one, other)
        results = compared(one, a, other, b, tuple(tested), pause=pause)
        names = tuple(name for name in scattered if name != RANK)
        values = [
            values_with_rank(evaluation, run.interactions.users.take(evaluation.users), names)
            for run, evaluation in ((one, a), (other, b))
        ]
        pairs = user_pairs(values[0], values[1], tuple(scattered))
        return Pairing(first.name, second.name, a.part, tuple(results), pairs, tuple(remarks(one, a, other, b)))

    return work


def against_popularity(path: Path, *, scattered: Sequence[str] = SCATTERED) -> Work:
    """Work that sets a run beside Popularity user by user; gives a Pairing whose first is Popularity."""

    def work(control: JobControl, tell: Tell) -> Pairing:
        from core.errors import UsageError
        from core.insight.changed import RANK, user_pairs, values_with_rank
        from core.runs.opening import open_run

        run = open_run(path)
        for part in ("test", "validation"):
            own, base = run.evaluation(part), run.evaluation(part, "popularity")
            if own is not None and base is not None:
                break
        else:
            raise UsageError(
                "run.not-measured",
                "this run was not measured user by user",
                path.name[:8],
                remedy="Train it to its end",
            )
        names = tuple(name for name in scattered if name != RANK)
        values = [values_with_rank(each, run.interactions.users.take(each.users), names) for each in (base, own)]
        return Pairing("popularity", path.name, part, (), user_pairs(values[0], values[1], tuple(scattered)))

    return work
