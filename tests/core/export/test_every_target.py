"""Every target with every model: what was promised is what is written, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import durable
from core.errors import StorageError, UsageError
from core.export import TARGETS
from core.export.exporting import export
from core.export.facts import facts_of
from core.export.request import Exported
from core.models import MODELS
from core.params import describe
from core.runs.opening import Run

PAIRS = [(target, model) for target in TARGETS for model in MODELS]


def place(target: str, folder: Path) -> Path:
    return folder / f"out{TARGETS[target].suffixes[0] if TARGETS[target].suffixes else ''}"


@pytest.mark.parametrize(("target", "model"), PAIRS)
def test_that_what_is_previewed_is_what_is_written(
    target: str, model: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    run, entry, out = runs[model], TARGETS[target], place(target, tmp_path)
    facts = facts_of(run)
    if entry.unfit(facts):
        with pytest.raises(UsageError, match=entry.unfit(facts)):
            export(run, target, out)
        assert list(tmp_path.iterdir()) == []
        return
    told: list[tuple[str, int, int]] = []
    done = export(run, target, out, tell=lambda *progress: told.append(progress))
    planned = entry.files(facts, entry.settings())
    assert sorted(each.name for each in planned) == sorted(each.name for each in done.files)
    assert [each.name for each in tmp_path.iterdir()] == [out.name]
    assert told
    assert all(0 <= progress <= total for _, progress, total in told)
    estimated = sum(each.size for each in planned)
    assert done.size / 4 < estimated + 20_000
    assert estimated < 4 * done.size + 20_000


@pytest.mark.parametrize(("target", "model"), [(target, "mf") for target in TARGETS] + [("model", "caser")])
def test_that_what_is_there_is_replaced_only_when_asked_and_only_by_something_whole(
    target: str, model: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    run, out = runs[model], place(target, tmp_path)
    first = export(run, target, out)
    before = snapshot(out)
    with pytest.raises(UsageError, match="--replace"):
        export(run, target, out)

    class StopError(Exception):
        pass

    def stop(what: str, done: int, total: int) -> None:
        if done == total:
            raise StopError

    with pytest.raises(StopError):
        export(run, target, out, replace=True, tell=stop)
    assert snapshot(out) == before
    assert [each.name for each in tmp_path.iterdir()] == [out.name]
    again = export(run, target, out, replace=True)
    assert [each.name for each in again.files] == [each.name for each in first.files]
    assert [each.name for each in tmp_path.iterdir()] == [out.name]


def snapshot(out: Path) -> dict[str, bytes]:
    files = [out] if out.is_file() else [each for each in sorted(out.rglob("*")) if each.is_file()]
    return {str(each): each.read_bytes() for each in files}


@pytest.mark.parametrize("target", list(TARGETS))
def test_that_a_disk_that_refuses_leaves_what_was_there(
    target: str, runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, out = runs["mf"], place(target, tmp_path)
    export(run, target, out)
    before = snapshot(out)

    def refuse(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "sync", refuse)
    with pytest.raises(StorageError) as caught:
        export(run, target, out, replace=True)
    assert caught.value.code == "storage.full"
    monkeypatch.undo()
    assert snapshot(out) == before
    assert [each.name for each in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("target", [each for each in TARGETS if not TARGETS[each].suffixes])
def test_that_a_folder_with_anything_else_in_it_is_never_replaced(
    target: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    out = tmp_path / "documents"
    out.mkdir()
    (out / "thesis.txt").write_text("years")
    with pytest.raises(UsageError, match=r"thesis\.txt"):
        export(runs["mf"], target, out, replace=True)
    assert (out / "thesis.txt").read_text() == "years"


def test_that_an_export_can_be_written_over_one_with_other_options(runs: dict[str, Run], tmp_path: Path) -> None:
    out = tmp_path / "vectors"
    export(runs["mf"], "embeddings", out, {"format": "npy"})
    done = export(runs["mf"], "embeddings", out, {"format": "projector", "vectors": "items"}, replace=True)
    assert sorted(each.name for each in out.iterdir()) == [each.name for each in done.files]


def test_that_the_table_has_words_and_valid_options() -> None:
    for key, entry in TARGETS.items():
        assert entry.label
        assert entry.help.endswith(".")
        assert entry.opens_in
        assert all(suffix.startswith(".") for suffix in entry.suffixes), key
        for parameter in describe(entry.settings):
            assert parameter.help


def test_that_unknown_targets_and_endings_are_answered_with_what_exists(runs: dict[str, Run], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean onnx"):
        export(runs["mf"], "onx", tmp_path / "a.onnx")
    with pytest.raises(UsageError, match=r"End the name in \.onnx"):
        export(runs["mf"], "onnx", tmp_path / "a.zip")
    assert export(runs["mf"], "onnx", tmp_path / "a").out == tmp_path / "a.onnx"
    with pytest.raises(UsageError, match="not there"):
        export(runs["mf"], "onnx", tmp_path / "absent" / "a.onnx")


@pytest.mark.parametrize(("given", "written"), [("CON.csv", "_CON.csv"), ("x" * 240 + ".csv", "x" * 196 + ".csv")])
def test_that_names_that_not_every_system_takes_are_changed_and_told(
    given: str, written: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    done: Exported = export(runs["popularity"], "recommendations", tmp_path / given)
    assert done.out.name == written
    assert done.out.exists()
    assert "every system" in done.notes[0]
