"""The Export page: cards, options, preview, asking, the job, and bundles that are dropped."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.commands import main
from core.durable import TEMPORARY
from core.export import TARGETS
from core.runs.bundles import is_bundle
from core.runs.opening import open_run
from workbench.jobs.job import Job
from workbench.main_window import MainWindow
from workbench.pages.export import ExportPage
from workbench.pages.export.preview import size_words


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An MF and a Popularity run on data with hostile names."""
    place = tmp_path_factory.mktemp("runs")
    lines = ["user,item,rating,timestamp"]
    names = ["=1+1", "<b>x</b>", "日本\u202e", "y" * 3000]
    for user in range(20):
        for step in range(8):
            item = (user + 2 * step) % 15
            lines.append(f"{names[user] if user < 4 else f'u{user}'},i{item},{1 + step % 5},{1_000_000 + 1000 * step}")
    source = place / "a&b <i>ratings.csv"
    source.write_text("\n".join(lines) + "\n", "utf-8")
    found = {}
    for model in ("mf", "popularity"):
        words = ["train", "--data", str(source), "--model", model, "--out", str(place / model), "--set", "bootstrap=20"]
        assert main(words + (["--epochs", "2"] if model == "mf" else [])) == 0
        found[model] = place / model
    return found


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot, trained: dict[str, Path], tmp_path: Path) -> ExportPage:
    out = tmp_path / "out"
    out.mkdir()
    window.settings.keep("export_folder", str(out))
    window.session.choose_run(open_run(trained["mf"]))
    window.go("export")
    qtbot.waitUntil(lambda: window.page("export") is not None)
    made = window.page("export")
    assert isinstance(made, ExportPage)
    return made


def ended(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.waitUntil(lambda: page.job is None, timeout=60_000)


def test_that_without_a_run_the_page_says_what_it_is_for(window: MainWindow, qtbot: QtBot) -> None:
    window.go("export")
    qtbot.waitUntil(lambda: window.page("export") is not None)
    page = window.page("export")
    assert isinstance(page, ExportPage)
    assert page.stack.currentWidget() is page.empty
    page.empty.button.click()
    assert window.current == "runs"


def test_that_every_card_has_words_a_picture_and_a_preview(page: ExportPage, qtbot: QtBot) -> None:
    tester = QAbstractItemModelTester(page.preview.files, QAbstractItemModelTester.FailureReportingMode.Warning)
    assert list(page.cards.cards) == list(TARGETS)
    for key, card in page.cards.cards.items():
        assert card.accessibleName()
        assert TARGETS[key].help in card.accessibleDescription()
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
        assert page.cards.key == key
        assert page.preview.files.rowCount() == len(page.planned()[1])
        assert page.export_button.isEnabled()
        assert page.options.isVisible() == bool(page.form is not None and page.form.fields)
    assert isinstance(tester.model(), QAbstractItemModel)


def test_that_what_a_model_does_not_have_is_grey_with_the_reason(
    window: MainWindow, page: ExportPage, trained: dict[str, Path]
) -> None:
    page.cards.choose("embeddings")
    window.session.choose_run(open_run(trained["popularity"]))
    card = page.cards.cards["embeddings"]
    assert not card.isEnabled()
    assert "learns no vectors" in card.toolTip()
    assert page.cards.key == "model"


@pytest.mark.parametrize("key", ["recommendations", "embeddings", "report"])
def test_that_an_export_is_written_told_and_asked_for_before_it_replaces(
    key: str, window: MainWindow, page: ExportPage, qtbot: QtBot
) -> None:
    page.cards.choose(key)
    out, files = page.planned()
    assert not out.exists()
    page.export_button.click()
    ended(qtbot, page)
    assert sorted(each.name for each in files) == sorted(
        each.relative_to(out).as_posix() if out.is_dir() else "" for each in (out.rglob("*") if out.is_dir() else [out])
    )
    message = window.message_bar.message
    assert message is not None
    assert message.remedy is not None
    assert message.remedy.label == "Show folder"
    assert "rankscope export" in message.details
    assert page.show_button.isVisible()
    assert page.export_button.text() == "Replace"
    assert page.preview.files.data(page.preview.files.index(0, 2)) == "replaces one"
    before = out.stat().st_mtime_ns
    page.export_button.click()
    assert page.job is None
    asked = window.message_bar.message
    assert asked is not None
    assert asked.remedy is not None
    assert asked.remedy.label == "Replace"
    assert out.stat().st_mtime_ns == before
    window.message_bar.remedy.click()
    ended(qtbot, page)
    assert out.stat().st_mtime_ns != before
    assert not [each for each in out.parent.iterdir() if each.name.startswith(TEMPORARY)]


def test_that_a_question_about_one_place_does_not_replace_another(
    window: MainWindow, page: ExportPage, qtbot: QtBot
) -> None:
    page.cards.choose("report")
    page.planned()[0].write_text("mine")
    page.cards.choose("recommendations")
    page.planned()[0].write_text("mine")
    page.export_button.click()
    page.cards.choose("report")
    window.message_bar.remedy.click()
    assert page.job is None
    assert page.planned()[0].read_text() == "mine"


def test_that_the_copied_command_does_the_same(page: ExportPage, qtbot: QtBot) -> None:
    page.cards.choose("recommendations")
    assert page.form is not None
    page.form.give({"k": 3})
    page.form.changed.emit()
    page.copy_button.click()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:2] == ["rankscope", "export"]
    assert main(words[1:]) == 0
    by_hand = page.planned()[0].read_bytes()
    page.look()
    page.begin(True)
    ended(qtbot, page)
    assert page.planned()[0].read_bytes() == by_hand
    assert by_hand.count(b"\n") == 1 + 20 * 3


