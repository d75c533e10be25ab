"""What is wrong in a bundle is refused by its name, and nothing stays."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import ModelFileError, RankscopeError
from core.runs.bundles import MEMBER
from core.runs.dataset import write_dataset
from core.runs.importing import import_bundle
from core.runs.log import _checksum
from core.runs.vetting import check_table
from core.runs.workspace import Workspace
from tests.core.runs.importing.members import (
    ITEMS,
    Change,
    Members,
    changed_json,
    changed_tensors,
    checkpoint_of,
    header,
    put,
    read_members,
    with_weights,
    written,
)
from tests.core.runs.making import small_split


def event_with(**values: Any) -> Change:
    """One more event in the log that ends an epoch with these values."""

    def applied(members: Members) -> None:
        lines = members["events.jsonl"].splitlines()
        plain = {"event": "epoch", "epoch": 1, "epochs": 1, "loss": 0.1, "metrics": {}, "best": True}
        plain |= {"learning_rate": 0.1, "seconds": 1.0, "examples": 3, **values}
        event, number = json.dumps(plain).encode(), len(lines) + 1
        crc = _checksum(number, event)
        lines.append(b'{"sequence":%d,"crc":"%08x","event":%s}' % (number, crc, event))
        members["events.jsonl"] = b"\n".join(lines) + b"\n"

    return applied


def shape_of(name: str, shape: tuple[int, ...]) -> Change:
    return changed_tensors(lambda tensors: tensors.update({name: np.zeros(shape, np.float32)}))


WRONG: dict[str, tuple[Change, str]] = {
    "a pickle": (lambda members: with_weights(members, b"\x80\x04\x95rest"), "pickle"),
    "a zipped pickle": (lambda members: with_weights(members, b"PK\x03\x04rest of it"), "pickle"),
    "cut weights": (lambda members: with_weights(members, members[checkpoint_of(members)][:-7]), "safetensors"),
    "weights and more": (lambda members: with_weights(members, members[checkpoint_of(members)] + b"x"), "safetensors"),
    "a header bomb": (lambda members: with_weights(members, struct.pack("<Q", 2**30) + b"{}"), "header"),
    "a shape without end": (
        lambda members: with_weights(
            members, header('{"model.a":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[0,0]}}')
        ),
        "not understood",
    ),
    "a tensor twice": (
        lambda members: with_weights(members, header('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{}}')),
        "twice",
    ),
    "no item bias": (changed_tensors(lambda tensors: tensors.__delitem__("model.item_bias")), "item_bias is missing"),
    "one more tensor": (shape_of("model.more", (3,)), "more is unknown"),
    "other shapes": (shape_of("model.item_bias", (3,)), "in place of"),
    "other types": (
        changed_tensors(lambda tensors: tensors.update({"model.item_bias": np.zeros(ITEMS, np.float64)})),
        "float64",
    ),
    "not a number": (
        changed_tensors(lambda tensors: tensors["model.item_bias"].fill(np.nan) or None),
        "no numbers",
    ),
    "a newer bundle": (changed_json("bundle.json", lambda values: values.update(format=2, needs="9.9")), "9.9"),
    "a newer run": (changed_json("run.json", lambda values: values.update(format=99, needs="9.9")), "9.9"),
    "other data named": (changed_json("bundle.json", lambda values: values.update(data_hash="0" * 64)), "other data"),
    "NaN": (put("run.json", b'{"format":NaN}'), "no JSON"),
    "a key twice": (put("run.json", b'{"format":1,"format":1}'), "twice"),
    "too deep": (put("run.json", b"[" * 100_000), "run.json"),
    "no object": (put("run.json", b"[]"), "list"),
    "a class by name": (
        changed_json("run.json", lambda values: values["plan"]["model"].update(name="os:system")),
        "os:system",
    ),
    "a huge model": (
        changed_json("run.json", lambda values: values["plan"]["model"].update(window=200, factors=2048)),
        "200 places",
    ),
    "a plan of another kind": (changed_json("run.json", lambda values: values.update(plan={"x": 1})), "cannot be"),
    "a wrong state": (changed_json("run.json", lambda values: values.update(state="done")), "unknown"),
    "a time that is none": (changed_json("run.json", lambda values: values.update(created="yesterday")), "no time"),
    "a time of no calendar": (
        changed_json("run.json", lambda values: values.update(saved="9999-12-31T23:59:59+00:00")),
        "saved is no time",
    ),
    "a negative epoch": (changed_json("run.json", lambda values: values.update(epoch=-1)), "epoch cannot be -1"),
    "an epoch beyond all": (changed_json("run.json", lambda values: values.update(epoch=10**400)), "epoch cannot be"),
    "threads of a text": (changed_json("run.json", lambda values: values.update(device="x" * 5000)), "device"),
    "a metric of text": (
        changed_json("run.json", lambda values: values["result"]["metrics"].update({"hit@10": "0.3"})),
        "hit@10 is no number",
    ),
    "a share beyond one": (
        changed_json("run.json", lambda values: values["result"]["validation"].update({"auc": 3.0})),
        "auc lies between 0 and 1",
    ),
    "metrics in a list": (changed_json("run.json", lambda values: values["result"].update(metrics=[1])), "figures"),
    "an interval of one end": (
        changed_json("run.json", lambda values: values["result"]["intervals"].update({"auc": [0.1]})),
        "no interval",
    ),
    "seconds of another time": (
        changed_json("run.json", lambda values: values["result"].update(seconds=-3)),
        "seconds",
    ),
    "a huge number somewhere": (
        changed_json("run.json", lambda values: values["counts"].update(dropped={"x": 10**30})),
        "too large",
    ),
    "an event of text": (event_with(loss="high"), "loss cannot be 'high'"),
    "an event of huge numbers": (event_with(epoch=10**400), "epoch cannot be"),
    "an event without a part": (event_with(epochs=None), "epochs cannot be None"),
    "an event of wrong metrics": (event_with(metrics={"hit@10": []}), "hit@10 is no number"),
    "a name that leads out": (put("../evil.json", b"{}"), "leads out"),
    "an absolute name": (put("/etc/evil.json", b"{}"), "leads out"),
    "a name that no bundle has": (put("data/evil.py", b"import os"), "no bundle"),
    "no manifest": (lambda members: members.pop("bundle.json") and None, "bundle.json"),
    "no run": (lambda members: members.pop("run.json") and None, "run.json"),
    "no weights": (lambda members: members.pop(checkpoint_of(members)) and None, "safetensors"),
    "no table": (put("data/users.parquet", b"PAR1 and nothing"), "Parquet"),
    "a table whose pages are torn": (
        lambda members: members.update(
            {"data/users.parquet": members["data/users.parquet"].replace(b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfe")}
        ),
        "ZSTD",
    ),
    "a result of nobody": (put("results/test-model.json", b"{}"), "format"),
}


@pytest.fixture
def executed() -> Iterator[list[str]]:
    """Programs started, modules looked for by name and sockets made while the test runs."""
    seen: list[str] = []
    active = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if active[0] and event in ("subprocess.Popen", "os.system", "os.exec", "pickle.find_class", "socket.connect"):
            seen.append(event)

    sys.addaudithook(hook)
    yield seen
    active[0] = False


@pytest.mark.parametrize("name", list(WRONG))
def test_that_a_wrong_bundle_is_refused_by_name_and_leaves_nothing(
    name: str, bundle: Path, tmp_path: Path, workspace: Workspace, executed: list[str]
) -> None:
    change, word = WRONG[name]
    members = read_members(bundle)
    change(members)
    with pytest.raises(ModelFileError) as caught:
        import_bundle(written(members, tmp_path / "wrong.zip"), workspace)
    assert word in caught.value.sentence()
    assert caught.value.where
    assert caught.value.remedy
    assert list(workspace.runs_folder.iterdir()) == []
    assert executed == []
    assert {each.name for each in tmp_path.iterdir()} == {"wrong.zip", "workspace"}


def test_that_a_manifest_that_lies_is_noticed(bundle: Path, tmp_path: Path, workspace: Workspace) -> None:
    members = read_members(bundle)
    members["events.jsonl"] = members["events.jsonl"].replace(b"epoch", b"EPOCH", 1)
    with pytest.raises(ModelFileError, match="checksum"):
        import_bundle(written(members, tmp_path / "wrong.zip", seal=False), workspace)
    members["events.jsonl"] += b"\0" * (1 << 20)
    with pytest.raises(ModelFileError, match="more than it should"):
        import_bundle(written(members, tmp_path / "wrong.zip", seal=False), workspace)


def test_that_data_that_was_changed_is_not_what_the_run_was_trained_on(
    bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    members = read_members(bundle)
    table = pq.read_table(io.BytesIO(members["data/users.parquet"]))
    file = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([f"x{at}" for at in range(table.num_rows)], table.schema[0].type)}), file)
    content = file.getvalue()
    manifest = json.loads(members["data/manifest.json"])
    manifest["files"]["users"] |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    members |= {"data/users.parquet": content, "data/manifest.json": json.dumps(manifest).encode()}
    with pytest.raises(ModelFileError, match="not what the run was trained on"):
        import_bundle(written(members, tmp_path / "wrong.zip"), workspace)


@pytest.mark.parametrize("listed", [False, True])
def test_that_the_tables_of_every_run_are_honest(listed: bool, tmp_path: Path) -> None:
    write_dataset(tmp_path, small_split(listed=listed))
    tables = sorted(tmp_path.glob("*.parquet"))
    assert len(tables) == 5 + listed
    for each in tables:
        check_table(each)
        assert MEMBER.fullmatch(f"data/{each.name}")


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"id": pa.array(["x" * 1_000_000] * 400, pa.large_string())}),
        pa.table({"user": pa.array(np.zeros(40_000_000, np.int32))}),
        pa.table({"items": pa.array([np.zeros(40_000_000, np.int32)], pa.large_list(pa.int32()))}),
        pa.table({"items": pa.array([{"a": 1}])}),
    ],
)
def test_that_a_small_table_that_unpacks_into_the_memory_is_refused(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, compression="zstd", use_dictionary=True)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(RankscopeError, match=r"honest file|no run holds"):
        check_table(path)
