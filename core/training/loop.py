"""The training loop: a generator of frozen events that reads from top to bottom."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator

from core.errors import RankscopeError
from core.splits.split import Split
from core.training.control import Control
from core.training.events import EpochDone, RunCompleted, RunEvent, RunFailed, RunStarted, RunStopped
from core.training.failures import diverged, explained
from core.training.judging import Halted, Judge
from core.training.meter import Meter
from core.training.plan import Plan, to_values
from core.training.state import RunState


def train(
    plan: Plan, split: Split, state: RunState | None = None, control: Control | None = None
) -> Iterator[RunEvent]:
    """Train as the plan says, yielding what happens; the last event is RunCompleted, RunStopped or RunFailed.

    The first is RunStarted, but for the ranking of the baselines before it, in which a run can be stopped too.

    Args:
        state: a fresh state, or one restored from a checkpoint; made here when it is left out.
        control: stop and pause, read at each step.

    Yields:
        Frozen events of plain values. While the generator is suspended, ``state`` is consistent: a checkpoint made
        of it at any event before a RunFailed is gone on from to the same end. Closing the generator abandons the run.

    Raises:
        PlanError: the plan does not fit the data (before the first event).
    """
    state = state or RunState(plan, split)
    control = control or Control()
    judge = Judge(state.plan, split, state, control)
    try:
        yield from judge.baselines("validation")
        yield started(state, judge)
        yield from fitting(state, judge, control)
        if state.phase == "train" and split.refit and len(split.validation):
            yield from judge.chosen()
            state.begin_refit()
            yield started(state, judge)
            yield from fitting(state, judge, control)
        state.return_to_best()
        yield from judge.final()
        yield RunCompleted(judge.result("test" if plan.evaluation.final and len(split.test) else "validation"))
    except Halted:
        # the weights stay those of the step in hand, so that the run can be gone on with; the best lie beside them
        yield RunStopped(state.epoch, state.step, judge.result(""))
    except Exception as error:
        # the one boundary of a run: whatever went wrong becomes its last event; the step in hand may be half done, so
        # only the best weights, which lie beside the model, can be trusted now
        failure = error if isinstance(error, RankscopeError) else explained(error, state)
        if failure is None:
            raise
        yield RunFailed(failure.code, failure.what, failure.where, failure.why, failure.remedy, state.epoch, state.step)
    finally:
        state.close()


def fitting(state: RunState, judge: Judge, control: Control) -> Generator[RunEvent, None, None]:
    """The epochs of one phase, from where the state stands.

    An epoch counts as done once it was judged: a run that ends while the validation part is ranked stands after the
    last step of that epoch, and is judged when it is gone on with.

    Raises:
        Halted: the run is to stop.
    """
    learner = state.learner
    if learner is None or (state.validates and state.stopping.exhausted):
        return
    meter = Meter(state, control)
    for epoch in range(state.epoch + 1, state.epochs + 1):
        began = control.clock()
        meter.begin_epoch(epoch)
        for step in learner.epoch(epoch, state.step):
            state.step += step.steps
            meter.add(step)
            if meter.due():
                yield meter.report()
            if control.should_stop():
                raise Halted
        loss = meter.epoch_loss()
        if not math.isfinite(loss):
            raise diverged(state, loss)
        metrics, best = yield from judge.epoch(epoch)
        last = epoch == state.epochs or (state.validates and state.stopping.exhausted)
        if last and meter.untold:
            yield meter.report()
        tally = state.end_epoch(epoch, control.clock() - began)
        yield EpochDone(
            epoch=epoch,
            epochs=state.epochs,
            loss=loss,
            metrics=metrics,
            best=best,
            learning_rate=learner.rate(epoch),
            seconds=control.clock() - began,
            examples=tally.examples,
            skipped=int(tally.skipped),
            pinned=judge.pinned_ranks,
            phase=state.phase,
        )
        if control.should_stop():
            raise Halted
        if state.validates and state.stopping.exhausted:
            return


def started(state: RunState, judge: Judge) -> RunStarted:
    """The first event of a phase."""
    learner = state.learner
    return RunStarted(
        plan=to_values(state.plan),
        model=state.plan.model.name,
        users=state.train.n_users,
        items=state.train.n_items,
        train_events=len(state.train),
        steps_per_epoch=learner.steps if learner else 0,
        examples_per_epoch=learner.rows if learner else 0,
        parameters=sum(parameter.numel() for parameter in state.model.parameters()),
        learner=learner.name if learner else "none",
        device=state.device.type,
        epochs=state.epochs if learner else 0,
        first_epoch=state.epoch + 1,
        phase=state.phase,
        baseline=judge.baseline_metrics,
        random=judge.random_metrics,
        pinned=judge.pinned_ids,
        notes=judge.notes,
    )
