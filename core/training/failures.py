"""What torch and the system throw, turned into sentences that a user can act on."""

from __future__ import annotations

import math

from core.errors import TrainingError, is_of_memory
from core.training.state import RunState

DEVICE_SIGNS = ("CUDA error", "device-side assert", "HIP error", "MPS backend", "cuDNN error", "CUDA driver error")


def explained(error: Exception, state: RunState) -> TrainingError | None:
    """The training error that an exception stands for; None when it is a defect of the program."""
    text = str(error)
    where = f"epoch {state.epoch + 1}, step {state.step}"
    if is_of_memory(error):
        size = state.plan.training.batch_size
        return TrainingError(
            code="training.memory",
            what="there is not enough memory for this step",
            where=where,
            why=f"The batch size is {size}, on {state.device.type}",
            remedy=f"Try batch_size={max(size // 4, 1)}, fewer factors, or another device",
            retryable=True,
        )
    if any(sign in text for sign in DEVICE_SIGNS):
        return TrainingError(
            code="training.device-lost",
            what="the device stopped answering",
            where=where,
            why=text.splitlines()[0][:200],
            remedy="Start Rankscope again; what was saved is kept. device=cpu works without it",
        )
    return None


def diverged(state: RunState, loss: float) -> TrainingError:
    """The error of a loss that is no number."""
    rate = state.plan.optimiser.learning_rate
    return TrainingError(
        code="training.diverged",
        what=f"the loss became {'infinite' if math.isinf(loss) else 'not a number'}",
        where=f"epoch {state.epoch + 1}, step {state.step}",
        why=f"The most common cause is a learning rate that is too high (it is {rate:g})",
        remedy=f"Try {rate / 10:.3g}, or clip the gradient",
    )
