"""Users off the GUI thread: all of a run at a glance, one user's list, why an item is on it, a second run beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.runs.workspace import Workspace
from workbench.jobs.job import JobControl, Tell, Work

if TYPE_CHECKING:
    from core.insight.placing import Placing
    from core.insight.why import Reason
    from core.runs.opening import Run


@dataclass(frozen=True, eq=False)
class UserTable:
    """What a run says of each user; rows of ``users`` that were ranked on the test part.

    Attributes:
        events: known interactions, ``[users]``.
        ranks: rank of the held-out item on the test part, ``[users]`` float64, NaN where there is none.
        auc: AUC of the user, NaN where there is none.
        sampled: they were measured among candidate lists.
    """

    run: Run
    events: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.float64]
    auc: npt.NDArray[np.float64]
    sampled: bool


@dataclass(frozen=True, eq=False)
class Beside:
    """A second run, B, matched to the first, A.

    Attributes:
        run: B.
        items: row in A of each item of B by its id, -1 where A does not know it, ``[items of B]``.
    """

    run: Run
    items: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class UserView:
    """One user through the eyes of a run.

    Attributes:
        history: item rows the user is known to have met before the test, oldest first.
        times, ratings: aligned to ``history``; None where the data has none.
        edges, numbers: histogram of the scores of the whole catalogue.
    """

    placing: Placing
    history: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64] | None
    ratings: npt.NDArray[np.float32] | None
    edges: npt.NDArray[np.float64]
    numbers: npt.NDArray[np.int64]

    @property
    def user(self) -> int:
        """Row of the user."""
        return self.placing.user


@dataclass(frozen=True)
class Choice:
    """A run that can stand beside another.

    Attributes:
        same_split: its parts are the very same; else only the source is.
    """

    path: Path
    plan: Mapping[str, Any]
    created: str
    same_split: bool


def tabulating(run: Run) -> Work:
    """Work that opens data, weights and results of a run; gives a UserTable."""

    def work(control: JobControl, tell: Tell) -> UserTable:
        from core.metrics import user_values

        split = run.split
        users = split.train.n_users
        ranks, auc = np.full(users, np.nan), np.full(users, np.nan)
        evaluation = run.evaluation("test")
        if evaluation is not None:
            ranks[evaluation.users] = evaluation.ranks
            auc[evaluation.users] = user_values(evaluation, ["auc"])["auc"]
        events = np.diff(split.train.indptr) + np.diff(split.validation.indptr) + np.diff(split.test.indptr)
        warm_up(run)
        return UserTable(run, events, ranks, auc, evaluation is not None and evaluation.protocol == "sampled")

    return work


def warm_up(run: Run) -> None:
    """Do once what the first list would wait for: the weights, the table of ids, the starts of all histories."""
    from core.insight.placing import place_user
    from core.models.scorer import scorer_for

    run.interactions.users.row("")
    if len(run.interactions.users):
        place_user(scorer_for(run.model), run.split, 0)


def matching(run: Run, other: Run) -> Work:
    """Work that opens a second run and matches its items by id; gives a Beside."""

    def work(control: JobControl, tell: Tell) -> Beside:
        from core.data.ids import rows_of

        mine, theirs = run.interactions.items, other.interactions.items
        same = theirs.ids.equals(mine.ids)
        rows = np.arange(len(theirs), dtype=np.int32) if same else rows_of(mine, theirs.ids)
        warm_up(other)
        return Beside(other, rows)

    return work


def ranking(run: Run, user: int, among_candidates: bool = False) -> Work:
    """Work that ranks for one user: the whole catalogue, or the candidate list where the run has any; gives a UserView.

    Raises, in the job: see ``place_user``.
    """

    def work(control: JobControl, tell: Tell) -> UserView:
        from core.insight.placing import place_user, score_histogram
        from core.models.scorer import scorer_for
        from core.scoring import Histories, known_before

        split = run.split
        sampled = among_candidates and split.candidates is not None
        placing = place_user(scorer_for(run.model), split, user, sampled)
        known = known_before(split, "test")
        histories = Histories(known, np.array([user], np.int32))
        times = [part.times[part.indptr[user] : part.indptr[user + 1]] for part in known if part.times is not None]
        timed = np.sort(np.concatenate(times)) if len(times) == len(known) else None
        edges, numbers = score_histogram(placing.scores[placing.order] if sampled else placing.scores)
        return UserView(placing, histories.items, timed, histories.weights, edges, numbers)

    return work


def explaining(run: Run, view: UserView, item: int) -> Work:
    """Work that asks which items of the history speak for an item; gives core's Reasons."""

    def work(control: JobControl, tell: Tell) -> tuple[Reason, ...]:
        from core.insight.why import reasons

        return reasons(run.model, view.user, item, view.history, weights=view.ratings)

    return work


def choosing_beside(workspace: Workspace, run: Run) -> Work:
    """Work that looks for runs on the same data; gives Choices, those with the same parts and the latest first."""

    def work(control: JobControl, tell: Tell) -> tuple[Choice, ...]:
        from core.errors import RankscopeError
        from core.runs.record import read_record

        own, found = run.record, []
        for folder in workspace.runs():
            try:
                record = read_record(folder)
            except RankscopeError:
                # the Runs page tells of those
                continue
            same = record.data.get("hash") == own.data.get("hash")
            source = _section(record.plan, "data").get("source") == _section(own.plan, "data").get("source")
            if record.id != own.id and (same or source):
                found.append(Choice(folder.path, record.plan, record.created, same))
        found.sort(key=lambda each: each.created, reverse=True)
        return tuple(sorted(found, key=lambda each: not each.same_split))

    return work


def opening(path: Path) -> Work:
    """Work that opens a run; gives a Run."""

    def work(control: JobControl, tell: Tell) -> Run:
        from core.runs.opening import open_run

        return open_run(path)

    return work


def _section(plan: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = plan.get(name)
    return found if isinstance(found, Mapping) else {}
