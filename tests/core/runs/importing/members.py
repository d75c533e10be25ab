"""Bundles taken apart, changed, and put together again with hashes that are right."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from core.models.scorer import scorer_for
from core.runs.opening import Run
from core.scoring import Histories, known_before

USERS, ITEMS = 12, 16

Members = dict[str, bytes]
Change = Callable[[Members], None]


def read_members(bundle: Path) -> Members:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(members: Members, path: Path, seal: bool = True) -> Path:
    """A bundle of these members; with hashes that are right, whatever they hold."""
    if seal and "bundle.json" in members:
        manifest = json.loads(members["bundle.json"])
        manifest["members"] = {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items()
            if name != "bundle.json"
        }
        members["bundle.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def checkpoint_of(members: Members) -> str:
    return next(name for name in members if name.endswith(".safetensors"))


def with_weights(members: Members, content: bytes) -> None:
    """Put weights in whose manifest agrees with them."""
    name = checkpoint_of(members)
    manifest = json.loads(members[name.replace("safetensors", "json")])
    manifest |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    members[name] = content
    members[name.replace("safetensors", "json")] = json.dumps(manifest).encode()


def changed_tensors(change: Callable[[dict[str, Any]], None]) -> Change:
    def applied(members: Members) -> None:
        tensors = dict(safetensors.numpy.load(members[checkpoint_of(members)]))
        change(tensors)
        with_weights(members, safetensors.numpy.save(tensors))

    return applied


def changed_json(name: str, change: Callable[[dict[str, Any]], None]) -> Change:
    def applied(members: Members) -> None:
        values = json.loads(members[name])
        change(values)
        members[name] = json.dumps(values).encode()

    return applied


def header(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def put(name: str, content: bytes) -> Change:
    return lambda members: members.__setitem__(name, content)


def scores(run: Run) -> Any:
    users = np.arange(USERS, dtype=np.int32)
    return scorer_for(run.model).scores(users, Histories(known_before(run.split, "next"), users)).copy()
