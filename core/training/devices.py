"""Where a run computes."""

from __future__ import annotations

import torch

from core.errors import PlanError
from core.training.settings import TrainingSettings


def choose_device(settings: TrainingSettings, began_on: str = "") -> torch.device:
    """The device that is asked for, or the one that the run began on, or the best there is.

    Raises:
        PlanError: the device is not there.
    """
    found = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if settings.device == "auto" and found.get(began_on):
        return torch.device(began_on)
    if settings.device == "auto":
        # small models are slower on a Metal device than beside it, so only CUDA is taken unasked
        return torch.device("cuda" if found["cuda"] else "cpu")
    if not found[settings.device]:
        raise PlanError(
            code="plan.device",
            what=f"there is no {settings.device} device here",
            where="training.device",
            why=f"torch {torch.__version__} finds {', '.join(name for name, here in found.items() if here)}",
            remedy="Use device=auto",
        )
    return torch.device(settings.device)
