"""The proofs hold in short, and each would notice what it is there for: state left out, torn writes, lost rows."""

from __future__ import annotations

import dataclasses
import os
import random
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from core import durable
from core.proving import cutting, fuzzing
from core.proving.faults import Faults
from core.proving.material import Case, all_cases, made_plan
from core.proving.proof import Options, Progress, Verdict
from core.proving.rubbish import _seal, made_file
from core.training.learner import GradientLearner
from core.training.state import RunState

CASES = {case.name: case for case in all_cases()}


def verdict(proof: Generator[Progress, None, Verdict]) -> Verdict:
    while True:
        try:
            next(proof)
        except StopIteration as end:
            found: Verdict = end.value
            return found


def cut(folder: Path, case: Case, cuts: int = 4) -> Verdict:
    return verdict(cutting.prove(Options(cuts=cuts), folder, [case]))


def test_that_every_model_and_optimiser_is_a_case() -> None:
    plans = [case.plan for case in CASES.values()]
    trained = {"mf", "gmf", "mlp", "neumf", "autorec-user", "autorec-item", "caser"}
    optimisers = {"sgd", "adagrad", "adam", "adamw"}
    assert {(p.model.name, p.optimiser.name) for p in plans} >= {(m, o) for m in trained for o in optimisers}
    assert any(plan.training.threads > 1 for plan in plans)


@pytest.mark.parametrize("name", ["neumf adam", "caser momentum", "mf kernel warp, 2 threads", "gmf adagrad lazy"])
def test_that_a_run_cut_off_anywhere_ends_as_one_in_one_piece(tmp_path: Path, name: str) -> None:
    found = cut(tmp_path, CASES[name])
    assert found.violations == ()
    assert found.figures["cuts"] == 4


STATE = {
    "epoch": 0,
    "step": 0,
    "skipped": 7,
    "tally": {},
    "stopping": {"metric": "ndcg@100", "patience": 2},
}
"""What a checkpoint would hold if a part of the state were forgotten."""


@pytest.mark.parametrize("part", STATE)
def test_that_a_part_of_the_state_that_is_left_out_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    real = RunState.plain
    monkeypatch.setattr(RunState, "plain", lambda state: {**real(state), part: STATE[part]})
    assert not cut(tmp_path, dataclasses.replace(CASES["neumf adam"], refit=False)).holds


@pytest.mark.parametrize("prefix", ["learner.optimiser", "learner.generator", "best."])
def test_that_tensors_that_are_left_out_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    real = RunState.restore

    def forgetful(state: RunState, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        left = {name: value for name, value in tensors.items() if not name.startswith(prefix)}
        # a generator that starts anew
        fresh = state.learner.tensors() if isinstance(state.learner, GradientLearner) else {}
        left |= {f"learner.{name}": value for name, value in fresh.items() if f"learner.{name}".startswith(prefix)}
        real(state, left, plain)

    monkeypatch.setattr(RunState, "restore", forgetful)
    assert not cut(tmp_path, dataclasses.replace(CASES["neumf adam"], refit=False), cuts=6).holds


def test_that_weights_of_the_best_epoch_in_place_of_the_latest_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RunState.restore

    def mistaken(state: RunState, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        best = {f"model.{name[5:]}": value for name, value in tensors.items() if name.startswith("best.")}
        real(state, {**tensors, **best}, plain)

    monkeypatch.setattr(RunState, "restore", mistaken)
    assert not cut(tmp_path, dataclasses.replace(CASES["gmf adam"], refit=False), cuts=6).holds


def test_that_faults_meet_every_way_to_write_and_nothing_else(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()

    ways: list[Callable[[Path], object]] = [
        lambda folder: durable.write(folder / "a", b"x"),
        lambda folder: (folder / "b").write_text("x"),
        lambda folder: (folder / "c").mkdir(),
        lambda folder: (folder / "a").rename(folder / "d"),
        lambda folder: (folder / "d").unlink(),
        lambda folder: os.rmdir(folder / "c"),
    ]
    with Faults(inside) as counted:
        for way in ways:
            way(inside)
            way(outside)
    assert [site.split()[0] for site in counted.sites] == [
        *("open", "open", "write", "fsync", "replace", "fsync"),
        *("open", "write", "mkdir", "rename", "unlink", "rmdir"),
    ]
    with Faults(inside, at=0, code="EIO"), pytest.raises(OSError, match="Input/output error"):
        (inside / "e").mkdir()
    (inside / "e").mkdir()


def test_that_a_full_disk_takes_a_part_and_still_gives_back(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    with Faults(tmp_path, at=1, code="ENOSPC"):
        descriptor = os.open(tmp_path / "new", os.O_CREAT | os.O_WRONLY)
        with pytest.raises(OSError, match="No space left"):
            os.write(descriptor, b"12345678")
        os.close(descriptor)
        (tmp_path / "old").unlink()
    assert (tmp_path / "new").read_bytes() == b"1234"


def test_that_a_write_that_tears_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.proving import breaking

    monkeypatch.setattr(breaking, "actions", lambda base: iter(()))
    monkeypatch.setattr(durable, "write", lambda path, content: path.write_bytes(content))
    found = verdict(breaking.prove(Options(quick=True), tmp_path))
    assert not found.holds


def test_that_rubbish_is_read_or_refused(tmp_path: Path) -> None:
    outcomes = [fuzzing.read_interactions(tmp_path, 3, number) for number in range(60)]
    assert set(outcomes) == {"kept", "refused"}
    assert list(tmp_path.iterdir()) == []


def test_that_rows_that_vanish_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.data import reading

    real = reading.read_rows

    def losing(*arguments: Any, **named: Any) -> Any:
        found = real(*arguments, **named)
        return dataclasses.replace(found, source={**found.source, "rows": found.source["rows"] + 1})

    monkeypatch.setattr(reading, "read_rows", losing)
    outcomes = [fuzzing.read_interactions(tmp_path, 3, number) for number in range(60)]
    assert any("kept and" in outcome for outcome in outcomes)


def test_that_the_same_number_makes_the_same_file() -> None:
    files = [[made_file(random.Random(f"1 {number}")) for number in range(20)] for _ in range(2)]
    assert files[0] == files[1]
    assert len({each.content for each in files[0]}) == 20


def test_that_small_plans_are_small() -> None:
    assert made_plan("neumf").model.settings.tower == (8, 4)


def test_that_a_manifest_nested_too_deep_to_be_read_is_left_as_it_is() -> None:
    members = {"bundle.json": b"[" * 100_000, "run.json": b"{}"}
    before = dict(members)
    _seal(members, "run.json")
    assert members == before
