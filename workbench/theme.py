"""Light and dark: the colours of everything that is drawn, following the system or as chosen."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLayout, QStyleFactory, QWidget
from shiboken6 import isValid

from core.runs.colours import RunColours
from workbench.icons import icon_file

CHOICES = {"system": "As the system", "light": "Light", "dark": "Dark"}

SERIES_LIGHT = ("#136FBF", "#DD7418", "#3DA371", "#BA3D86", "#936400", "#8D8DCC", "#515248")
SERIES_DARK = ("#54A3EA", "#EEAA15", "#2BD588", "#D876AC", "#F5E658", "#4A6CDB", "#C0CCD6")
"""Near to those of Okabe and Ito, moved to where each theme reads them and people with any colour vision tell any two
apart: at least .14 in OKLab, .085 as people without one kind of cone see them."""


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, as ``#RRGGBB``."""

    dark: bool
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    line: str
    accent: str
    on_accent: str
    selected: str
    warning: str
    error: str
    good: str
    series: tuple[str, ...]


LIGHT = Colours(
    dark=False,
    window="#F7F8FA",
    surface="#FFFFFF",
    raised="#EEF1F5",
    text="#1B1F24",
    muted="#5B6470",
    line="#D9DEE5",
    accent="#2F6FDE",
    on_accent="#FFFFFF",
    selected="#DCE8FC",
    warning="#9A5B00",
    error="#C0282D",
    good="#0B7A4B",
    series=SERIES_LIGHT,
)
DARK = Colours(
    dark=True,
    window="#16191D",
    surface="#1E2227",
    raised="#282D34",
    text="#E6E9ED",
    muted="#9AA4B0",
    line="#2E343B",
    accent="#6EA0FF",
    on_accent="#0E1420",
    selected="#2A3B5C",
    warning="#F0B35A",
    error="#FF8A85",
    good="#5CCB9A",
    series=SERIES_DARK,
)


class Theme(QObject):
    """The theme in force; ``changed`` tells those who draw for themselves, ``run_colours`` has each run's colour.

    The style sheet is laid on parts of the window, not on the application: a part that is hidden is left as it is until
    it is shown again, and a page that is built outside of the window is not styled anew with each widget that joins it.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._parts: WeakKeyDictionary[QWidget, bool] = WeakKeyDictionary()
        self._worn: WeakKeyDictionary[QWidget, Colours] = WeakKeyDictionary()
        self.choice = choice if choice in CHOICES else "system"
        application.setStyle(QStyleFactory.create("Fusion"))
        font = application.font()
        font.setPixelSize(13)
        application.setFont(font)
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.colours = self._wanted()
        self.run_colours = RunColours(len(self.colours.series))
        self._apply()

    def choose(self, choice: str) -> None:
        """Take ``system``, ``light`` or ``dark``."""
        self.choice = choice
        self._renew()

    def _system_changed(self, _: Qt.ColorScheme) -> None:
        if self.choice == "system":
            self._renew()

    def _renew(self) -> None:
        wanted = self._wanted()
        if wanted is self.colours:
            return
        self.colours = wanted
        self._apply()
        self.changed.emit()

    def _wanted(self) -> Colours:
        if self.choice == "system":
            scheme = self._application.styleHints().colorScheme()
            return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        return DARK if self.choice == "dark" else LIGHT

    def _apply(self) -> None:
        self._sheet = style_sheet(self.colours)
        self._application.setPalette(palette(self.colours))
        for part, patient in list(self._parts.items()):
            if isValid(part) and (not patient or part.isVisibleTo(part.window())):
                self.dress(part, patient)

    def dress(self, part: QWidget, patient: bool = False) -> None:
        """Lay the style sheet on a part of the window or a dialog, and on all that is in it, now and at each change.

        Args:
            patient: left as it is at a change while it is hidden; whoever shows it dresses it again before.
        """
        self._parts[part] = patient
        worn = self._worn.get(part)
        if worn is self.colours:
            return
        self._worn[part] = self.colours
        part.setStyleSheet(self._sheet)
        if worn is None:
            # a widget that was never shown does not tell the layout above it that it needs another size now
            for widget in part.findChildren(QWidget):
                widget.updateGeometry()
            for layout in part.findChildren(QLayout):
                layout.invalidate()


def palette(colours: Colours) -> QPalette:
    """The palette that Fusion draws with."""
    made = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.error,
        role.Highlight: colours.selected,
        role.HighlightedText: colours.text,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Light: colours.raised,
        role.Midlight: colours.line,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.line,
        role.Accent: colours.accent,
    }
    for which, colour in pairs.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, mixed(colours.text, colours.surface, 0.55))
    return made


def mixed(colour: str, other: str, share: float) -> QColor:
    """A colour with a share of another."""
    a, b = QColor(colour), QColor(other)
    parts = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(one * (1 - share) + two * share) for one, two in parts))


def with_digits(font: QFont) -> QFont:
    """The font with figures of one width where it has them, so that columns of numbers line up."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def style_sheet(colours: Colours) -> str:
    """What the palette alone cannot say: paddings, thin borders, roles of labels and buttons."""
    values = {
        **{name: str(getattr(colours, name)) for name in Colours.__dataclass_fields__},
        "down": icon_file("down", colours.muted),
        "up": icon_file("up", colours.muted),
        "check": icon_file("check", colours.on_accent),
        "hover": mixed(colours.accent, colours.surface, 0.88).name(),
        "pressed": mixed(colours.accent, colours.text, 0.2).name(),
        "faint": mixed(colours.text, colours.surface, 0.55).name(),
        "warm": mixed(colours.warning, colours.surface, 0.86).name(),
        "hot": mixed(colours.error, colours.surface, 0.88).name(),
        "fresh": mixed(colours.good, colours.surface, 0.88).name(),
        "calm": mixed(colours.accent, colours.surface, 0.90).name(),
    }
    text = SHEET
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"@{name}", values[name])
    return text


