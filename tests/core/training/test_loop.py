"""The loop: events in order, the best epoch, refit, failure, what the result says."""

from __future__ import annotations

import dataclasses

import pytest

from core.data.interactions import merge_events
from core.errors import PlanError
from core.evaluation import evaluate
from core.metrics import user_values
from core.models import MODELS
from core.models.base import RankingModel
from core.models.scorer import ModelScorer, scorer_for
from core.training import judging
from core.training.events import (
    HISTOGRAM_BINS,
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunFailed,
    RunStarted,
    StepsDone,
    from_plain,
    to_plain,
)
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance, checkerboard
from tests.core.training.running import plan_of, run, same, values, weights


@pytest.mark.parametrize("model", MODELS)
def test_that_a_run_tells_its_story_in_order(model: str) -> None:
    split = chance()
    plan = plan_of(model)
    told = list(train(plan, split))
    events = [event for event in told if not isinstance(event, EvaluationAdvanced)]
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunCompleted)
    done = [event for event in events if isinstance(event, EpochDone)]
    trained = bool(MODELS[model].losses)
    assert [event.epoch for event in done] == ([1, 2, 3] if trained else [])
    assert events[0].baseline["auc"] > 0.5
    for event in done:
        assert event.examples > 0
        assert 0 <= event.metrics["auc"] <= 1
        assert len(event.pinned) == 8
    if trained:
        reports = [event for event in events if isinstance(event, StepsDone)]
        assert len(reports) >= 3
        assert any(sum(event.histogram) > 0 for event in reports)
        assert all(len(event.histogram) == HISTOGRAM_BINS for event in reports)
    result = events[-1].result
    assert result["part"] == "test"
    assert result["protocol"] == "full"
    assert result["users"] == 40
    assert set(result["metrics"]) == set(result["baseline"])
    assert result["validation"]
    assert all(from_plain(to_plain(event)) == event for event in told)


def test_that_a_run_that_ends_before_a_report_is_due_still_shows_its_score_differences() -> None:
    told = list(train(plan_of("mf", report_every=3600.0), chance()))
    (report,) = [event for event in told if isinstance(event, StepsDone)]
    assert (report.epoch, report.step) == (3, report.steps)
    assert sum(report.histogram) > 0


def test_that_ranking_the_test_part_is_told_before_it_begins() -> None:
    told = list(train(plan_of("mf", report_every=3600.0), chance()))
    assert [event for event in told if isinstance(event, EvaluationAdvanced)] == [EvaluationAdvanced("test", 0, 40)]


def test_that_the_best_epoch_is_kept_and_patience_ends_the_run() -> None:
    split = chance()
    plan = make_plan({**values("mf", epochs=200, patience=2, stop_on="auc"), "optimiser": {"learning_rate": 0.5}})
    state, events = run(plan, split)
    done = [event for event in events if isinstance(event, EpochDone)]
    aucs = [event.metrics["auc"] for event in done]
    best = aucs.index(max(aucs)) + 1
    assert len(done) == best + 2
    assert state.stopping.best_epoch == best
    result = events[-1]
    assert isinstance(result, RunCompleted)
    assert result.result["validation"]["auc"] == pytest.approx(max(aucs))


def test_that_refit_trains_again_on_training_and_validation_for_the_best_number_of_epochs() -> None:
    split = chance(refit=True)
    plan = plan_of("gmf", epochs=6, patience=2)
    state, events = run(plan, split)
    started = [event for event in events if isinstance(event, RunStarted)]
    assert [event.phase for event in started] == ["train", "refit"]
    assert started[1].train_events == started[0].train_events + len(split.validation)
    refitted = [event for event in events if isinstance(event, EpochDone) and event.phase == "refit"]
    assert len(refitted) == state.stopping.best_epoch
    assert all(not event.metrics for event in refitted)
    assert state.train.items.tolist() == merge_events(split.train, split.validation).items.tolist()
    assert isinstance(events[-1], RunCompleted)
    assert events[-1].result["validation"]


def test_that_a_diverging_run_names_the_step_and_a_remedy_and_keeps_the_best_weights() -> None:
    split = chance()
    given = values("mf")
    given["optimiser"] = {"name": "sgd", "learning_rate": 1e6}
    state, events = run(make_plan(given), split)
    failed = events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.code == "training.diverged"
    assert "step" in failed.where
    assert "1e+05" in failed.remedy
    assert sum(isinstance(event, RunFailed) for event in events) == 1
    if state.best is not None:
        assert same(weights(state), state.best)


def test_that_dying_of_memory_becomes_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    split = chance()
    plan = plan_of("gmf")
    state = RunState(plan, split)

    def no_memory(*_: object) -> None:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(state.model, "encode", no_memory)
    # popularity is ranked first, by a model of its own
    failed = list(train(plan, split, state))[-1]
    assert isinstance(failed, RunFailed)
    assert failed.code == "training.memory"
    assert "batch_size=12" in failed.remedy


