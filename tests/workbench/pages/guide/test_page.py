"""The Guide page in the window: going from topic to topic, searching, and every drawing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QMouseEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core.training.plan import make_plan
from workbench.main_window import MainWindow
from workbench.pages.guide.diagram import DiagramCanvas
from workbench.pages.guide.list_canvas import LENGTH
from workbench.pages.guide.loss_drawing import LossDrawing
from workbench.pages.guide.metric_drawing import MetricDrawing
from workbench.pages.guide.model_drawing import ModelDrawing
from workbench.pages.guide.page import GuidePage
from workbench.pages.guide.paired_drawing import PairedDrawing
from workbench.pages.guide.sampler_drawing import SamplerDrawing
from workbench.pages.guide.split_drawing import SplitDrawing
from workbench.pages.guide.stopping_drawing import StoppingDrawing
from workbench.pages.guide.windows_drawing import WindowsDrawing
from workbench.pages.train.page import TrainPage
from workbench.plots.picture import picture, save_picture
from workbench.session import Opened


@pytest.fixture
def guide(window: MainWindow) -> GuidePage:
    window.go("guide")
    page = window.page("guide")
    assert isinstance(page, GuidePage)
    return page


def test_that_another_page_opens_a_topic(window: MainWindow, guide: GuidePage) -> None:
    window.go("data")
    window.context.explain("loss.hinge")
    assert window.current == "guide"
    assert guide.topic == "loss.hinge"
    assert guide.text.document().firstBlock().text() == "Hinge"
    window.context.explain("loss.nothing-of-the-kind")
    assert guide.topic == "idea.pairwise"


def test_that_a_text_is_read_from_its_top(qtbot: QtBot, window: MainWindow) -> None:
    window.context.explain("model.caser")
    page = window.page("guide")
    assert isinstance(page, GuidePage)
    window.resize(900, 560)
    qtbot.waitUntil(lambda: page.text.verticalScrollBar().maximum() > 0)
    assert page.text.verticalScrollBar().value() == 0
    qtbot.waitUntil(lambda: page.drawing_card.geometry().right() <= page.parts.width())


def test_that_one_goes_back_and_forward(guide: GuidePage) -> None:
    assert guide.topic == "start"
    guide.visit("loss.bpr")
    guide.follow("metric.auc")
    guide.back()
    guide.back()
    assert guide.topic == "start"
    assert not guide.back_button.isEnabled()
    guide.back()
    guide.forward()
    assert guide.topic == "loss.bpr"
    guide.visit("idea.windows")
    assert not guide.forward_button.isEnabled()
    QTest.keyClick(guide.tree, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert guide.topic == "loss.bpr"


def test_that_the_topic_is_remembered(guide: GuidePage) -> None:
    guide.visit("model.caser")
    assert guide.context.settings.text("guide") == "model.caser"


def test_that_the_search_narrows_the_tree_and_marks_the_text(guide: GuidePage) -> None:
    guide.search.setText("pessimistic nowhere-at-all")
    assert not guide.none.isHidden()
    guide.search.setText("rejects lists hypergeometric")
    assert not guide.none.isHidden()
    guide.search.setText("hypergeometric")
    assert guide.none.isHidden()
    shown = [key for key, item in guide.tree._items.items() if not item.isHidden()]
    assert shown == ["idea.sampled-metrics"]
    QTest.keyClick(guide.search, Qt.Key.Key_Return)
    assert guide.topic == "idea.sampled-metrics"
    assert guide.text.extraSelections()
    guide.search.clear()
    assert not guide.text.extraSelections()
    assert not any(item.isHidden() for item in guide.tree._items.values())


def test_that_titles_come_before_texts_in_a_search(guide: GuidePage) -> None:
    assert guide.tree.narrow("warp")[0] == "loss.warp"


def test_that_no_address_is_opened_without_asking(guide: GuidePage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    monkeypatch.setattr(guide, "ask_to_leave", lambda address: False)
    guide.follow("https://example.org/paper")
    assert opened == []
    guide.follow("javascript:alert(1)")
    guide.follow("file:///etc/passwd")
    assert opened == []
    monkeypatch.setattr(guide, "ask_to_leave", lambda address: True)
    guide.follow("https://example.org/paper")
    assert [url.host() for url in opened] == ["example.org"]


def test_that_pictures_are_never_loaded(guide: GuidePage) -> None:
    kind = QTextDocument.ResourceType.ImageResource.value
    assert guide.text.loadResource(kind, QUrl("file:///etc/passwd")) is None


def test_that_a_link_turns_to_a_page(window: MainWindow, guide: GuidePage) -> None:
    guide.follow("go:train")
    assert window.current == "train"
    guide.follow("go:nowhere")
    assert window.current == "train"


def test_that_a_loss_is_put_into_the_form(window: MainWindow, guide: GuidePage, opened: Opened) -> None:
    window.session.open(opened)
    guide.visit("loss.hinge")
    guide.try_button.click()
    train = window.page("train")
    assert isinstance(train, TrainPage)
    assert train.form.form.plan is not None
    assert train.form.form.plan.loss is not None
    assert train.form.form.plan.loss.name == "hinge"
    window.go("guide")
    guide.visit("page.data")
    guide.try_button.click()
    assert window.current == "data"


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_that_every_topic_can_be_painted(
    qtbot: QtBot, window: MainWindow, guide: GuidePage, opened: Opened, theme_name: str
) -> None:
    window.theme.choose(theme_name)
    if theme_name == "dark":
        window.session.open(opened)
    for key in guide.topics:
        guide.visit(key)
        assert not guide.grab().isNull()
        assert guide.text.horizontalScrollBar().maximum() == 0, key
        assert window.width() == 1024
    window.theme.choose("light")


def test_that_the_point_tells_value_and_slope(guide: GuidePage) -> None:
    guide.visit("loss.hinge")
    drawing = guide._drawings["loss"]
    assert isinstance(drawing, LossDrawing)
    drawing.point.slider.setValue(0)
    assert drawing.told.text() == "Loss 4.000, slope −1.000: pulls the score up."
    margin = drawing.knobs["margin"]
    margin.slider.setValue(margin.slider.maximum())
    assert drawing.told.text().startswith("Loss 5.500")
    drawing._line.setValue(2.9)
    assert drawing.told.text() == "Loss 0.000, slope 0.000: nothing is pulled."
    guide.visit("loss.low-rank")
    drawing.knobs["negative_margin"].slider.setValue(0)
    assert drawing._settings().low_margin < drawing._settings().negative_margin


def test_that_a_list_is_marked_and_moved_by_keys_and_mouse(guide: GuidePage) -> None:
    guide.visit("metric.mrr")
    drawing = guide._drawings["metric"]
    assert isinstance(drawing, MetricDrawing)
    canvas = drawing.list
    assert drawing.found()["mrr"] == 0.5
    QTest.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert drawing.found()["mrr"] == 1
    assert canvas.names[:2] == ["B", "A"]
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert drawing.found()["mrr"] == 0.2
    tall = canvas._tall
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(80, int(2.5 * tall)))
    assert drawing.found()["mrr"] == pytest.approx(1 / 3)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(80, int(2.5 * tall)))
    QTest.mouseMove(canvas, QPoint(80, int(0.5 * tall)))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(80, int(0.5 * tall)))
    assert canvas.marks[0]
    drawing.k.slider.setValue(0)
    assert canvas.k == 1
    assert drawing.found()["hit"] == 1
    for place in range(LENGTH):
        if canvas.marks[place]:
            canvas.toggle(place)
    assert drawing.found() == {}
    assert drawing.values.shown[0][1] is None
    drawing._reset()
    assert sum(canvas.marks) == 2


def test_that_lists_of_users_are_changed(guide: GuidePage) -> None:
    guide.visit("metric.coverage")
    drawing = guide._drawings["metric"]
    assert isinstance(drawing, MetricDrawing)
    assert drawing.found()["coverage"] == pytest.approx(0.3)
    QTest.keyClick(drawing.marks, Qt.Key.Key_Left)
    QTest.keyClick(drawing.marks, Qt.Key.Key_Space)
    assert drawing.found()["coverage"] == pytest.approx(0.4)
    grid = drawing.marks._grid()
    QTest.mouseClick(drawing.marks, Qt.MouseButton.LeftButton, pos=QPoint(int(grid.right()) - 6, 6))
    assert drawing.found()["coverage"] == pytest.approx(0.3)


def test_that_predictions_are_moved(guide: GuidePage) -> None:
    guide.visit("metric.rmse")
    drawing = guide._drawings["metric"]
    assert isinstance(drawing, MetricDrawing)
    before = drawing.found()["mae"]
    QTest.keyClick(drawing.ratings, Qt.Key.Key_Down)
    assert drawing.found()["mae"] == pytest.approx(before - 0.1 / 8)


def test_that_a_diagram_has_the_sizes_of_the_data_and_explains_its_parts(
    window: MainWindow, guide: GuidePage, opened: Opened
) -> None:
    guide.visit("model.mf")
    drawing = guide._drawings["model"]
    assert isinstance(drawing, ModelDrawing)
    assert drawing.canvas.diagram.nodes[0].size == "m × 64"
    window.session.open(opened)
    assert drawing.canvas.diagram.nodes[0].size == "40 × 64"
    hint = drawing.told.text()
    QTest.keyClick(drawing.canvas, Qt.Key.Key_Right)
    assert drawing.told.text() != hint
    QTest.keyClick(drawing.canvas, Qt.Key.Key_Left)
    assert drawing.canvas.at == len(drawing.canvas.diagram.nodes) - 1


def test_that_a_diagram_follows_the_plan_of_the_run(guide: GuidePage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Record:
        data = {"users": 12, "items": 3456}  # noqa: RUF012

    class Run:
        plan = make_plan({"model": {"name": "caser", "window": 4, "use_vertical": False, "use_user": False}})
        record = Record()

    guide.visit("model.caser")
    drawing = guide._drawings["model"]
    assert isinstance(drawing, ModelDrawing)
    assert "vertical" in {node.key for node in drawing.canvas.diagram.nodes}
    monkeypatch.setattr(guide.context.session, "run", Run())
    guide.context.session.run_changed.disconnect()
    drawing._draw()
    nodes = {node.key: node for node in drawing.canvas.diagram.nodes}
    assert not {"vertical", "user"} & set(nodes)
    assert nodes["E"].size == "4 × 50"
    assert nodes["joined"].size == "64"
    assert nodes["V"].size == "3,456 × 50"
    assert not drawing.canvas.grab().isNull()
    monkeypatch.undo()


def test_that_draws_stand_on_the_data_that_is_open(window: MainWindow, guide: GuidePage, opened: Opened) -> None:
    guide.visit("sampler.popularity")
    drawing = guide._drawings["sampler"]
    assert isinstance(drawing, SamplerDrawing)
    assert "made up" in drawing.source.text()
    assert not drawing.open.isHidden()
    window.session.open(opened)
    assert "data that is open" in drawing.source.text()
    assert drawing.open.isHidden()
    assert drawing.counts().tolist() == sorted(opened.split.train.item_counts.tolist(), reverse=True)
    before = drawing.told.text()
    drawing.alpha.slider.setValue(0)
    assert drawing.told.text() != before
    guide.visit("sampler.warp")
    drawing.draws.slider.setValue(4)
    assert "After 5 draws the rank is taken for 5 of 25" in drawing.told.text()


def test_that_windows_are_stepped_through(guide: GuidePage) -> None:
    guide.visit("idea.windows")
    drawing = guide._drawings["windows"]
    assert isinstance(drawing, WindowsDrawing)
    assert drawing.told.text() == "Window 1 of 5: after – – – – 1 comes 2 3 4."
    QTest.keyClick(drawing.canvas, Qt.Key.Key_Down)
    assert drawing.told.text() == "Window 2 of 5: after – – – 1 2 comes 3 4 5."
    assert drawing.at.value == 2
    drawing.events.slider.setValue(0)
    assert "no window" in drawing.told.text()
    assert not drawing.grab().isNull()


def test_that_a_split_by_time_does_not_leak(qtbot: QtBot, guide: GuidePage) -> None:
    guide.visit("split.leave-last-out")
    drawing = guide._drawings["split"]
    assert isinstance(drawing, SplitDrawing)
    qtbot.waitUntil(lambda: bool(drawing.canvas.later.any()), timeout=30_000)
    assert "ringed" in drawing.told.text()
    guide.visit("split.time")
    qtbot.waitUntil(lambda: "nothing leaks" in drawing.told.text(), timeout=30_000)
    assert not drawing.canvas.later.any()
    before = drawing.canvas.parts
    drawing.test.slider.setValue(drawing.test.slider.maximum())
    drawing.validation.slider.setValue(drawing.validation.slider.maximum())
    qtbot.waitUntil(lambda: drawing.canvas.parts is not before, timeout=30_000)
    assert (drawing.canvas.parts == 2).sum() > (before == 2).sum()


def test_that_patience_and_differences_answer(guide: GuidePage) -> None:
    guide.visit("idea.early-stopping")
    stopping = guide._drawings["stopping"]
    assert isinstance(stopping, StoppingDrawing)
    short = stopping.told.text()
    stopping.patience.slider.setValue(0)
    assert "after epoch 60" in stopping.told.text()
    assert stopping.told.text() != short
    guide.visit("idea.intervals")
    paired = guide._drawings["paired"]
    assert isinstance(paired, PairedDrawing)
    for user in range(10):
        paired.canvas.move_to(user, 0.0)
    assert "p = 1.000" in paired.told.text()
    for user in range(10):
        paired.canvas.move_to(user, 0.5)
    # two of 1,024 sign patterns are as far from zero
    assert f"p = {2 / 2**10:.3f}" in paired.told.text()


def test_that_a_diagram_is_explained_where_it_is_pointed_at(qtbot: QtBot, guide: GuidePage) -> None:
    guide.visit("model.gmf")
    canvas = guide.findChild(DiagramCanvas)
    assert canvas is not None
    place = canvas._drawn(canvas.diagram.nodes[1]).center()
    nothing = Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, canvas.mapToGlobal(place), nothing, nothing, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, move)
    assert canvas.at == 1


def test_that_the_palette_explains_topics(window: MainWindow, guide: GuidePage) -> None:
    window.go("data")
    window.commands()["Explain: Hinge\t"]()
    assert window.current == "guide"
    assert guide.topic == "loss.hinge"


def test_that_a_drawing_is_saved(guide: GuidePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.visit("model.mf")
    canvas = guide.findChild(DiagramCanvas)
    assert canvas is not None
    for name, start in (("mf.png", b"\x89PNG"), ("mf.svg", b"<?xml"), ("mf.pdf", b"%PDF")):
        path = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, path=path: (str(path), ""))
        save_picture(canvas, canvas, canvas.accessibleName())
        assert path.read_bytes().startswith(start)
    assert "users P" in (tmp_path / "mf.svg").read_text("utf-8")
    assert picture(canvas).size() == canvas.size() * 2
