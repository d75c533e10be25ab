"""Objectives: what of a batch is counted, and that draws for different purposes do not hang together."""

from __future__ import annotations

import pytest
import torch

from core.data.interactions import no_events
from core.samplers.base import Drawn
from core.samplers.lower import Lowered
from core.training.building import build_model
from core.training.objectives import RankingObjective
from core.training.plan import make_plan
from tests.core.training.boards import checkerboard, events_of, split_of

CPU = torch.device("cpu")


def test_that_targets_that_do_not_exist_have_no_difference() -> None:
    train = events_of([(0, 0), (0, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 0)], 3, 9)
    plan = make_plan({"model": {"name": "caser", "targets": 3, "window": 2}, "training": {"batch_size": 10}})
    split = split_of(train, no_events(3, 9), no_events(3, 9))
    objective = RankingObjective(plan, split.train, build_model(plan, train), CPU)
    (forward,) = objective.outcomes(1)
    outcome = forward()
    assert outcome.examples == 7
    assert outcome.differences is not None
    differences = outcome.differences()
    # one window with one target, and two windows with three
    assert len(differences) == 9
    assert int(torch.isfinite(differences).sum()) == 7


def test_that_a_low_rank_positive_does_not_hang_on_the_negative_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    split = checkerboard(80, rated=True)
    plan = make_plan({"model": {"name": "mf"}, "loss": {"name": "low-rank"}, "training": {"batch_size": 100_000}})
    objective = RankingObjective(plan, split.train, build_model(plan, split.train), CPU)
    assert objective.lower is not None
    negatives: list[Drawn] = []
    lower: list[Lowered] = []
    draw_negatives, draw_lower = objective.sampler.draw, objective.lower.draw
    monkeypatch.setattr(
        objective.sampler, "draw", lambda *given: negatives.append(draw_negatives(*given)) or negatives[-1]
    )
    monkeypatch.setattr(objective.lower, "draw", lambda *given: lower.append(draw_lower(*given)) or lower[-1])
    (forward,) = objective.outcomes(1)
    forward()
    (batch,) = objective.batches.epoch(1)
    found = lower[0].found
    counts = objective.lower.counts[batch.events][found]
    places = torch.stack(
        [
            (objective.lower.items[s : s + c] == i).nonzero()[0, 0]
            for s, c, i in zip(
                objective.lower.starts[batch.events][found].tolist(),
                counts.tolist(),
                lower[0].items[found].tolist(),
                strict=True,
            )
        ]
    )
    drawn = torch.stack([negatives[0].items[found, 0].double(), (places + 0.5) / counts])
    assert abs(float(torch.corrcoef(drawn)[0, 1])) < 0.1