def test_that_options_change_the_preview_and_wrong_ones_stop_the_button(page: ExportPage) -> None:
    page.cards.choose("embeddings")
    assert page.form is not None
    page.form.give({"format": "parquet", "vectors": "items"})
    page.form.changed.emit()
    assert [each.name for each in page.planned()[1]] == ["items.parquet"]
    page.cards.choose("recommendations")
    page.form.give({"k": 0})
    page.form.changed.emit()
    assert not page.export_button.isEnabled()
    assert "1 to" in page.place.problem.text()


@pytest.mark.parametrize("place", ["", "/", "/absent/folder/a.csv", "a.exe", "~nobody-here/a.csv"])
def test_that_a_place_that_cannot_be_is_told_where_it_is_typed(place: str, page: ExportPage, qtbot: QtBot) -> None:
    page.cards.choose("recommendations")
    page.place.line.setFocus()
    page.place.line.selectAll()
    qtbot.keyClick(page.place.line, Qt.Key.Key_Delete)
    qtbot.keyClicks(page.place.line, place)
    qtbot.waitUntil(lambda: not page.export_button.isEnabled(), timeout=2000)
    assert page.place.problem.isVisible()


def test_that_a_failure_is_told_and_leaves_the_page_usable(
    window: MainWindow, page: ExportPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page.cards.choose("metrics")
    out = page.planned()[0]
    out.mkdir()
    (out / "thesis.txt").write_text("years")
    page.begin(True)
    ended(qtbot, page)
    message = window.message_bar.message
    assert message is not None
    assert "thesis.txt" in message.text
    assert (out / "thesis.txt").read_text() == "years"
    assert page.export_button.isEnabled()


def test_that_a_stopped_export_writes_nothing(window: MainWindow, page: ExportPage, qtbot: QtBot) -> None:
    page.cards.choose("bundle")
    out = page.planned()[0]
    page.begin(False)
    assert isinstance(page.job, Job)
    page.job.stop()
    ended(qtbot, page)
    assert not out.exists()
    assert window.message_bar.message is not None
    assert "stopped" in window.message_bar.message.text


def test_that_arrows_go_from_card_to_card(page: ExportPage, qtbot: QtBot) -> None:
    page.cards.cards["model"].setFocus()
    qtbot.keyClick(page.cards, Qt.Key.Key_Down)
    assert page.cards.key == "onnx"
    qtbot.keyClick(page.cards, Qt.Key.Key_Up)
    qtbot.keyClick(page.cards, Qt.Key.Key_Up)
    assert page.cards.key == "model"


def test_that_a_bundle_dropped_on_any_page_comes_into_the_workspace(
    window: MainWindow, page: ExportPage, qtbot: QtBot, trained: dict[str, Path]
) -> None:
    page.cards.choose("bundle")
    page.begin(False)
    ended(qtbot, page)
    path = page.planned()[0]
    assert is_bundle(path)
    assert not is_bundle(trained["mf"] / "run.json")
    assert not is_bundle(trained["mf"])
    window.session.choose_run(None)
    window.go("data")
    drop(window, path)
    qtbot.waitUntil(lambda: window.session.run is not None, timeout=60_000)
    run = window.session.run
    assert run is not None
    assert run.folder.path.parent == window.context.workspace.runs_folder
    assert run.record.id == open_run(trained["mf"]).record.id
    drop(window, path)
    qtbot.waitUntil(lambda: "already" in getattr(window.message_bar.message, "text", ""), timeout=60_000)
    assert window.message_bar.remedy.text() == "Keep both"
    window.message_bar.remedy.click()
    qtbot.waitUntil(lambda: len(list(window.context.workspace.runs())) == 2, timeout=60_000)
    qtbot.waitUntil(lambda: not window.jobs.running)


def test_that_a_bundle_that_comes_in_after_the_workspace_was_switched_is_told_and_not_in_view(
    window: MainWindow, page: ExportPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page.cards.choose("bundle")
    page.begin(False)
    ended(qtbot, page)
    path = page.planned()[0]
    first = window.context.workspace
    window.session.choose_run(None)
    drop(window, path)
    window.workspaces.use(tmp_path / "second")
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert window.session.run is None
    assert len(list(first.runs())) == 1
    message = window.message_bar.message
    assert message is not None
    assert str(first.path)[-40:] in message.text
    assert message.remedy is None


def drop(window: MainWindow, path: Path) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(path))])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, files, button, key))


def test_that_sizes_are_words() -> None:
    assert [size_words(each) for each in (12, 3_400, 1_234_567, 2e9)] == ["12 B", "3.4 kB", "1.23 MB", "2 GB"]
