"""torch's Adam with its step compiled: the same state and settings, without what it does around a step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Adam

from core.kernels.adaptive import adam_all

LARGEST = 1_000_000
"""Numbers in all tensors up to which it is used: past it the time goes into the memory, and torch uses two threads."""


class CompiledAdam(Adam):
    """Adam or AdamW over float32 tensors on the CPU; as ``Adam(fused=True)``, whose state it reads and writes.

    torch's own takes 80 µs a step for nine small tensors before it computes anything.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], rate: float, decoupled: bool) -> None:
        super().__init__(groups, lr=rate, fused=True, decoupled_weight_decay=decoupled)
        self.gradients: list[int] = []
        self.listed = False
        self.table = np.zeros((0, 6), np.int64)
        self.decays = np.zeros(0, np.float32)

    def advance(self) -> None:
        """One step of all parameters that have a gradient; in place of ``step``, which has hooks around it."""
        if not self.find():
            self.step()
            return
        settings = self.param_groups[0]
        first, second = settings["betas"]
        decoupled = settings["decoupled_weight_decay"]
        adam_all(self.table, self.decays, decoupled, float(settings["lr"]), first, second, settings["eps"])

    def find(self) -> bool:
        """Bring ``table`` and ``decays`` up to date; False if something lies as the kernel cannot take it."""
        gradients = [
            0 if parameter.grad is None else parameter.grad.data_ptr()
            for group in self.param_groups
            for parameter in group["params"]
        ]
        if gradients != self.gradients:
            self.listed = self._list()
            self.gradients = gradients
        return self.listed

    def _list(self) -> bool:
        """Write down where everything lies; False if something lies as the kernel cannot take it."""
        table, decays = [], []
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["step"] = torch.zeros(())
                    state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
                tensors = (parameter, parameter.grad, state["exp_avg"], state["exp_avg_sq"], state["step"])
                if not all(fits(each) for each in tensors):
                    return False
                table.append([parameter.numel(), *(each.data_ptr() for each in tensors)])
                decays.append(group["weight_decay"])
        self.table = np.array(table, np.int64).reshape(-1, 6)
        self.decays = np.array(decays, np.float32)
        return True

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As torch's; the tensors of the state are others afterwards."""
        super().load_state_dict(state_dict)
        self.gradients = []


def fits(tensor: Tensor) -> bool:
    """Whether the kernel can take a tensor: float32 without gaps, on the CPU."""
    return tensor.dtype == torch.float32 and tensor.is_contiguous() and tensor.device.type == "cpu"
