"""From a batch to a loss: how pairs, windows, ratings and rows meet a model, a sampler and a loss function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from core.batches import Batch, PairBatches, RowBatch, RowBatches, WindowBatches, pair_values, transposed
from core.data.interactions import Events, Pairs
from core.kernels.streams import WORD
from core.losses import LOSSES
from core.losses.scores import Scores
from core.models.autorec import AutoRec
from core.models.base import RankingModel
from core.models.direct import direct_for
from core.models.direct_pass import DirectPass
from core.samplers import SAMPLERS
from core.samplers.base import Drawn, Sampler
from core.samplers.in_batch import in_batch_mask
from core.samplers.lower import LowerItems
from core.seeding import keys
from core.training.by_hand import KNOWN, KnownLoss, first_differences
from core.training.optimisers import lazy_rows
from core.training.plan import Plan


@dataclass(frozen=True)
class Outcome:
    """What one batch gave.

    Attributes:
        loss: scalar; it carries the gradient unless ``backward`` is given.
        examples: positives (windows' targets, ratings, rows' entries) of the batch.
        skipped: number of rows without a negative, on a device a tensor so that nothing waits for it.
        differences: gives s⁺ − s⁻, detached; None where there are none.
        backward: writes the gradients of all parameters; None where autograd does it.
    """

    loss: Tensor | float
    examples: int
    skipped: Tensor | int | None = None
    differences: Callable[[], Tensor] | None = None
    backward: Callable[[], None] | None = None


class Objective(Protocol):
    """A training part that can be walked through and turned into losses."""

    steps: int
    rows: int

    def outcomes(self, epoch: int, first: int = 0) -> Iterator[Callable[[], Outcome]]:
        """One function a batch, in the order of the epoch, from ``first`` on; calling it runs the forward pass."""
        ...


class RankingObjective:
    """Positives against drawn negatives, for pair and window batches."""

    def __init__(self, plan: Plan, train: Events, model: RankingModel, device: torch.device) -> None:
        assert plan.loss is not None
        assert plan.sampler is not None
        self.plan, self.model, self.device = plan, model, device
        self.loss = LOSSES[plan.loss.name].load()
        self.loss_settings = plan.loss.settings
        self.sampler: Sampler = SAMPLERS[plan.sampler.name].load()(plan.sampler.settings, train, device)
        self.negatives = int(getattr(plan.sampler.settings, "negatives", 1))
        self.in_batch = plan.sampler.name == "in-batch"
        self.needs_scores = plan.sampler.name in ("dynamic", "warp")
        self.direct = (
            None
            if self.in_batch
            else direct_for(model, device, lazy_rows(plan.optimiser, model), plan.optimiser.l2 > 0)
        )
        name, l2 = plan.loss.name, plan.optimiser.l2
        self.known = KnownLoss(name, self.loss_settings, l2) if name in KNOWN else None
        self.lower = LowerItems(train, device) if plan.loss.name == "low-rank" else None
        correct = getattr(plan.loss.settings, "correct_sampling", "off")
        self.log_share = None if correct == "off" else self.sampler.log_share
        size, seed = plan.training.batch_size, plan.seed
        self.batches: PairBatches | WindowBatches
        if model.window:
            self.batches = WindowBatches(train, model.window, plan.model.settings.targets, size, seed, device)
        else:
            self.batches = PairBatches(train, size, seed, device)
        self.steps, self.rows = self.batches.steps, self.batches.rows

    def outcomes(self, epoch: int, first: int = 0) -> Iterator[Callable[[], Outcome]]:
        """One function a batch."""
        drawings = keys(self.plan.seed, "negatives", epoch, self.steps)[first:].tolist()
        for batch, drawing in zip(self.batches.epoch(epoch, first), drawings, strict=True):
            yield lambda batch=batch, drawing=drawing: self._outcome(batch, drawing)  # type: ignore[misc]

    def _outcome(self, batch: Batch, drawing: int) -> Outcome:
        if self.in_batch:
            return self._in_batch(batch, self.model.encode(batch.asked))
        rows, targets = batch.targets.shape
        users = batch.asked.users.repeat_interleave(targets) if targets > 1 else batch.asked.users
        encoded = self._encoded(batch)
        drawn = self._draw(batch, encoded, users, drawing)
        items = [batch.targets, drawn.items.view(rows, -1)]
        low = self.lower.draw(self._event_rows(batch), ~drawing & WORD) if self.lower is not None else None
        if low is not None:
            items.append(low.items.view(rows, -1))
        if self.known is not None and isinstance(self.direct, DirectPass) and drawn.weights is None:
            return self._by_hand(batch, drawn, self.direct, self.known)
        asked_items = torch.cat(items, 1)
        norms: tuple[Tensor, Tensor] | None = None
        if self.direct is not None:
            scored, of_users, of_items = self.direct(batch.asked, asked_items)
            norms = of_users, of_items
        else:
            assert encoded is not None
            scored = self.model.score(encoded, asked_items)
        n = drawn.items.shape[1]
        positive = scored[:, :targets].reshape(-1)
        negative = scored[:, targets : targets * (1 + n)].reshape(-1, n)
        valid = drawn.valid if batch.mask is None else drawn.valid & batch.mask.view(-1)
        share = self.log_share
        scores = Scores(
            positive=positive,
            negative=negative,
            valid=valid,
            low=None if low is None else scored[:, targets * (1 + n) :].reshape(-1),
            has_low=None if low is None else low.found,
            weight=drawn.weights,
            log_share_positive=None if share is None else share[batch.targets.view(-1)],
            log_share_negative=None if share is None else share[drawn.items],
        )
        # a target that does not exist, or a row without a negative, has no difference
        differences = torch.where(valid.unsqueeze(1), scores.difference.detach()[:, :1], torch.nan)
        loss = self.loss(scores, self.loss_settings)
        if self.plan.optimiser.l2:
            # only what the loss looks at is decayed: a low-rank positive is a positive of its own triples
            norms = norms or self.model.squared_norms(batch.asked, asked_items)
            loss = loss + self._penalty(norms[0], norms[1][:, : targets * (1 + n)], targets, valid)
        skipped = (~drawn.valid if batch.mask is None else ~drawn.valid & batch.mask.view(-1)).sum()
        examples = positive.numel() if batch.existing is None else batch.existing
        return Outcome(loss, examples, skipped, lambda: differences)

    def _by_hand(self, batch: Batch, drawn: Drawn, direct: DirectPass, known: KnownLoss) -> Outcome:
        """Scores, loss and gradients without autograd."""
        rows, targets = batch.targets.shape
        # item by item in memory: what the pass reads together lies together
        items = torch.cat([batch.targets.T, drawn.items.view(rows, -1).T]).T
        logits, user_norms, item_norms, saved = direct.forward(batch.asked, items)
        valid = drawn.valid.numpy()
        skipped = ~valid
        if batch.mask is not None:
            mask = batch.mask.numpy().reshape(-1)
            valid, skipped = valid & mask, skipped & mask
        found = known(logits, user_norms, item_norms, targets, valid)

        def backward() -> None:
            direct.backward(saved, found.of_logits, found.of_users, found.of_items)
            direct.hand_over()

        return Outcome(
            loss=found.loss,
            examples=len(valid) if batch.existing is None else batch.existing,
            skipped=int(np.count_nonzero(skipped)),
            differences=lambda: first_differences(logits, targets, valid),
            backward=backward,
        )

    def _encoded(self, batch: Batch) -> Tensor | None:
        """The users' side: for the loss where autograd does it, for the draws of samplers that look at scores."""
        if self.direct is None:
            return self.model.encode(batch.asked)
        if not self.needs_scores:
            return None
        with torch.no_grad():
            return self.model.encode(batch.asked)

    def _draw(self, batch: Batch, encoded: Tensor | None, users: Tensor, drawing: int) -> Drawn:
        score = None
        if self.needs_scores:
            rows, targets = batch.targets.shape
            assert encoded is not None
            known = encoded.detach()

            def score(items: Tensor) -> Tensor:
                with torch.no_grad():
                    return self.model.score(known, items.view(rows, -1)).view(rows * targets, -1)

        return self.sampler.draw(users, batch.targets.reshape(-1), self.negatives, drawing, score)

    def _event_rows(self, batch: Batch) -> Tensor:
        """Position in the training part of each target, ``[rows * T]``."""
        ahead = torch.arange(batch.targets.shape[1], device=self.device)
        at = batch.events.unsqueeze(1) + ahead
        return (
            torch.where(batch.mask, at, batch.events.unsqueeze(1)).view(-1) if batch.mask is not None else at.view(-1)
        )

    def _in_batch(self, batch: Batch, encoded: Tensor) -> Outcome:
        """Every other row's positives are the negatives."""
        rows, targets = batch.targets.shape
        exists = torch.ones(rows * targets, dtype=torch.bool, device=self.device)
        if batch.mask is not None:
            exists = batch.mask.reshape(-1)
        users = batch.asked.users.repeat_interleave(targets)[exists]
        columns = batch.targets.reshape(-1)[exists]
        everything = self.model.score_shared(encoded.repeat_interleave(targets, 0)[exists], columns)
        masked = in_batch_mask(self.sampler, users, columns)
        share = self.log_share
        with torch.no_grad():
            other = everything.detach().gather(1, torch.arange(len(users), device=self.device).roll(1).unsqueeze(1))
            differences = everything.detach().diagonal().unsqueeze(1) - other
        scores = Scores(
            positive=everything.diagonal().clone(),
            negative=everything,
            masked=masked,
            log_share_positive=None if share is None else share[columns],
            log_share_negative=None if share is None else share[columns].unsqueeze(0),
        )
        loss = self.loss(scores, self.loss_settings)
        if self.plan.optimiser.l2:
            user, item = self.model.squared_norms(batch.asked, batch.targets)
            item = item if batch.mask is None else torch.where(batch.mask, item, 0.0)
            # a negative is another row's positive, which is decayed there
            loss = loss + self.plan.optimiser.l2 / 2 * ((user * targets).sum() + item.sum()) / max(len(users), 1)
        return Outcome(loss, len(users), None, lambda: differences)

    def _penalty(self, user: Tensor, item: Tensor, targets: int, valid: Tensor) -> Tensor:
        """(λ/2)(|u|² + |i|² + |j|²), the mean over triples (protocol: losses); ``[rows]`` and ``[rows, n]``."""
        each = user.unsqueeze(1) + item[:, :targets] + item[:, targets:].reshape(len(item), targets, -1).mean(-1)
        counted = valid.view_as(each)
        return self.plan.optimiser.l2 / 2 * torch.where(counted, each, 0.0).sum() / counted.sum().clamp(min=1)


