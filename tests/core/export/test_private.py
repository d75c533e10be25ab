"""What leaves with a run names no folder of this computer."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from core.data.sample import SAMPLE
from core.export import TARGETS
from core.export.exporting import export
from core.export.private import folders_of, last_name, without_folders
from core.runs.opening import Run


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/me/ratings.csv", "ratings.csv"),
        ("C:\\Users\\me\\ratings.csv", "ratings.csv"),
        ("../data/", "data"),
        ("ratings.csv", "ratings.csv"),
        (SAMPLE, SAMPLE),
        ("/home/me/sample", "./sample"),
        ("", ""),
    ],
)
def test_that_a_path_becomes_a_name_and_never_another_word(path: str, name: str) -> None:
    assert last_name(path) == name


def test_that_sentences_and_plans_lose_their_folders(runs: dict[str, Run]) -> None:
    run = runs["mf"]
    folder = str(Path(run.plan.data.source).parent)
    told = {
        "run": f"{folder}/run",
        "failure": {"where": f"{folder}/ratings.csv, line 3", "why": [f"{Path.home()}/x is full"]},
        "plan": {"data": {"source": f"{folder}/a.csv", "rating_threshold": 3.0}},
        "epoch": 3,
    }
    assert without_folders(told, folders_of(run)) == {
        "run": "run",
        "failure": {"where": "ratings.csv, line 3", "why": ["x is full"]},
        "plan": {"data": {"source": "a.csv", "rating_threshold": 3.0}},
        "epoch": 3,
    }


@pytest.mark.parametrize("model", ["mf", "caser"])
@pytest.mark.parametrize(
    ("target", "options"),
    [
        *((target, {}) for target in TARGETS if target != "repeat"),
        ("bundle", {"state": True}),
        ("bundle", {"data": False}),
        ("bundle", {"data": False, "state": True}),
    ],
)
def test_that_no_export_but_the_script_names_where_the_data_lay(
    target: str, options: dict[str, bool], model: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    run = runs[model]
    folder = os.fsencode(Path(run.plan.data.source).parent)
    assert folder in run.folder.record.read_bytes()
    done = export(run, target, tmp_path / f"out{(TARGETS[target].suffixes or ('',))[0]}", options)
    for each in done.files:
        path = done.out / each.name if each.name else done.out
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        assert not any(folder in content for content in contents), each.name
