"""Early stopping: which epoch is the best so far, and when to give up waiting for a better one."""

from __future__ import annotations

from dataclasses import dataclass

LOWER_IS_BETTER = ("rmse", "mae")


@dataclass(frozen=True)
class Stopping:
    """What early stopping knows after an evaluation; replaced, never changed.

    Attributes:
        metric: flat name of a validation metric, such as ``ndcg@10``.
        patience: evaluations without a better value before stopping; 0 never stops.
    """

    metric: str
    patience: int
    best: float | None = None
    best_epoch: int = 0
    waited: int = 0

    def after(self, epoch: int, value: float) -> Stopping:
        """The state after this epoch's value."""
        sign = -1 if self.metric in LOWER_IS_BETTER else 1
        if self.best is None or sign * value > sign * self.best:
            return Stopping(self.metric, self.patience, value, epoch, 0)
        return Stopping(self.metric, self.patience, self.best, self.best_epoch, self.waited + 1)

    @property
    def exhausted(self) -> bool:
        """No better value for ``patience`` evaluations."""
        return 0 < self.patience <= self.waited