SHEET = """
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 6px; }
QLabel[role="title"] { font-size: 18px; font-weight: 600; }
QLabel[role="section"] { font-weight: 600; }
QLabel[role="caption"] { font-size: 11px; color: @muted; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="figure"] { font-size: 18px; font-weight: 600; }
QLabel[role="error"] { font-size: 11px; color: @error; }
QLabel[role="warning"] { color: @warning; }
QLabel[role="busy"] { font-size: 11px; color: @text; background: @raised; border: 1px solid @line; border-radius: 4px;
    padding: 2px 8px; }
QLabel[role="formula"] { font-size: 11px; color: @muted; font-style: italic; }

QFrame[role="card"] { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame[role="drop"] { background: @surface; border: 2px dashed @line; border-radius: 10px; }
QFrame[role="drop"][over="true"] { border-color: @accent; background: @calm; }
QWidget#sidebar { background: @surface; border-right: 1px solid @line; }
QWidget#title-row { background: @window; }
QWidget#job-bar { background: @surface; border-top: 1px solid @line; }
QFrame#message[kind="error"] { background: @hot; border: 1px solid @error; border-radius: 6px; }
QFrame#message[kind="warning"] { background: @warm; border: 1px solid @warning; border-radius: 6px; }
QFrame#message[kind="note"] { background: @calm; border: 1px solid @accent; border-radius: 6px; }
QFrame#message[kind="good"] { background: @fresh; border: 1px solid @good; border-radius: 6px; }

QPushButton { background: @surface; border: 1px solid @line; border-radius: 5px; padding: 5px 12px; min-height: 18px; }
QPushButton:hover { background: @hover; border-color: @accent; }
QPushButton:pressed { background: @selected; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faint; background: @window; }
QPushButton[role="primary"] { background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:focus { background: @pressed; border-color: @pressed; }
QPushButton[role="primary"]:disabled { background: @raised; color: @faint; border-color: @line; }
QPushButton[role="target"] { background: @surface; border: 1px solid @line; border-radius: 6px; text-align: left;
 padding: 0px; }
QPushButton[role="target"]:hover { border-color: @muted; }
QPushButton[role="target"]:focus { border-color: @accent; }
QPushButton[role="target"]:checked { border: 2px solid @accent; background: @calm; }
QPushButton[role="target"]:disabled { background: @raised; }
QPushButton[role="chip"] { border-radius: 12px; padding: 2px 10px; color: @text; }
QPushButton[role="chip"][empty="true"] { color: @muted; border-style: dashed; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px; }
QToolButton:hover { background: @hover; }
QToolButton:focus { border-color: @accent; }
QToolButton:checked { background: @selected; }
QToolButton[role="page"] { padding: 8px 4px 6px 4px; border-radius: 6px; color: @muted; font-size: 11px; }
QToolButton[role="page"]:checked { color: @accent; font-weight: 600; }
QToolButton[role="section"] { font-weight: 600; padding: 4px 2px; text-align: left; background: transparent; }
QToolButton[role="section"]:hover { color: @accent; }
QToolButton::menu-indicator { image: none; }
QPushButton::menu-indicator { image: none; width: 0px; }

QLineEdit, QComboBox, QPlainTextEdit { background: @surface; border: 1px solid @line; border-radius: 4px;
    padding: 3px 6px; selection-background-color: @selected; selection-color: @text; }
QLineEdit, QComboBox { min-height: 18px; }
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: @accent; }
QLineEdit:disabled, QComboBox:disabled { color: @faint; background: @window; }
QLineEdit[wrong="true"] { border: 1px solid @error; background: @hot; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("@down"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line; outline: 0; padding: 2px;
    selection-background-color: @selected; selection-color: @text; }
QCheckBox { spacing: 7px; }
QCheckBox::indicator { width: 15px; height: 15px; border: 1px solid @muted; border-radius: 3px; background: @surface; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("@check"); }
QCheckBox::indicator:focus { border: 2px solid @accent; }
QCheckBox:disabled { color: @faint; }

QProgressBar { background: @raised; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }

QHeaderView { background: @surface; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @line;
    border-right: 1px solid @line; padding: 4px 6px; font-size: 11px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-origin: padding; subcontrol-position: top center;
    width: 8px; height: 8px; top: -1px; }
QHeaderView::up-arrow { image: url("@up"); }
QHeaderView::down-arrow { image: url("@down"); }
QTableView { background: @surface; alternate-background-color: @window; border: 1px solid @line; border-radius: 6px;
    gridline-color: @line; selection-background-color: @selected; selection-color: @text; }
QTableView::item { padding: 0 4px; }
QTableCornerButton::section { background: @surface; border: none; }
QTabWidget::pane { border: none; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @muted; padding: 6px 14px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; font-weight: 600; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:focus { color: @accent; }

QScrollArea { border: none; background: transparent; }
QAbstractScrollArea::corner { border: none; background: transparent; }
QScrollArea > QWidget > QWidget#scrolled { background: transparent; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 4px; margin: 2px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSlider::groove:horizontal { height: 4px; background: @line; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: @accent; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QMenuBar { background: @surface; border-bottom: 1px solid @line; padding: 1px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @selected; }
QMenu { background: @surface; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: @selected; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QMenu::icon { padding-left: 6px; }
QDialog { background: @window; }
"""
