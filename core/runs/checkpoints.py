"""Checkpoints: the state of a run as safetensors with a JSON manifest beside it that is the mark of a whole one."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from core import durable, strict_json
from core.errors import ModelFileError, StorageError
from core.runs.record import NEEDS, check_format, damaged
from core.runs.weights import pack, unpack

FORMAT = 1
KEPT = 2
"""Latest checkpoints that stay, beside the best one."""
NAME = re.compile(r"(\d{6,})\.json")
LARGEST = 64 << 30
ATTEMPTS = 10
"""Looks at a folder whose checkpoints are replaced while it is read."""


@dataclass(frozen=True)
class Checkpoint:
    """What a manifest says.

    Attributes:
        number: 1, 2, ... in the order of writing; the file name.
        plain: the state that is no tensor: epoch, step, phase, early stopping, generators.
        best: it is the first with the weights of the best epoch so far.
        data_hash: of the data that the run was trained on.
        versions: of rankscope, torch, python...; the same bits are promised for the same ones only.
    """

    number: int
    size: int
    sha256: str
    data_hash: str
    plain: dict[str, Any]
    plan: dict[str, Any]
    versions: dict[str, Any]
    best: bool = False

    @property
    def whole(self) -> bool:
        """Whether a run can be gone on with from it."""
        return not self.plain.get("only_best", False)

    @property
    def name(self) -> str:
        """Name without ending."""
        return f"{self.number:06d}"


@dataclass(frozen=True)
class Loaded:
    """A checkpoint read back; ``notes`` says which newer ones could not be used."""

    checkpoint: Checkpoint
    tensors: dict[str, Tensor]
    notes: tuple[str, ...] = ()


def write_checkpoint(
    folder: Path,
    tensors: Mapping[str, Tensor],
    plain: dict[str, Any],
    *,
    data_hash: str,
    plan: dict[str, Any],
    versions: dict[str, Any],
    best: bool = False,
) -> Checkpoint:
    """Write the next checkpoint, then let go of old ones: the last two and the best stay.

    The weights come first and the manifest afterwards: a crash in between leaves weights that nobody looks at.

    Raises:
        StorageError: it could not be written; the earlier ones are intact.
    """
    content = pack(tensors)
    durable.room_for(folder, len(content))
    number = max((int(each) for each in _numbers(folder)), default=0) + 1
    checkpoint = Checkpoint(
        number, len(content), hashlib.sha256(content).hexdigest(), data_hash, plain, plan, versions, best
    )
    durable.write(folder / f"{checkpoint.name}.safetensors", content, own=True)
    durable.write(
        folder / f"{checkpoint.name}.json", strict_json.dumps(_manifest(checkpoint), indent=2) + b"\n", own=True
    )
    _prune(folder)
    return checkpoint


def newest(folder: Path, to_go_on: bool = False) -> Loaded:
    """The newest checkpoint that is whole; where a newer one is damaged, an earlier one and a note that says so.

    Args:
        to_go_on: pass over those that hold the best weights alone, saved when a run failed.

    Raises:
        ModelFileError: there is none.
        StorageError: a newer version of Rankscope wrote it.
    """
    notes: list[str] = []
    for _ in range(ATTEMPTS):
        notes = []
        numbers = _numbers(folder)
        for number in sorted(numbers, key=int, reverse=True):
            try:
                checkpoint = read_manifest(folder / f"{number}.json")
                if to_go_on and not checkpoint.whole:
                    continue
                return Loaded(checkpoint, read_tensors(folder, checkpoint), tuple(notes))
            except (StorageError, ModelFileError) as error:
                if error.code == "storage.newer":
                    raise
                notes.append(f"Checkpoint {number} could not be used, an earlier one was taken: {error.sentence()}")
        if _numbers(folder) == numbers:
            break
        # the run is being written: those that were listed are gone meanwhile, and newer ones are there
    raise ModelFileError(
        "model.no-checkpoint",
        "the run holds no weights that can be used",
        durable.printable_path(folder),
        " ".join(notes) or "It ended before its first checkpoint",
        "Train it again with its plan.toml",
    )


def read_manifest(path: Path) -> Checkpoint:
    """Read the JSON beside the weights.

    Raises:
        StorageError: unreadable, damaged, or of a newer format.
    """
    where = durable.printable_path(path)
    values = strict_json.read(path)
    check_format(values, FORMAT, where)
    kinds = {"size": int, "sha256": str, "data_hash": str, "plain": dict, "plan": dict, "versions": dict, "best": bool}
    for name, kind in kinds.items():
        if type(values.get(name)) is not kind:
            raise damaged(where, f"{name} is missing or no {kind.__name__}")
    return Checkpoint(number=int(path.stem), **{name: values[name] for name in kinds})


def read_tensors(folder: Path, checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The tensors of a checkpoint whose size and hash are those of the manifest.

    Raises:
        StorageError: the file cannot be read.
        ModelFileError: it is not the file that was written.
    """
    path = folder / f"{checkpoint.name}.safetensors"
    where = durable.printable_path(path)
    with durable.storing(path, "read"), durable.opened(path) as file:
        # read as bytes: a file that is cut while it is mapped would end the process; as many as the file has, since
        # room for what a forged manifest claims would be taken first
        here = os.fstat(file.fileno()).st_size
        content = file.read(here) if here == checkpoint.size <= LARGEST else b""
    if len(content) != checkpoint.size or hashlib.sha256(content).hexdigest() != checkpoint.sha256:
        raise ModelFileError(
            "model.damaged",
            "the weights are not those that were saved",
            where,
            "Size or checksum differ from the manifest",
            "Use another copy or an earlier checkpoint",
        )
    return unpack(content, where)


def _manifest(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "needs": NEEDS,
        "size": checkpoint.size,
        "sha256": checkpoint.sha256,
        "data_hash": checkpoint.data_hash,
        "best": checkpoint.best,
        "versions": checkpoint.versions,
        "plain": checkpoint.plain,
        "plan": checkpoint.plan,
    }


def _numbers(folder: Path) -> list[str]:
    with durable.storing(folder, "read"):
        return [match[1] for each in folder.iterdir() if (match := NAME.fullmatch(each.name))]


def _is_best(path: Path) -> bool:
    try:
        return read_manifest(path).best
    except StorageError:
        # damaged meanwhile: it is no reason to lose what was just saved
        return False


def _prune(folder: Path) -> None:
    numbers = sorted(_numbers(folder), key=int)
    stay = set(numbers[-KEPT:])
    for number in reversed(numbers):
        if _is_best(folder / f"{number}.json"):
            stay.add(number)
            break
    for number in numbers:
        if number not in stay:
            # the manifest first: weights without one are no checkpoint, a manifest without weights would be a lie
            durable.remove(folder / f"{number}.json")
            durable.remove(folder / f"{number}.safetensors")
    for each in folder.glob("*.safetensors"):
        if not (folder / f"{each.stem}.json").exists():
            durable.remove(each)
