"""One user's events in time order, and the windows over them: those of training, then those that rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.splits.split import Split

Places = npt.NDArray[np.int64]
Part = Literal["train", "validation", "test", "next"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
NOBODY = -1
"""A padding among the inputs, a target that does not exist."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """All events of one user, oldest first; an earlier part first among equal or unknown times.

    Attributes:
        user: row.
        items: item rows, repeats included, ``[events]`` int32.
        times: ``[events]`` int64; None where a part has none.
        weights: ``[events]`` float32; None where a part has none.
        parts: place in ``PARTS`` of the part that each event belongs to, ``[events]`` int8.
    """

    user: int
    items: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64] | None
    weights: npt.NDArray[np.float32] | None
    parts: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.items)

    def of(self, *parts: Part) -> Places:
        """Places of the events of some parts, ascending."""
        wanted = np.isin(self.parts, [PARTS.index(each) for each in parts])
        places: Places = np.flatnonzero(wanted).astype(np.int64)
        return places


@dataclass(frozen=True, eq=False)
class Window:
    """What the model sees at one moment, and what truly came next; places are places on the timeline.

    Attributes:
        part: ``train`` for a window that is drawn for training, else the part that is ranked after it; ``next`` is
            what comes after all that is known.
        inputs: ``[L]`` int64, oldest first, ``NOBODY`` for left padding; all before when the model has no windows.
        targets: ``[T]`` int64, or the held-out events of the part; ``NOBODY`` for a masked target.
        known: places of all events that are known at this moment, ascending.
    """

    part: Part
    inputs: Places
    targets: Places
    known: Places

    @property
    def true_next(self) -> Places:
        """The targets that exist, the next one first."""
        exist: Places = self.targets[self.targets != NOBODY]
        return exist


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows of a user in the order of time; each is cut when it is asked for.

    Attributes:
        length: inputs of a window (L); 0 for a model that reads all that came before.
        targets: targets of a training window (T).
        trained: places of the events that the model was trained on, ascending.
        drawn: number of windows that training draws.
        ranked: the moments after them.
        hide_seen: items that are known are not ranked.
    """

    timeline: Timeline
    length: int
    targets: int
    trained: Places
    drawn: int
    ranked: tuple[Part, ...]
    hide_seen: bool

    def __len__(self) -> int:
        return self.drawn + len(self.ranked)

    def window(self, at: int) -> Window:
        """The window at a place, from 0."""
        if at < self.drawn:
            known, held_out = self.trained[: at + 1], self.trained[at + 1 : at + 1 + self.targets]
            missing = self.targets - len(held_out)
            return Window("train", self._inputs(known), _padded(held_out, after=missing), known)
        part = self.ranked[at - self.drawn]
        before: dict[Part, tuple[Part, ...]] = {"validation": PARTS[:1], "test": PARTS[:2], "next": PARTS}
        known = self.timeline.of(*before[part])
        held_out = self.timeline.of(part) if part != "next" else known[:0]
        return Window(part, self._inputs(known), held_out, known)

    def hidden(self, window: Window) -> npt.NDArray[np.int32]:
        """Item rows that are not ranked at a moment, ascending and distinct; a true next item always is."""
        if not self.hide_seen:
            return np.zeros(0, np.int32)
        items = self.timeline.items
        return np.setdiff1d(items[window.known], items[window.true_next])

    def followed_by(self, place: int) -> int:
        """The window whose next item is the event at a place; of none, the nearest in time."""
        nexts = np.array([self._next(at) for at in range(self.drawn, len(self))], np.int64)
        every = np.concatenate([self.trained[1 : self.drawn + 1], nexts])
        return int(np.argmin(np.abs(every - place)))

    def _next(self, at: int) -> int:
        held_out = self.window(at).true_next
        return int(held_out[0]) if len(held_out) else len(self.timeline)

    def _inputs(self, known: Places) -> Places:
        if not self.length:
            return known
        last = known[-self.length :]
        return _padded(last, before=self.length - len(last))


def _padded(places: Places, before: int = 0, after: int = 0) -> Places:
    return np.pad(places, (before, after), constant_values=NOBODY).astype(np.int64)


def timeline_of(split: Split, user: int) -> Timeline:
    """The timeline of a user, all three parts together."""
    parts = [split.train, split.validation, split.test]
    cuts = [slice(int(part.indptr[user]), int(part.indptr[user + 1])) for part in parts]
    filled = [(part, cut) for part, cut in zip(parts, cuts, strict=True) if cut.stop > cut.start]
    items = np.concatenate([part.items[cut] for part, cut in zip(parts, cuts, strict=True)]).astype(np.int32)
    owners = np.repeat(np.arange(3, dtype=np.int8), [cut.stop - cut.start for cut in cuts])
    times = weights = None
    order = np.arange(len(items))
    if filled and all(part.times is not None for part, _ in filled):
        times = np.concatenate([part.times[cut] for part, cut in filled if part.times is not None])
        order = np.argsort(times, kind="stable")
        times = times[order]
    if filled and all(part.weights is not None for part, _ in filled):
        weights = np.concatenate([part.weights[cut] for part, cut in filled if part.weights is not None])[order]
    return Timeline(user, items[order], times, weights, owners[order])


def windows_of(split: Split, user: int, length: int, targets: int, refitted: bool = False) -> Windows:
    """The windows of a user (protocol: sequence windows).

    Args:
        length: L; 0 for a model that reads all that came before.
        targets: T; 1 for a model without windows.
        refitted: the model was trained again on training and validation.
    """
    timeline = timeline_of(split, user)
    trained = timeline.of("train", "validation") if refitted else timeline.of("train")
    drawn = len(trained) - targets if len(trained) > targets else int(len(trained) >= 2)
    ranked: list[Part] = []
    if not refitted and len(timeline.of("validation")):
        ranked.append("validation")
    if len(timeline.of("test")):
        ranked.append("test")
    ranked.append("next")
    return Windows(timeline, length, targets, trained, drawn, tuple(ranked), split.hide_seen)