def test_that_a_defect_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    split = chance()
    plan = plan_of("gmf")
    state = RunState(plan, split)
    monkeypatch.setattr(state.model, "encode", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(train(plan, split, state))


def test_that_users_who_have_seen_everything_are_counted_not_waited_for() -> None:
    split = checkerboard(4)
    everything = [(user, item) for user in range(4) for item in range(4)]
    from tests.core.training.boards import events_of

    # with a test part it would be refused, as nobody of it could be ranked
    full = dataclasses.replace(split, train=events_of(everything, 4, 4), test=events_of([], 4, 4))
    plan = plan_of("gmf")
    done = [event for event in train(plan, full) if isinstance(event, EpochDone)]
    assert done[0].skipped == 16
    assert done[0].loss == 0


def test_that_a_loss_with_weights_is_refused_on_binary_data() -> None:
    plan = make_plan({"model": {"name": "mf"}, "loss": {"name": "low-rank"}})
    with pytest.raises(PlanError, match="binary"):
        RunState(plan, chance())


def test_that_an_unknown_metric_to_stop_on_is_refused_before_training() -> None:
    with pytest.raises(PlanError, match="ndcg@10"):
        list(train(plan_of("mf", stop_on="ndgc@10"), chance()))


def test_that_ranks_of_pinned_users_are_told_only_when_they_were_measured() -> None:
    _, told = run(plan_of("mf", epochs=5, evaluate_every=2), chance(refit=True))
    done = [event for event in told if isinstance(event, EpochDone)]
    assert {event.phase for event in done} == {"train", "refit"}
    assert [event.epoch for event in done if event.metrics] == [2, 4, 5]
    assert all(len(event.pinned) == (8 if event.metrics else 0) for event in done)


def test_that_going_on_with_a_refit_measures_the_baseline_of_validation_on_training_alone() -> None:
    split, plan = chance(refit=True), plan_of("gmf")
    _, told = run(plan, split)
    state = RunState(plan, split)
    state.stopping = dataclasses.replace(state.stopping, best_epoch=2)
    state.begin_refit()
    first, again = (
        next(each for each in events if isinstance(each, RunStarted)) for events in (told, train(plan, split, state))
    )
    assert again.phase == "refit"
    assert again.baseline == first.baseline


def test_that_ratings_are_reconstructed_with_squared_error_alone() -> None:
    split = checkerboard(10, rated=True)
    given = values("autorec-user", epochs=1)
    given["model"]["feedback"] = "ratings"
    with pytest.raises(PlanError, match="feedback=ratings is trained with the loss squared"):
        RunState(make_plan(given), split)
    RunState(make_plan({**given, "loss": {"name": "squared"}}), split)


def test_that_repeated_and_new_test_items_stand_apart_in_the_result() -> None:
    split = chance()
    assert run(plan_of("popularity"), split)[1][-1].result["repeats"] == {}  # type: ignore[attr-defined]
    repeated = split.train.select(split.train.items == split.train.items)
    repeated.items[split.train.indptr[1:6] - 1] = split.test.items[:5]
    interactions = dataclasses.replace(split.interactions, repeats="all")
    kept = dataclasses.replace(split, train=repeated, interactions=interactions, hide_seen=False)
    last = run(plan_of("popularity"), kept)[1][-1]
    assert isinstance(last, RunCompleted)
    apart = last.result["repeats"]
    assert [apart[name]["items"] for name in ("repeat", "new")] == [5, 35]
    assert 0 <= apart["new"]["hit@10"] <= 1
    mean = (5 * apart["repeat"]["hit@10"] + 35 * apart["new"]["hit@10"]) / 40
    assert mean == pytest.approx(last.result["metrics"]["hit@10"])


def test_that_the_result_says_when_a_list_is_longer_than_the_catalogue() -> None:
    given = values("popularity")
    given["evaluation"]["ks"] = [10, 500]
    last = run(make_plan(given), chance())[1][-1]
    assert isinstance(last, RunCompleted)
    assert any("k = 500 is more than the 60 items" in note for note in last.result["notes"])


def test_that_pinned_users_who_are_not_followed_are_named() -> None:
    given = values(epochs=1)
    given["evaluation"]["pinned"] = ["u3", "nobody", *(f"u{row}" for row in range(10, 20))]
    _, told = run(make_plan(given), chance())
    started = next(event for event in told if isinstance(event, RunStarted))
    assert started.pinned == ("u3", *(f"u{row}" for row in range(10, 16)))
    assert any("nobody" in note for note in started.notes)
    assert any("first 8" in note for note in started.notes)


@pytest.mark.parametrize("model", ["mf", "autorec-item"])
def test_that_all_epochs_are_ranked_by_one_scorer_with_the_weights_of_each(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ModelScorer] = []

    def watched(of: RankingModel) -> ModelScorer:
        made.append(scorer_for(of))
        return made[-1]

    split, plan = chance(), plan_of(model)
    state = RunState(plan, split)
    monkeypatch.setattr(judging, "scorer_for", watched)
    metrics = []
    for event in train(plan, split, state=state):
        if isinstance(event, EpochDone):
            evaluation = evaluate(scorer_for(state.model), split, "validation")
            metrics.append((event.metrics["auc"], float(user_values(evaluation, ["auc"])["auc"].mean())))
    assert [each.model is state.model for each in made].count(True) == 1
    assert len({told for told, _ in metrics}) > 1
    assert all(told == wanted for told, wanted in metrics)
