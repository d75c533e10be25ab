"""The Users page: two runs side by side, far held-out items, met items, candidate lists, unknown users, reasons."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from core.commands import main
from core.insight.placing import NEW, Placing
from core.runs.opening import open_run
from workbench.jobs.job import End, Job
from workbench.main_window import MainWindow
from workbench.pages.users import UsersPage
from workbench.pages.users.rows import GAP, list_rows
from workbench.pages.users.texts import move

HOSTILE = "<b>Film</b> & \u202eone"
USERS, ITEMS, EACH = 30, 320, 8


def source_of(folder: Path, users: range) -> Path:
    """Users who each met some of 320 items; ratings, times, and titles nobody wants."""
    random = np.random.default_rng(5)
    lines = ["user,item,rating,time"]
    for user in users:
        met = random.permutation(ITEMS)[:EACH]
        lines += [f"u{user},i{item},{1 + item % 5},{1_400_000_000 + 90_000 * at}" for at, item in enumerate(met)]
    # every item is in the data
    lines += [f"all,i{item},3,{1_300_000_000 + 60 * item}" for item in range(ITEMS)]
    path = folder / "views.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    titles = [f'i{item},"{HOSTILE} {item}",Drama|War' for item in range(ITEMS)]
    (folder / "titles.csv").write_text("item,title,genres\n" + "\n".join(titles) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace folder with two runs on the same data, one without the users from 20 on, one with candidates."""
    folder = tmp_path_factory.mktemp("workspace")
    whole = source_of(folder, range(USERS))
    (folder / "few").mkdir()
    few = source_of(folder / "few", range(20))
    lists = [f"u{user} " + " ".join(f"i{item}" for item in range(0, 40, 2)) for user in range(USERS - 1)]
    (folder / "lists.txt").write_text("\n".join(lists) + "\n", "utf-8")
    wanted = {
        "a": (whole, "--model", "mf", "--epochs", "2"),
        "b": (whole, "--model", "gmf", "--epochs", "2"),
        "few": (few, "--model", "popularity"),
        "sampled": (whole, "--model", "popularity", "--candidates", str(folder / "lists.txt")),
    }
    for name, (source, *words) in wanted.items():
        items = str(source.parent / "titles.csv")
        given = ["train", "--data", str(source), "--items", items, "--out", str(folder / "runs" / name), *words]
        assert main([*given, "--set", "bootstrap=0"]) == 0
    return folder


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, runs: Path) -> UsersPage:
    window.session.choose_run(open_run(runs / "runs" / "a"))
    window.go("users")
    page = window.page("users")
    assert isinstance(page, UsersPage)
    qtbot.waitUntil(lambda: page.view is not None, timeout=30_000)
    return page


def pin(qtbot: QtBot, window: MainWindow, page: UsersPage, user: str) -> None:
    window.session.pin(user)
    qtbot.waitUntil(lambda: page.view is not None and page._name(page.view) == user, timeout=30_000)


def cells(page: UsersPage, panel: int, title: str) -> list[str]:
    model = page.panels[panel].ranked
    column = next(column for column in model.columns if column.title == title)
    return [column.text(model.row_at(row)) for row in range(model.rowCount())]


def test_that_the_empty_page_leads_to_the_runs(window: MainWindow) -> None:
    window.go("users")
    page = window.page("users")
    assert isinstance(page, UsersPage)
    assert page.stack.currentWidget() is page.empty
    page.empty.button.click()
    assert window.current == "runs"


def test_that_no_number_of_the_users_is_cut(page: UsersPage) -> None:
    assert page.found is not None
    users = page.found.auc.size
    ranks, auc = np.full(users, 1_234_567.0), np.ones(users)
    ranks[0] = np.nan
    page.finder.show_users(dataclasses.replace(page.found, ranks=ranks, auc=auc))
    table = page.finder.table
    delegate, option = table.itemDelegate(), QStyleOptionViewItem()
    table.initViewItemOption(option)
    for column in (1, 2, 3):
        for row in range(table.model().rowCount()):
            needed = delegate.sizeHint(option, table.model().index(row, column)).width()
            assert needed <= table.columnWidth(column)


