"""The model as one ONNX file: a graph that scores items for users, histories or windows, any number at a time."""

from __future__ import annotations

from typing import Any

from core import durable, strict_json
from core.errors import UsageError
from core.export.graph import LARGEST, Graph
from core.export.graph_of_model import scores_of
from core.export.knowledge import column_states
from core.export.private import plan_values
from core.export.request import Request
from core.models.autorec import AutoRec
from core.training.plan import make_plan, to_toml


def write_onnx(request: Request) -> tuple[str, ...]:
    """Write the file.

    Inputs, each with ``batch`` rows: ``user`` int64 ``[batch]``, the row of a user, -1 for an unknown one where the
    model can; Caser also ``window`` int64 ``[batch, L]``, item rows, oldest first, filled on the left with the number
    of items; user-based AutoRec ``history`` float32 ``[batch, items]`` alone. With the option ``candidates`` also
    ``item`` int64 ``[candidates]``. Output: ``scores`` float32 ``[batch, items or candidates]``.

    Raises:
        UsageError: it would be larger than an ONNX file can be.
    """
    run, options = request.run, request.options
    request.tell("building the graph", 0, 3)
    model, graph = run.model, Graph()
    items = graph.input("item", "int64", ("candidates",)) if options.candidates else None
    states: Any = None
    if isinstance(model, AutoRec) and not model.by_user:
        states = column_states(run, model)
    scores = scores_of(graph, model, items, states)
    metadata = {
        "rankscope.model": run.plan.model.name,
        "rankscope.data": str(run.record.data.get("hash", "")),
        "rankscope.plan": to_toml(make_plan(plan_values(run))),
    }
    if options.ids:
        data = run.interactions
        metadata["rankscope.user_ids"] = strict_json.dumps({"ids": data.users.ids.to_pylist()}).decode()
        metadata["rankscope.item_ids"] = strict_json.dumps({"ids": data.items.ids.to_pylist()}).decode()
    _check_size(graph.size + sum(len(each) for each in metadata.values()))
    about = f"{run.plan.model.name}: scores of {model.n_items} items; higher is better"
    width = "candidates" if options.candidates else model.n_items
    request.tell("checking the graph", 1, 3)
    made = graph.model(scores, ("batch", width), about, metadata)
    request.tell("writing", 2, 3)
    with durable.storing(request.place):
        request.place.write_bytes(made.SerializeToString())
    request.tell("writing", 3, 3)
    return tuple(run.loaded.notes)


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise UsageError(
            "export.too-large",
            f"the model takes {size / 1e9:.1f} GB and an ONNX file ends at 2 GB",
            "--to onnx",
            remedy="Export it as model: safetensors have no such end",
        )
