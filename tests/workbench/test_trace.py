from __future__ import annotations

import dataclasses

import numpy as np

from core.training.events import EpochDone, RunCompleted, RunStarted, RunStopped, StepsDone
from workbench.trace import Trace, lines_of, result_words

STARTED = RunStarted(
    plan={"model": {"name": "mf"}, "loss": {"name": "bpr"}},
    model="mf",
    users=10,
    items=20,
    train_events=88_662,
    steps_per_epoch=2,
    examples_per_epoch=88_662,
    parameters=640,
    learner="kernel",
    device="cpu",
    epochs=5,
)


def steps(epoch: int, step: int, loss: float, phase: str = "train") -> StepsDone:
    return StepsDone(epoch, step, 4, loss, 100, 1000.0, 1.0, 1.0, phase=phase)


def done(epoch: int, value: float, best: bool = False, phase: str = "train") -> EpochDone:
    metrics = {"ndcg@10": value} if phase == "train" else {}
    return EpochDone(epoch, 5, 0.5, metrics, best, 0.1, 2.0, 400, pinned=(("u1", epoch),), phase=phase)


def test_that_the_blocks_of_a_kernel_are_told_as_triples_and_not_as_steps() -> None:
    (line,) = lines_of(STARTED)
    assert "88,662 triples an epoch, by the compiled kernel" in line
    assert "step" not in line
    gradient = dataclasses.replace(STARTED, model="caser", learner="gradient", steps_per_epoch=173)
    assert "88,662 windows an epoch in 173 steps" in lines_of(gradient)[0]


def test_that_a_run_that_is_gone_on_with_takes_the_place_of_what_came_after_its_checkpoint() -> None:
    trace = Trace("run")
    trace.take([STARTED, steps(1, 2, 0.9), done(1, 0.1, True), steps(2, 2, 0.7), done(2, 0.2, True), steps(3, 1, 0.6)])
    trace.take([RunStopped(2, 1), dataclasses.replace(STARTED, first_epoch=2)])
    assert trace.end is None
    assert trace.epochs.values.tolist() == [1]
    assert trace.ranks["u1"].values.tolist() == [1]
    assert trace.best_epoch == 0
    trace.take([steps(2, 1, 0.75), done(2, 0.3, True)])
    assert trace.at.values.tolist() == [0.5, 1.25]
    assert trace.loss.values.tolist() == [0.9, 0.75]
    assert trace.metrics["ndcg@10"].values.tolist() == [0.1, 0.3]
    assert "from epoch 2 on" in "\n".join(trace.log)


def test_that_the_seconds_of_epochs_that_are_trained_again_count_once() -> None:
    trace = Trace("run")
    trace.take([STARTED, done(1, 0.1), done(2, 0.2), done(3, 0.3)])
    trace.take([dataclasses.replace(STARTED, first_epoch=3), done(3, 0.3)])
    assert len(trace.seconds) == 3


def test_that_figures_among_candidates_do_not_pass_for_those_of_a_full_ranking() -> None:
    figures = {"model": "mf", "part": "test", "metrics": {"hit@10": 0.5}}
    assert result_words({**figures, "protocol": "sampled"}).startswith("On the test part, among sampled candidates:")
    assert result_words({**figures, "protocol": "full"}).startswith("On the test part:")


def test_that_the_end_of_a_run_says_whether_it_beats_popularity() -> None:
    figures = {"first": 0.041, "second": 0.043, "difference": -0.002, "p": 0.4}
    result = {"model": "mf", "metrics": {"ndcg@10": 0.041}, "against_popularity": {"ndcg@10": figures}}
    assert lines_of(RunCompleted(result))[1] == (
        "By nDCG@10 it is not shown to rank better than Popularity: .041 against .043 (paired test, p 0.400)."
    )
    assert len(lines_of(RunCompleted({"model": "mf", "metrics": {"ndcg@10": 0.041}}))) == 1


def test_that_a_refit_is_drawn_after_the_training_with_a_gap_between() -> None:
    trace = Trace("run")
    trace.take([STARTED, steps(1, 2, 0.9), done(1, 0.1, True), dataclasses.replace(STARTED, phase="refit")])
    trace.take([steps(1, 2, 0.8, "refit"), done(1, 0.0, phase="refit")])
    assert trace.refit_at == 1
    assert trace.at.values.tolist() == [0.5, 1.0, 1.5]
    assert np.isnan(trace.loss.values[1])
    assert trace.epochs.values.tolist() == [1]
    assert np.all(np.diff(trace.at.values) > 0)


def test_that_epochs_shorter_than_a_report_have_a_point_each() -> None:
    trace = Trace("run")
    trace.take([STARTED, done(1, 0.1), done(2, 0.2)])
    assert trace.at.values.tolist() == [1, 2]
    assert trace.loss.values.tolist() == [0.5, 0.5]
    assert trace.speed.values.tolist() == [200, 200]
    assert trace.seconds.values.tolist() == [2, 2]


def test_that_the_end_is_told_beside_popularity_and_with_its_reason() -> None:
    started = dataclasses.replace(STARTED, plan={"training": {"patience": 3}})
    result = {
        "model": "mf",
        "part": "test",
        "metrics": {"hit@10": 0.2, "auc": 0.7},
        "baseline": {"hit@10": 0.05, "auc": 0.6},
        "epochs": 4,
        "best_epoch": 1,
    }
    trace = Trace("run")
    trace.take([started, RunCompleted(result)], live=False)
    assert trace.log[-2:] == [
        "No gain for 3 evaluations in a row: it ends before its last epoch",
        "Done. On the test part: Hit@10 .200, AUC .700; Popularity .050, .600; best epoch 1",
    ]
    whole = Trace("run")
    whole.take([started, RunCompleted({**result, "epochs": 5, "model": "popularity"})], live=False)
    assert whole.log[-1] == "Done. On the test part: Hit@10 .200, AUC .700; best epoch 1"
    assert not any("No gain" in line for line in whole.log)


def test_that_the_time_of_an_epoch_that_was_measured_is_not_given_as_the_speed_of_training() -> None:
    (measured,) = lines_of(done(1, 0.1))
    assert measured.endswith("2.00 s with ranking")
    (alone,) = lines_of(done(1, 0.1, phase="refit"))
    assert alone.endswith("2.00 s, 200/s")
