from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.theme import DARK, LIGHT, Colours, Theme, style_sheet

LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
VISION = {
    "all cones": (np.eye(3), 0.14),
    "protanopia": (
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        0.085,
    ),
    "deuteranopia": (
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        0.085,
    ),
    "tritanopia": (
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        0.085,
    ),
}
"""What of linear RGB is seen, by Machado, Oliveira and Fernandes (2009), severity 1; and the least distance."""


def linear(colour: str) -> npt.NDArray[np.float64]:
    parts = np.array(QColor(colour).getRgbF()[:3])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def oklab(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ottosson (2020), from linear RGB."""
    found: npt.NDArray[np.float64] = LAB @ np.cbrt(LMS @ np.clip(rgb, 0, 1))
    return found


def luminance(colour: str) -> float:
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in QColor(colour).getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_that_texts_can_be_read_on_their_grounds(colours: Colours) -> None:
    for text in (colours.text, colours.muted, colours.error, colours.warning, colours.good):
        for ground in (colours.window, colours.surface):
            assert contrast(text, ground) >= 4.5
    assert contrast(colours.text, colours.selected) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_that_series_stand_out_from_the_surface(colours: Colours) -> None:
    assert all(contrast(colour, colours.surface) >= 3 for colour in colours.series)


def test_that_distances_of_colours_are_those_of_the_paper() -> None:
    assert oklab(linear("#FFFFFF")) == pytest.approx([1, 0, 0], abs=1e-4)
    assert oklab(linear("#FF0000")) == pytest.approx([0.6280, 0.2249, 0.1258], abs=1e-4)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_that_any_two_series_are_told_apart(colours: Colours, vision: str) -> None:
    seen, least = VISION[vision]
    for one, other in combinations(colours.series, 2):
        apart = oklab(np.asarray(seen) @ linear(one)) - oklab(np.asarray(seen) @ linear(other))
        assert np.linalg.norm(apart) >= least, (one, other)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_that_the_style_sheet_has_no_open_name(qapp: QApplication, colours: Colours) -> None:
    assert "@" not in style_sheet(colours)


def test_that_a_choice_is_told_once(theme: Theme) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.colours.dark))
    theme.choose("dark")
    theme.choose("dark")
    theme.choose("light")
    assert told == [True, False]


def test_that_a_hidden_part_is_left_alone_until_it_is_dressed_again(qtbot: QtBot, theme: Theme) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    seen, hidden, patient = (QWidget(whole) for _ in range(3))
    for part in (hidden, patient):
        part.hide()
    theme.dress(seen, patient=True)
    theme.dress(hidden)
    theme.dress(patient, patient=True)
    light = patient.styleSheet()
    assert light == style_sheet(LIGHT)
    theme.choose("dark")
    try:
        assert seen.styleSheet() == hidden.styleSheet() == style_sheet(DARK)
        assert patient.styleSheet() == light
        theme.dress(patient, patient=True)
        assert patient.styleSheet() == style_sheet(DARK)
    finally:
        theme.choose("light")


def test_that_a_part_asks_for_the_room_that_it_needs_in_its_style_sheet(qtbot: QtBot, theme: Theme) -> None:
    part, inner, button = QWidget(), QWidget(), QPushButton("Go")
    qtbot.addWidget(part)
    for outer, within in ((part, inner), (inner, button)):
        QHBoxLayout(outer).addWidget(within)
    bare = part.minimumSizeHint().width()
    theme.dress(part)
    dressed = part.minimumSizeHint().width()
    part.show()
    assert dressed == part.minimumSizeHint().width() != bare


def test_that_the_application_has_no_style_sheet_of_its_own(qapp: QApplication, theme: Theme) -> None:
    # with one, each widget that joins another styles all that is in it anew
    assert theme.choice == "light"
    assert qapp.styleSheet() == ""


def test_that_a_button_with_a_menu_is_as_wide_as_one_without(qtbot: QtBot, theme: Theme) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    theme.dress(room)
    plain, opening = QPushButton("Open other data…", room), QPushButton("Open other data…", room)
    opening.setMenu(QMenu(opening))
    room.show()
    # no room is kept for an arrow that is not drawn, which moves the words to the left
    assert opening.sizeHint() == plain.sizeHint()
