"""The Items page: map, table and item, linked; models without vectors; data without a run; hostile titles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from core.commands import main
from core.insight.similar import similar_items
from core.runs.opening import open_run
from workbench.main_window import MainWindow
from workbench.pages.items import ItemsPage
from workbench.pages.items.colouring import by_amount, by_group
from workbench.pages.items.item_panel import DAY, time_marks
from workbench.pages.items.list_panel import LEAST, WIDTHS
from workbench.pages.items.map_panel import item_words
from workbench.session import Opened
from workbench.theme import LIGHT
from workbench.widgets.parts import tip

HOSTILE = "<b>Film</b> & \u202eone"
USERS, ITEMS = 40, 60
GENRES = ("Drama|War", "War", "Comedy", "")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three runs on the same data: 60 items with times, ratings, titles; one of them cold."""
    folder = tmp_path_factory.mktemp("items")
    random = np.random.default_rng(5)
    lines = ["user,item,rating,time"]
    for user in range(USERS):
        met = random.permutation(ITEMS - 1)[:12]
        lines += [f"u{user},i{item},{1 + item % 5},{1_300_000_000 + 9_000_000 * at}" for at, item in enumerate(met)]
    # met once, at the very end: it is held out
    lines.append(f"u0,i{ITEMS - 1},5,1600000000")
    (folder / "views.csv").write_text("\n".join(lines) + "\n", "utf-8")
    titles = [f'i{item},"{HOSTILE} {item}",{GENRES[item % 4]}' for item in range(ITEMS)]
    (folder / "titles.csv").write_text("item,title,genres\n" + "\n".join(titles) + "\n", "utf-8")
    for model in ("mf", "neumf", "popularity"):
        given = ["train", "--data", str(folder / "views.csv"), "--items", str(folder / "titles.csv"), "--model", model]
        assert main([*given, "--out", str(folder / model), "--epochs", "2", "--set", "bootstrap=0"]) == 0
    return folder


def shown(qtbot: QtBot, window: MainWindow, folder: Path) -> ItemsPage:
    run = open_run(folder)
    window.session.choose_run(run)
    window.go("items")
    page = window.page("items")
    assert isinstance(page, ItemsPage)
    qtbot.waitUntil(lambda: page.table is not None and page.table.run is run, timeout=30_000)
    qtbot.waitUntil(lambda: page.item_panel.view is not None, timeout=30_000)
    return page


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, runs: Path) -> ItemsPage:
    """The page with a run of MF, mapped."""
    page = shown(qtbot, window, runs / "mf")
    qtbot.waitUntil(lambda: page.map_panel.mapped is not None, timeout=30_000)
    return page


def row_of(page: ItemsPage, item: str) -> int:
    assert page.table is not None
    row = page.table.interactions.items.row(item)
    assert row is not None
    return row