class RatingObjective:
    """Predicted against observed ratings; no negatives."""

    def __init__(self, plan: Plan, train: Events, model: RankingModel, device: torch.device) -> None:
        assert plan.loss is not None
        assert train.weights is not None
        self.plan, self.model = plan, model
        self.loss, self.loss_settings = LOSSES[plan.loss.name].load(), plan.loss.settings
        self.batches = PairBatches(train, plan.training.batch_size, plan.seed, device)
        self.ratings = torch.from_numpy(train.weights).to(device)
        self.steps, self.rows = self.batches.steps, self.batches.rows

    def outcomes(self, epoch: int, first: int = 0) -> Iterator[Callable[[], Outcome]]:
        """One function a batch."""
        for batch in self.batches.epoch(epoch, first):
            yield lambda batch=batch: self._outcome(batch)  # type: ignore[misc]

    def _outcome(self, batch: Batch) -> Outcome:
        predicted = self.model.score(self.model.encode(batch.asked), batch.targets)
        nothing = predicted.new_zeros(len(predicted), 0)
        scores = Scores(positive=predicted[:, 0], negative=nothing, target=self.ratings[batch.events])
        loss = self.loss(scores, self.loss_settings)
        if self.plan.optimiser.l2:
            user, item = self.model.squared_norms(batch.asked, batch.targets)
            loss = loss + self.plan.optimiser.l2 / 2 * (user + item[:, 0]).mean()
        return Outcome(loss, len(predicted))


