"""A short run of each model, trained once for all tests of exports, with titles and ids that no format is glad of."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from core.commands import main
from core.models import MODELS
from core.runs.opening import Run, open_run
from tests.core.data.tastes import ITEMS, write_tastes

USERS = 24
HOSTILE = ("=2+5", "-1", "<b>bold</b>", "a b", "tab\there", "😀 é", '"quoted"', "a,b")


def item_name(item: int) -> str:
    return HOSTILE[item] if item < len(HOSTILE) else f"{item:03d}"


def user_name(user: int) -> str:
    return ("@user", "user one")[user] if user < 2 else f"u{user:02d}"


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of interactions, some of them with hostile names; titles.csv lies beside it."""
    folder = tmp_path_factory.mktemp("source")
    title = "=SUM(A1) <script>alert(1)</script> "
    titles = [f"{cell(item_name(item))},{cell(f'{title}{item}')}" for item in range(ITEMS)]
    (folder / "titles.csv").write_text("item,title\n" + "\n".join(titles) + "\n", encoding="utf-8")
    return write_tastes(folder, USERS, lambda user: cell(user_name(user)), lambda item: cell(item_name(item)))


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
