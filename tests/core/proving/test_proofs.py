"""The proofs hold in short, and each would notice what it is there for: state left out, torn writes, lost rows."""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import random
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core import durable
from core.losses import LOSSES
from core.proving import cutting, fuzzing
from core.proving.faults import Faults
from core.proving.material import Case, all_cases, made_plan, made_split
from core.proving.proof import Options, Progress, Verdict
from core.proving.rubbish import _seal, made_file
from core.samplers import SAMPLERS
from core.splits.split import Split
from core.training.learner import GradientLearner
from core.training.loop import train
from core.training.plan import Plan
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


def test_that_every_model_optimiser_loss_and_sampler_is_a_case() -> None:
    plans = [case.plan for case in CASES.values()]
    trained = {"mf", "gmf", "mlp", "neumf", "autorec-user", "autorec-item", "caser"}
    optimisers = {"sgd", "adagrad", "adam", "adamw"}
    assert {(p.model.name, p.optimiser.name) for p in plans} >= {(m, o) for m in trained for o in optimisers}
    assert any(plan.training.threads > 1 for plan in plans)
    assert {plan.loss.name for plan in plans} >= set(LOSSES)
    assert {plan.sampler.name for plan in plans} >= set(SAMPLERS)


@pytest.mark.parametrize(
    "name", ["neumf adam", "caser momentum", "mf kernel warp, 2 threads", "gmf adagrad lazy", "mlp bpr dynamic"]
)
def test_that_a_run_cut_off_anywhere_ends_as_one_in_one_piece(tmp_path: Path, name: str) -> None:
    found = cut(tmp_path, CASES[name])
    assert found.violations == ()
    assert found.figures["cuts"] == 4


STATE: dict[str, tuple[object, bool]] = {
    "phase": ("train", True),
    "epoch": (0, False),
    "step": (0, False),
    "epochs": (4, True),
    "skipped": (7, False),
    "tally": ({}, False),
    "validation_metrics": ({}, True),
    "notes": ([], False),
    "stopping": ({"metric": "ndcg@100", "patience": 2}, False),
}
"""What a checkpoint would hold if a part were forgotten; whether the run trains again on all at its end."""
CUTS_OF = {"phase": 8, "epochs": 8, "validation_metrics": 8}
"""More places for what only some places tell."""
NOT_OF_THE_END = {"seconds": "what a clock says", "learner": "empty on a CPU, and its tensors are cut one by one"}


def test_that_every_part_of_the_state_is_left_out_once() -> None:
    case = CASES["neumf adam"]
    state = RunState(case.plan, made_split(1, refit=False))
    assert set(STATE) | set(NOT_OF_THE_END) == set(state.plain())
    for _ in train(case.plan, state.split, state):
        pass
    parts = {name.split(".")[0] for name in [*state.tensors(), "start.x"]}
    assert parts == {"model", *(piece.split(".")[0] for piece, _, _ in TENSORS)}


@pytest.mark.parametrize("part", STATE)
def test_that_a_part_of_the_state_that_is_left_out_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    real, begin = RunState.plain, RunState.__init__
    instead, refit = STATE[part]

    def noting(state: RunState, *words: Any, **named: Any) -> None:
        """As one that has something to say at its beginning."""
        begin(state, *words, **named)
        state.notes = ("said at the beginning",) if named.get("fresh", True) else ()

    monkeypatch.setattr(RunState, "__init__", noting)
    monkeypatch.setattr(RunState, "plain", lambda state: {**real(state), part: instead})
    assert not cut(tmp_path, dataclasses.replace(CASES["neumf adam"], refit=refit), cuts=CUTS_OF.get(part, 4)).holds


TENSORS = [
    ("learner.optimiser", "neumf adam", False),
    ("learner.optimiser.*.exp_avg", "neumf adam", False),
    ("learner.optimiser.*.exp_avg_sq", "gmf adamw", False),
    ("learner.optimiser.*.step", "gmf adam", False),
    ("learner.optimiser.*.momentum_buffer", "gmf momentum", False),
    ("learner.optimiser.*.sum", "gmf adagrad", False),
    ("learner.generator", "neumf adam", False),
    ("best", "neumf adam", False),
    ("start", "started", True),
]
"""Names of tensors that are left out, of which case, and whether it trains again on all at its end."""


@pytest.mark.parametrize(("piece", "name", "refit"), TENSORS)
def test_that_tensors_that_are_left_out_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: str, name: str, refit: bool
) -> None:
    real, begin = RunState.restore, RunState.__init__

    def is_meant(name: str) -> bool:
        return fnmatch.fnmatchcase(name, piece) or name.startswith(f"{piece}.")

    def forgetful(state: RunState, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        left = {name: value for name, value in tensors.items() if not is_meant(name)}
        if piece.endswith((".exp_avg", ".exp_avg_sq", ".step", ".sum")):
            # an optimiser cannot do without: one that has just begun
            left |= {name: torch.zeros_like(value) for name, value in tensors.items() if is_meant(name)}
        # a generator that starts anew
        fresh = state.learner.tensors() if isinstance(state.learner, GradientLearner) else {}
        left |= {f"learner.{name}": value for name, value in fresh.items() if is_meant(f"learner.{name}")}
        real(state, left, plain)

    def started(state: RunState, plan: Plan, split: Split, *rest: Any, **named: Any) -> None:
        """As one that began with the weights of other runs."""
        begin(state, plan, split, *rest, **named)
        state.start = {name: value * 0.5 for name, value in state.model.state_dict().items()}

    if name == "started":
        monkeypatch.setattr(RunState, "__init__", started)
    monkeypatch.setattr(RunState, "restore", forgetful)
    case = dataclasses.replace(CASES["neumf adam" if name == "started" else name], refit=refit)
    assert not cut(tmp_path, case, cuts=8).holds


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
    monkeypatch.setattr(durable, "write", lambda path, content, own=False: path.write_bytes(content))
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