def placing_of(order: list[int], held: list[int], hidden: list[int], n_items: int) -> Placing:
    masked = np.isin(np.arange(n_items), hidden)
    scores = np.zeros(n_items, np.float32)
    return Placing(0, scores, np.array(order, np.int32), masked, masked, np.array(held, np.int32))


def test_that_far_items_have_rows_and_gaps_tell_what_is_left_out() -> None:
    placing = placing_of(list(range(20)), [12], [1], 20)
    rows = list_rows(placing, 3, with_met=False, also=[13, 1])
    assert rows.items.tolist() == [0, 2, 3, GAP, 12, 13, GAP]
    assert rows.left_out.tolist() == [0, 0, 0, 8, 0, 0, 6]
    met = list_rows(placing, 3, with_met=True, also=[19])
    assert met.items.tolist() == [0, 1, 2, GAP, 12, GAP, 19]
    assert met.left_out.tolist() == [0, 0, 0, 9, 0, 6, 0]


@pytest.mark.parametrize(("value", "text"), [(0, "="), (3, "+3"), (-2, "−2"), (4190, "+4,190"), (NEW, "new")])
def test_that_moves_are_written_as_people_do(value: int, text: str) -> None:
    assert move(value) == text


def test_that_the_held_out_item_is_marked_even_far_down(qtbot: QtBot, window: MainWindow, page: UsersPage) -> None:
    testers = [QAbstractItemModelTester(panel.ranked) for panel in page.panels]
    found = page.found
    assert found is not None
    hardest = int(np.nanargmax(found.ranks))
    page.finder.sort_by("hardest")
    name = found.run.interactions.users.id(hardest)
    assert window.session.user == name
    qtbot.waitUntil(lambda: page.view is not None and page.view.user == hardest, timeout=30_000)
    rank = int(found.ranks[hardest])
    assert rank > 200
    assert page.figures.rank.value.text() == f"{rank:,}"
    names, places = cells(page, 0, "Item"), cells(page, 0, "#")
    assert names[200] == f"… {rank - 201:,} more"
    assert names[201].endswith("(held out)")
    assert places[201] == f"{rank:,}"
    assert f"{rank:,} of" in page.panels[0].held.whole
    page.panels[0].held.click()
    assert page.ranked_table.chosen_rows() == [201]
    # sorted by score the gap has no place
    page.ranked_table.horizontalHeader().sectionClicked.emit(0)
    assert not [name for name in cells(page, 0, "Item") if name.startswith("…")]
    assert len(testers) == 2


def test_that_figures_follow_k(qtbot: QtBot, window: MainWindow, page: UsersPage) -> None:
    pin(qtbot, window, page, "u3")
    assert page.view is not None
    rank = page.view.placing.rank
    assert rank is not None
    for k in (1, 100):
        page.figures.k.setCurrentIndex(page.figures.k.findData(k))
        page.figures.k.activated.emit(0)
        assert page.figures.hit.value.text() == str(int(rank <= k))
        assert page.figures.hit.name.text() == f"Hit@{k}"
    assert page.figures.known.value.text() == str(EACH - 1)


def test_that_history_has_what_the_data_has(qtbot: QtBot, window: MainWindow, page: UsersPage) -> None:
    pin(qtbot, window, page, "u3")
    columns = page.history_panel.history.columns
    assert [column.title for column in columns] == ["Date", "Item", "Genres", "Rating"]
    assert columns[2].text(0) == "Drama, War"
    assert "\u202e" not in columns[1].text(0)
    dates = [columns[0].text(row) for row in range(EACH - 1)]
    assert dates == sorted(dates, reverse=True)


def test_that_met_items_are_shown_on_request(qtbot: QtBot, window: MainWindow, page: UsersPage) -> None:
    pin(qtbot, window, page, "u3")
    assert page.view is not None
    assert "All" not in [column.title for column in page.ranked.columns]
    page.controls.with_met.setChecked(True)
    model, among = page.ranked, page.view.placing.among_all
    assert page.panels[0].rows is not None
    items = page.panels[0].rows.items
    assert cells(page, 0, "All")[:200] == [str(place) for place in range(1, 201)]
    met = [row for row, item in enumerate(items) if item in page.view.history]
    assert met
    assert met == [row for row in range(len(items)) if cells(page, 0, "#")[row] == "met"]
    assert set(met) <= model.faint
    assert among[items[met[0]]] == met[0] + 1


