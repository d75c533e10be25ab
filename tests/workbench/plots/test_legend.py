from __future__ import annotations

from collections import Counter

from pytestqt.qtbot import QtBot

from workbench.plots.legend import Entry, Legend
from workbench.theme import Theme
from workbench.widgets.parts import tip


def shown(qtbot: QtBot, theme: Theme, entries: list[Entry], width: int, lines: int) -> Legend:
    legend = Legend(theme, lines)
    qtbot.addWidget(legend)
    legend.resize(width, 60)
    legend.show_entries(entries)
    legend.show()
    return legend


def names(number: int, words: str = "a run with a long name") -> list[Entry]:
    return [(at, f"{at} {words} {at}", at > 6) for at in range(number)]


def test_that_every_run_has_its_name_in_as_many_lines_as_it_takes(qtbot: QtBot, theme: Theme) -> None:
    for number, width in ((8, 900), (8, 450), (7, 360), (1, 80)):
        legend = shown(qtbot, theme, names(number), width, 4)
        texts = [text for line in legend.shown for text in line]
        assert len(texts) == number
        # cut in the middle, where names of runs are alike
        assert [(text[0], text[-1]) for text in texts] == [(str(at), str(at)) for at in range(number)]
        assert all(legend._width(line) <= width + 1 for line in legend._lines)
        assert legend.sizeHint().height() > legend.fontMetrics().height() * len(legend.shown)


def test_that_names_are_only_cut_where_they_do_not_fit(qtbot: QtBot, theme: Theme) -> None:
    legend = shown(qtbot, theme, names(7), 3000, 4)
    assert legend.shown == [[text for _, text, _ in names(7)]]
    legend.resize(330, 60)
    assert len(legend.shown) > 1
    assert any("…" in text for line in legend.shown for text in line)


def test_that_what_has_no_room_is_counted_and_told(qtbot: QtBot, theme: Theme) -> None:
    entries = names(7, "<b>x</b>")
    legend = shown(qtbot, theme, entries, 330, 1)
    (line,) = legend.shown
    assert 1 < len(line) < 7
    assert line[-1] == f"and {7 - len(line) + 1} more"
    assert legend.toolTip() == tip("\n".join(text for _, text, _ in entries))
    assert legend.accessibleName().count("<b>x</b>") == 7
    # one more name is worth more than words
    narrow = shown(qtbot, theme, entries[:2], legend._width(legend._lines[0][:1]) + 40, 1)
    assert narrow.shown == [[entries[0][1], "+1"]]
    assert shown(qtbot, theme, entries, 75, 1).shown == [["and 7 more"]]
    assert shown(qtbot, theme, entries, 5, 1).shown == [[]]


def test_that_each_line_is_drawn_in_its_place(qtbot: QtBot, theme: Theme) -> None:
    legend = shown(qtbot, theme, names(8), 360, 4)
    legend.resize(360, legend.sizeHint().height())
    image = legend.grab().toImage()
    seen = Counter(image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height()))
    assert all(seen[colour] >= 16 for colour in theme.colours.series)
