from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from core.data.options import parse_columns
from core.data.plan import DataPlan
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.jobs.importing import importing
from workbench.jobs.job import JobControl
from workbench.main_window import MainWindow
from workbench.pages.data.import_dialog import ImportDialog, columns_text
from workbench.pages.data.page import DataPage
from workbench.pages.data.split_panel import SplitPanel
from workbench.session import Opened


def page_of(window: MainWindow) -> DataPage:
    page = window.page("data")
    assert isinstance(page, DataPage)
    return page


def dialog_of(qtbot: QtBot, window: MainWindow, path: Path) -> ImportDialog:
    page_of(window).take_files([str(path)])
    found = page_of(window).findChildren(ImportDialog)[-1]
    qtbot.waitUntil(lambda: bool(found.status.text()) and found.status.text() != "Looking at the file", timeout=30_000)
    return found


def test_that_a_click_opens_the_sample(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    page.welcome.sample.click()
    qtbot.waitUntil(lambda: page.overview is not None, timeout=60_000)
    assert page.overview is not None
    assert page.overview.cards["users"].value.text() == "671"
    assert page.overview.cards["interactions"].value.text() == "100,004"
    assert "MovieLens small" in window.title_row.data.accessibleName()
    page.overview.users.search.setText("547")
    qtbot.waitUntil(lambda: page.overview.users.model.rowCount() == 1)  # type: ignore[union-attr]


def test_that_a_file_is_previewed_and_imported(qtbot: QtBot, window: MainWindow, ratings: Path) -> None:
    dialog = dialog_of(qtbot, window, ratings)
    assert dialog.import_.isEnabled()
    assert "480 rows" in dialog.status.text()
    assert dialog.model.columns[0].title == "user = user"
    dialog.import_.click()
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=30_000)
    assert window.session.opened is not None
    assert window.session.opened.summary.users == 40
    assert window.settings.recent() == [str(ratings)]


