"""The drawing of a model, with the sizes of the run in view where it is one of that model."""

from __future__ import annotations

from core.models import MODELS
from workbench.page import Context
from workbench.pages.guide.architectures import Sizes, diagram_of
from workbench.pages.guide.diagram import DiagramCanvas, Node
from workbench.pages.guide.drawings import Drawing
from workbench.widgets.parts import label

HINT = "Point at a part, or step with the arrow keys, to see what it does."


class ModelDrawing(Drawing):
    """A diagram and a line about the part that is pointed at."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.key = ""
        self.title = label("", "section")
        self.sizes = label("", "caption", wrap=True)
        self.canvas = DiagramCanvas(context.theme)
        self.told = label(HINT, "muted", wrap=True)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        for widget, stretch in ((self.title, 0), (self.sizes, 0), (self.canvas, 1), (self.told, 0)):
            self.column.addWidget(widget, stretch)
        self.canvas.chosen.connect(self._explain)
        context.session.run_changed.connect(self._draw)
        context.session.data_changed.connect(self._draw)

    def show_key(self, key: str) -> None:
        """Draw a model."""
        self.key = key
        self._draw()

    def _draw(self) -> None:
        if not self.key:
            return
        entry = MODELS[self.key]
        sizes, words = self._sizes()
        self.title.setText(entry.label)
        self.sizes.setText(words)
        self.canvas.show_diagram(diagram_of(self.key, sizes), f"Diagram of {entry.label}")

    def _sizes(self) -> tuple[Sizes, str]:
        """From the run in view, else the defaults with the data that is open, and where they are from."""
        run, opened = self.context.session.run, self.context.session.opened
        if run is not None and run.plan.model.name == self.key:
            users, items = (run.record.data.get(name) for name in ("users", "items"))
            sizes = Sizes(run.plan.model.settings, _count(users, "m"), _count(items, "n"))
            return sizes, "Sizes of the run in view."
        settings = MODELS[self.key].settings()
        if opened is not None:
            train = opened.split.train
            sizes = Sizes(settings, f"{train.n_users:,}", f"{train.n_items:,}")
            return sizes, "Default sizes, with the users and items of the data that is open."
        return Sizes(settings), "Default sizes; m users and n items."

    def _explain(self, node: Node | None) -> None:
        self.told.setText(HINT if node is None else node.help or node.text)


def _count(number: object, letter: str) -> str:
    return f"{number:,}" if isinstance(number, int) else letter
