"""The map of points by pointer and keys, and what it paints."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from workbench.plots.picture import picture, picture_bytes
from workbench.plots.point_map import PointMap
from workbench.theme import Theme

SHIFT, PLAIN, LEFT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme) -> PointMap:
    """Nine points on a grid of 0, 1, 2."""
    made = PointMap(theme, "Map", lambda point: f"<b>point {point}</b>")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    grid = np.array([[x, y] for y in range(3) for x in range(3)], np.float32)
    made.show_points(grid)
    made.show_shades(np.full(9, 0xFF0000, np.uint32))
    return made


def at(shown: PointMap, point: int) -> QPoint:
    return shown.place(point).toPoint()


def drag(shown: PointMap, corners: list[QPoint], modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mousePress(shown, LEFT, modifier, corners[0])
    for corner in corners[1:]:
        QTest.mouseMove(shown, corner)
    QTest.mouseRelease(shown, LEFT, modifier, corners[-1])


def test_that_everything_is_in_view_and_upwards_is_up(shown: PointMap) -> None:
    places = shown.places()
    assert (places >= 10).all()
    assert (places < [390, 290]).all()
    assert shown.place(0).y() > shown.place(6).y()
    assert shown.place(0).x() < shown.place(2).x()
    assert np.allclose(places[4], [200, 150])


def test_that_a_click_tells_the_point_or_none(qtbot: QtBot, shown: PointMap) -> None:
    for place, point in ((at(shown, 5) + QPoint(3, 3), 5), (QPoint(3, 3), -1)):
        with qtbot.waitSignal(shown.clicked) as told:
            QTest.mouseClick(shown, LEFT, PLAIN, place)
        assert told.args == [point]


def test_that_a_lasso_tells_what_it_encircles(qtbot: QtBot, shown: PointMap) -> None:
    a, b = at(shown, 6), at(shown, 7)
    corners = [a + QPoint(-9, -9), b + QPoint(9, -9), b + QPoint(9, 9), a + QPoint(-9, 9)]
    before = shown.view
    with qtbot.waitSignal(shown.encircled) as told:
        drag(shown, corners, SHIFT)
    assert told.args is not None
    assert told.args[0].tolist() == [6, 7]
    assert shown.view == before
    shown.set_lassoing(True)
    with qtbot.waitSignal(shown.encircled) as told:
        drag(shown, corners[:1] + corners)
    assert told.args is not None
    assert told.args[0].tolist() == [6, 7]


def test_that_dragging_moves_and_the_wheel_keeps_what_is_under_the_pointer(qtbot: QtBot, shown: PointMap) -> None:
    before = shown.place(4)
    drag(shown, [QPoint(50, 50), QPoint(80, 60), QPoint(90, 70)])
    moved = shown.place(4) - before
    assert (round(moved.x()), round(moved.y())) == (40, 20)
    fixed = QPointF(120, 80)
    world = shown.world(fixed)
    shown.zoom(3.0, fixed)
    assert shown.world(fixed).x() == pytest.approx(world.x())
    assert shown.world(fixed).y() == pytest.approx(world.y())
    with qtbot.assertNotEmitted(shown.clicked):
        drag(shown, [QPoint(50, 50), QPoint(80, 60)])


def test_that_keys_move_zoom_and_show_everything(shown: PointMap) -> None:
    fitted = shown.view
    QTest.keyClick(shown, Qt.Key.Key_Plus)
    assert shown.view.scale > fitted.scale
    QTest.keyClick(shown, Qt.Key.Key_Right)
    assert shown.view.across > fitted.across
    QTest.keyClick(shown, Qt.Key.Key_Up)
    assert shown.view.down > fitted.down
    QTest.keyClick(shown, Qt.Key.Key_0)
    assert shown.view == fitted
    for _ in range(200):
        shown.zoom(2.0)
    assert np.isfinite(shown.places()).all()


def test_that_what_was_fitted_stays_so_at_another_size(shown: PointMap) -> None:
    shown.resize(200, 500)
    assert (shown.places() >= 10).all()
    assert (shown.places() < [190, 490]).all()
    shown.zoom(2.0)
    looked = shown.view
    shown.resize(300, 300)
    assert shown.view == looked


def test_that_chosen_points_keep_their_colour_and_others_grow_pale(shown: PointMap, theme: Theme) -> None:
    def colour(point: int) -> QColor:
        return QColor(shown.image(1.0).pixel(at(shown, point)))

    assert colour(4).red() > 180
    assert colour(4).green() < 80
    lit = np.zeros(9, np.bool_)
    lit[2] = True
    shown.light(lit)
    assert colour(2).getRgb()[:3] == (255, 0, 0)
    assert colour(4).green() > 150
    shown.light(None)
    assert colour(4).green() < 80


def test_that_a_pinned_point_is_ringed_and_brought_into_view(shown: PointMap) -> None:
    shown.zoom(20.0, QPointF(at(shown, 0)))
    assert not shown.rect().contains(at(shown, 8))
    shown.pin(8)
    assert shown.rect().contains(at(shown, 8))
    assert shown.grab().toImage() != before_pin(shown)


def before_pin(shown: PointMap) -> QImage:
    shown.pin(-1)
    return shown.grab().toImage()


def test_that_the_tooltip_shows_markup_as_text(qtbot: QtBot, shown: PointMap, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: told.append(text))
    QTest.mouseMove(shown, at(shown, 3))
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["<p>&lt;b&gt;point 3&lt;/b&gt;</p>"]
    assert shown.hovered == 3


@pytest.mark.parametrize(("kind", "begin"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_that_pictures_are_made_of_it(shown: PointMap, kind: str, begin: bytes) -> None:
    assert picture_bytes(shown, kind).startswith(begin)
    image = picture(shown)
    assert image.width() == 800
    middle = at(shown, 4) * 2
    assert QColor(image.pixel(middle)).green() < 80


def test_that_nothing_and_what_is_no_number_are_no_fault(shown: PointMap) -> None:
    shown.show_points(np.zeros((0, 2), np.float32))
    shown.grab()
    assert shown.nearest(QPointF(10, 10)) == -1
    shown.show_points(np.array([[np.nan, 1], [1, 1]], np.float32))
    shown.grab()
    assert shown.nearest(shown.place(1)) == 1
    shown.show_points(np.ones((3, 2), np.float32))
    shown.grab()
