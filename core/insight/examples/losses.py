"""A loss as a function of one score: its value, and how hard it pulls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.losses import LOSSES
from core.losses.scores import Scores
from core.samplers.warp import rank_weights

Line = npt.NDArray[np.float64]
Made = Callable[[Tensor], Scores]
"""Scores ``[points]`` that vary -> the batch that the loss sees, one row a point."""

OUT_OF_THE_WAY = 1e4
"""A positive so well off that its own term is zero."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a drawing.

    Attributes:
        name: what varies, in words.
        at: scores, ``[points]``.
        value: loss at each of them.
        slope: its derivative there; a negative one pushes the score up.
    """

    name: str
    at: Line
    value: Line
    slope: Line


def loss_curves(key: str, settings: Any, at: Line, given: Mapping[str, float]) -> list[Curve]:
    """The curves of a loss.

    Args:
        key: of the LOSSES table.
        settings: the loss's own settings.
        at: what the score (or the difference of scores) runs through, ``[points]``.
        given: what else the example needs: ``negatives`` (softmax, ndcg), ``low`` (low-rank), ``rating`` (squared),
            ``unseen`` and ``draws`` (warp).
    """
    function = LOSSES[key].load()
    return [
        _curve(name, lambda scores: function(scores, settings), made, scale, at)
        for name, made, scale in _CASES.get(key, _differences)(given)
    ]


def spread(negatives: int) -> Line:
    """Scores of the example's negatives, evenly between −1 and 1, ``[negatives]``; a single one stands at 0."""
    return np.linspace(-1.0, 1.0, negatives) if negatives > 1 else np.zeros(1)


def _curve(name: str, loss: Callable[[Scores], Tensor], made: Made, scale: float, at: Line) -> Curve:
    """Rows are independent and the loss is their mean: each value comes from a batch of one, all slopes from one."""
    x = torch.tensor(at, dtype=torch.float64)
    with torch.no_grad():
        values = [float(loss(made(x[row : row + 1]))) * scale for row in range(len(x))]
    x.requires_grad_()
    loss(made(x)).backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    return Curve(name, at, np.array(values), x.grad.numpy() * len(at) * scale)


def _column(value: float, rows: int) -> Tensor:
    return torch.full((rows, 1), value, dtype=torch.float64)


def _differences(given: Mapping[str, float]) -> list[tuple[str, Made, float]]:
    """The negative stands at 0, so the positive's score is the difference x."""
    return [("positive − negative", lambda x: Scores(x, _column(0.0, len(x))), 1.0)]


def _low_rank(given: Mapping[str, float]) -> list[tuple[str, Made, float]]:
    low = given.get("low", 0.5)

    def made(x: Tensor, has_low: bool = True) -> Scores:
        there = torch.full((len(x),), has_low)
        return Scores(x, _column(0.0, len(x)), low=torch.full_like(x, low), has_low=there)

    return [("both terms", made, 1.0), ("without a low item", lambda x: made(x, False), 1.0)]


def _points(given: Mapping[str, float]) -> list[tuple[str, Made, float]]:
    """A positive alone; a negative alone, beside a positive that costs nothing (the mean is over both)."""
    nothing = torch.zeros
    return [
        ("a positive", lambda x: Scores(x, nothing(len(x), 0, dtype=torch.float64)), 1.0),
        ("a negative", lambda x: Scores(torch.full_like(x, OUT_OF_THE_WAY), x.unsqueeze(1)), 2.0),
    ]


def _rated(given: Mapping[str, float]) -> list[tuple[str, Made, float]]:
    rating = given.get("rating", 4.0)
    none = torch.zeros
    return [
        (
            f"rated {rating:g}",
            lambda x: Scores(x, none(len(x), 0, dtype=torch.float64), target=torch.full_like(x, rating)),
            1.0,
        )
    ]


def _among(given: Mapping[str, float]) -> list[tuple[str, Made, float]]:
    negatives = torch.tensor(spread(int(given.get("negatives", 5))))
    return [("the positive", lambda x: Scores(x, negatives.repeat(len(x), 1)), 1.0)]


def _warp(given: Mapping[str, float]) -> list[tuple[str, Made, float]]:
    unseen = max(int(given.get("unseen", 1000)), 1)
    rank = unseen // max(int(given.get("draws", 1)), 1)
    weight = float(rank_weights(unseen)[rank])

    def made(x: Tensor) -> Scores:
        return Scores(x, _column(0.0, len(x)), weight=torch.full_like(x, weight))

    return [("positive − negative", made, 1.0)]


_CASES: dict[str, Callable[[Mapping[str, float]], list[tuple[str, Made, float]]]] = {
    "low-rank": _low_rank,
    "bce": _points,
    "squared": _rated,
    "softmax": _among,
    "ndcg": _among,
    "warp": _warp,
}
"""What the example of a loss is made of; all others look at a difference."""
