"""The wheel, installed into an empty place, works from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed package and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # the build works on a copy: what an earlier build left beside the sources must not slip into the wheel
    source = folder / "source"
    kept = ("pyproject.toml", "README.md", "LICENSE", "core", "workbench", "assets")
    source.mkdir()
    for name in kept:
        copy(ROOT / name, source / name)
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)], check=True)
    return folder


def copy(source: Path, target: Path) -> None:
    import shutil

    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call the installed script from a folder, with the dependencies of this environment and none of its sources."""
    site = sysconfig.get_paths()["purelib"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed / "site"), site])}
    # -S leaves out the .pth files of this environment, an editable install among them
    script = "import sys; from workbench.__main__ import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-S", "-c", script, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_that_the_wheel_holds_all_packages_the_sample_and_its_terms(installed: Path) -> None:
    (wheel,) = installed.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"core", "workbench", "assets"}
    sources = {
        str(path.relative_to(ROOT))
        for package in ("core", "workbench", "assets")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sources <= set(names)
    assert any("README" in name for name in names if name.startswith("assets/samples/"))


def test_that_an_installed_rankscope_trains_on_the_sample_from_any_folder(installed: Path, tmp_path: Path) -> None:
    where = "import core, assets; print(core.__file__)"
    words = ("train", "--data", "sample", "--model", "mf", "--epochs", "2", "--out", "run", "--json")
    trained = run(installed, tmp_path, *words)
    assert trained.returncode == 0, trained.stderr
    result = json.loads(trained.stdout.splitlines()[-1])
    assert (result["event"], result["users"], result["run"]) == ("result", 671, "run")
    recommended = run(installed, tmp_path, "recommend", "run", "--user", "15")
    assert recommended.returncode == 0, recommended.stderr
    lines = recommended.stdout.strip().splitlines()
    assert len(lines) == 11
    assert all("(" in line for line in lines[1:])
    environment = {**os.environ, "PYTHONPATH": str(installed / "site")}
    found = subprocess.run(
        [sys.executable, "-S", "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith(str(installed))
