from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from workbench.theme import DARK, LIGHT, Colours, Theme, style_sheet


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
