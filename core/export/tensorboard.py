"""The curves of a run as TensorBoard event files, with Popularity and Random as runs of their own beside it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core import durable
from core.export.metrics import logged
from core.export.preview import EVENT_FILE
from core.export.request import Request
from core.export.tfevents import Scalar, event_file
from core.metrics import find_metric
from core.training.events import EpochDone, RunEvent, RunStarted


def write_tensorboard(request: Request) -> tuple[str, ...]:
    """Write one event file each for the model, Popularity and Random."""
    events, notes = logged(request.run)
    began = _seconds(request.run.record.created)
    result = request.run.result
    runs = {
        "model": [*curves(events, began), *_results(result, "metrics", events, began)],
        "popularity": [*_lines(events, "baseline", began), *_results(result, "baseline", events, began)],
        "random": [*_lines(events, "random", began), *_results(result, "random", events, began)],
    }
    for at, (name, scalars) in enumerate(runs.items()):
        request.tell("writing", at, len(runs))
        durable.make_folder(request.place / name)
        durable.write(request.place / name / EVENT_FILE, event_file(scalars, began))
    request.tell("writing", len(runs), len(runs))
    return notes


def curves(events: Iterable[RunEvent], began: float) -> Iterator[Scalar]:
    """Loss, learning rate, speed and validation metrics, one point an epoch; a second training on all has own tags."""
    now = began
    for event in events:
        if isinstance(event, EpochDone):
            now += event.seconds
            part = "train" if event.phase == "train" else event.phase
            yield Scalar(f"{part}/loss", event.epoch, event.loss, now)
            yield Scalar(f"{part}/learning_rate", event.epoch, event.learning_rate, now)
            if event.seconds > 0:
                yield Scalar(f"{part}/examples_per_second", event.epoch, event.examples / event.seconds, now)
            for name, value in event.metrics.items():
                yield Scalar(tag(name), event.epoch, value, now)


def tag(name: str) -> str:
    """``validation/nDCG_10``: TensorBoard takes letters, digits, ``-``, ``_``, ``.`` and ``/``."""
    metric, k = find_metric(name)
    return f"validation/{metric.label}_{k}" if k else f"validation/{metric.label}"


def _lines(events: list[RunEvent], name: str, began: float) -> Iterator[Scalar]:
    """A level line from the first epoch to the last."""
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    last = max((event.epoch for event in events if isinstance(event, EpochDone)), default=1)
    levels: dict[str, float] = getattr(started, name, {}) if started is not None else {}
    for metric, value in levels.items():
        for epoch in sorted({1, last}):
            yield Scalar(tag(metric), epoch, value, began)


def _results(result: Mapping[str, Any], ranker: str, events: list[RunEvent], began: float) -> Iterator[Scalar]:
    """What was measured at the end, under ``test/``, ``test_sampled/`` or, where no test was ranked, ``best/``."""
    last = max((event.epoch for event in events if isinstance(event, EpochDone)), default=0)
    metrics, sampled = result.get(ranker), result.get("protocol") == "sampled"
    prefix = "best" if result.get("part") == "validation" else "test_sampled" if sampled else "test"
    if isinstance(metrics, dict):
        for name, value in metrics.items():
            if isinstance(value, int | float):
                yield Scalar(tag(name).replace("validation/", f"{prefix}/"), last, float(value), began)


def _seconds(moment: str) -> float:
    try:
        return datetime.datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return 0.0
