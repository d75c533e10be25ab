"""Each metric by an example to play with: a list, a few users' lists, or a few ratings."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from core.insight.examples.lists import beyond_metrics, list_metrics, rating_metrics
from core.metrics import ALL_METRICS, BEYOND_METRICS, METRICS, RATING_METRICS, Metric
from workbench.page import Context
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.list_canvas import LENGTH, ListCanvas
from workbench.pages.guide.marks_canvas import MET, USERS, MarksCanvas
from workbench.pages.guide.ratings_canvas import GIVEN, RatingsCanvas
from workbench.pages.guide.sliders import Slide
from workbench.pages.guide.values import Values
from workbench.widgets.parts import button, label

TALLEST_EXAMPLE = 416


class MetricDrawing(Drawing):
    """The example that fits the metric, and all metrics of its kind beside it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.key = ""
        self.title = label("", "section")
        self.hint = label("", "caption", wrap=True)
        self.list = ListCanvas(context.theme)
        self.marks = MarksCanvas(context.theme)
        self.ratings = RatingsCanvas(context.theme)
        self.k = Slide("first k", 1, LENGTH, 5, 1)
        self.k.changed.connect(lambda k: self.list.show_k(int(k)))
        self.values = Values(context.theme)
        self.reset = button("Reset", self._reset)
        holder = QWidget()
        self.stack = QStackedLayout(holder)
        for canvas in (self.list, self.marks, self.ratings):
            self.stack.addWidget(canvas)
            canvas.changed.connect(self._measure)
        foot = QVBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.k)
        foot.addWidget(self.values)
        self.column.addWidget(self.title)
        self.column.addWidget(self.hint)
        self.column.addWidget(holder, 1000)
        holder.setMaximumHeight(TALLEST_EXAMPLE)
        self.column.addLayout(foot)
        self.column.addWidget(self.reset)
        self.column.addStretch(1)

    def show_key(self, key: str) -> None:
        """Show the example of a metric; what was marked stays."""
        self.key = key
        canvas: QWidget = self.list
        title, hint = (
            "A list of ten",
            "Click or Space marks an item as held out; drag it, or Shift and the arrows, to move.",
        )
        if key in BEYOND_METRICS:
            canvas = self.marks
            title, hint = "Lists of five users", "Click or Space puts an item on a list; below: the users who met it."
        elif key in RATING_METRICS:
            canvas = self.ratings
            title, hint = (
                "Eight ratings",
                "Rings are given, dots predicted: drag a dot, or move it with the arrow keys.",
            )
        self.stack.setCurrentWidget(canvas)
        self.k.setVisible(canvas is self.list)
        self.title.setText(title)
        self.hint.setText(hint)
        self._measure()

    def found(self) -> dict[str, float]:
        """The values of the example in view, by key."""
        if self.stack.currentWidget() is self.list:
            return list_metrics(self.list.marks, int(self.k.value))
        if self.stack.currentWidget() is self.marks:
            return beyond_metrics(self.marks.marks, MET, USERS)
        return rating_metrics(self.ratings.values, GIVEN)

    def _measure(self) -> None:
        found = self.found()
        kind = next((table for table in (METRICS, BEYOND_METRICS, RATING_METRICS) if self.key in table), METRICS)
        k = int(self.k.value)
        self.values.show_values(
            [(self._name(ALL_METRICS[key], k), found.get(key), ALL_METRICS[key].unit) for key in kind],
            list(kind).index(self.key) if self.key in kind else 0,
        )

    def _name(self, metric: Metric, k: int) -> str:
        alone = not metric.per_k or self.stack.currentWidget() is not self.list
        return metric.label if alone else f"{metric.label}@{k}"

    def _reset(self) -> None:
        canvas = self.stack.currentWidget()
        assert isinstance(canvas, ListCanvas | MarksCanvas | RatingsCanvas)
        canvas.reset()
