from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import ModelFileError, StorageError
from core.runs.checkpoints import Checkpoint, newest, write_checkpoint


def write(folder: Path, epoch: int, best: bool = False) -> Checkpoint:
    tensors = {"model.w": torch.full((4,), float(epoch)), "learner.m": torch.arange(3)}
    plain = {"epoch": epoch, "phase": "train"}
    return write_checkpoint(folder, tensors, plain, data_hash="abc", plan={}, versions={"torch": "2"}, best=best)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_that_the_newest_checkpoint_is_read_back(tmp_path: Path) -> None:
    write(tmp_path, 1)
    write(tmp_path, 2)
    loaded = newest(tmp_path)
    assert loaded.checkpoint.plain == {"epoch": 2, "phase": "train"}
    assert loaded.checkpoint.data_hash == "abc"
    assert loaded.tensors["model.w"].tolist() == [2.0] * 4
    assert loaded.notes == ()


def test_that_the_last_two_and_the_best_stay(tmp_path: Path) -> None:
    for epoch in range(1, 7):
        write(tmp_path, epoch, best=epoch in (1, 3))
    stems = ["000003", "000005", "000006"]
    assert names(tmp_path) == sorted(f"{stem}.{end}" for stem in stems for end in ("json", "safetensors"))


@pytest.mark.parametrize("damage", ["weights", "short", "no weights", "manifest", "no manifest", "swapped"])
def test_that_an_earlier_checkpoint_is_taken_and_told_where_the_newest_is_damaged(tmp_path: Path, damage: str) -> None:
    write(tmp_path, 1)
    write(tmp_path, 2)
    weights, manifest = tmp_path / "000002.safetensors", tmp_path / "000002.json"
    if damage == "weights":
        content = weights.read_bytes()
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "short":
        weights.write_bytes(weights.read_bytes()[:-3])
    elif damage == "no weights":
        weights.unlink()
    elif damage == "manifest":
        manifest.write_bytes(manifest.read_bytes()[:40])
    elif damage == "no manifest":
        manifest.unlink()
    else:
        weights.write_bytes((tmp_path / "000001.safetensors").read_bytes())
    loaded = newest(tmp_path)
    assert loaded.checkpoint.plain["epoch"] == 1
    assert bool(loaded.notes) == (damage != "no manifest")


def test_that_every_crash_within_writing_leaves_a_whole_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerLoss(BaseException):
        pass

    calls = ("write", "fsync", "replace", "open", "unlink")
    real = {name: getattr(os, name) for name in calls}
    crashed = 0
    for moment in range(1, 200):
        folder = tmp_path / str(moment)
        folder.mkdir()
        for epoch in (1, 2, 3):
            write(folder, epoch, best=epoch == 1)
        left = [moment]

        def counting(name: str, left: list[int] = left) -> Any:
            def call(*args: Any, **options: Any) -> Any:
                left[0] -= 1
                if left[0] == 0:
                    raise PowerLoss
                return real[name](*args, **options)

            return call

        with monkeypatch.context() as patched:
            for name in calls:
                patched.setattr(os, name, counting(name))
            try:
                write(folder, 4)
                break
            except PowerLoss:
                crashed += 1
        loaded = newest(folder)
        assert loaded.checkpoint.plain["epoch"] in (3, 4)
        assert loaded.tensors["model.w"].tolist() == [float(loaded.checkpoint.plain["epoch"])] * 4
        assert loaded.notes == ()
        # and it can be gone on with
        write(folder, 5)
        assert newest(folder).checkpoint.plain["epoch"] == 5
    assert crashed > 8


@pytest.mark.parametrize(
    "change",
    [{"sha256": 1}, {"size": True}, {"plain": []}, {"best": None}, {"format": "1"}, {"format": 0}],
)
def test_that_a_manifest_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    write(tmp_path, 1)
    values = json.loads((tmp_path / "000001.json").read_text())
    (tmp_path / "000001.json").write_text(json.dumps({**values, **change}))
    with pytest.raises(ModelFileError, match="no weights that can be used"):
        newest(tmp_path)


def test_that_a_newer_format_is_not_passed_over_for_an_older_checkpoint(tmp_path: Path) -> None:
    write(tmp_path, 1)
    write(tmp_path, 2)
    values = json.loads((tmp_path / "000002.json").read_text())
    (tmp_path / "000002.json").write_text(json.dumps({**values, "format": 2, "needs": "0.9"}))
    with pytest.raises(StorageError, match=r"needs Rankscope 0\.9"):
        newest(tmp_path)


def test_that_a_run_without_weights_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="ended before its first checkpoint"):
        newest(tmp_path)


@pytest.mark.parametrize("size", [1 << 50, -5])
def test_that_no_room_is_taken_for_what_a_manifest_claims(tmp_path: Path, size: int) -> None:
    write(tmp_path, 1)
    path = tmp_path / "000001.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "size": size}), encoding="utf-8")
    with pytest.raises(ModelFileError, match="not those that were saved"):
        newest(tmp_path)
