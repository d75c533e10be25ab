"""What a power cut leaves: the model of the disk, and that the proof holds and would notice what is left out."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import durable
from core.proving import power, stories
from core.proving.crashing import TORN, WILD, Way, crashed
from core.proving.ending import differences, ending
from core.proving.power import contents
from core.proving.proof import Options, Verdict
from core.proving.tape import Tape, Written
from core.proving.views import finished
from core.runs import log, results
from core.runs.resuming import resume
from core.training.events import RunStarted
from tests.core.proving.test_proofs import verdict

TRAIN, LONGER, NAME, DELETE, EMPTY, REPLACE = 0, 1, 2, 8, 9, 10
ALL = (*range(17), 31, 32)
"""All that is done, but of the exports the first, a folder, and the last, a file."""


def power_cut(folder: Path, *steps: int, states: int, quick: bool = True) -> Verdict:
    return verdict(power.prove(Options(quick=quick, states=states), folder, steps or None))


def ends(tape: Tape, *ways: Way, times: int = 30) -> list[dict[str, bytes]]:
    """All that a power cut after the last operation may leave."""
    generator = random.Random(1)
    made = [
        contents(crashed(tape.base, tape.operations, len(tape.operations), way, generator))
        for _ in range(times)
        for way in ways or WILD
    ]
    return [{path: content for path, content in each.items() if not path.endswith("/")} for each in made]


# --- the model -------------------------------------------------------------------------------------------------------


def test_that_what_was_synced_is_there_in_every_end_and_the_rest_in_some(tmp_path: Path) -> None:
    with Tape(tmp_path) as tape:
        durable.write(tmp_path / "kept", b"kept")
        (tmp_path / "lost").write_bytes(b"lost")
    found = ends(tape, *WILD, Way(0.0, "none"))
    assert all(each["kept"] == b"kept" for each in found)
    assert {each.get("lost") for each in found} > {None, b"", b"lost"}


def test_that_a_name_can_be_there_before_its_bytes_and_bytes_before_their_name(tmp_path: Path) -> None:
    with Tape(tmp_path) as tape:
        (tmp_path / "a").write_bytes(b"new")
        os.replace(tmp_path / "a", tmp_path / "b")
        descriptor = os.open(tmp_path / "c", os.O_CREAT | os.O_WRONLY)
        os.write(descriptor, b"synced")
        os.fsync(descriptor)
        os.close(descriptor)
    found = ends(tape)
    assert {each.get("b") for each in found} > {None, b"", b"new"}
    assert {each.get("c") for each in found} == {None, b"synced"}


def test_that_names_of_one_folder_keep_their_order_and_those_of_two_do_not(tmp_path: Path) -> None:
    for name in "xy":
        (tmp_path / name).mkdir()
    with Tape(tmp_path) as tape:
        for place in ("x/1", "x/2", "y/3"):
            (tmp_path / place).touch()
    found = [set(each) for each in ends(tape)]
    assert not [each for each in found if "x/2" in each and "x/1" not in each]
    assert {"y/3"} in found
    assert {"x/1", "x/2"} in found


def test_that_a_rename_from_folder_to_folder_is_one_step_and_syncing_either_keeps_it(tmp_path: Path) -> None:
    for name in "xy":
        (tmp_path / name).mkdir()
    (tmp_path / "x" / "a").write_bytes(b"a")
    with Tape(tmp_path) as tape:
        (tmp_path / "x" / "a").rename(tmp_path / "y" / "b")
        assert {tuple(each) for each in ends(tape)} == {("x/a",), ("y/b",)}
        durable.sync_folder(tmp_path / "x")
    assert {tuple(each) for each in ends(tape)} == {("y/b",)}


def test_that_two_names_that_change_places_are_both_there(tmp_path: Path) -> None:
    for name in "xy":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    with Tape(tmp_path) as tape:
        if not durable.swap(tmp_path / "x", tmp_path / "y"):
            pytest.skip("this system has no such call")
    assert {tuple(sorted(each)) for each in ends(tape)} == {("x/x", "y/y"), ("x/y", "y/x")}


@pytest.mark.parametrize(
    ("kind", "possible"),
    [
        ("none", {b"oldold"}),
        ("all", {b"oldNEW!"}),
        ("prefix", {b"oldold", b"oldNld", b"oldNEd", b"oldNEW", b"oldNEW!"}),
        ("zeros", {b"old\0\0\0\0"}),
    ],
)
def test_that_bytes_tear_in_each_way(kind: str, possible: set[bytes]) -> None:
    generator = random.Random(1)
    change = [Written(1, 3, b"NEW!")]
    assert {TORN[kind](b"oldold", change, generator) for _ in range(60)} == possible


def test_that_blocks_are_old_or_new_in_any_order() -> None:
    old, new = b"o" * 2048, b"n" * 2048
    found = {TORN["blocks"](old, [Written(1, 0, new)], random.Random(seed)) for seed in range(60)}
    assert {each[:1] + each[1024:1025] for each in found} == {b"oo", b"on", b"no", b"nn"}
    assert all(len(each) == 2048 for each in found)


def test_that_the_tape_ends_with_the_disk_as_it_is(tmp_path: Path) -> None:
    with Tape(tmp_path) as tape:
        durable.write(tmp_path / "a", b"a")
        durable.make_folder(tmp_path / "made" / "inner")
        with (tmp_path / "made" / "inner" / "text").open("w") as file:
            file.write("first")
            file.truncate(2)
        (tmp_path / "made").rename(tmp_path / "moved")
        durable.put_folder(tmp_path / "moved", tmp_path / "made")
        durable.remove_folders([tmp_path / "made"])
        (tmp_path / "b").write_bytes(b"b")
        os.truncate(tmp_path / "b", 0)
        with pytest.raises(FileNotFoundError):
            (tmp_path / "none" / "x").write_bytes(b"x")
    tape.finish()
    there = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert contents(tape.now) == there == {"a": b"a", "b": b""}
    assert ends(tape, Way(1.0, "all"), times=1) == [there]


def test_that_what_is_written_unseen_is_taken_over_unsynced(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv

    with Tape(tmp_path) as tape:
        (tmp_path / "x.csv").touch()
        pyarrow.csv.write_csv(pa.table({"a": [1]}), str(tmp_path / "x.csv"))
    tape.finish()
    assert {each.get("x.csv") for each in ends(tape)} >= {None, b"", b'"a"\n1\n'}


def test_that_files_of_unfinished_names_are_nobodys_and_their_folders_are_there() -> None:
    found = finished({"runs/a/ckpt/.writing-1": b"x", "runs/.new-1/run.json": b"", "runs/a/run.json": b"{}"})
    assert found == {"runs/a/ckpt/": b"", "runs/": b"", "runs/a/run.json": b"{}"}


# --- the proof -------------------------------------------------------------------------------------------------------


def test_that_no_power_cut_loses_what_was_told_or_leaves_half_of_anything(tmp_path: Path) -> None:
    found = power_cut(tmp_path, *ALL, states=250)
    assert found.violations == ()
    assert found.figures["states"] == 250
    assert found.figures["opened"] > 100


def in_place(path: Path, content: bytes, own: bool = False) -> None:
    path.write_bytes(content)
    durable.sync(path)
    durable.sync_folder(path.parent)


def unsynced(self: log.EventLog, event: Any, *, sync: bool = False, real: Any = log.EventLog.append) -> None:
    real(self, event)


MUTANTS: dict[str, tuple[object, str, object, tuple[int, ...], str]] = {
    "bytes are not synced": (durable, "sync", lambda path: None, (TRAIN,), "not what was put there"),
    "names are not synced": (durable, "sync_folder", lambda folder: None, (NAME, TRAIN), "was told"),
    "written in place": (durable, "write", in_place, (TRAIN, NAME), "not what was put there"),
    "the log is not synced": (log.EventLog, "append", unsynced, (TRAIN,), "was told"),
    "two steps to change places": (durable, "swap", lambda one, other: False, (REPLACE,), "('', '') is there"),
    "a folder removed piece by piece": (
        durable,
        "remove_folders",
        lambda folders: [shutil.rmtree(each) for each in folders],
        (DELETE, EMPTY),
        "missing",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_that_what_is_left_out_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    module, name, instead, steps, said = MUTANTS[mutant]
    monkeypatch.setattr(module, name, instead)
    # between two steps is one instant alone: every instant is looked at
    found = power_cut(tmp_path, *steps, states=330, quick=mutant != "two steps to change places")
    assert not found.holds
    assert any(said in each for each in found.violations), found.violations[:3]


def test_that_a_table_without_its_seal_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Keeping:
        """Nothing is removed before the table is replaced."""

        write: Callable[..., None] = staticmethod(durable.write)
        make_folder: Callable[..., None] = staticmethod(durable.make_folder)
        printable_path: Callable[..., str] = staticmethod(durable.printable_path)
        remove: Callable[..., None] = staticmethod(lambda path: None)

    monkeypatch.setattr(results, "durable", Keeping)
    found = power_cut(tmp_path, TRAIN, LONGER, states=400)
    assert any("speaks of another table" in each for each in found.violations)


def test_that_a_run_cut_off_just_after_it_was_to_be_trained_longer_is(tmp_path: Path) -> None:
    whole, run = (tmp_path / name for name in ("whole", "cut"))
    for path in (whole, run):
        for _ in stories.record_run(path):
            pass
    for _ in resume(whole, epochs=stories.MORE, every=0.0):
        pass
    events = resume(run, epochs=stories.MORE, every=0.0)
    next(event for event in events if isinstance(event, RunStarted))
    # as a kill would: nothing was saved since
    events.close()
    for _ in resume(run, every=0.0):
        pass
    assert differences(ending(whole), ending(run)) == []
