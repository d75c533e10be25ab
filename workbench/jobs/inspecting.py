"""Looking at runs off the GUI thread: the list, one run opened, a user's list, two runs compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.runs.workspace import Workspace
from workbench.jobs.job import JobControl, Tell, Work

if TYPE_CHECKING:
    from core.comparison import PairedResult
    from core.runs.opening import Run
    from core.runs.record import RunRecord
    from workbench.trace import Trace

LENGTH = 200
"""Places of a ranked list that are shown."""


@dataclass(frozen=True, eq=False)
class Listed:
    """The runs of a workspace, the latest first, and what could not be read."""

    paths: tuple[Path, ...]
    records: tuple[RunRecord, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class UserTable:
    """What a run says of each user; rows of ``users`` that were ranked on the test part.

    Attributes:
        users: ids by row, ``[users]``.
        events: known interactions, ``[users]``.
        ranks: rank of the held-out item on the test part, ``[users]`` float64, NaN where there is none.
        auc: AUC of the user, NaN where there is none.
    """

    run: Run
    events: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.float64]
    auc: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UserView:
    """One user through the eyes of a run.

    Attributes:
        user: row.
        history: item rows the user is known to have met before the test, oldest first.
        times, ratings: aligned to ``history``; None where the data has none.
        places: place in the ranking, from 1, of each row of ``items``.
        items, scores: the first places, then the held-out items that are further down.
        held_out: item rows of the test part.
        candidates: items that were ranked.
    """

    user: int
    history: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64] | None
    ratings: npt.NDArray[np.float32] | None
    places: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    held_out: tuple[int, ...]
    candidates: int


@dataclass(frozen=True)
class Compared:
    """Two runs on the users that both ranked, one result a metric."""

    first: str
    second: str
    results: tuple[PairedResult, ...]


def listing(workspace: Workspace) -> Work:
    """Work that reads the records of all runs; gives a Listed."""

    def work(control: JobControl, tell: Tell) -> Listed:
        from core.errors import RankscopeError
        from core.runs.record import read_record

        found, faults = [], []
        for folder in workspace.runs():
            try:
                found.append((folder.path, read_record(folder)))
            except RankscopeError as error:
                faults.append(error.sentence())
        found.sort(key=lambda each: each[1].created, reverse=True)
        return Listed(tuple(path for path, _ in found), tuple(record for _, record in found), tuple(faults))

    return work


def tracing(path: Path, title: str) -> Work:
    """Work that reads what a run told; gives a Trace."""

    def work(control: JobControl, tell: Tell) -> Trace:
        from core.runs.folder import RunFolder
        from core.runs.log import read_log
        from core.training.events import from_plain
        from workbench.trace import Trace

        trace = Trace(title, path)
        trace.take((from_plain(event) for event in read_log(RunFolder(path).events).events), live=False)
        return trace

    return work


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
        _ = run.model
        return UserTable(run, events, ranks, auc)

    return work


def viewing(run: Run, user: int) -> Work:
    """Work that ranks the catalogue for one user; gives a UserView."""

    def work(control: JobControl, tell: Tell) -> UserView:
        from core.models.scorer import scorer_for
        from core.scoring import Histories, known_before, score_block

        split, users = run.split, np.array([user], np.int32)
        known = known_before(split, "test")
        histories = Histories(known, users)
        scores = np.array(score_block(scorer_for(run.model), users, histories)[0], np.float32)
        held_out = split.test.items_of(user)
        hidden = np.zeros(len(scores), np.bool_)
        if split.hide_seen:
            hidden[histories.items] = True
            hidden[held_out] = False
        order = np.argsort(np.where(hidden, np.inf, -scores), kind="stable")[: len(scores) - int(hidden.sum())]
        place = np.zeros(len(scores), np.int64)
        place[order] = np.arange(1, len(order) + 1)
        shown = order[:LENGTH]
        further = np.array(
            sorted((each for each in set(held_out.tolist()) if place[each] > LENGTH), key=place.__getitem__)
        )
        items = np.concatenate([shown, further.astype(shown.dtype)]).astype(np.int32)
        times = [part.times[part.indptr[user] : part.indptr[user + 1]] for part in known if part.times is not None]
        timed = np.sort(np.concatenate(times)) if len(times) == len(known) else None
        return UserView(
            user=user,
            history=histories.items,
            times=timed,
            ratings=histories.weights,
            places=place[items],
            items=items,
            scores=scores[items],
            held_out=tuple(held_out.tolist()),
            candidates=len(order),
        )

    return work


def explaining(run: Run, view: UserView, item: int) -> Work:
    """Work that asks which items of the history speak for an item; gives core's Reasons."""

    def work(control: JobControl, tell: Tell) -> object:
        from core.insight.why import reasons

        return reasons(run.model, view.user, item, view.history)

    return work


def comparing(paths: Sequence[Path], metrics: Sequence[str]) -> Work:
    """Work that compares two runs user by user on the test part; gives a Compared."""

    def work(control: JobControl, tell: Tell) -> Compared:
        from core.comparison import UserValues, paired
        from core.errors import UsageError
        from core.metrics import user_values
        from core.runs.opening import open_run

        both = []
        for path in paths:
            run = open_run(path)
            evaluation = run.evaluation("test")
            if evaluation is None:
                raise UsageError(
                    "run.not-measured",
                    "this run was not measured on the test part",
                    path.name[:8],
                    remedy="Choose runs that were completed",
                )
            values = user_values(evaluation, metrics)
            both.append(UserValues(run.interactions.users.take(evaluation.users), values))
        results = tuple(paired(both[0], both[1], metric) for metric in metrics)
        return Compared(paths[0].name, paths[1].name, results)

    return work
