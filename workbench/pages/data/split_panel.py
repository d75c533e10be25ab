"""How the data is divided, how large the parts are, and what the doctor found."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from core.errors import PlanError
from core.params import build, param
from core.splits import SPLITS
from core.splits.finding import Finding
from core.splits.pictures import Bars
from core.text import short
from core.training.plan import Choice
from workbench.forms.choices import TableChoice
from workbench.forms.form import SettingsForm
from workbench.icons import pixmap
from workbench.jobs.importing import dividing, follow_reading
from workbench.jobs.job import End, Job
from workbench.page import Context, message_of
from workbench.plots.plot import Plot
from workbench.session import Opened
from workbench.theme import Theme
from workbench.widgets.job_bar import WHOLE
from workbench.widgets.parts import Card, button, clear, label, scrolled

FORM_WIDTH = 352
PLOT_HEIGHT = 132
BY_CHANCE = ("random", "predefined")
"""Splits that a seed has a say in."""


@dataclass(frozen=True)
class SeedSettings:
    """What chance follows from."""

    seed: int = param(
        1,
        "Parts that are drawn by chance follow from it. A run divides with its own seed: the same seed gives the same "
        "parts.",
        low=0,
        high=2**53,
    )


class SplitPanel(QWidget):
    """The form on the left, sizes and findings on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._opened: Opened | None = None
        self._plots: dict[str, Plot] = {}
        self._coming: list[Finding] = []
        self._awaited: tuple[str, Bars, QVBoxLayout] | None = None
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._show_finding)
        self._placed: set[SettingsForm] = set()
        self.kind = TableChoice("Kind of split", SPLITS)
        self.help = label("", "caption", wrap=True)
        self.forms = {key: SettingsForm(context.theme, entry.settings, later=True) for key, entry in SPLITS.items()}
        self.divide = button("Divide", self._divide, "primary", "Divide the data again in this way")
        self.error = label("", "error", wrap=True)
        left = Card("How it is divided")
        left.setFixedWidth(FORM_WIDTH)
        left.body.addWidget(self.kind)
        left.body.addWidget(self.help)
        for form in self.forms.values():
            form.changed.connect(self._edited)
            left.body.addWidget(form)
        self.seed = SettingsForm(context.theme, SeedSettings, later=True)
        self.seed.changed.connect(self._edited)
        left.body.addWidget(self.seed)
        left.body.addWidget(self.error)
        left.body.addWidget(self.divide)
        left.body.addStretch(1)
        self.kind.chosen.connect(lambda _: self._show_form())
        self.sizes = SizesBar(context.theme)
        self.counts = label("", "caption", wrap=True, selectable=True)
        sizes = Card("Sizes of the parts")
        sizes.body.addWidget(self.sizes)
        sizes.body.addWidget(self.counts)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(6)
        self._findings.setContentsMargins(0, 0, 6, 0)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(self._findings)
        inside.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(sizes)
        right.addWidget(scrolled(holder), 1)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 8, 0, 0)
        across.setSpacing(8)
        across.addWidget(left)
        across.addLayout(right, 1)
        context.theme.changed.connect(self._show_findings)

    def show_split(self, opened: Opened) -> None:
        """Show how data is divided now."""
        self._opened = opened
        given = bool(opened.loaded.cleaned.given)
        self.kind.offer(lambda key: _unfit(key, given))
        self.kind.choose(opened.choice.name)
        form = self.forms[opened.choice.name]
        form.give({name: getattr(opened.choice.settings, name) for name in form.fields})
        self.seed.give({"seed": opened.seed} if opened.seed != SeedSettings().seed else {})
        split = opened.split
        self.sizes.show_sizes(len(split.train), len(split.validation), len(split.test))
        self.counts.setText(", ".join(f"{number:,} {what}" for what, number in split.counts.items()))
        self.counts.setVisible(bool(split.counts))
        self._show_findings()
        self._show_form()

    def _show_form(self) -> None:
        if self.kind.key in BY_CHANCE:
            self._place(self.seed)
        self._place(self.forms[self.kind.key])
        for key, form in self.forms.items():
            form.setVisible(key == self.kind.key)
        self.seed.setVisible(self.kind.key in BY_CHANCE)
        self.help.setText(SPLITS[self.kind.key].help)
        self._edited()

    def _place(self, form: SettingsForm) -> None:
        """Make the widgets of a form when it is first shown; Tab comes to them after the kind."""
        if form not in self._placed:
            self._placed.add(form)
            form.make_all()
            form.follow(self.kind.combo)

    def _asked(self) -> tuple[Choice, int]:
        """The split and the seed in the fields; the seed that is, where it has no say."""
        key = self.kind.key
        choice = Choice(key, build(SPLITS[key].settings, self.forms[key].given(), f"split {key}"))
        seed = build(SeedSettings, self.seed.given(), "split seed").seed
        return choice, seed if key in BY_CHANCE or self._opened is None else self._opened.seed

    def _edited(self) -> None:
        asked: tuple[Choice, int] | None = None
        try:
            asked = self._asked()
            self.error.setText("")
        except PlanError as error:
            self.error.setText(error.sentence())
        self.error.setVisible(bool(self.error.text()))
        opened = self._opened
        self.divide.setEnabled(asked is not None and opened is not None and asked != (opened.choice, opened.seed))

    def _divide(self) -> None:
        opened = self._opened
        if opened is None:
            return
        self.divide.setEnabled(False)
        job = Job("Dividing the data", dividing(opened, *self._asked()), follow_reading)
        job.ended.connect(lambda end: self._divided(opened, end))
        self._context.jobs.start(job)

    def _divided(self, opened: Opened, end: End) -> None:
        if opened is not self._context.session.opened:
            # other data was opened meanwhile, and stays
            self._edited()
        elif end.error is not None:
            self._context.tell(message_of(end.error, end.details))
            self._edited()
        elif isinstance(end.value, Opened):
            self._context.session.open(end.value)

    def _show_findings(self) -> None:
        for plot in self._plots.values():
            # plots are kept: making and letting them go costs memory
            plot.hide()
            plot.setParent(self)
        clear(self._findings)
        self._awaited = None
        self._coming = list(self._opened.findings) if self._opened is not None else []
        self._turn.start(0)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Findings come while they are seen."""
        super().showEvent(event)
        self._turn.start(0)

    def _show_finding(self) -> None:
        """Show one finding, or its plot, and let the window live before the next: all in one go would hold it."""
        if not self.isVisible() or self._opened is None:
            return
        if self._awaited is not None:
            key, bars, room = self._awaited
            self._awaited = None
            plot = self._plot(key, bars)
            room.addWidget(plot)
            # not before it is in the card: it would be a window of its own
            plot.show()
        elif self._coming:
            finding = self._coming.pop(0)
            card = finding_card(self._context.theme, finding)
            bars_of = self._opened.pictures.get(finding.key)
            if bars_of is not None:
                # the room is kept until the plot is there: what is below does not jump
                holder = QWidget()
                holder.setFixedHeight(PLOT_HEIGHT)
                room = QVBoxLayout(holder)
                room.setContentsMargins(0, 0, 0, 0)
                card.body.addWidget(holder)
                self._awaited = (finding.key, bars_of, room)
            self._findings.addWidget(card)
        else:
            return
        self._turn.start(0)

    def _plot(self, key: str, bars: Bars) -> QWidget:
        """The plot of a finding, made once."""
        if key not in self._plots:
            made = self._plots[key] = Plot(self._context.theme, bars.x.capitalize(), bars.x, bars.y)
            made.setFixedHeight(PLOT_HEIGHT)
            made.setMouseEnabled(False, False)
            made.stand_on_zero()
        plot = self._plots[key]
        plot.clear_all()
        for name, colour, marked in (("rest", 0, False), ("marked", "warning", True)):
            at = [place for place in range(len(bars.counts)) if (place in bars.marked) is marked]
            plot.bars(name, at, [bars.counts[place] for place in at], 0.9, colour)
        plot.name_places([(float(place), name) for place, name in enumerate(bars.names)])
        plot.fit()
        return plot


def _unfit(key: str, given: bool) -> str:
    if key == "predefined" and not given:
        return "The data came without a test file of its own"
    return "The parts came in files of their own" if given and key != "predefined" else ""


def finding_card(theme: Theme, finding: Finding) -> Card:
    """One finding: symbol, number, what it means, what to do."""
    warning = finding.severity == "warning"
    card = Card()
    row = QHBoxLayout()
    row.setSpacing(10)
    symbol = QLabel()
    colour = theme.colours.warning if warning else theme.colours.muted
    symbol.setPixmap(pixmap("warning" if warning else "note", colour, 18))
    symbol.setAccessibleName("Warning" if warning else "Note")
    row.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    head = QHBoxLayout()
    head.addWidget(label(finding.title[:1].upper() + finding.title[1:], "section", wrap=True, selectable=True), 1)
    head.addWidget(label(size_words(finding), "section", selectable=True), 0, Qt.AlignmentFlag.AlignTop)
    words.addLayout(head)
    if finding.share is not None:
        words.addWidget(_share_bar(finding.share))
    for text in (finding.meaning, finding.remedy):
        if text:
            words.addWidget(label(_sentence(text), "muted", wrap=True, selectable=True))
    row.addLayout(words, 1)
    card.body.addLayout(row)
    return card


def _share_bar(share: float) -> QProgressBar:
    """A share of all, as a thin bar."""
    bar = QProgressBar()
    bar.setRange(0, WHOLE)
    bar.setValue(min(max(round(WHOLE * share), 1 if share > 0 else 0), WHOLE))
    bar.setTextVisible(False)
    bar.setAccessibleName(f"{short(100 * share)} %")
    return bar


def size_words(finding: Finding) -> str:
    """The number of a finding and its share."""
    whole = float(finding.number).is_integer()
    number = f"{int(finding.number):,}" if whole else short(finding.number)
    return number if finding.share is None else f"{number} · {short(100 * finding.share)} %"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", ":")) else text + "."


class SizesBar(QWidget):
    """Three parts as one bar, with their sizes under it."""

    NAMES = ("train", "validation", "test")

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sizes = (0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A bar and a line of text."""
        return QSize(300, 18 + self.fontMetrics().height() + 8)

    def show_sizes(self, *sizes: int) -> None:
        """Events of train, validation and test."""
        self._sizes = (sizes[0], sizes[1], sizes[2])
        self.setAccessibleName(", ".join(self._texts()))
        self.update()

    def _texts(self) -> list[str]:
        total = max(sum(self._sizes), 1)
        return [
            f"{size:,} {name} ({short(100 * size / total)} %)"
            for name, size in zip(self.NAMES, self._sizes, strict=True)
        ]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the bar; a part is at least two pixels wide."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        total, x, width = max(sum(self._sizes), 1), 0.0, float(self.width())
        series, metrics = self._theme.colours.series, self.fontMetrics()
        text_x = 0
        for at, (size, text) in enumerate(zip(self._sizes, self._texts(), strict=True)):
            part = max(width * size / total, 2.0) if size else 0.0
            colour = QColor(series[at])
            painter.fillRect(QRectF(x, 0, max(part - 1, 1.0), 16), colour)
            x += part
            painter.fillRect(QRectF(text_x, 22 + metrics.height() / 2 - 4, 9, 9), colour)
            painter.setPen(QColor(self._theme.colours.text))
            painter.drawText(text_x + 14, 20 + metrics.ascent(), text)
            text_x += 14 + metrics.horizontalAdvance(text) + 18
        painter.end()
