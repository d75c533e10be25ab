"""What a preview needs to know of a run, without opening its data: sizes, names, what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.runs.opening import Run

USUAL = 8.0
"""Bytes of an id where the file that holds them tells nothing."""


@dataclass(frozen=True)
class Facts:
    """A run in numbers.

    Attributes:
        model: key of the MODELS table.
        settings: the model's settings.
        events: of all parts together.
        data_name: what the data is called.
        user_bytes, item_bytes: of an id in UTF-8, on average.
        weighted: the events have ratings or counts.
        title_bytes, known_bytes: of a title, and of all texts of an item together; 0 where there are none.
    """

    model: str
    settings: Any
    state: str
    users: int
    items: int
    events: int
    epochs: int
    metrics: int
    data_name: str
    user_bytes: float = USUAL
    item_bytes: float = USUAL
    title_bytes: float = 0.0
    known_bytes: float = 0.0
    weighted: bool = False

    @property
    def width(self) -> int:
        """Length of an item's vector, 0 where the model has none."""
        factors = int(getattr(self.settings, "factors", 0))
        doubled = self.model == "neumf" or (self.model == "caser" and self.settings.use_user)
        return 2 * factors if doubled else factors

    @property
    def numbers(self) -> int:
        """Numbers in the weights, about."""
        if self.model in ("popularity", "random"):
            return self.items
        own = (self.users + self.items) * max(self.width, 1)
        if self.model == "autorec-user":
            own = 2 * self.items * self.width
        if self.model == "autorec-item":
            own = 2 * self.users * self.width
        if self.model == "caser":
            own += self.items * int(self.settings.factors)
        return own

    @property
    def measured(self) -> bool:
        """The run ended and was measured."""
        return self.state in ("completed", "stopped") and self.metrics > 0


def facts_of(run: Run) -> Facts:
    """The facts of a run; its record is looked at, and what its tables say of their own size."""
    from core.runs.tables import text_bytes

    data, result = run.record.data, run.record.result
    users, items, known = (text_bytes(run.folder.data / f"{name}.parquet") for name in ("users", "items", "catalogue"))
    return Facts(
        model=run.plan.model.name,
        settings=run.plan.model.settings,
        state=run.record.state,
        users=_whole(data.get("users")),
        items=_whole(data.get("items")),
        events=sum(_whole(data.get(part)) for part in ("train", "validation", "test")),
        epochs=run.record.epoch,
        metrics=len(result.get("metrics") or {}),
        data_name=str(data.get("name") or "data"),
        user_bytes=users.get("id", USUAL),
        item_bytes=items.get("id", USUAL),
        title_bytes=known.get("title", 0.0),
        known_bytes=sum(known.values()),
        weighted="weight" in text_bytes(run.folder.data / "events.parquet"),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
