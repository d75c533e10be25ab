"""The GRAPHS table: class of a model -> the ONNX graph of its scores, the same arithmetic as in core.models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.export.graph import Graph
from core.models.autorec import AutoRec
from core.models.base import RankingModel
from core.models.baselines import MIXING, Popularity, RandomScores
from core.models.caser import Caser
from core.models.factorisation import Factorisation
from core.models.neural import NeuralRanking


@torch.no_grad()
def scores_of(graph: Graph, model: RankingModel, items: str | None, states: npt.NDArray[np.float32] | None) -> str:
    """Put a model's scoring into a graph.

    Args:
        items: input of item rows ``[candidates]``; None scores the whole catalogue.
        states: hidden layer of the items' columns for an item-based AutoRec, ``[items, factors]``.

    Returns:
        Name of ``[batch, candidates or items]`` float32.
    """
    if isinstance(model, AutoRec) and not model.by_user:
        assert states is not None
        return _autorec_item(graph, model, items, states)
    return GRAPHS[type(model)](graph, model, items)


def _array(tensor: Tensor) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = tensor.detach().cpu().numpy()
    return found


def _table(graph: Graph, values: Tensor | npt.NDArray[Any], items: str | None) -> str:
    """Rows of an item table ``[items, ...]``: all of them, or those of the candidates."""
    name = graph.constant(_array(values) if isinstance(values, Tensor) else values)
    return name if items is None else graph.op("Gather", name, items, axis=0)


def _user_rows(graph: Graph, table: Tensor, user: str, mean: Tensor | None = None) -> str:
    """Rows of a user table ``[batch, width]``; -1 gets the mean of all."""
    zero = graph.constant(np.int64(0))
    rows = graph.op("Gather", graph.constant(_array(table)), graph.op("Max", user, zero), axis=0)
    unknown = graph.op("Unsqueeze", graph.op("Less", user, zero), graph.constant(np.array([1])))
    average = graph.constant(_array(table.mean(0, keepdim=True) if mean is None else mean))
    return graph.op("Where", unknown, average, rows)


def _user(graph: Graph) -> str:
    return graph.input("user", "int64", ("batch",))


def _popularity(graph: Graph, model: Popularity, items: str | None) -> str:
    zeros = graph.op("Cast", graph.op("Mul", _user(graph), graph.constant(np.int64(0))), to=1)
    column = graph.op("Unsqueeze", zeros, graph.constant(np.array([1])))
    return graph.op("Add", column, _table(graph, model.counts, items), name="scores")


def _random(graph: Graph, model: RandomScores, items: str | None) -> str:
    """Integers wrap; only unsigned ones are shifted, only signed ones multiplied, so the keys change between both."""
    start = graph.op("Mul", _user(graph), graph.constant(np.int64(model.n_items)))
    start = graph.op("Add", start, graph.constant(np.int64(int(model.seed) * 0x9E3779B1)))
    listed = items or graph.constant(np.arange(model.n_items, dtype=np.int64))
    keys = graph.op("Add", graph.op("Unsqueeze", start, graph.constant(np.array([1]))), listed)
    for shift, _, factor in MIXING:
        bits = graph.op("Cast", keys, to=13)
        shifted = graph.op("BitShift", bits, graph.constant(np.uint64(shift)), direction="RIGHT")
        mixed = graph.op("Cast", graph.op("BitwiseXor", bits, shifted), to=7)
        keys = graph.op("Mul", mixed, graph.constant(np.int64(factor)))
    top = graph.op("BitShift", graph.op("Cast", keys, to=13), graph.constant(np.uint64(40)), direction="RIGHT")
    # the top 24 bits, which a float32 holds exactly
    number = graph.op("Cast", graph.op("Cast", top, to=7), to=1)
    return graph.op("Div", number, graph.constant(np.float32(1 << 24)), name="scores")


def _factorisation(graph: Graph, model: Factorisation, items: str | None) -> str:
    user = _user(graph)
    users, vectors = model.user_factors.weight, model.item_factors.weight
    mean = users.mean(0, keepdim=True)
    if model.cosine:
        users, vectors, mean = (F.normalize(each, dim=-1) for each in (users, vectors, mean))
    rows = _user_rows(graph, users, user, mean)
    offset = torch.zeros(model.n_items) if model.item_bias is None else model.item_bias
    offset = offset if model.mean is None else offset + model.mean
    scores = graph.op("Gemm", rows, _table(graph, vectors, items), _table(graph, offset, items), transB=1)
    if model.user_bias is None:
        return graph.op("Identity", scores, name="scores")
    return graph.op("Add", scores, _user_rows(graph, model.user_bias.unsqueeze(1), user), name="scores")


def _neural(graph: Graph, model: NeuralRanking, items: str | None) -> str:
    gmf, user = model.gmf_factors, _user(graph)
    users, vectors, out = model.user_factors.weight, model.item_factors.weight, model.output.weight[0]
    parts = []
    if gmf:
        rows = _user_rows(graph, users[:, :gmf] * out[:gmf], user)
        parts.append(
            graph.op("MatMul", rows, graph.op("Transpose", _table(graph, vectors[:, :gmf], items), perm=[1, 0]))
        )
    if len(model.layers):
        layers = [layer for layer in model.layers if isinstance(layer, nn.Linear)]
        width, first = model.mlp_factors, layers[0]
        # each half of the first layer is applied to its table once, here
        left = _user_rows(graph, users[:, gmf:] @ first.weight[:, :width].T + first.bias, user)
        right = _table(graph, vectors[:, gmf:] @ first.weight[:, width:].T, items)
        hidden = graph.op("Add", graph.op("Unsqueeze", left, graph.constant(np.array([1]))), right)
        for layer in layers[1:]:
            hidden = graph.op("MatMul", graph.op("Relu", hidden), graph.constant(_array(layer.weight.T)))
            hidden = graph.op("Add", hidden, graph.constant(_array(layer.bias)))
        scored = graph.op("MatMul", graph.op("Relu", hidden), graph.constant(_array(out[gmf:].unsqueeze(1))))
        parts.append(graph.op("Squeeze", scored, graph.constant(np.array([2]))))
    total = parts[0] if len(parts) == 1 else graph.op("Add", *parts)
    return graph.op("Add", total, graph.constant(_array(model.output.bias)), name="scores")


def _autorec_user(graph: Graph, model: AutoRec, items: str | None) -> str:
    history = graph.input("history", "float32", ("batch", model.n_items))
    encoder, decoder = model.encoder, model.decoder
    inner = graph.op("Gemm", history, *_layer(graph, encoder), transB=1)
    weight, bias = _table(graph, decoder.weight, items), _table(graph, decoder.bias, items)
    return graph.op("Gemm", graph.op("Sigmoid", inner), weight, bias, transB=1, name="scores")


def _autorec_item(graph: Graph, model: AutoRec, items: str | None, states: npt.NDArray[np.float32]) -> str:
    user = _user(graph)
    weight, bias = _layer(graph, model.decoder)
    rows = graph.op("Gather", weight, user, axis=0)
    scores = graph.op("Gemm", rows, _table(graph, states, items), transB=1)
    own = graph.op("Unsqueeze", graph.op("Gather", bias, user, axis=0), graph.constant(np.array([1])))
    return graph.op("Add", scores, own, name="scores")


def _caser(graph: Graph, model: Caser, items: str | None) -> str:
    user = _user(graph) if model.user_factors is not None else ""
    window = graph.input("window", "int64", ("batch", model.window))
    sequence = graph.op("Gather", graph.constant(_array(model.input_factors.weight)), window, axis=0)
    parts = []
    if model.vertical is not None:
        filters = graph.constant(_array(model.vertical.weight))
        bias = graph.constant(_array(model.vertical.bias.unsqueeze(1)))
        parts.append(graph.op("Flatten", graph.op("Add", graph.op("MatMul", filters, sequence), bias)))
    image = graph.op("Unsqueeze", sequence, graph.constant(np.array([1])))
    for height, layer in enumerate(model.horizontal, 1):
        assert isinstance(layer, nn.Linear)
        kernels = graph.constant(_array(layer.weight.view(-1, 1, height, model.factors)))
        convolved = graph.op("Relu", graph.op("Conv", image, kernels, graph.constant(_array(layer.bias))))
        parts.append(graph.op("Flatten", graph.op("GlobalMaxPool", convolved)))
    if not parts:
        parts = [graph.op("ReduceMean", sequence, graph.constant(np.array([1])), keepdims=0)]
    joined = parts[0] if len(parts) == 1 else graph.op("Concat", *parts, axis=1)
    hidden = graph.op("Relu", graph.op("Gemm", joined, *_layer(graph, model.connected), transB=1))
    if model.user_factors is not None:
        hidden = graph.op("Concat", hidden, _user_rows(graph, model.user_factors.weight, user), axis=1)
    vectors, bias = _table(graph, model.output_factors.weight, items), _table(graph, model.item_bias, items)
    return graph.op("Gemm", hidden, vectors, bias, transB=1, name="scores")


def _layer(graph: Graph, layer: nn.Linear) -> tuple[str, str]:
    return graph.constant(_array(layer.weight)), graph.constant(_array(layer.bias))


GRAPHS: Mapping[type[RankingModel], Callable[[Graph, Any, str | None], str]] = {
    Popularity: _popularity,
    RandomScores: _random,
    Factorisation: _factorisation,
    NeuralRanking: _neural,
    AutoRec: _autorec_user,
    Caser: _caser,
}
