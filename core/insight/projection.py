"""Principal components: the flat picture of vectors that keeps most of their variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLOCK = 1 << 14


@dataclass(frozen=True, eq=False)
class Projection:
    """Vectors seen from their first principal axes.

    Attributes:
        points: ``[rows, axes]`` float32.
        shares: share of the variance that each axis keeps, ``[axes]``, 0..1, falling.
    """

    points: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float64]


def principal_components(vectors: npt.NDArray[np.float32], axes: int = 2) -> Projection:
    """Project onto the eigenvectors of the covariance with the largest eigenvalues (Pearson 1901).

    The covariance ``[width, width]`` is summed in double precision block by block, so that memory stays small and the
    result is that of a singular value decomposition of the centred vectors. The sign of an axis is chosen so that its
    largest coefficient is positive: the same vectors give the same picture.

    Args:
        vectors: ``[rows, width]``; fewer than two rows, or narrower ones than ``axes``, leave axes at zero.
    """
    rows, width = vectors.shape
    kept = min(axes, width)
    points, shares = np.zeros((rows, axes), np.float32), np.zeros(axes)
    if not rows or not width:
        return Projection(points, shares)
    mean = vectors.mean(0, dtype=np.float64)
    covariance = np.zeros((width, width))
    for start in range(0, rows, BLOCK):
        block = vectors[start : start + BLOCK] - mean
        covariance += block.T @ block
    values, directions = np.linalg.eigh(covariance)
    directions = directions[:, ::-1][:, :kept]
    largest = np.abs(directions).argmax(0)
    directions = directions * np.where(directions[largest, np.arange(kept)] < 0, -1.0, 1.0)
    for start in range(0, rows, BLOCK):
        points[start : start + BLOCK, :kept] = (vectors[start : start + BLOCK] - mean) @ directions
    total = float(values.sum())
    if total > 0:
        shares[:kept] = np.maximum(values[::-1][:kept], 0) / total
    return Projection(points, shares)


def unit_rows(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Vectors divided by their lengths, ``[rows, width]``; a vector of zeros stays so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: npt.NDArray[np.float32] = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return found