def test_that_a_second_run_stands_beside_with_what_moved(
    qtbot: QtBot, window: MainWindow, page: UsersPage, runs: Path
) -> None:
    pin(qtbot, window, page, "u3")
    assert page.panels[1].isHidden()
    window.session.choose_other(open_run(runs / "runs" / "b"))
    qtbot.waitUntil(lambda: page.other_view is not None, timeout=30_000)
    a, b = page.view, page.other_view
    assert a is not None
    assert b is not None
    rows = page.panels[1].rows
    assert rows is not None
    expected = [move(int(a.placing.places[item] - b.placing.places[item])) for item in rows.items[:200]]
    assert cells(page, 1, "Moved")[:200] == expected
    assert page.figures.rank.value.text() == f"A {a.placing.rank:,} · B {b.placing.rank:,}"
    qtbot.waitUntil(lambda: bool(page.scores[1].plot._bars))
    run, other = window.session.run, window.session.other
    assert run is not None
    assert other is not None
    for scores, each in zip(page.scores, (run, other), strict=True):
        # the colour that the run has on the pages of runs and of training
        assert scores.plot._bars["scores"][1] == window.theme.run_colours.of(each.folder.path.name)
    pin(qtbot, window, page, "u5")
    qtbot.waitUntil(lambda: page.other_view is not None and page._other_name(page.other_view) == "u5")
    page.panels[1].table.choose(0)
    qtbot.waitUntil(lambda: "by run B" in page.reasons.text.text(), timeout=30_000)
    assert [len(scores.plot._levels) for scores in page.scores] == [1, 1]
    page.controls.with_met.setChecked(True)
    moved = dict(zip(cells(page, 1, "#"), cells(page, 1, "Moved"), strict=True))
    assert moved["met"] == ""
    page.controls.with_met.setChecked(False)
    window.session.choose_other(None)
    assert page.panels[1].isHidden()
    assert page.figures.rank.value.text() == f"{page.view.placing.rank:,}"  # type: ignore[union-attr]


def test_that_an_answer_of_a_run_that_was_b_before_is_not_shown_as_that_of_the_new_one(
    qtbot: QtBot, window: MainWindow, page: UsersPage, runs: Path
) -> None:
    pin(qtbot, window, page, "u3")
    window.session.choose_other(open_run(runs / "runs" / "b"))
    qtbot.waitUntil(lambda: page.other_view is not None, timeout=30_000)
    before, late = page.beside, End(value=page.other_view)
    assert before is not None
    window.session.choose_other(open_run(runs / "runs" / "few"))
    qtbot.waitUntil(lambda: page.other_view is not None, timeout=30_000)
    right = page.other_view
    page._show_beside(page._asked, before, late)
    assert page.other_view is right


def test_that_of_two_runs_chosen_as_b_the_later_one_stays(
    window: MainWindow, page: UsersPage, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Job] = []
    monkeypatch.setattr(window.jobs, "start", held.append)
    for name in ("b", "few"):
        page.controls.chooser.combo.addItem(name, str(runs / "runs" / name))
        page.controls.chooser.combo.setCurrentIndex(page.controls.chooser.combo.count() - 1)
        page.controls.chooser._chosen()
    first, second = held
    second.ended.emit(End(value=open_run(runs / "runs" / "few")))
    # the one that was chosen before takes longer to be opened
    first.ended.emit(End(value=open_run(runs / "runs" / "b")))
    other = window.session.other
    assert other is not None
    assert other.folder.path.name == "few"
    monkeypatch.undo()
    window.session.choose_other(None)


def test_that_users_and_items_of_another_numbering_are_matched_by_id(
    qtbot: QtBot, window: MainWindow, page: UsersPage, runs: Path
) -> None:
    pin(qtbot, window, page, "u3")
    window.session.choose_other(open_run(runs / "runs" / "few"))
    qtbot.waitUntil(lambda: page.other_view is not None, timeout=30_000)
    assert page.beside is not None
    assert page.found is not None
    mine, theirs = page.found.run.interactions.items, page.beside.run.interactions.items
    assert mine.ids != theirs.ids
    for row in (0, 7, 100):
        assert mine.id(page.beside.items[row]) == theirs.id(row)
    window.session.pin("u25")
    qtbot.waitUntil(lambda: "does not know the user u25" in page.panels[1].held.whole, timeout=30_000)
    qtbot.waitUntil(lambda: page.view is not None and page._name(page.view) == "u25", timeout=30_000)
    assert page.panels[1].ranked.rowCount() == 0
    assert page.ranked.rowCount() > 200


