"""Caser without autograd: matrix products by the library, the rest compiled, gradients in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from core.kernels import convolution, dots, meeting, rows
from core.models.base import Asked
from core.models.caser import Caser
from core.models.direct_pass import DirectPass, Floats, Matrix, Places


@dataclass(frozen=True, eq=False)
class Saved:
    """What a backward pass needs of its forward pass.

    Attributes:
        users, windows, items: rows of the tables: ``[rows]``, ``[rows * L]``, ``[rows, n]`` int64.
        sequences: what stood at the windows, ``[rows, L x k]``.
        weights: horizontal filters of all heights, flat.
        winners: positions that won the pooling, ``[rows, L x d]``.
        joined: outputs of both convolutions after dropout.
        kept: what dropout multiplied them by; None without dropout.
        encoded: ``[z ; p_u]``.
        hidden: z.
        ours: the users' rows.
    """

    users: Places
    windows: Places
    items: Places
    sequences: Matrix
    weights: Floats
    winners: convolution.Winners
    joined: Matrix
    kept: Tensor | None
    encoded: Matrix
    hidden: Matrix
    ours: Matrix


class DirectCaser(DirectPass):
    """What ``Caser.encode``, ``score`` and ``squared_norms`` compute while training.

    The maximum over positions lets a gradient through at one position of each filter, and dropout stops half of what
    is left: following those few is cheaper than the matrix products of the whole.

    Args:
        norms: the squared norms are wanted; zeros otherwise.
    """

    def __init__(self, model: Caser, norms: bool) -> None:
        super().__init__(model)
        self.model, self.norms = model, norms
        self.layers = [cast(nn.Linear, layer) for layer in model.horizontal]
        self.filters = self.layers[0].out_features if self.layers else 0
        # the filters of all heights lie one after the other, and so do their gradients
        self.filter_gradient = Matrix(torch.zeros(sum(layer.weight.numel() for layer in self.layers)))
        self.bias_gradient = Matrix(torch.zeros(len(self.layers) * self.filters))
        at = 0
        for number, layer in enumerate(self.layers):
            size = layer.weight.numel()
            inside = self.filter_gradient.tensor[at : at + size].view_as(layer.weight)
            self.gradients[id(layer.weight)] = Matrix(inside)
            first = number * self.filters
            self.gradients[id(layer.bias)] = Matrix(self.bias_gradient.tensor[first : first + self.filters])
            at += size
        self.used: tuple[Places, Places, Places] | None = None

    def forward(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor, Tensor, Saved]:
        """The scores, the norms, and what the backward pass needs."""
        model, (count, each) = self.model, items.shape
        assert asked.windows is not None
        width, length = model.factors, model.window
        users, windows = asked.users.numpy(), asked.windows.reshape(-1).numpy()
        sequences = self.buffer("sequences", count, length * width)
        window_norms = np.empty(count * length, np.float32)
        rows.gather(self.value(model.input_factors.weight), windows, sequences.array.reshape(-1, width), window_norms)
        joined, weights, winners = self._convolved(sequences)
        kept = self._dropped(joined)
        hidden = self.buffer("hidden", count, width)
        torch.addmm(model.connected.bias.detach(), joined.tensor, model.connected.weight.detach().T, out=hidden.tensor)
        meeting.rectify(hidden.array)
        ours, user_norms = self.buffer("ours", count, width), np.zeros(count, np.float32)
        encoded = hidden
        if model.user_factors is not None:
            rows.gather(self.value(model.user_factors.weight), users, ours.array, user_norms)
            encoded = self.buffer("encoded", count, 2 * width)
            encoded.tensor[:, :width] = hidden.tensor
            encoded.tensor[:, width:] = ours.tensor
        places = items.contiguous().numpy()
        scores = Matrix(torch.empty(count, each))
        output = self.value(model.output_factors.weight)
        dots.dots(output, places, encoded.array, scores.array)
        scores.tensor.add_(model.item_bias.detach()[items])
        item_norms = np.zeros(count * each, np.float32)
        if self.norms:
            convolution.norms_of(output, places.reshape(-1), item_norms)
            user_norms += window_norms.reshape(count, length).sum(1)
        saved = Saved(users, windows, places, sequences, weights, winners, joined, kept, encoded, hidden, ours)
        return scores.tensor, torch.from_numpy(user_norms), torch.from_numpy(item_norms).view(count, each), saved

    def _convolved(self, sequences: Matrix) -> tuple[Matrix, Floats, convolution.Winners]:
        """Outputs of both convolutions, the horizontal weights flat, the winners of the pooling."""
        model, count = self.model, len(sequences.tensor)
        width, length = model.factors, model.window
        joined = self.buffer("joined", count, model.connected.in_features)
        winners = np.empty((count, len(self.layers) * self.filters), np.int32)
        first = 0
        if model.vertical is not None:
            first = model.vertical.out_features * width
            of_lags, shift = self.value(model.vertical.weight), self.value(model.vertical.bias)
            convolution.lags(sequences.array, of_lags, shift, joined.array)
        if not self.layers:
            if model.vertical is None:
                torch.mean(sequences.tensor.view(count, length, width), 1, out=joined.tensor)
            return joined, np.empty(0, np.float32), winners
        weights = torch.cat([layer.weight.detach().flatten() for layer in self.layers])
        banded = torch.index_select(weights, 0, model.places).view(model.used.shape).mul_(model.used)
        bias = torch.cat([layer.bias.detach().repeat(length - at) for at, layer in enumerate(self.layers)])
        everything = self.buffer("everything", count, len(banded))
        torch.addmm(bias, sequences.tensor, banded.T, out=everything.tensor)
        convolution.pool(everything.array, length, self.filters, joined.array, first, winners)
        return joined, weights.numpy(), winners

    def _dropped(self, joined: Matrix) -> Tensor | None:
        """Dropout in place, with the masks that ``SeededDropout`` would draw."""
        dropout = self.model.dropout
        if not dropout.share or not self.model.training:
            return None
        kept = dropout.masks(joined.tensor.shape, joined.tensor.device)
        joined.tensor.mul_(kept)
        return kept

    def backward(self, saved: Saved, of_scores: Floats, of_users: Floats, of_items: Floats) -> None:
        """Write the gradient of every parameter."""
        model = self.model
        width = model.factors
        tables = [model.input_factors.weight, model.output_factors.weight]
        tables += [model.user_factors.weight] if model.user_factors is not None else []
        flat = saved.items.reshape(-1)
        used = (saved.windows, flat, saved.users)
        for table, before in zip(tables, self.used or (), strict=False):
            rows.clear(self.gradient(table).array, before)
        bias = self.gradient(model.item_bias)
        if self.used is not None:
            bias.array[self.used[1]] = 0
        self.used = used
        convolution.add_at(bias.array, flat, of_scores.reshape(-1))
        of_encoded = self.buffer("of encoded", *saved.encoded.tensor.shape)
        of_encoded.tensor.zero_()
        output = self.gradient(model.output_factors.weight).array
        dots.dots_backward(
            self.value(model.output_factors.weight),
            saved.items,
            saved.encoded.array,
            np.ascontiguousarray(of_scores),
            output,
            of_encoded.array,
        )
        if self.norms:
            convolution.norms_back(self.value(model.output_factors.weight), flat, of_items.reshape(-1), output)
        if model.user_factors is not None:
            change = np.ascontiguousarray(of_encoded.array[:, width:])
            mine = self.gradient(model.user_factors.weight).array
            rows.scatter(mine, saved.users, change, saved.ours.array, of_users)
        of_hidden = self.buffer("of hidden", *saved.hidden.tensor.shape)
        of_hidden.tensor.copy_(of_encoded.tensor[:, :width])
        meeting.hold_back(of_hidden.array, saved.hidden.array)
        torch.mm(of_hidden.tensor.T, saved.joined.tensor, out=self.gradient(model.connected.weight).tensor)
        torch.sum(of_hidden.tensor, 0, out=self.gradient(model.connected.bias).tensor)
        of_joined = self.buffer("of joined", *saved.joined.tensor.shape)
        torch.mm(of_hidden.tensor, model.connected.weight.detach(), out=of_joined.tensor)
        if saved.kept is not None:
            of_joined.tensor.mul_(saved.kept)
        self._convolved_back(saved, of_joined, of_users)

    def _convolved_back(self, saved: Saved, of_joined: Matrix, of_users: Floats) -> None:
        """From the outputs of the convolutions to their weights and to the rows of the window."""
        model, width, length = self.model, self.model.factors, self.model.window
        of_sequences = self.buffer("of sequences", *saved.sequences.tensor.shape)
        of_sequences.tensor.zero_()
        first = 0
        if model.vertical is not None:
            first = model.vertical.out_features * width
            convolution.lags_back(
                saved.sequences.array,
                self.value(model.vertical.weight),
                of_joined.array,
                of_sequences.array,
                self.gradient(model.vertical.weight).array,
                self.gradient(model.vertical.bias).array,
            )
        if self.layers:
            convolution.pool_back(
                saved.sequences.array,
                saved.weights,
                length,
                self.filters,
                of_joined.array,
                first,
                saved.winners,
                of_sequences.array,
                self.filter_gradient.array,
                self.bias_gradient.array,
            )
        elif model.vertical is None:
            of_sequences.tensor.copy_((of_joined.tensor / length).repeat(1, length))
        target = self.gradient(model.input_factors.weight).array
        rows.scatter(
            target,
            saved.windows,
            of_sequences.array.reshape(-1, width),
            saved.sequences.array.reshape(-1, width),
            np.repeat(of_users, length),
        )
        # the padding is frozen at zero
        target[model.n_items] = 0
