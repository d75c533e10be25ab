"""NeuMF, GMF and MLP taught many steps a call, where all that a step does is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.optim import Optimizer

from core.batches import shuffled
from core.data.interactions import Events
from core.kernels.tile_products import TILE
from core.kernels.tower_steps import Learned, Room, Rule, take_steps
from core.models.neural_tiles import TiledNeural
from core.samplers.uniform import UniformSampler
from core.seeding import key, keys
from core.training.by_hand import first_differences
from core.training.compiled_adam import CompiledAdam
from core.training.objectives import RankingObjective
from core.training.plan import Plan

Floats = npt.NDArray[np.float64]

PAIRS = 16_384
"""Positives and negatives of a call, about: 10 ms, so that a stop is heeded at once; calls take a hundredth of it."""
CALLS = 8
"""Calls of an epoch at least, where it has as many steps: a short run can be stopped and saved within an epoch too."""


@dataclass(frozen=True)
class Portion:
    """Some steps.

    Attributes:
        steps: how many.
        loss: mean over their examples; the loss of the last step where that is no number.
        examples: positives.
        skipped: of which there was no negative.
        differences: s⁺ − s⁻ of the last step, ``[rows, 1]``; to be asked for before the next portion.
    """

    steps: int
    loss: float
    examples: int
    skipped: int
    differences: Callable[[], Tensor]


class TiledSteps:
    """Does for many steps what ``RankingObjective`` and ``CompiledAdam`` do for one, and leaves the same state."""

    def __init__(
        self, plan: Plan, train: Events, objective: RankingObjective, direct: TiledNeural, optimiser: CompiledAdam
    ) -> None:
        assert objective.known is not None
        assert isinstance(objective.sampler, UniformSampler)
        assert objective.sampler.compiled is not None
        self.seed, self.size = plan.seed, plan.training.batch_size
        self.direct, self.optimiser, self.loss = direct, optimiser, objective.known
        self.seen, self.negatives = objective.sampler.compiled, objective.negatives
        self.owners, self.positives = (np.ascontiguousarray(each, np.int32) for each in (train.users, train.items))
        self.rows, self.steps = objective.rows, objective.steps
        pairs = self.size * (1 + self.negatives)
        self.together = max(min(PAIRS // pairs, -(-self.steps // CALLS)), 1)
        self.learned = learned_by(direct)
        self.rooms: dict[int, Room] = {}

    def epoch(self, number: int, first: int, rate: Callable[[int], float]) -> Iterator[Portion]:
        """The steps of an epoch from ``first`` on.

        Args:
            rate: learning rate of a step of the epoch.
        """
        order = shuffled(
            self.rows, self.size, key(self.seed, "shuffle", number), torch.device("cpu"), several=self.steps
        )
        events = next(order).numpy() if self.rows else np.zeros(0, np.int64)
        drawing = keys(self.seed, "negatives", number, self.steps)
        whole = self.rows // self.size
        while first < self.steps:
            # portions begin at the same steps wherever a run was gone on with; a last, smaller batch is one by itself
            ends = min((first // self.together + 1) * self.together, whole if first < whole else self.steps)
            rates = np.array([rate(step) for step in range(first, ends)])
            yield self._take(events[first * self.size : ends * self.size], drawing[first:ends], rates)
            first = ends

    def _take(self, events: npt.NDArray[np.int64], drawing: npt.NDArray[np.uint64], rates: Floats) -> Portion:
        rows = min(self.size, len(events))
        room = self._room(rows)
        losses, skipped = np.zeros(len(drawing)), np.zeros(len(drawing), np.int64)
        taken = take_steps(
            self.learned,
            room,
            self._rule(),
            self.seen,
            self.owners,
            self.positives,
            events,
            drawing,
            rates,
            losses,
            skipped,
        )
        scores = torch.from_numpy(room.scores.T)
        last = float(losses[taken - 1])
        return Portion(
            steps=taken,
            loss=float(losses[:taken].mean()) if np.isfinite(last) else last,
            examples=taken * rows,
            skipped=int(skipped.sum()),
            differences=lambda: first_differences(scores, 1, room.valid),
        )

    def _rule(self) -> Rule:
        self.direct.hand_over()
        self.optimiser.find()
        settings = self.optimiser.param_groups[0]
        first, second = settings["betas"]
        return Rule(
            self.loss.code,
            self.loss.margin,
            self.loss.l2,
            self.optimiser.table,
            self.optimiser.decays,
            settings["decoupled_weight_decay"],
            first,
            second,
            settings["eps"],
        )

    def _room(self, rows: int) -> Room:
        """Memory of a step, kept for steps of as many positives."""
        found = self.rooms.get(rows)
        if found is None:
            shape = (1 + self.negatives, rows)
            ours, theirs, states = self.direct.blocks_for(-(-rows // TILE), shape[0])
            found = self.rooms[rows] = Room(
                users=np.zeros(rows, np.int64),
                items=np.zeros(shape, np.int64),
                valid=np.zeros(rows, np.bool_),
                ours=ours,
                theirs=theirs,
                states=states,
                scores=np.zeros(shape, np.float32),
                of_scores=np.zeros(shape, np.float32),
                user_norms=np.zeros(rows, np.float32),
                item_norms=np.zeros(shape, np.float32),
                of_user_norms=np.zeros(rows, np.float32),
                of_item_norms=np.zeros(shape, np.float32),
            )
        return found


def learned_by(direct: TiledNeural) -> Learned:
    """Where a model and its gradients lie."""
    model = direct.model
    users, items = model.user_factors.weight, model.item_factors.weight
    return Learned(
        sizes=direct.sizes,
        weights=direct.weights,
        layers=np.array([[each.numel(), each.data_ptr()] for each in model.dense()], np.int64),
        users=direct.value(users),
        items=direct.value(items),
        of_weights=direct.of_weights.array,
        of_users=direct.gradient(users).array,
        of_items=direct.gradient(items).array,
    )


def tiled_steps_for(plan: Plan, train: Events, objective: object, optimisers: list[Optimizer]) -> TiledSteps | None:
    """Steps by the many, where the kernel computes what the plan asks for; else None."""
    if not isinstance(objective, RankingObjective) or len(optimisers) != 1:
        return None
    direct, optimiser = objective.direct, optimisers[0]
    fits = (
        isinstance(direct, TiledNeural)
        and isinstance(optimiser, CompiledAdam)
        and objective.known is not None
        and type(objective.sampler) is UniformSampler
        and objective.log_share is None
        and not plan.optimiser.clip
    )
    if not fits:
        return None
    assert isinstance(direct, TiledNeural)
    assert isinstance(optimiser, CompiledAdam)
    return TiledSteps(plan, train, objective, direct, optimiser)