def test_that_runs_on_the_same_data_are_offered_as_b(
    qtbot: QtBot, window: MainWindow, page: UsersPage, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.runs.workspace import Workspace
    from workbench.jobs.job import JobControl
    from workbench.jobs.user_lists import choosing_beside

    run = open_run(runs / "runs" / "a")
    found = choosing_beside(Workspace(runs), run)(JobControl(), lambda event: None)
    assert [choice.path.name for choice in found if choice.same_split] == ["b"]
    assert {choice.path.name for choice in found} == {"b", "sampled"}
    chooser = page.controls.chooser
    chooser.combo.addItem("B", str(runs / "runs" / "b"))
    chooser.combo.setCurrentIndex(chooser.combo.count() - 1)
    chooser.combo.activated.emit(chooser.combo.currentIndex())
    qtbot.waitUntil(lambda: page.other_view is not None, timeout=30_000)
    assert window.session.other is not None


def test_that_a_user_whom_the_run_does_not_know_is_told(qtbot: QtBot, window: MainWindow, page: UsersPage) -> None:
    window.session.pin("nobody")
    assert "does not know the user nobody" in page.panels[0].held.whole
    assert page.view is None
    assert page.ranked.rowCount() == 0
    pin(qtbot, window, page, "u3")
    assert page.ranked.rowCount() > 0


def test_that_candidates_alone_are_ranked_on_request(
    qtbot: QtBot, window: MainWindow, page: UsersPage, runs: Path
) -> None:
    assert page.controls.sampled.isHidden()
    window.session.choose_run(open_run(runs / "runs" / "sampled"))
    qtbot.waitUntil(lambda: page.found is not None and page.found.sampled, timeout=30_000)
    pin(qtbot, window, page, "u3")
    assert not page.controls.sampled.isHidden()
    assert page.found is not None
    assert page.view is not None
    assert not page.view.placing.sampled
    page.controls.sampled.setChecked(True)
    qtbot.waitUntil(lambda: page.view is not None and page.view.placing.sampled, timeout=30_000)
    assert page.view.placing.rank == page.found.ranks[page.view.user]
    assert page.ranked.rowCount() == page.view.placing.ranked <= 21
    assert "sampled" in page.panels[0].held.whole
    assert "sampled" in page.figures.rank.name.text()
    # a user without a list
    window.session.pin(f"u{USERS - 1}")
    qtbot.waitUntil(lambda: "no candidate list" in page.panels[0].held.whole, timeout=30_000)


def test_that_reasons_have_bars_and_a_pinned_item_a_row(qtbot: QtBot, window: MainWindow, page: UsersPage) -> None:
    pin(qtbot, window, page, "u3")
    page.ranked_table.choose(0)
    qtbot.waitUntil(lambda: page.reasons.model.rowCount() > 0, timeout=30_000)
    shares = page.reasons.model.columns[1].values
    assert (shares > 0).all()
    assert (np.diff(shares) <= 0).all()
    assert page.controls.to_items.isEnabled()
    assert page.found is not None
    assert page.view is not None
    last = int(page.view.placing.order[~page.view.placing.hidden[page.view.placing.order]][-1])
    window.session.pin_item(page.found.run.interactions.items.id(last))
    assert any(name.endswith("(pinned)") for name in cells(page, 0, "Item"))


def test_that_the_page_follows_the_theme_and_fits_small_windows(
    qtbot: QtBot, window: MainWindow, page: UsersPage, runs: Path
) -> None:
    window.session.choose_other(open_run(runs / "runs" / "b"))
    qtbot.waitUntil(lambda: page.other_view is not None, timeout=30_000)
    window.theme.choose("dark")
    assert not window.grab().isNull()
    window.theme.choose("light")
    assert window.width() == 1024
    assert not page.panels[1].visibleRegion().isEmpty()