def test_that_roles_can_be_given_by_hand(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("a,b,c,d,e\n" + "\n".join(f"x,{n % 7},y,{n % 5},z{n}" for n in range(60)), "utf-8")
    dialog = dialog_of(qtbot, window, path)
    assert not dialog.import_.isEnabled()
    assert dialog.model.rowCount() == 60
    assert "once the file can be read" in dialog.check.text.text()
    for role, column in (("user", "b"), ("item", "d")):
        combo = dialog.roles[role]
        combo.setCurrentIndex(combo.findData(column))
        combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(dialog.import_.isEnabled, timeout=30_000)
    assert dialog.roles["time"].currentText().endswith("none")
    plan = dialog.plan()
    assert plan.columns == "user=b,item=d"
    dialog.reject()


def test_that_rejected_rows_are_counted_before_the_import(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("user,item\n" + "\n".join(f"u{n % 9},i{n % 6}" for n in range(50)) + "\n,i1\nu2,\n", "utf-8")
    dialog = dialog_of(qtbot, window, path)
    assert "2 cannot" in dialog.status.text()
    dialog.reject()


def test_that_a_file_that_is_no_data_is_explained(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"%PDF-1.7 something")
    dialog = dialog_of(qtbot, window, path)
    assert "PDF" in dialog.status.text()
    assert not dialog.import_.isEnabled()
    dialog.reject()


def test_that_another_split_is_made_without_reading_again(qtbot: QtBot, window: MainWindow, opened: object) -> None:
    window.session.open(opened)  # type: ignore[arg-type]
    page = page_of(window)
    assert page.overview is not None
    panel = page.overview.split
    assert not panel.divide.isEnabled()
    panel.kind.choose("random")
    panel.kind.chosen.emit("random")
    assert panel.divide.isEnabled()
    panel.divide.click()
    qtbot.waitUntil(lambda: window.session.opened.choice.name == "random", timeout=30_000)  # type: ignore[union-attr]
    assert window.session.opened.loaded is opened.loaded  # type: ignore[attr-defined,union-attr]


def test_that_data_that_was_opened_while_other_data_was_divided_stays(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    page = page_of(window)
    assert page.overview is not None
    panel = page.overview.split
    panel.kind.choose("random")
    panel.kind.chosen.emit("random")
    panel.divide.click()
    newer = dataclasses.replace(opened, seed=9)
    window.session.open(newer)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)
    assert window.session.opened is newer


@pytest.mark.parametrize("columns", [{"user": "a, b", "item": 'x"y'}, {"delimiter": ",", "user": "1"}, {}])
def test_that_columns_survive_their_text(columns: dict[str, str]) -> None:
    assert parse_columns(columns_text(columns)) == columns


def wait_for_check(qtbot: QtBot, dialog: ImportDialog) -> None:
    qtbot.waitUntil(
        lambda: dialog.check.found is not None or dialog.check.error is not None,
        timeout=30_000,
    )


def counts_of(dialog: ImportDialog) -> dict[tuple[str, str], int]:
    assert dialog.check.found is not None
    return {(line.part, line.what): line.rows for line in dialog.check.found.lines}


def test_that_dates_of_either_order_are_chosen_in_the_dialog(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    source = tmp_path / "events.csv"
    rows = [f"u{at % 5},i{at % 4},0{at % 9 + 1}/0{at % 7 + 1}/2016" for at in range(30)]
    source.write_text("user,item,date\n" + "\n".join(rows) + "\n", "utf-8")
    dialog = dialog_of(qtbot, window, source)
    assert "could begin with the day or with the month" in dialog.status.text()
    assert "Choose on the left whether" in dialog.status.text()
    assert not dialog.import_.isEnabled()
    dialog.dates.setCurrentIndex(dialog.dates.findData("month-first"))
    dialog.dates.activated.emit(dialog.dates.currentIndex())
    qtbot.waitUntil(lambda: "All of" in dialog.status.text(), timeout=30_000)
    assert parse_columns(dialog.plan().columns) == {"dates": "month-first"}
    wait_for_check(qtbot, dialog)
    assert dialog.import_.isEnabled()
    again = ImportDialog(page_of(window), window.context, dialog.plan())
    assert again.dates.currentData() == "month-first"
    qtbot.waitUntil(lambda: again.preview is not None, timeout=30_000)
    wait_for_check(qtbot, again)
    for each in (again, dialog):
        each.reject()


def test_that_the_dialog_counts_what_cleaning_would_keep(qtbot: QtBot, window: MainWindow, ratings: Path) -> None:
    dialog = dialog_of(qtbot, window, ratings)
    wait_for_check(qtbot, dialog)
    assert counts_of(dialog)["interactions", "kept"] == 480
    # ratings go 1, 2, 3, 4, 5, 1, ...: of twelve rows a user has two with a 5
    dialog.cleaning.give({"rating_threshold": 5.0})
    dialog.cleaning.changed.emit()
    assert dialog.check.found is None
    wait_for_check(qtbot, dialog)
    assert counts_of(dialog)["interactions", "kept"] == 80
    assert counts_of(dialog)["interactions", "below the rating threshold"] == 400
    assert "40 for training" in dialog.check.text.text()
    assert dialog.plan().rating_threshold == 5.0
    dialog.cleaning.give({"minimum_user_interactions": 99})
    dialog.cleaning.changed.emit()
    wait_for_check(qtbot, dialog)
    assert dialog.check.error is not None
    assert not dialog.import_.isEnabled()
    dialog.reject()


def test_that_parts_of_their_own_are_imported(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    def written(name: str, rows: list[str]) -> str:
        (tmp_path / name).write_text("user,item\n" + "\n".join(rows) + "\n", "utf-8")
        return str(tmp_path / name)

    train = written("views.train.csv", [f"u{user},i{(user + step) % 9}" for user in range(12) for step in range(5)])
    test = written("views.test.csv", [f"u{user},i{(user + 6) % 9}" for user in range(12)])
    lists = tmp_path / "views.negative.txt"
    lists.write_text("".join(f"u{user} i{(user + 7) % 9} i{(user + 8) % 9}\n" for user in range(12)), "utf-8")
    page_of(window).take_files([test, str(lists), train])
    qtbot.waitUntil(lambda: bool(page_of(window).findChildren(ImportDialog)), timeout=30_000)
    dialog = page_of(window).findChildren(ImportDialog)[-1]
    assert (dialog.files["test"].path(), dialog.files["candidates"].path()) == (test, str(lists))
    qtbot.waitUntil(lambda: dialog.preview is not None, timeout=30_000)
    wait_for_check(qtbot, dialog)
    counts = counts_of(dialog)
    assert counts["interactions", "kept"] == 60
    assert counts["test", "kept"] == 12
    assert counts["candidates", "users with a list"] == 12
    dialog.no_validation.setChecked(True)
    wait_for_check(qtbot, dialog)
    assert "60 for training, 0 for validation" in dialog.check.text.text()
    dialog.import_.click()
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=30_000)
    opened = window.session.opened
    assert opened is not None
    assert opened.choice.name == "predefined"
    assert opened.plan.validation == "none"
    assert opened.split.candidates is not None


def test_that_the_dialog_shows_a_plan_that_is_changed(qtbot: QtBot, window: MainWindow, ratings: Path) -> None:
    plan = DataPlan(
        source=str(ratings), columns="delimiter=comma,user=user,item=item,time=none", minimum_user_interactions=3
    )
    dialog = ImportDialog(page_of(window), window.context, plan)
    qtbot.waitUntil(lambda: dialog.preview is not None, timeout=30_000)
    assert dialog.plan() == plan
    wait_for_check(qtbot, dialog)
    dialog.reject()


def test_that_a_missing_file_is_told_before_the_import(qtbot: QtBot, window: MainWindow, ratings: Path) -> None:
    dialog = dialog_of(qtbot, window, ratings)
    dialog.files["test"].show_path(str(ratings.parent / "nothing.csv"))
    dialog.files["test"].changed.emit()
    qtbot.waitUntil(lambda: dialog.check.error is not None, timeout=30_000)
    assert "no such file" in dialog.check.text.text()
    assert not dialog.import_.isEnabled()
    dialog.files["test"].edit.clear()
    wait_for_check(qtbot, dialog)
    assert dialog.import_.isEnabled()
    dialog.reject()


def test_that_large_files_are_counted_on_request(
    qtbot: QtBot, window: MainWindow, ratings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.pages.data.check_panel.AT_ONCE", 10)
    dialog = dialog_of(qtbot, window, ratings)
    assert not dialog.check.count.isHidden()
    assert dialog.import_.isEnabled()
    dialog.check.count.click()
    wait_for_check(qtbot, dialog)
    assert counts_of(dialog)["interactions", "kept"] == 480
    dialog.reject()


def test_that_another_seed_gives_another_random_split(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    page = page_of(window)
    assert page.overview is not None
    panel = page.overview.split
    assert panel.seed.isHidden()
    panel.kind.choose("random")
    panel.kind.chosen.emit("random")
    assert not panel.seed.isHidden()
    panel.divide.click()
    qtbot.waitUntil(lambda: window.session.opened.choice.name == "random", timeout=30_000)  # type: ignore[union-attr]
    first = window.session.opened
    assert first is not None
    assert not panel.divide.isEnabled()
    panel.seed.give({"seed": 7})
    panel.seed.changed.emit()
    panel.divide.click()
    qtbot.waitUntil(lambda: window.session.opened.seed == 7, timeout=30_000)  # type: ignore[union-attr]
    second = window.session.opened
    assert second is not None
    assert first.split.test.items.tolist() != second.split.test.items.tolist()


def timed(folder: Path) -> Opened:
    """Users whose times are days apart from each other's; no ratings."""
    path = folder / "timed.csv"
    rows = [
        f"u{user},i{(user + step) % 9},{1_400_000_000 + 86_400 * (step + user)}"
        for user in range(9)
        for step in range(5)
    ]
    path.write_text("user,item,time\n" + "\n".join(rows) + "\n", "utf-8")
    choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
    found = importing(DataPlan(source=str(path)), choice)(JobControl(), lambda event: None)
    assert isinstance(found, Opened)
    return found


def test_that_findings_have_pictures_and_plots_are_kept(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    opened = timed(tmp_path)
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    panel = overview.split
    overview.tabs.setCurrentWidget(panel)
    shown = {finding.key for finding in opened.findings} & set(opened.pictures)
    assert "future" in shown
    drawn = lambda: {key for key, plot in panel._plots.items() if not plot.isHidden()}  # noqa: E731
    qtbot.waitUntil(lambda: drawn() == shown and not panel._coming)
    before = dict(panel._plots)
    window.theme.choose("dark")
    window.theme.choose("light")
    qtbot.waitUntil(lambda: drawn() == shown and not panel._coming)
    assert panel._plots == before


def test_that_plots_without_anything_to_show_leave_their_room(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, opened: Opened
) -> None:
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    plots = overview.plots
    assert plots._grid.count() == 4
    window.session.open(timed(tmp_path))
    assert overview.plots is plots
    assert plots.cards["ratings"].isHidden()
    at = plots._grid.indexOf(plots.cards["months"])
    assert plots._grid.getItemPosition(at) == (1, 0, 1, 2)
    window.session.open(opened)
    assert overview.plots._grid.count() == 4


def test_that_files_dropped_on_the_window_are_told_apart(
    qtbot: QtBot, window: MainWindow, ratings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = ratings.parent / "titles.csv"
    titles.write_text("item,title\n" + "\n".join(f"i{n},Film {n}" for n in range(25)) + "\n", "utf-8")
    window.go("users")
    urls = [QUrl.fromLocalFile(str(path)) for path in (titles, ratings)]
    data = QMimeData()
    data.setUrls(urls)
    place, action = QPointF(5, 5), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(place, action, data, buttons, keys))
    assert window.current == "data"
    qtbot.waitUntil(lambda: bool(page_of(window).findChildren(ImportDialog)), timeout=30_000)
    dialog = page_of(window).findChildren(ImportDialog)[-1]
    assert dialog.plan().source == str(ratings)
    assert dialog.plan().items == str(titles)
    qtbot.waitUntil(lambda: dialog.preview is not None, timeout=30_000)
    wait_for_check(qtbot, dialog)
    dialog.reject()


def test_that_the_dialog_says_what_can_be_done_in_it(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(b"user;item\n" + b"".join(f"\xfc{n % 9};i{n % 7}\n".encode("latin-1") for n in range(60)))
    dialog = dialog_of(qtbot, window, path)
    assert "--" not in dialog.status.text()
    assert dialog.status.text().endswith("Choose the encoding on the left.")
    dialog.encoding.setCurrentIndex(dialog.encoding.findData("latin-1"))
    dialog.encoding.activated.emit(0)
    qtbot.waitUntil(dialog.import_.isEnabled, timeout=30_000)
    wait_for_check(qtbot, dialog)
    dialog.lines["zone"].setText("Nowhere/Town")
    dialog.lines["zone"].textEdited.emit("Nowhere/Town")
    qtbot.waitUntil(lambda: not dialog.import_.isEnabled(), timeout=30_000)
    assert "zone cannot be" in dialog.status.text()
    dialog.lines["zone"].setText("Europe/Rome")
    dialog.lines["zone"].textEdited.emit("Europe/Rome")
    qtbot.waitUntil(dialog.import_.isEnabled, timeout=30_000)
    assert dialog.plan().columns == "encoding=latin-1,zone=Europe/Rome"
    wait_for_check(qtbot, dialog)
    dialog.reject()


def test_that_a_catalogue_alone_is_told_for_what_it_is(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "movies.csv"
    path.write_text("movieId,title,genres\n1,One,Drama\n2,Two,War\n", "utf-8")
    dialog = dialog_of(qtbot, window, path)
    assert "describes items and has no users" in dialog.status.text()
    dialog.reject()


def test_that_a_dialog_closed_at_once_is_not_heard_of_again(qtbot: QtBot, window: MainWindow, ratings: Path) -> None:
    page_of(window).take_files([str(ratings)])
    dialog = page_of(window).findChildren(ImportDialog)[-1]
    dialog.reject()
    qtbot.waitUntil(lambda: not page_of(window).findChildren(ImportDialog), timeout=30_000)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)


def test_that_a_row_of_a_table_is_pinned(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    qtbot.waitUntil(lambda: overview.users.model.rowCount() == 40 and overview.items.model.rowCount() == 25)
    overview.users.table.opened.emit(3)
    overview.items.table.opened.emit(4)
    assert window.session.user == opened.split.interactions.users.id(3)
    assert window.session.item == opened.split.interactions.items.id(4)
    assert [column.title for column in overview.users.model.columns] == [
        "User",
        "Interactions",
        "First",
        "Last",
        "Mean rating",
    ]


def test_that_the_dialog_fits_a_small_screen_and_all_of_it_is_reached(
    qtbot: QtBot, window: MainWindow, ratings: Path
) -> None:
    dialog = dialog_of(qtbot, window, ratings)
    dialog.resize(640, 480)
    QApplication.processEvents()
    assert (dialog.width(), dialog.height()) == (640, 480)
    area = dialog.cleaning.parentWidget()
    while not isinstance(area, QScrollArea):
        assert area is not None
        area = area.parentWidget()
    inside = area.widget()
    assert inside is not None
    hidden = inside.width() - area.viewport().width()
    assert hidden <= area.horizontalScrollBar().maximum()
    assert hidden <= 0 or area.horizontalScrollBar().isVisible()
    dialog.resize(1000, 660)
    QApplication.processEvents()
    assert inside.width() <= area.viewport().width()
    dialog.reject()


def test_that_no_name_of_a_field_of_the_splits_is_cut(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    window.go("data")
    panel = SplitPanel(window.context)
    qtbot.addWidget(panel)
    panel.resize(800, 600)
    panel.show()
    window.theme.dress(panel)
    for key, form in panel.forms.items():
        panel.kind.choose(key)
        panel.kind.chosen.emit(key)
        QApplication.processEvents()
        for field in form.fields.values():
            field.given = True
            field.set_value(not field.default if field.parameter.kind == "bool" else "0.3")
            field.check()
        QApplication.processEvents()
        for name in form.names():
            assert name.isVisible()
            assert name.width() >= name.sizeHint().width(), name.text()
