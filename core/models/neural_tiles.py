"""NeuMF, GMF and MLP of small widths without autograd: the whole pass in two compiled kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.kernels import rows, tower
from core.kernels.tile_products import TILE
from core.models.base import Asked
from core.models.direct_pass import DirectPass, Floats, Matrix, Places
from core.models.neural import NeuralRanking


@dataclass(frozen=True, eq=False)
class Saved:
    """What a backward pass needs of its forward pass.

    Attributes:
        users, items: rows of the tables, ``[rows]`` and ``[n, rows]`` int64.
        ours, theirs, states: blocks of the kernel.
    """

    users: Places
    items: Places
    ours: Floats
    theirs: Floats
    states: Floats


class TiledNeural(DirectPass):
    """What ``NeuralRanking.score`` and ``squared_norms`` compute, for a model without dropout.

    Args:
        norms: the squared norms are wanted; zeros otherwise.
    """

    def __init__(self, model: NeuralRanking, norms: bool) -> None:
        super().__init__(model)
        self.model, self.norms = model, norms
        self.sizes = model.sizes
        dense = model.dense()
        self.layers = [self.value(parameter).reshape(-1) for parameter in dense]
        self.weights = np.concatenate(self.layers)
        # the gradients of the layers lie one after the other, as the kernel writes them
        self.of_weights = Matrix(torch.zeros(len(self.weights)))
        at = 0
        for parameter in dense:
            inside = self.of_weights.tensor[at : at + parameter.numel()]
            self.gradients[id(parameter)] = Matrix(inside.view_as(parameter))
            at += parameter.numel()
        self.blocks: dict[tuple[int, int], tuple[Floats, Floats, Floats]] = {}
        self.used: tuple[Places, Places] | None = None

    def forward(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor, Tensor, Saved]:
        """The scores, the norms, and what the backward pass needs."""
        count, each = items.shape
        users, columns = asked.users.numpy(), np.ascontiguousarray(items.numpy().T)
        ours, theirs, states = self.blocks_for(-(-count // TILE), each)
        np.concatenate(self.layers, out=self.weights)
        scores = np.empty((each, count), np.float32)
        user_norms, item_norms = np.zeros(count, np.float32), np.zeros((each, count), np.float32)
        tower.forward(
            self.sizes,
            self.weights,
            self.value(self.model.user_factors.weight),
            self.value(self.model.item_factors.weight),
            users,
            columns,
            ours,
            theirs,
            states,
            scores,
            self.norms,
            user_norms,
            item_norms,
        )
        saved = Saved(users, columns, ours, theirs, states)
        found, of_users, of_items = (torch.from_numpy(each) for each in (scores.T, user_norms, item_norms.T))
        return found, of_users, of_items, saved

    def blocks_for(self, tiles: int, each: int) -> tuple[Floats, Floats, Floats]:
        """Memory of the kernel, kept for batches of the same size."""
        found = self.blocks.get((tiles, each))
        if found is None:
            width, tower_width = self.sizes[:2].sum(), self.sizes[2:].sum()
            found = self.blocks[tiles, each] = (
                np.empty((tiles, width, TILE), np.float32),
                np.empty((tiles, each, width, TILE), np.float32),
                np.empty((tiles, each, tower_width, TILE), np.float32),
            )
        return found

    def backward(self, saved: Saved, of_scores: Floats, of_users: Floats, of_items: Floats) -> None:
        """Write the gradient of every parameter."""
        model = self.model
        tables = [self.gradient(each.weight).array for each in (model.user_factors, model.item_factors)]
        if self.used is not None:
            for table, used in zip(tables, self.used, strict=True):
                rows.clear(table, used)
        tower.backward(
            self.sizes,
            self.weights,
            saved.users,
            saved.items,
            saved.ours,
            saved.theirs,
            saved.states,
            np.ascontiguousarray(of_scores.T),
            self.norms,
            of_users,
            np.ascontiguousarray(of_items.T),
            self.of_weights.array,
            *tables,
        )
        self.used = (saved.users, saved.items.reshape(-1))
