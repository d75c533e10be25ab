"""A short run of each model, trained once for all tests of exports, with titles and ids that no format is glad of."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest

from core.commands import main
from core.models import MODELS
from core.runs.opening import Run, open_run

USERS, ITEMS = 24, 30
HOSTILE = ("=2+5", "-1", "<b>bold</b>", "a b", "tab\there", "😀 é", '"quoted"', "a,b")


def item_name(item: int) -> str:
    return HOSTILE[item] if item < len(HOSTILE) else f"{item:03d}"


def user_name(user: int) -> str:
    return ("@user", "user one")[user] if user < 2 else f"u{user:02d}"


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def write_source(folder: Path) -> Path:
    """24 users of two tastes over 30 items, some with hostile names; every user rates ten of them in turn."""
    generator = np.random.default_rng(7)
    lines = ["user,item,rating,time"]
    for user in range(USERS):
        for position, item in enumerate(generator.permutation(np.arange(user % 2, ITEMS, 2))[:10]):
            moment = 1_400_000_000 + 1000 * position + user
            lines.append(f"{cell(user_name(user))},{cell(item_name(int(item)))},{1 + item % 5},{moment}")
    path = folder / "interactions.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    titles = [
        f"{cell(item_name(item))},{cell('=SUM(A1) <script>alert(1)</script> ' + str(item))}" for item in range(ITEMS)
    ]
    (folder / "titles.csv").write_text("item,title\n" + "\n".join(titles) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, source: Path) -> dict[str, Path]:
    """Folders of trained runs by model."""
    place = tmp_path_factory.mktemp("trained")
    found = {}
    for model in MODELS:
        words = ["train", "--data", str(source), "--items", str(source.parent / "titles.csv"), "--model", model]
        words += ["--out", str(place / model), "--set", "report_every=0", "--set", "bootstrap=20"]
        words += ["--epochs", "2"] if MODELS[model].losses else []
        words += ["--set", "model.biases=true", "--set", "model.similarity=cosine"] if model == "mf" else []
        with contextlib.redirect_stdout(io.StringIO()):
            assert main(words) == 0
        found[model] = place / model
    return found


@pytest.fixture
def runs(folders: dict[str, Path]) -> dict[str, Run]:
    """The runs, freshly opened."""
    return {model: open_run(path) for model, path in folders.items()}
