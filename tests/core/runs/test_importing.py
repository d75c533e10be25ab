"""Bundles: what one Rankscope exports another imports; what is wrong with one is refused, and nothing stays."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import stat
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import safetensors.numpy

from core import durable
from core.commands import main
from core.data.vocabulary import Vocabulary
from core.errors import ModelFileError, RankscopeError, StorageError, UsageError
from core.export.exporting import export
from core.models.scorer import scorer_for
from core.proving.material import made_plan, recording
from core.proving.rubbish import zipped
from core.runs.bundles import MEMBER
from core.runs.dataset import write_dataset
from core.runs.folder import RunFolder
from core.runs.importing import Imported, import_bundle
from core.runs.marks import Marks, read_marks, write_marks
from core.runs.opening import Run, open_run
from core.runs.record import read_record
from core.runs.vetting import check_table
from core.runs.workspace import Workspace
from core.scoring import Histories, known_before
from core.training.plan import replace
from tests.core.runs.making import small_split

USERS, ITEMS = 12, 16


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "events.csv"
    generator = np.random.default_rng(3)
    rows = [
        f"u{user},i{item},{1_400_000_000 + 100 * at}"
        for user in range(USERS)
        for at, item in enumerate(generator.permutation(ITEMS)[:6])
    ]
    path.write_text("user,item,time\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Path:
    out = tmp_path_factory.mktemp("trained") / "caser"
    words = ["train", "--data", str(source), "--model", "caser", "--epochs", "1", "--out", str(out)]
    assert main([*words, "--set", "report_every=0", "--set", "bootstrap=20", "--set", "factors=4"]) == 0
    return out


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, trained: Path) -> Path:
    """With data and without state."""
    return export(open_run(trained), "bundle", tmp_path_factory.mktemp("bundle") / "run.zip").out


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def scores(run: Run) -> Any:
    users = np.arange(USERS, dtype=np.int32)
    return scorer_for(run.model).scores(users, Histories(known_before(run.split, "next"), users)).copy()


def test_that_an_imported_run_is_the_one_that_was_exported(trained: Path, bundle: Path, workspace: Workspace) -> None:
    told: list[tuple[str, int, int]] = []
    done = import_bundle(bundle, workspace, tell=lambda *progress: told.append(progress))
    here, there = open_run(done.folder.path), open_run(trained)
    assert done.folder.path == workspace.runs_folder / there.record.id
    assert here.plan == replace(there.plan, "data.source", "events.csv")
    assert here.result == {**there.result, "run": "caser"}
    assert np.array_equal(scores(here), scores(there))
    own, other = here.evaluation("test"), there.evaluation("test")
    assert own is not None
    assert other is not None
    assert np.array_equal(own.ranks, other.ranks)
    assert told[-1][1] <= told[-1][2]
    assert [each.name for each in workspace.runs_folder.iterdir()] == [there.record.id]


def test_that_a_run_that_is_there_is_kept_and_a_copy_gets_an_id_of_its_own(bundle: Path, workspace: Workspace) -> None:
    first = import_bundle(bundle, workspace)
    with pytest.raises(UsageError, match="--copy"):
        import_bundle(bundle, workspace)
    second = import_bundle(bundle, workspace, copy=True)
    assert second.folder.path != first.folder.path
    assert read_record(second.folder).id == second.folder.path.name
    assert len(list(workspace.runs_folder.iterdir())) == 2


def test_that_state_in_the_bundle_lets_training_go_on(trained: Path, tmp_path: Path, workspace: Workspace) -> None:
    made = export(open_run(trained), "bundle", tmp_path / "whole.zip", {"state": True})
    done = import_bundle(made.out, workspace)
    assert open_run(done.folder.path).restored_state().epoch == 1


def test_that_a_bundle_with_the_hash_alone_finds_the_same_data(
    trained: Path, source: Path, bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    alone = export(open_run(trained), "bundle", tmp_path / "alone.zip", {"data": False}).out
    with zipfile.ZipFile(alone) as archive:
        assert not any(name.startswith(("data/", "results/")) for name in archive.namelist())
    with pytest.raises(UsageError, match="--data SOURCE"):
        import_bundle(alone, workspace)
    other = tmp_path / "other.csv"
    other.write_text(source.read_text().replace("u3,", "u33,"))
    with pytest.raises(UsageError, match="not the data"):
        import_bundle(alone, workspace, data=str(other))
    assert list(workspace.runs_folder.iterdir()) == []
    moved = tmp_path / "moved.csv"
    moved.write_bytes(source.read_bytes())
    done = import_bundle(alone, workspace, data=str(moved))
    assert np.array_equal(scores(open_run(done.folder.path)), scores(open_run(trained)))
    # now a run with the same data is there, and nothing has to be named
    again = import_bundle(alone, workspace, copy=True)
    assert "which has the same" in again.notes[0]


@pytest.mark.parametrize("field", ["items", "test", "validation", "candidates", "source"])
def test_that_no_file_is_opened_because_a_bundle_names_it(
    field: str, trained: Path, source: Path, tmp_path: Path, workspace: Workspace
) -> None:
    canary = tmp_path / "canary.csv"
    canary.write_text("user,item\n1,2\n")
    alone = read_members(export(open_run(trained), "bundle", tmp_path / "alone.zip", {"data": False}).out)
    values = json.loads(alone["run.json"])
    values["plan"]["data"][field] = str(canary)
    if field == "validation":
        values["plan"]["data"]["test"] = str(canary)
    alone["run.json"] = json.dumps(values).encode()
    opened: list[str] = []
    active = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if active[0] and event == "open" and str(arguments[0]) == str(canary):
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    path = written(alone, tmp_path / "wrong.zip")
    if field in ("items", "source"):
        import_bundle(path, workspace, data=str(source))
    else:
        with pytest.raises(UsageError, match="files of their own"):
            import_bundle(path, workspace, data=str(source))
    active[0] = False
    assert opened == []


# --- bundles with something wrong about them -------------------------------------------------------------------------

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


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_that_links_repeated_names_and_encryption_are_refused(
    bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "wrong.zip"
    for change in ("link", "twice", "encrypted"):
        members = read_members(bundle)
        written(members, path)
        if change == "encrypted":
            content = bytearray(path.read_bytes())
            at = content.find(b"PK\x01\x02")
            content[at + 8] |= 1
            path.write_bytes(content)
        else:
            with zipfile.ZipFile(path, "a") as archive:
                info = zipfile.ZipInfo("events.jsonl" if change == "twice" else "data/manifest.json")
                info.external_attr = (stat.S_IFLNK | 0o777) << 16 if change == "link" else 0
                archive.writestr(info, b"/etc/passwd")
        with pytest.raises(ModelFileError):
            import_bundle(path, workspace)
    assert list(workspace.runs_folder.iterdir()) == []


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


def test_that_any_cut_and_any_flipped_byte_is_refused_or_harmless(
    trained: Path, bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    wanted = scores(open_run(trained))
    content, generator = bundle.read_bytes(), np.random.default_rng(1)
    path = tmp_path / "wrong.zip"
    refused = 0
    for at in generator.integers(0, len(content), 60).tolist():
        for wrong in (content[:at], content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]):
            path.write_bytes(wrong)
            try:
                done: Imported = import_bundle(path, workspace, copy=True)
            except ModelFileError:
                refused += 1
            else:
                # a byte that says nothing, such as a date in the directory
                assert np.array_equal(scores(open_run(done.folder.path)), wanted)
    assert refused > 100
    assert all(RunFolder(each).exists() for each in workspace.runs_folder.iterdir())


def test_that_what_is_no_file_is_said_to_be_none(tmp_path: Path, workspace: Workspace) -> None:
    for path in (tmp_path / "absent.zip", tmp_path):
        with pytest.raises(RankscopeError) as caught:
            import_bundle(path, workspace)
        assert caught.value.remedy


def test_that_cancelling_leaves_nothing(bundle: Path, workspace: Workspace) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if what == "checking the weights":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_bundle(bundle, workspace, tell=stop)
    assert list(workspace.runs_folder.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(28, "storage.full"), (13, "storage.denied"), (5, "storage.failed")])
def test_that_a_disk_that_refuses_is_told_as_ours_and_leaves_nothing(
    number: int, code: str, bundle: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.prepare()

    def refuse(path: Path) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(durable, "sync", refuse)
    with pytest.raises(StorageError) as caught:
        import_bundle(bundle, workspace)
    assert caught.value.code == code
    monkeypatch.undo()
    assert list(workspace.runs_folder.iterdir()) == []


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_that_name_star_and_note_travel_with_a_run(trained: Path, tmp_path: Path, workspace: Workspace) -> None:
    kept = (trained / "marks.json").read_bytes() if (trained / "marks.json").exists() else None
    write_marks(RunFolder(trained), Marks("the ünlikely one", True, "line\nline"))
    made = export(open_run(trained), "bundle", tmp_path / "marked.zip").out
    if kept is None:
        (trained / "marks.json").unlink()
    done = import_bundle(made, workspace)
    assert read_marks(done.folder) == Marks("the ünlikely one", True, "line\nline")


@pytest.mark.parametrize("note", ['"x"', json.dumps("x" * 100_001), "7"])
def test_that_marks_in_a_bundle_are_looked_at_like_all_else(
    bundle: Path, tmp_path: Path, workspace: Workspace, note: str
) -> None:
    inside = members(bundle)
    inside["marks.json"] = f'{{"format":1,"needs":"0.1.0","name":"n","star":true,"note":{note}}}'.encode()
    manifest = json.loads(inside["bundle.json"])
    content = inside["marks.json"]
    manifest["members"]["marks.json"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    inside["bundle.json"] = json.dumps(manifest).encode()
    changed = tmp_path / "changed.zip"
    changed.write_bytes(zipped(inside))
    if note == '"x"':
        assert read_marks(import_bundle(changed, workspace).folder) == Marks("n", True, "x")
        return
    with pytest.raises(ModelFileError):
        import_bundle(changed, workspace)
    assert not list(workspace.runs_folder.iterdir())


USER, ITEM = "someone called Ümit", "a secret item"


@pytest.mark.parametrize("model", ["gmf", "caser", "autorec-user", "autorec-item", "popularity"])
@pytest.mark.parametrize("state", [False, True])
def test_that_a_bundle_with_the_hash_alone_holds_no_interactions_and_no_ids(
    tmp_path: Path, model: str, state: bool
) -> None:
    made = small_split()
    vocabularies = {
        "users": Vocabulary([f"{USER} {row}" for row in range(len(made.interactions.users))]),
        "items": Vocabulary([f"{ITEM} {row}" for row in range(len(made.interactions.items))]),
    }
    split = dataclasses.replace(made, interactions=dataclasses.replace(made.interactions, **vocabularies))
    pinned = {"evaluation": {"pinned": [f"{USER} 3", f"{USER} who is nobody"]}}
    plan = made_plan(model, sections=pinned)
    for _ in recording(tmp_path / "run", plan, split):
        pass
    assert USER.encode() in (tmp_path / "run" / "events.jsonl").read_bytes()
    out = export(open_run(tmp_path / "run"), "bundle", tmp_path / "b.zip", {"data": False, "state": state}).out
    inside = members(out)
    escaped = [json.dumps(each)[1:-1].encode() for each in (USER, ITEM)]
    found = [name for name, content in inside.items() if any(each in content for each in (*escaped, USER.encode()))]
    assert not found
    assert not [name for name in inside if name.startswith(("data/", "results/"))]
    # nor the interactions as rows, whatever they are called
    weights = next(content for name, content in inside.items() if name.endswith(".safetensors"))
    for values in (split.train.users, split.train.items, split.interactions.events.items):
        for kind in ("int32", "int64", "float32"):
            assert values.astype(kind).tobytes() not in weights


def test_that_a_plan_that_was_only_near_enough_is_kept_as_it_was_understood(
    bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    members = read_members(bundle)
    changed_json("run.json", lambda values: values["plan"].update(optimiser=[]))(members)
    done = import_bundle(written(members, tmp_path / "near.zip"), workspace)
    assert done.record.plan["optimiser"]["name"]
    assert read_record(done.folder).plan == done.record.plan