class RowObjective:
    """AutoRec: reconstruct observed entries, and sampled zeros for implicit feedback.

    Sedhain et al. 2015 minimise Σ (r − h(r))² over observed entries + (λ/2)(‖V‖² + ‖W‖²); here both are divided by the
    number of entries in the sum, so that λ means the same whatever the size of a batch.
    """

    def __init__(self, plan: Plan, train: Events, model: AutoRec, device: torch.device) -> None:
        assert plan.loss is not None
        assert plan.sampler is not None
        self.plan, self.model, self.device = plan, model, device
        self.loss, self.loss_settings = LOSSES[plan.loss.name].load(), plan.loss.settings
        self.squared = plan.loss.name == "squared"
        pairs, values = pair_values(train)
        if not model.ratings:
            values = None
        if not model.by_user:
            pairs, values = transposed(pairs, values)
        size = plan.training.batch_size
        self.batches = RowBatches(pairs, values, size, plan.seed, device)
        self.zeros = 0 if model.ratings else int(plan.sampler.settings.negatives)
        self.sampler: Sampler | None = None
        if self.zeros:
            self.sampler = SAMPLERS["uniform"].load()(plan.sampler.settings, rows_as_events(pairs), device)
        self.entries = max(len(pairs) * (1 + self.zeros), 1)
        self.steps, self.rows = self.batches.steps, self.batches.rows

    def outcomes(self, epoch: int, first: int = 0) -> Iterator[Callable[[], Outcome]]:
        """One function a batch."""
        drawings = keys(self.plan.seed, "negatives", epoch, self.steps)[first:].tolist()
        for batch, drawing in zip(self.batches.epoch(epoch, first), drawings, strict=True):
            yield lambda batch=batch, drawing=drawing: self._outcome(batch, drawing)  # type: ignore[misc]

    def _outcome(self, batch: RowBatch, drawing: int) -> Outcome:
        rebuilt = self.model.reconstruct(batch.inputs)
        observed = rebuilt[batch.entry_rows, batch.entry_columns]
        skipped, valid = None, None
        zeros = observed.new_zeros(len(observed), 0)
        if self.sampler is not None:
            drawn = self.sampler.draw(batch.rows[batch.entry_rows], batch.entry_columns, self.zeros, drawing, None)
            zeros, valid = rebuilt[batch.entry_rows.unsqueeze(1), drawn.items], drawn.valid
            skipped = (~drawn.valid).sum()
        if self.squared:
            every = torch.cat([observed.unsqueeze(1), zeros], 1)
            wanted = torch.cat([batch.entry_values.unsqueeze(1), torch.zeros_like(zeros)], 1)
            counted = None if valid is None else valid.repeat_interleave(every.shape[1])
            scores = Scores(every.view(-1), zeros[:0], valid=counted, target=wanted.view(-1))
        else:
            scores = Scores(observed, zeros, valid=valid)
        loss = self.loss(scores, self.loss_settings)
        if self.plan.optimiser.l2:
            loss = loss + self.plan.optimiser.l2 / (2 * self.entries) * self.model.weight_norm()
        differences = (observed.unsqueeze(1) - zeros).detach()[:, :1]
        return Outcome(loss, len(observed), skipped, (lambda: differences) if self.zeros else None)


def rows_as_events(pairs: Pairs) -> Events:
    """Pairs as binary events, what a sampler is built from."""
    owners = np.repeat(np.arange(pairs.n_users, dtype=np.int32), np.diff(pairs.indptr))
    return Events(owners, pairs.items, None, None, pairs.n_users, pairs.n_items)


def objective_for(plan: Plan, train: Events, model: RankingModel, device: torch.device) -> Any:
    """The objective that the plan's model and loss call for."""
    assert plan.loss is not None
    if isinstance(model, AutoRec):
        return RowObjective(plan, train, model, device)
    if plan.loss.name == "squared":
        return RatingObjective(plan, train, model, device)
    return RankingObjective(plan, train, model, device)
