"""NeuMF, GMF and MLP without autograd: matrix products by the library, the rest compiled, gradients in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from core.kernels import meeting, rows
from core.models.base import Asked
from core.models.direct_pass import DirectPass, Floats, Matrix, Places
from core.models.neural import NeuralRanking


@dataclass(frozen=True, eq=False)
class Saved:
    """What a backward pass needs of its forward pass.

    Attributes:
        users, items: rows of the tables, ``[rows]`` and ``[rows * n]`` int64.
        ours, theirs: what stood there.
        states: of each layer, ``[rows * n, width]``.
        hidden: the last of them, or no columns.
    """

    users: Places
    items: Places
    ours: Matrix
    theirs: Matrix
    states: list[Matrix]
    hidden: Matrix


class DirectNeural(DirectPass):
    """What ``NeuralRanking.score`` and ``squared_norms`` compute, for a model without dropout."""

    def __init__(self, model: NeuralRanking) -> None:
        super().__init__(model)
        self.model = model
        self.gmf, self.half = model.gmf_factors, model.mlp_factors
        self.layers = [cast(nn.Linear, layer) for layer in model.layers]
        self.used: tuple[Places, Places] | None = None

    def forward(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor, Tensor, Saved]:
        """The scores, the norms, and what the backward pass needs."""
        model, (count, each) = self.model, items.shape
        width = model.user_factors.weight.shape[1]
        flat = items.reshape(-1)
        ours, theirs = self.buffer("users", count, width), self.buffer("items", count * each, width)
        norms = Matrix(torch.empty(count)), Matrix(torch.empty(count * each))
        mine, others = asked.users.numpy(), flat.numpy()
        rows.gather(self.value(model.user_factors.weight), mine, ours.array, norms[0].array)
        rows.gather(self.value(model.item_factors.weight), others, theirs.array, norms[1].array)
        states = self._tower(ours.tensor[:, self.gmf :], theirs.tensor[:, self.gmf :])
        hidden = states[-1] if states else self.buffer("none", count * each, 0)
        scores = Matrix(torch.empty(count * each))
        meeting.outputs(
            ours.array,
            theirs.array,
            hidden.array,
            self.value(model.output.weight)[0],
            self.value(model.output.bias),
            scores.array,
        )
        saved = Saved(mine, others, ours, theirs, states, hidden)
        return scores.tensor.view(count, each), norms[0].tensor, norms[1].tensor.view(count, each), saved

    def _tower(self, ours: Tensor, theirs: Tensor) -> list[Matrix]:
        """Rectified states of each layer ``[rows * n, width]``; the users' half of the first layer runs once a row."""
        states: list[Matrix] = []
        for number, layer in enumerate(self.layers):
            weight, bias = layer.weight.detach(), layer.bias.detach()
            state = self.buffer(f"state {number}", len(theirs), len(weight))
            if number == 0:
                left = self.buffer("left", len(ours), len(weight))
                torch.addmm(bias, ours, weight[:, : self.half].T, out=left.tensor)
                torch.mm(theirs, weight[:, self.half :].T, out=state.tensor)
                meeting.add_and_rectify(state.array, left.array)
            else:
                torch.addmm(bias, states[-1].tensor, weight.T, out=state.tensor)
                meeting.rectify(state.array)
            states.append(state)
        return states

    def backward(self, saved: Saved, of_scores: Floats, of_users: Floats, of_items: Floats) -> None:
        """Write the gradient of every parameter."""
        model = self.model
        of_ours = self.buffer("of users", *saved.ours.tensor.shape)
        of_theirs = self.buffer("of items", *saved.theirs.tensor.shape)
        of_hidden = self.buffer("of hidden", *saved.hidden.tensor.shape)
        meeting.outputs_back(
            saved.ours.array,
            saved.theirs.array,
            saved.hidden.array,
            self.value(model.output.weight)[0],
            of_scores.reshape(-1),
            of_ours.array,
            of_theirs.array,
            of_hidden.array,
            self.gradient(model.output.weight).array[0],
            self.gradient(model.output.bias).array,
        )
        if saved.states:
            self._tower_back(saved, of_hidden.tensor, of_ours.tensor[:, self.gmf :], of_theirs.tensor[:, self.gmf :])
        tables = [self.gradient(each.weight).array for each in (model.user_factors, model.item_factors)]
        if self.used is not None:
            for table, used in zip(tables, self.used, strict=True):
                rows.clear(table, used)
        rows.scatter(tables[0], saved.users, of_ours.array, saved.ours.array, of_users)
        rows.scatter(tables[1], saved.items, of_theirs.array, saved.theirs.array, of_items.reshape(-1))
        self.used = (saved.users, saved.items)

    def _tower_back(self, saved: Saved, change: Tensor, of_ours: Tensor, of_theirs: Tensor) -> None:
        """Gradients of the layers from the last to the first, and of the rows that they saw."""
        for number in range(len(self.layers) - 1, 0, -1):
            layer, before = self.layers[number], saved.states[number - 1]
            torch.mm(change.T, before.tensor, out=self.gradient(layer.weight).tensor)
            torch.sum(change, 0, out=self.gradient(layer.bias).tensor)
            earlier = self.buffer(f"of state {number}", *before.tensor.shape)
            torch.mm(change, layer.weight.detach(), out=earlier.tensor)
            meeting.hold_back(earlier.array, before.array)
            change = earlier.tensor
        first = self.layers[0]
        weight, half = first.weight.detach(), self.half
        together = self.buffer("of left", len(of_ours), len(weight)).tensor
        torch.sum(change.view(len(of_ours), -1, len(weight)), 1, out=together)
        gradient = self.gradient(first.weight).tensor
        torch.mm(together.T, saved.ours.tensor[:, self.gmf :], out=gradient[:, :half])
        torch.mm(change.T, saved.theirs.tensor[:, self.gmf :], out=gradient[:, half:])
        torch.sum(together, 0, out=self.gradient(first.bias).tensor)
        torch.mm(together, weight[:, :half], out=of_ours)
        torch.mm(change, weight[:, half:], out=of_theirs)
