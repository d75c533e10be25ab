"""The model as a folder: safetensors, a JSON card, id maps, histories, and a program that needs NumPy alone."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

import torch

from core import durable, strict_json
from core.export.knowledge import column_states, histories
from core.export.private import folders_of, plan_values, without_folders
from core.export.request import Request
from core.models.autorec import AutoRec
from core.runs.opening import Run
from core.runs.record import NEEDS
from core.runs.weights import pack

FORMAT = 1
PROGRAM = "recommend.py"


def write_model(request: Request) -> tuple[str, ...]:
    """Write the folder."""
    run, place = request.run, request.place
    request.tell("reading the weights", 0, 4)
    weights = pack(run.model.state_dict())
    contents = {"model.safetensors": weights}
    request.tell("gathering the ids", 1, 4)
    data = run.interactions
    contents["users.json"] = strict_json.dumps({"ids": data.users.ids.to_pylist()})
    titles = data.catalogue.frame["title"].astype(str).tolist() if "title" in data.catalogue.frame.columns else []
    contents["items.json"] = strict_json.dumps({"ids": data.items.ids.to_pylist(), "titles": titles})
    request.tell("gathering the histories", 2, 4)
    known = known_tensors(run, request.options.histories)
    if known:
        contents["known.safetensors"] = pack(known)
    contents[PROGRAM] = files("core.export").joinpath("standalone.py").read_bytes()
    contents["model.json"] = strict_json.dumps(card(run, contents), indent=2) + b"\n"
    request.tell("writing", 3, 4)
    for name, content in contents.items():
        durable.write(place / name, content)
    request.tell("writing", 4, 4)
    return tuple(run.loaded.notes)


def known_tensors(run: Run, with_histories: bool) -> dict[str, torch.Tensor]:
    """What stands beside the weights."""
    found: dict[str, Any] = histories(run) if with_histories else {}
    if isinstance(run.model, AutoRec) and not run.model.by_user:
        found["item_states"] = column_states(run, run.model)
    return {name: torch.from_numpy(values.copy()) for name, values in found.items()}


def card(run: Run, contents: dict[str, bytes]) -> dict[str, Any]:
    """All that is to be known of the model, as plain values."""
    model = run.model
    told = {
        "format": FORMAT,
        "needs": NEEDS,
        "model": run.plan.model.name,
        "users": model.n_users,
        "items": model.n_items,
        "window": model.window,
        "ratings": isinstance(model, AutoRec) and model.ratings,
        "hide_seen": run.split.hide_seen,
        "plan": plan_values(run),
        "data": run.record.data,
        "epoch": run.record.epoch,
        "state": run.record.state,
        "created": run.record.created,
        "versions": run.record.versions,
        "result": {name: value for name, value in run.result.items() if name != "run"},
        "tensors": {
            name: {"shape": list(value.shape), "dtype": str(value.dtype).removeprefix("torch.")}
            for name, value in model.state_dict().items()
        },
        "files": {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        },
    }
    found: dict[str, Any] = without_folders(told, folders_of(run))
    return found
