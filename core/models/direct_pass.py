"""A forward and a backward pass written by hand, reached through autograd by one door."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.models.base import Asked, RankingModel

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


class Matrix:
    """A tensor and the array on the same memory: making one from the other costs as much as a small product."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor.detach()
        self.array: Floats = self.tensor.numpy()


class DirectPass(ABC):
    """Scores and squared norms whose backward pass writes the gradients of the parameters itself.

    Autograd would run some 150 small operations a step and fill the gradient of every table with zeros each time; here
    only the rows that the last batch used are cleared, and all else is written over. One forward pass belongs to one
    backward pass.

    Args:
        model: on the CPU; its parameters must stay where they are in memory.
    """

    def __init__(self, model: RankingModel) -> None:
        self.parameters = list(model.parameters())
        # something that asks for a gradient, so that autograd calls our backward pass
        self.anchor = torch.zeros(1, requires_grad=True)
        self.values = {id(parameter): Matrix(parameter) for parameter in self.parameters}
        self.gradients = {id(parameter): Matrix(torch.zeros_like(parameter)) for parameter in self.parameters}
        self.buffers: dict[tuple[str, int, int], Matrix] = {}

    def __call__(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits ``[rows, n]``, squared norms of the users' side ``[rows]`` and of the items' rows ``[rows, n]``."""
        scores, of_users, of_items = _Door.apply(self.anchor, self, asked, items)  # type: ignore[no-untyped-call]
        return scores, of_users, of_items

    @abstractmethod
    def forward(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor, Tensor, Any]:
        """The three, and what the backward pass needs."""

    @abstractmethod
    def backward(self, saved: Any, of_scores: Floats, of_users: Floats, of_items: Floats) -> None:
        """Write the gradient of every parameter; the arguments are those of the three, in the same shapes."""

    def hand_over(self) -> None:
        """Make what ``backward`` writes the gradients of the parameters."""
        for parameter in self.parameters:
            parameter.grad = self.gradient(parameter).tensor

    def buffer(self, name: str, height: int, width: int) -> Matrix:
        """A matrix that is written anew in each step; fresh memory would cost more than what is computed in it."""
        found = self.buffers.get((name, height, width))
        if found is None:
            found = self.buffers[name, height, width] = Matrix(torch.empty(height, width))
        return found

    def value(self, parameter: Tensor) -> Floats:
        """The memory of a parameter."""
        return self.values[id(parameter)].array

    def gradient(self, parameter: Tensor) -> Matrix:
        """The memory of its gradient."""
        return self.gradients[id(parameter)]


class _Door(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, anchor: Tensor, direct: DirectPass, asked: Asked, items: Tensor) -> Any:
        scores, of_users, of_items, saved = direct.forward(asked, items)
        ctx.direct, ctx.saved = direct, saved
        return scores, of_users, of_items

    @staticmethod
    def backward(ctx: Any, *changes: Tensor) -> Any:
        direct: DirectPass = ctx.direct
        direct.backward(ctx.saved, *(change.contiguous().numpy() for change in changes))
        direct.hand_over()
        return torch.zeros(1), None, None, None
