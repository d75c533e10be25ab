"""Items that a model holds to be alike: the nearest by the cosine of their vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from core.errors import UsageError
from core.models.autorec import AutoRec
from core.models.base import RankingModel
from core.models.caser import Caser
from core.models.factorisation import Factorisation
from core.models.neural import NeuralRanking


@dataclass(frozen=True)
class Similar:
    """A near item.

    Attributes:
        item: item row.
        similarity: cosine, -1..1.
    """

    item: int
    similarity: float


def vector_tables(model: RankingModel) -> dict[str, str]:
    """The tables of item vectors that a model has, by key, with what they are; the first is taken by default."""
    if isinstance(model, NeuralRanking) and model.gmf_factors and model.mlp_factors:
        return {"both": "GMF + MLP", "gmf": "GMF factors", "mlp": "MLP factors"}
    if isinstance(model, Factorisation | NeuralRanking):
        return {"factors": "Item factors"}
    if isinstance(model, Caser):
        return {"output": "Output table V", "input": "Input table E"}
    if isinstance(model, AutoRec) and model.by_user:
        return {"decoder": "Decoder W", "encoder": "Encoder V"}
    return {}


@torch.no_grad()
def item_vectors(model: RankingModel, table: str = "") -> Tensor:
    """What the model knows of each item, ``[items, width]``.

    MF, GMF, MLP and NeuMF: the item table; Caser: the output table V; user-based AutoRec: the decoder's row;
    item-based AutoRec has no vector without the item's column.

    Args:
        table: a key of ``vector_tables``; the first one when empty.

    Raises:
        UsageError: the model has no item vectors, or no such table.
    """
    tables = vector_tables(model)
    if not tables:
        raise UsageError(
            code="insight.no-vectors",
            what="this model has no item vectors",
            where="similar",
            why="Popularity, Random and item-based AutoRec learn no vector for an item",
            remedy="Train MF, GMF, MLP, NeuMF, Caser or user-based AutoRec",
        )
    table = table or next(iter(tables))
    if table not in tables:
        raise UsageError(
            code="insight.no-such-table",
            what=f"this model has no table {table!r} of item vectors",
            where="similar",
            remedy=f"Take one of: {', '.join(tables)}",
        )
    if isinstance(model, Factorisation | NeuralRanking):
        weight = model.item_factors.weight
        split = model.gmf_factors if isinstance(model, NeuralRanking) else 0
        return {"gmf": weight[:, :split], "mlp": weight[:, split:]}.get(table, weight)
    if isinstance(model, Caser):
        # the last row of the input table stands for the padding
        return model.output_factors.weight if table == "output" else model.input_factors.weight[: model.n_items]
    assert isinstance(model, AutoRec)
    return model.decoder.weight if table == "decoder" else model.encoder.weight.T


@torch.no_grad()
def similar_items(model: RankingModel, item: int, k: int, table: str = "") -> tuple[Similar, ...]:
    """The k nearest other items, nearest first."""
    vectors = F.normalize(item_vectors(model, table), dim=1)
    cosine = vectors @ vectors[item]
    cosine[item] = -torch.inf
    best = torch.topk(cosine, min(k, len(vectors) - 1))
    return tuple(Similar(int(row), float(value)) for row, value in zip(best.indices, best.values, strict=True))


def cosines(model: RankingModel, item: int, others: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Cosine of one item with others, ``[others]``."""
    vectors = item_vectors(model)
    near = F.cosine_similarity(vectors[torch.from_numpy(others.astype(np.int64))], vectors[item].unsqueeze(0))
    found: npt.NDArray[np.float32] = near.detach().cpu().numpy()
    return found