def choose(page: ItemsPage, combo: str, key: object) -> None:
    box = getattr(page.map_panel, combo)
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def test_that_the_empty_page_leads_to_the_sample(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.go("items")
    page = window.page("items")
    assert isinstance(page, ItemsPage)
    assert page.stack.currentWidget() is page.empty
    asked: list[bool] = []
    monkeypatch.setattr(window.page("data"), "take_files", lambda paths: asked.append(paths == ["sample"]))
    page.empty.button.click()
    assert asked == [True]
    assert window.current == "data"


def test_that_data_without_a_run_show_items_and_who_interacted(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    window.go("items")
    page = window.page("items")
    assert isinstance(page, ItemsPage)
    qtbot.waitUntil(lambda: page.item_panel.view is not None, timeout=30_000)
    assert page.list_panel.model.rowCount() == 25
    assert "choose a run" in page.map_panel.reason.text()
    window.session.pin_item("i3")
    qtbot.waitUntil(lambda: page.item_panel.view.item == row_of(page, "i3"), timeout=30_000)  # type: ignore[union-attr]
    events = opened.split.interactions.events
    met = int((events.items == row_of(page, "i3")).sum())
    assert page.item_panel.users.rowCount() == met
    assert page.item_panel.figures["Interactions"].text() == str(met)
    assert "Open a run" in page.item_panel.no_near.text()


def test_that_cold_items_are_in_the_table_and_not_on_the_map(page: ItemsPage) -> None:
    assert page.table is not None
    assert page.map_panel.mapped is not None
    cold = np.flatnonzero(page.table.popularity.cold)
    assert row_of(page, f"i{ITEMS - 1}") in cold.tolist()
    assert not np.isin(page.map_panel.mapped.rows, cold).any()
    assert len(page.map_panel.mapped.rows) == ITEMS - len(cold)
    assert "cold" in page.map_panel.caption_line.whole
    assert page.list_panel.model.rowCount() == ITEMS
    assert page.list_panel.model.faint == frozenset(cold.tolist())


def test_that_a_click_on_the_map_pins_and_shows_the_item(qtbot: QtBot, window: MainWindow, page: ItemsPage) -> None:
    testers = [QAbstractItemModelTester(each) for each in (page.list_panel.model, page.item_panel.near)]
    mapped = page.map_panel.mapped
    assert mapped is not None
    page.map_panel.map.clicked.emit(5)
    row = int(mapped.rows[5])
    qtbot.waitUntil(lambda: page.item_panel.view.item == row, timeout=30_000)  # type: ignore[union-attr]
    assert window.session.item == page.table.interactions.items.id(row)  # type: ignore[union-attr]
    assert page.list_panel.table.chosen_rows() == [row]
    assert page.map_panel.map.pinned == 5
    run = window.session.run
    assert run is not None
    assert page.item_panel.view is not None
    expected = similar_items(run.model, row, ITEMS)
    assert [each.item for each in page.item_panel.view.near] == [each.item for each in expected][:50]
    nearest = page.item_panel.near.row_at(0)
    page.item_panel.near_table.opened.emit(nearest)
    qtbot.waitUntil(lambda: page.item_panel.view.item == expected[0].item, timeout=30_000)  # type: ignore[union-attr]
    assert len(testers) == 2


def test_that_a_lasso_narrows_the_table_and_a_click_beside_lets_go(qtbot: QtBot, page: ItemsPage) -> None:
    mapped = page.map_panel.mapped
    assert mapped is not None
    page.map_panel.map.encircled.emit(np.array([1, 4, 7]))
    assert sorted(page.list_panel.model.order.tolist()) == sorted(mapped.rows[[1, 4, 7]].tolist())
    assert page.map_panel.map.lit is not None
    assert np.flatnonzero(page.map_panel.map.lit).tolist() == [1, 4, 7]
    assert page.list_panel.clear.isVisible()
    page.map_panel.map.clicked.emit(-1)
    assert page.list_panel.model.rowCount() == ITEMS
    assert page.map_panel.map.lit is None
    assert not page.list_panel.clear.isVisible()


def test_that_searching_and_selecting_light_up_on_the_map(qtbot: QtBot, page: ItemsPage) -> None:
    mapped, lit = page.map_panel.mapped, page.map_panel.map
    assert mapped is not None
    page.list_panel.search.setText("one 1")
    qtbot.waitUntil(lambda: page.list_panel.model.rowCount() == 11, timeout=10_000)
    assert lit.lit is not None
    assert set(mapped.rows[lit.lit].tolist()) == set(page.list_panel.model.order.tolist()) & set(mapped.rows.tolist())
    page.list_panel.search.clear()
    qtbot.waitUntil(lambda: page.list_panel.model.rowCount() == ITEMS, timeout=10_000)
    assert lit.lit is None
    page.list_panel.table.selectAll()
    assert lit.lit is not None
    assert lit.lit.all()


def test_that_a_group_of_the_legend_chooses_its_items(qtbot: QtBot, page: ItemsPage) -> None:
    legend = page.map_panel.legend
    names = [made.accessibleName() for made, _ in legend.buttons]
    assert {name.split(",")[0] for name in names} == {"Drama", "War", "Comedy", "no genre"}
    at = next(at for at, name in enumerate(names) if name.startswith("Comedy"))
    legend.buttons[at][0].click()
    assert page.table is not None
    genres = page.table.interactions.catalogue
    shown_rows = page.list_panel.model.order.tolist()
    assert shown_rows
    assert all(genres.genres(row) == ("Comedy",) for row in shown_rows)
    legend.buttons[at][0].click()
    assert page.list_panel.model.rowCount() == ITEMS


def test_that_clusters_are_found_and_counted(qtbot: QtBot, page: ItemsPage) -> None:
    choose(page, "colour", "cluster")
    choose(page, "k", 3)
    qtbot.waitUntil(lambda: len(page.map_panel.legend.buttons) == 3, timeout=30_000)
    assert page.map_panel.k.isVisible()
    choose(page, "colour", "popularity")
    assert not page.map_panel.k.isVisible()
    assert page.map_panel.colouring is not None
    assert page.map_panel.colouring.scale is not None


def test_that_the_map_of_neighbours_is_made_kept_and_shown_again(qtbot: QtBot, page: ItemsPage) -> None:
    pca = page.map_panel.mapped
    assert pca is not None
    choose(page, "method", "neighbours")
    assert page._arranging is not None
    assert page.map_panel.stop.isVisible()
    qtbot.waitUntil(lambda: page._arranging is None, timeout=60_000)
    made = page.map_panel.mapped
    assert made is not None
    assert made is not pca
    assert made.points.shape == pca.points.shape
    assert "near items" in page.map_panel.caption_line.whole
    assert not page.map_panel.stop.isVisible()
    choose(page, "method", "pca")
    assert page.map_panel.mapped is pca
    choose(page, "method", "neighbours")
    assert page._arranging is None
    assert page.map_panel.mapped is made


def test_that_a_stopped_map_goes_back_to_pca(qtbot: QtBot, page: ItemsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.insight.neighbour_map.PLAIN", 1_000_000)
    choose(page, "method", "neighbours")
    qtbot.waitUntil(lambda: "arranging" in page.map_panel.caption_line.whole, timeout=60_000)
    page.map_panel.stop.click()
    qtbot.waitUntil(lambda: page._arranging is None, timeout=30_000)
    assert page.map_panel.chosen_method == "pca"
    assert page.map_panel.mapped is not None
    assert page.map_panel.mapped.shares


def test_that_a_half_of_neumf_can_be_chosen(qtbot: QtBot, window: MainWindow, runs: Path) -> None:
    page = shown(qtbot, window, runs / "neumf")
    qtbot.waitUntil(lambda: page.map_panel.mapped is not None, timeout=30_000)
    both = page.map_panel.mapped
    assert page.map_panel.vectors.isVisible()
    choose(page, "vectors", "mlp")
    qtbot.waitUntil(lambda: page.map_panel.mapped is not both, timeout=30_000)
    run = window.session.run
    assert run is not None
    expected = similar_items(run.model, page.item, 1, "mlp")[0]
    qtbot.waitUntil(lambda: page.item_panel.view.near[0] == expected, timeout=30_000)  # type: ignore[union-attr]


def test_that_a_model_without_vectors_says_so(qtbot: QtBot, window: MainWindow, runs: Path) -> None:
    page = shown(qtbot, window, runs / "popularity")
    assert "Popularity learns no vector" in page.map_panel.reason.text()
    assert page.map_panel.reason.isVisible()
    assert page.list_panel.model.rowCount() == ITEMS
    assert "learns no vector" in page.item_panel.no_near.text()
    assert page.item_panel.users.rowCount() > 0
    page.list_panel.table.selectAll()


def test_that_a_user_who_interacted_is_pinned_and_opened(qtbot: QtBot, window: MainWindow, page: ItemsPage) -> None:
    page.item_panel.user_table.choose(0)
    assert page.item_panel.view is not None
    assert page.table is not None
    latest = int(page.item_panel.view.audience.users[-1])
    assert window.session.user == page.table.interactions.users.id(latest)
    page.item_panel.to_user.click()
    assert window.current == "users"
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)


def test_that_an_item_that_is_not_in_the_data_is_said(qtbot: QtBot, window: MainWindow, page: ItemsPage) -> None:
    window.session.pin_item("<i>nobody</i>")
    assert page.item_panel.title_line.whole == "The data do not hold the item <i>nobody</i>"
    assert page.item_panel.view is None


def test_that_titles_are_shown_as_they_are(page: ItemsPage) -> None:
    assert page.table is not None
    words = item_words(page.table, row_of(page, "i0"))
    assert words.splitlines()[0].startswith("<b>Film</b> &")
    assert "\u202e" not in words
    assert words.splitlines()[1] == "Drama, War"


def test_that_rare_groups_share_a_colour() -> None:
    codes = np.repeat(np.arange(20, dtype=np.int32), np.arange(20, 0, -1))
    found = by_group(codes, [f"g{at}" for at in range(20)], LIGHT, "others")
    assert len(found.groups) == 12
    assert found.groups[-1].name == "others"
    assert found.groups[-1].codes == tuple(range(11, 20))
    assert found.groups[-1].count == sum(range(1, 10))
    assert len(np.unique(found.shades)) == 12
    assert sum(group.count for group in found.groups) == len(codes)


def test_that_amounts_go_from_dark_to_bright() -> None:
    found = by_amount(np.array([1, 10, 100, 1000]), LIGHT)
    bright = [(int(shade) >> 8) & 255 for shade in found.shades]
    assert bright == sorted(bright)
    assert found.scale is not None
    assert found.scale[1:] == ("1", "1,000")
    assert len(by_amount(np.zeros(0, np.int64), LIGHT).shades) == 0


def test_that_time_is_named_by_years_months_or_days() -> None:
    year = 365.25 * DAY
    assert [name for _, name in time_marks(30.2 * year, 34.5 * year)] == ["2001", "2002", "2003", "2004"]
    assert [name for _, name in time_marks(30 * year, 30.5 * year)][:2] == ["2000-02", "2000-03"]
    assert time_marks(0.0, 2 * DAY) == [(0.0, "1970-01-01"), (1.0, "1970-01-02"), (2.0, "1970-01-03")]
    assert time_marks(0.0, DAY / 4)[:2] == [(0.0, "00:00"), (1 / 24, "01:00")]
    assert [name for _, name in time_marks(0.0, DAY / 24)][:2] == ["00:00", "00:01"]
    assert [name for _, name in time_marks(0.0, 6e6)] == [f"00:00:0{second}" for second in range(7)]


def test_that_everything_fits_a_small_window_without_scrolling_sideways(
    qtbot: QtBot, window: MainWindow, runs: Path
) -> None:
    page = shown(qtbot, window, runs / "neumf")
    qtbot.waitUntil(lambda: page.map_panel.mapped is not None, timeout=30_000)
    choose(page, "colour", "cluster")
    panel, rank = page.map_panel, page.item_panel.rank
    assert panel.vectors.isVisible()
    assert panel.k.isVisible()
    qtbot.waitUntil(lambda: not window.jobs.running and not window.jobs.queue, timeout=30_000)
    # of a catalogue of millions
    rank.show_text("1,234,567 of 12,345,678")
    for tab in range(page.item_panel.tabs.count()):
        page.item_panel.tabs.setCurrentIndex(tab)
        QApplication.processEvents()
        room = window.stack._rooms["items"]
        assert (window.width(), window.height()) == (1024, 700)
        assert page.minimumSizeHint().width() <= room.width()
        assert room.horizontalScrollBar().maximum() == 0
    assert rank.text().endswith("…")
    assert rank.toolTip() == tip("1,234,567 of 12,345,678")
    for combo in (panel.method, panel.vectors, panel.colour, panel.k):
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, combo)
        assert combo.fontMetrics().horizontalAdvance(combo.currentText()) <= field.width(), combo.currentText()


def test_that_a_small_window_shows_titles_and_genres_and_a_large_one_ids_too(
    qtbot: QtBot, window: MainWindow, runs: Path
) -> None:
    page = shown(qtbot, window, runs / "mf")
    table, titles = page.list_panel.table, [column.title for column in page.list_panel.model.columns]

    def seen() -> set[str]:
        return {title for at, title in enumerate(titles) if not table.isColumnHidden(at)}

    assert (window.width(), window.height()) == (1024, 700)
    assert {"Item", "Genres", "Interactions"} <= seen()
    assert "Id" not in seen()
    assert table.columnWidth(titles.index("Item")) >= LEAST
    window.resize(1600, 1000)
    qtbot.waitUntil(lambda: seen() == set(titles))
    assert table.columnWidth(titles.index("Genres")) > WIDTHS["Genres"]
    window.resize(800, 700)
    qtbot.waitUntil(lambda: "Genres" not in seen() or table.columnWidth(0) >= LEAST)
