"""A trained model as the Scorer that ranking and evaluation ask: blocks of users in, blocks of scores out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.interactions import Events
from core.models.autorec import AutoRec
from core.models.base import Asked, RankingModel
from core.scoring import Histories, block_size

PAIRS_AT_ONCE = 1 << 13
"""(user, item) pairs that go through a tower at once on a device: its hidden layers then stay in the cache."""

TOWER_PAIRS = 1 << 20
"""Pairs of a block where each goes through a tower: about a tenth of a second."""


def _has_tower(model: RankingModel) -> bool:
    return bool(getattr(model, "layers", None))


class ModelScorer:
    """Scores on the CPU; each answer is written over the one before."""

    def __init__(self, model: RankingModel) -> None:
        self.model = model
        self.device = next((each.device for each in (*model.parameters(), *model.buffers())), torch.device("cpu"))
        self._columns: tuple[tuple[Events, ...], Tensor] | None = None
        self._memory = torch.empty(0)
        self._beside: list[ModelScorer] = []

    def forget(self) -> None:
        """The weights have changed: what was computed from them counts no more; memory for answers is kept."""
        self._columns = None
        for each in self._beside:
            each.forget()

    @property
    def n_items(self) -> int:
        """Size of the item universe."""
        return self.model.n_items

    @property
    def users_at_once(self) -> int:
        """Users to ask for at once; fewer of a model that takes each pair through a tower: between blocks it stops."""
        most = block_size(self.n_items)
        return max(min(most, TOWER_PAIRS // max(self.n_items, 1)), 1) if _has_tower(self.model) else most

    def abreast(self, threads: int) -> Sequence[ModelScorer]:
        """Scorers for so many threads, kept for the next time; itself alone where the model or the device is shared."""
        if self.device.type != "cpu" or isinstance(self.model, AutoRec):
            return (self,)
        while len(self._beside) < threads - 1:
            self._beside.append(ModelScorer(self.model))
        return (self, *self._beside[: threads - 1])

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Keep the model out of training."""
        was_training = self.model.training
        if was_training:
            self.model.eval()
        try:
            yield
        finally:
            if was_training:
                self.model.train()

    def scores(self, users: npt.NDArray[np.int32], histories: Histories) -> npt.NDArray[np.float32]:
        """Score every item, ``[users, items]``."""
        block = self._block(users, histories)
        scored: npt.NDArray[np.float32] = block.contiguous().numpy()
        return scored

    def _block(self, users: npt.NDArray[np.int32], histories: Histories) -> Tensor:
        with torch.no_grad(), self.at_rest():
            if isinstance(self.model, AutoRec):
                return self._reconstructed(self.model, users, histories)
            return self._encoded(users, histories)

    def _encoded(self, users: npt.NDArray[np.int32], histories: Histories) -> Tensor:
        model = self.model
        windows = None
        if model.window:
            last = histories.last(model.window, model.n_items)
            windows = torch.from_numpy(last).to(self.device, torch.int64)
        asked = Asked(torch.from_numpy(users).to(self.device, torch.int64), windows)
        encoded = model.encode(asked)
        if self.device.type == "cpu":
            return model.score_catalogue(encoded, self._out(len(users))).float()
        if not _has_tower(model):
            return model.score_shared(encoded, None).float()
        out = self._out(len(users))
        chunk = max(PAIRS_AT_ONCE // max(len(users), 1), 1)
        items = torch.arange(model.n_items, device=self.device)
        for start in range(0, model.n_items, chunk):
            part = items[start : start + chunk]
            out[:, start : start + chunk] = model.score_shared(encoded, part)
        return out

    def _out(self, rows: int) -> Tensor:
        """Memory for the answer ``[rows, items]``: that of the last one where it is large enough."""
        if self._memory.numel() < rows * self.n_items:
            self._memory = torch.empty(rows * self.n_items, device=self.device)
        return self._memory[: rows * self.n_items].view(rows, self.n_items)

    def _reconstructed(self, model: AutoRec, users: npt.NDArray[np.int32], histories: Histories) -> Tensor:
        if model.by_user:
            rows = torch.zeros(len(users), model.n_items, device=self.device)
            owners = np.repeat(np.arange(len(users)), np.diff(histories.indptr))
            at = (
                torch.from_numpy(owners).to(self.device),
                torch.from_numpy(histories.items.astype(np.int64)).to(self.device),
            )
            weights = histories.weights if model.ratings else None
            rows[at] = 1.0 if weights is None else torch.from_numpy(weights).to(self.device)
            return model.score_shared(model.hidden(rows), None)
        columns = self._all_columns(model, histories.parts)
        at_users = torch.from_numpy(users.astype(np.int64)).to(self.device)
        return model.decoder.weight[at_users] @ columns.T + model.decoder.bias[at_users].unsqueeze(1)

    @torch.no_grad()
    def column_states(self, parts: tuple[Events, ...]) -> Tensor:
        """Hidden layer of every item's column for an item-based AutoRec, ``[items, factors]``."""
        assert isinstance(self.model, AutoRec)
        return self._all_columns(self.model, parts)

    def _all_columns(self, model: AutoRec, parts: tuple[Events, ...]) -> Tensor:
        """Hidden layer of every item's column ``[items, factors]``, kept while the same parts are asked for."""
        if self._columns is not None and [id(each) for each in self._columns[0]] == [id(each) for each in parts]:
            return self._columns[1]
        users = np.concatenate([part.users for part in parts]).astype(np.int64)
        items = np.concatenate([part.items for part in parts]).astype(np.int64)
        values = np.ones(len(users), np.float32)
        if model.ratings and all(part.weights is not None for part in parts):
            values = np.concatenate([part.weights for part in parts if part.weights is not None])
        # of a repeated pair the last event counts, as in training
        keys, from_the_end = np.unique((items * model.n_users + users)[::-1], return_index=True)
        last = len(users) - 1 - from_the_end
        at = torch.from_numpy(np.stack([keys // model.n_users, keys % model.n_users]))
        matrix = torch.sparse_coo_tensor(
            at,
            torch.from_numpy(values[last]),
            (model.n_items, model.n_users),
            is_coalesced=True,
            check_invariants=False,
        ).to(self.device)
        self._columns = (parts, model.hidden(matrix))
        return self._columns[1]


class DeviceScorer(ModelScorer):
    """Scores that stay on the device, where ranks are counted too."""

    def score_tensor(self, users: npt.NDArray[np.int32], histories: Histories) -> Tensor:
        """Score every item, ``[users, items]`` on the model's device."""
        return self._block(users, histories)

    def scores(self, users: npt.NDArray[np.int32], histories: Histories) -> npt.NDArray[np.float32]:
        """Score every item and bring the block to the CPU."""
        scored: npt.NDArray[np.float32] = self._block(users, histories).contiguous().cpu().numpy()
        return scored


def scorer_for(model: RankingModel) -> ModelScorer:
    """The scorer that fits where the model is."""
    scorer = ModelScorer(model)
    return scorer if scorer.device.type == "cpu" else DeviceScorer(model)
